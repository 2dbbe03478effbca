"""All engines of one system in one data folder, started together and stopped in order."""

import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Self

from deploy.engines.caddy import Caddy, Upstream
from deploy.engines.engine import Engine
from deploy.engines.errors import EngineError
from deploy.engines.guarded import Guarded, Spawn
from deploy.engines.nats import Nats
from deploy.engines.postgres import Postgres
from deploy.engines.state import State, lock, resident_memory_bytes, temporary_folder, write_private
from deploy.engines.valkey import Valkey
from deploy.settings import DeploySettings

PASSWORD_BYTES = 32


@dataclass(frozen=True, slots=True)
class Gateway:
    """Ask for the gateway: where each route leads, and on which port (None: any free one)."""

    upstreams: Mapping[Upstream, str] = field(default_factory=dict)
    port: int | None = None


class Engines:
    """The running engines: their addresses, their processes, their memory. A context manager."""

    def __init__(self, data: Path, guarded: Guarded, given_urls: Mapping[str, str]) -> None:
        self.data = data
        self.guarded = guarded
        self._urls = dict(given_urls)
        self._spawns: dict[str, Spawn] = {}

    @property
    def database_url(self) -> str:
        """`postgresql://` URL of the database `relais` as its owner, who may do everything."""
        return self._url("database")

    @property
    def nats_url(self) -> str:
        return self._url("nats")

    @property
    def nats_monitor_url(self) -> str:
        """Address of the monitoring pages (`/varz`, `/jsz`) of NATS."""
        return self._url("nats_monitor")

    @property
    def valkey_url(self) -> str:
        return self._url("valkey")

    @property
    def gateway_url(self) -> str:
        return self._url("gateway")

    @property
    def urls(self) -> Mapping[str, str]:
        """Every known address, under `database`, `nats`, `nats_monitor`, `valkey`, `gateway`."""
        return self._urls

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def secret(self) -> str:
        """`RELAIS_SECRET` of this data folder, made at its first start."""
        return Passwords.of(self.data).secret

    def pids(self) -> dict[str, int]:
        """Process ids by name, the guard among them; servers given by address are not ours."""
        return self.guarded.pids() | {"guard": self.guarded.guard_pid}

    def resident_memory_bytes(self) -> int:
        """Memory of every process of this system and their children, shared pages counted once."""
        return resident_memory_bytes(self.pids().values())

    def write_state(self) -> None:
        """Write `state.json`: process ids and addresses, for `relais status` and `down`."""
        State(parent=os.getpid(), pids=self.pids(), urls=dict(self._urls)).write(self.data)

    def stop(self) -> None:
        """Stop everything in order; the folder of a temporary system is gone afterwards."""
        self.guarded.close()
        (self.data / "state.json").unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _url(self, name: str) -> str:
        try:
            return self._urls[name]
        except KeyError:
            raise EngineError(f"This system was started without {name}.") from None

    def spawns(self) -> dict[str, Spawn]:
        """Say how each of our own engines is started again, should it crash."""
        return dict(self._spawns)

    def start(self, engines: Sequence[Engine]) -> None:
        """Start these engines at the same time.

        Raises:
            EngineError: one did not start; the others may run by now.
        """
        with ThreadPoolExecutor(max_workers=len(engines) or 1) as pool:
            starts = [pool.submit(engine.start, self.guarded) for engine in engines]
        for start in starts:
            start.result()
        for engine in engines:
            self._urls |= engine.urls()
            self._spawns[engine.name] = engine.spawn()
        self.write_state()

    def start_gateway(self, gateway: Gateway) -> None:
        """Start Caddy in front of processes that have their ports by now."""
        caddy = Caddy(self.data, port=gateway.port, upstreams=gateway.upstreams)
        self.start([caddy])


@dataclass(frozen=True, slots=True)
class Passwords:
    """Random, made once per data folder: another user of the machine may reach loopback too."""

    postgres: str
    nats: str
    valkey: str
    secret: str
    """`RELAIS_SECRET`: what the services sign with and derive their database passwords from."""

    @classmethod
    def of(cls, data: Path, given_secret: str | None = None) -> Self:
        """Read them, or make them; a secret from outside is kept from then on."""
        file = data / "passwords.json"
        if file.exists():
            known = cls(**json.loads(file.read_text()))
            if given_secret in {None, known.secret}:
                return known
        else:
            # The letter keeps NATS from reading a password of digits as a number.
            known = cls(*(f"p{secrets.token_hex(PASSWORD_BYTES)}" for _ in fields(cls)))
        kept = replace(known, secret=given_secret or known.secret)
        write_private(file, json.dumps(asdict(kept)))
        return kept


def start_engines(  # noqa: PLR0913  # each engine is a choice of its own
    data_dir: Path | None = None,
    *,
    keep: bool = True,
    postgres: bool = True,
    nats: bool = True,
    valkey: bool = True,
    gateway: Gateway | None = None,
    durable: bool = True,
    settings: DeploySettings | None = None,
    on_exit: Callable[[str, int], None] | None = None,
) -> Engines:
    """Start the engines that were asked for and wait until all of them answer.

    `data_dir` keeps everything and may be started again later. With `keep=False`, or without a
    folder, it is removed at the end, even when this process is killed. `durable=False` lets
    PostgreSQL skip waiting for the disk (tests). An engine whose address is set is used and not
    started (`RELAIS_DATABASE_URL`, `RELAIS_NATS_URL`, `RELAIS_VALKEY_URL`).

    Raises:
        EngineError: one did not start; nothing is left running.
    """
    settings = settings or DeploySettings.read()
    data = data_dir.resolve() if data_dir is not None else temporary_folder()
    (data / "logs").mkdir(parents=True, exist_ok=True)
    data.chmod(0o711)  # PostgreSQL may be another user and has to reach its own folder
    given = {
        "database": settings.database_url,
        "nats": settings.nats_url,
        "nats_monitor": settings.nats_monitor_url,
        "valkey": settings.valkey_url,
    }
    guarded = Guarded(
        lock=lock(data),
        remove_at_the_end=None if data_dir is not None and keep else data,
        on_exit=on_exit,
    )
    engines = Engines(data, guarded, {name: url for name, url in given.items() if url is not None})
    try:
        asked = {"postgres": postgres, "nats": nats, "valkey": valkey}
        engines.start(_chosen(engines, settings, asked=asked, durable=durable))
        if gateway is not None:
            engines.start_gateway(gateway)
    except BaseException:
        engines.stop()
        raise
    return engines


def _chosen(
    engines: Engines, settings: DeploySettings, *, asked: Mapping[str, bool], durable: bool
) -> list[Engine]:
    data = engines.data
    passwords = Passwords.of(data, settings.secret)
    chosen: list[Engine] = []
    if asked["postgres"] and settings.database_url is None:
        user = settings.postgres_os_user
        chosen.append(Postgres(data, password=passwords.postgres, durable=durable, os_user=user))
    if asked["nats"] and settings.nats_url is None:
        chosen.append(Nats(data, password=passwords.nats))
    if asked["valkey"] and settings.valkey_url is None:
        chosen.append(Valkey(data, password=passwords.valkey))
    return chosen
