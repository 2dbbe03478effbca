"""Caddy from its wheel: the one address in front of every service."""

import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from deploy.engines.engine import Engine
from deploy.engines.guarded import Spawn, inherited_env
from deploy.engines.ports import LOOPBACK
from deploy.engines.wheels import command
from deploy.settings import PROJECT_ROOT

Upstream = Literal["intake", "dispatch", "notify", "reporting", "access", "demo"]
UPSTREAMS: tuple[Upstream, ...] = ("intake", "dispatch", "notify", "reporting", "access", "demo")
NOBODY = f"{LOOPBACK}:1"
"""Where a route leads that no process serves: refused, which the gateway answers with 502."""

CHECK_TIMEOUT_S = 2.0


class Caddy(Engine):
    """Routes by the first part of the path; `upstreams` gives `host:port` for each."""

    name = "caddy"

    def __init__(self, data: Path, *, port: int | None, upstreams: Mapping[Upstream, str]) -> None:
        super().__init__(data, password="", port=port)
        self.binary = command("caddy", "Caddy", "a gateway of your own")
        self.upstreams = {name: upstreams.get(name, NOBODY) for name in UPSTREAMS}

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def urls(self) -> dict[str, str]:
        return {"gateway": self.url}

    def spawn(self) -> Spawn:
        return Spawn(
            name=self.name,
            argv=(
                str(self.binary),
                "run",
                "--config",
                str(PROJECT_ROOT / "deploy" / "Caddyfile"),
                "--adapter",
                "caddyfile",
            ),
            log=self.log,
            env=inherited_env()
            | {
                "XDG_DATA_HOME": str(self.folder),
                "XDG_CONFIG_HOME": str(self.folder),
                "RELAIS_SITE": f"{self.url}, http://localhost:{self.port}",
                "RELAIS_GATEWAY_BIND": LOOPBACK,
            }
            | {f"RELAIS_{name.upper()}_UPSTREAM": at for name, at in self.upstreams.items()},
            stop_rank=0,
            stop_wait_s=5.0,
        )

    def check(self) -> None:
        with urllib.request.urlopen(f"{self.url}/live", timeout=CHECK_TIMEOUT_S) as answer:  # noqa: S310  # http only
            if answer.status != 200:  # noqa: PLR2004  # OK
                raise ConnectionError(str(answer.status))

    def advice(self) -> str:
        if self.fixed_port:
            return f"If port {self.port} is taken, choose another with RELAIS_GATEWAY_PORT."
        return super().advice()
