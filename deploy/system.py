"""The whole system on one machine: engines, then schemas and streams, then a process per door."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from deploy.bundle import ensure_bundle
from deploy.engines import EngineError, Engines, Gateway, Spawn, Upstream, start_engines
from deploy.engines.caddy import UPSTREAMS
from deploy.engines.errors import last_lines
from deploy.engines.guarded import inherited_env
from deploy.engines.ports import LOOPBACK, free_port
from deploy.engines.supervisor import Supervisor
from deploy.settings import PROJECT_ROOT, DeploySettings
from shared.settings import Clock, HouseSettings, Profile

DOORS = ("web", "worker", "jobs")
READY_TIMEOUT_S = 180.0
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of system to start.

    `data_dir=None` is a temporary one. `env` is handed to every process of ours (a mail server,
    say). `gateway_port=None` takes any free port. `upstreams` adds routes, `demo` for instance.
    """

    data_dir: Path | None
    keep: bool = True
    durable: bool = True
    profile: Profile = Profile.PRODUCTION
    clock: Clock = Clock.SYSTEM
    gateway_port: int | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    upstreams: Mapping[Upstream, str] = field(default_factory=dict)


class System:
    """A running system. Use as a context manager, or call `stop`."""

    def __init__(self, engines: Engines, settings: HouseSettings, env: Mapping[str, str]) -> None:
        self.engines = engines
        self.settings = settings
        self.env = dict(env)
        self.supervisor = Supervisor(engines.guarded, on_restart=engines.write_state)

    @property
    def url(self) -> str:
        """The one address for browsers and programs."""
        return self.engines.gateway_url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop every process: doors first, then the servers behind them."""
        self.supervisor.stop()
        self.engines.stop()

    def call(self, *arguments: str) -> str:
        """Run a `relais` command against this system and return what it printed.

        Raises:
            EngineError: it failed; the message is what it said.
        """
        done = subprocess.run(
            [sys.executable, "-P", "-m", "deploy", *arguments],
            env=self.env,
            cwd=PROJECT_ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise EngineError(done.stderr.strip() or f"`relais {' '.join(arguments)}` failed.")
        return done.stdout

    def start_doors(self, web_port: int) -> None:
        """Start web, worker and jobs, each with all four services, and wait until web is ready."""
        spawns = {door: self._door(door, web_port) for door in DOORS}
        for spawn in spawns.values():
            self.engines.guarded.start(spawn)
        self._wait_for_web(spawns["web"], web_port)
        self.engines.write_state()
        self.supervisor.watch(self.engines.spawns() | spawns)

    def _door(self, door: str, web_port: int) -> Spawn:
        more = {
            "web": ("--host", LOOPBACK, "--port", str(web_port)),
            "worker": (),
            "jobs": ("--schedule", str(self.engines.data / "jobs-schedule")),
        }
        return Spawn(
            name=door,
            argv=(sys.executable, "-P", "-m", "deploy", door, "all", *more[door]),
            log=self.engines.logs / f"{door}.log",
            env=self.env,
            cwd=self.engines.data,
            stop_rank=1,
            stop_wait_s=20.0,
        )

    def _wait_for_web(self, web: Spawn, port: int) -> None:
        give_up_at_s = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < give_up_at_s and self.engines.guarded.is_running("web"):
            try:
                with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/live", timeout=2):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(POLL_S)
        raise EngineError(
            f"The services did not start. The end of their log, {web.log}:\n{last_lines(web.log)}"
        )


def start_system(
    wish: Wish,
    settings: DeploySettings | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> System:
    """Start everything and wait until it can be used; `tell` hears what is being done.

    Raises:
        EngineError: something did not start; nothing is left running.
    """
    ensure_bundle(lambda: tell("Bundling the field app"))
    web_port = free_port()
    everything = dict.fromkeys(UPSTREAMS, f"{LOOPBACK}:{web_port}")
    tell("Starting PostgreSQL, NATS, Valkey and the gateway")
    engines = start_engines(
        wish.data_dir,
        keep=wish.keep,
        durable=wish.durable,
        gateway=Gateway(upstreams={**everything, **wish.upstreams}, port=wish.gateway_port),
        settings=settings,
    )
    try:
        house = house_of(engines, wish)
        env = inherited_env() | dict(wish.env) | env_of(house, engines)
        system = System(engines, house, env)
        tell("Bringing the database and the streams up to date")
        system.call("prepare")
        tell("Starting the services")
        system.start_doors(web_port)
    except BaseException:
        engines.stop()
        raise
    return system


def house_of(engines: Engines, wish: Wish) -> HouseSettings:
    """Return the settings of the services of this system."""
    return HouseSettings(
        database_url=engines.database_url,
        nats_url=engines.nats_url,
        valkey_url=engines.valkey_url,
        secret=engines.secret,
        public_url=wish.env.get("RELAIS_PUBLIC_URL", engines.gateway_url),
        profile=wish.profile,
        clock=wish.clock,
    )


def env_of(house: HouseSettings, engines: Engines) -> dict[str, str]:
    """Return these settings as the variables that a process of ours reads."""
    return {
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONUNBUFFERED": "1",
        "RELAIS_DATA_DIR": str(engines.data),
        "RELAIS_DATABASE_URL": house.database_url.get_secret_value(),
        "RELAIS_NATS_URL": house.nats_url,
        "RELAIS_VALKEY_URL": house.valkey_url,
        "RELAIS_SECRET": house.secret.get_secret_value(),
        "RELAIS_PUBLIC_URL": house.public_url,
        "RELAIS_PROFILE": house.profile.value,
        "RELAIS_CLOCK": house.clock.value,
    }
