"""NATS with JetStream from its wheel, configured by deploy/nats.conf."""

import json
import shutil
import socket
import urllib.request
from pathlib import Path
from typing import Any

from deploy.engines.engine import Engine
from deploy.engines.guarded import Spawn, inherited_env
from deploy.engines.ports import LOOPBACK, free_port
from deploy.engines.wheels import command
from deploy.settings import PROJECT_ROOT

MAX_STORE_BYTES = 10 * 1024**3
MAX_STORE_SHARE_OF_FREE_DISK = 0.5
CHECK_TIMEOUT_S = 2.0


class Nats(Engine):
    """One server, one file store, monitoring on a loopback port of its own."""

    name = "nats"

    def __init__(self, data: Path, *, password: str) -> None:
        super().__init__(data, password=password)
        self.binary = command("nats-server", "NATS", "RELAIS_NATS_URL")
        self.monitor_port = free_port()

    @property
    def url(self) -> str:
        return f"nats://relais:{self.password}@{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        return f"http://{LOOPBACK}:{self.monitor_port}"

    def urls(self) -> dict[str, str]:
        return {"nats": self.url, "nats_monitor": self.monitor_url}

    def choose_ports(self) -> None:
        super().choose_ports()
        self.monitor_port = free_port()

    def spawn(self) -> Spawn:
        free_bytes = shutil.disk_usage(self.folder).free
        store_bytes = min(MAX_STORE_BYTES, int(free_bytes * MAX_STORE_SHARE_OF_FREE_DISK))
        return Spawn(
            name=self.name,
            argv=(str(self.binary), "--config", str(PROJECT_ROOT / "deploy" / "nats.conf")),
            log=self.log,
            env=inherited_env()
            | {
                "RELAIS_NATS_NAME": "relais",
                "RELAIS_NATS_HOST": LOOPBACK,
                "RELAIS_NATS_PORT": str(self.port),
                "RELAIS_NATS_MONITOR": f"{LOOPBACK}:{self.monitor_port}",
                "RELAIS_NATS_PASSWORD": self.password,
                "RELAIS_NATS_STORE": str(self.folder),
                "RELAIS_NATS_MAX_STORE": str(store_bytes),
            },
            stop_rank=2,
            stop_wait_s=15.0,
        )

    def check(self) -> None:
        with socket.create_connection((LOOPBACK, self.port), CHECK_TIMEOUT_S) as connection:
            if not connection.recv(4096).startswith(b"INFO "):
                raise ConnectionError("no greeting")
        if monitor(self.monitor_url, "healthz")["status"] != "ok":
            raise ConnectionError("JetStream is not ready")


def monitor(monitor_url: str, page: str) -> dict[str, Any]:
    """Read one monitoring page (`varz`, `jsz?consumers=true`, `healthz`) of a NATS server."""
    with urllib.request.urlopen(f"{monitor_url}/{page}", timeout=CHECK_TIMEOUT_S) as answer:  # noqa: S310  # http only
        page_read: dict[str, Any] = json.load(answer)
        return page_read
