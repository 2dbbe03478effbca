"""What all embedded engines have in common: a folder, a port, a command, a readiness check."""

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from deploy.engines.errors import EngineError, last_lines
from deploy.engines.guarded import Guarded, Spawn
from deploy.engines.ports import free_port

PORT_ATTEMPTS = 5
POLL_S = 0.03


class Engine(ABC):
    """One server from its wheel, on loopback, with its data in one folder.

    `prepare` may take long and is done once; `spawn` says how to run it on `port`; `check` raises
    anything while the server does not answer a real request yet.
    """

    name: ClassVar[str]
    start_timeout_s: ClassVar[float] = 120.0

    def __init__(self, data: Path, *, password: str, port: int | None = None) -> None:
        self.folder = data / self.name
        self.log = data / "logs" / f"{self.name}.log"
        self.password = password
        self.fixed_port = port is not None
        self.port = port if port is not None else free_port()

    @abstractmethod
    def urls(self) -> dict[str, str]:
        """Return the addresses of the running server by name."""

    @abstractmethod
    def spawn(self) -> Spawn: ...

    @abstractmethod
    def check(self) -> None: ...

    def prepare(self, guarded: Guarded) -> None:  # noqa: ARG002  # PostgreSQL runs initdb in it
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def choose_ports(self) -> None:
        self.port = free_port()

    def start(self, guarded: Guarded) -> None:
        """Start and wait until it answers.

        Raises:
            EngineError: it did not; the message holds the end of its log.
        """
        self.prepare(guarded)
        for attempt in range(1, PORT_ATTEMPTS + 1):
            begins_at = self.log.stat().st_size if self.log.exists() else 0
            guarded.start(self.spawn())
            if self._answers(guarded):
                return
            lost_its_port = "in use" in self._said_since(begins_at)
            if not lost_its_port or self.fixed_port or attempt == PORT_ATTEMPTS:
                break
            # Somebody took the port between choosing and binding it.
            self.choose_ports()
        raise EngineError(
            f"{self.name} did not start. The end of its log, {self.log}:\n{last_lines(self.log)}\n"
            + self.advice()
        )

    def advice(self) -> str:
        return f"Put right what the log says and start again; the data is in {self.folder}."

    def _answers(self, guarded: Guarded) -> bool:
        give_up_at_s = time.monotonic() + self.start_timeout_s
        while time.monotonic() < give_up_at_s:
            if not guarded.is_running(self.name):
                return False
            try:
                self.check()
            except Exception:  # noqa: BLE001  # not ready is all that a failed check means
                time.sleep(POLL_S)
            else:
                return True
        guarded.stop(self.name)
        return False

    def _said_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace").lower()
