"""The asking side of the guard: start and stop child processes that cannot be left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from deploy.engines.errors import EngineError

START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class OsUser:
    """A user of the operating system for a process that must not run as root."""

    uid: int
    gid: int
    read_everywhere: bool
    """Keep the right to walk through folders closed to others; nothing may be written there."""


@dataclass(frozen=True, slots=True)
class Spawn:
    """A process to start. The lowest `stop_rank` is stopped first, equal ones together."""

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str]
    stop_rank: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_wait_s: float = 10.0
    cwd: Path = Path("/")
    user: OsUser | None = None


class _Running:
    """What is known of one started process; guarded by the lock of `Guarded`."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.why_not: str | None = None
        self.code: int | None = None
        self.changed = threading.Event()
        self.ended = threading.Event()


class Guarded:
    """A group of child processes that ends with this object, however this object ends.

    Safe to use from several threads. `on_exit(name, code)` is called from a reader thread when a
    process ends, asked or not.
    """

    def __init__(
        self,
        *,
        lock: int | None = None,
        remove_at_the_end: Path | None = None,
        on_exit: Callable[[str, int], None] | None = None,
    ) -> None:
        self.on_exit = on_exit
        self._running: dict[str, _Running] = {}
        self._lock = threading.Lock()
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            # Shared with the guard: the folder stays locked until the last engine is gone.
            pass_fds=() if lock is None else (lock,),
        )
        if lock is not None:
            os.close(lock)
        if remove_at_the_end is not None:
            self._ask({"do": "remove_folder_at_the_end", "folder": str(remove_at_the_end)})
        self._reader = threading.Thread(target=self._read_events, name="guard", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def guard_pid(self) -> int:
        return self._guard.pid

    def start(self, spawn: Spawn) -> int:
        """Start a process and return its id.

        Raises:
            EngineError: the command cannot be run.
        """
        running = _Running()
        with self._lock:
            self._running[spawn.name] = running
        self._ask(
            {
                "do": "start",
                "name": spawn.name,
                "argv": list(spawn.argv),
                "log": str(spawn.log),
                "env": dict(spawn.env),
                "cwd": str(spawn.cwd),
                "rank": spawn.stop_rank,
                "stop_signal": int(spawn.stop_signal),
                "stop_wait_s": spawn.stop_wait_s,
                "user": None
                if spawn.user is None
                else {
                    "uid": spawn.user.uid,
                    "gid": spawn.user.gid,
                    "read_everywhere": spawn.user.read_everywhere,
                },
            }
        )
        if not running.changed.wait(START_TIMEOUT_S):
            raise EngineError(f"{spawn.name} could not be started: the guard process is away.")
        if running.pid is None:
            raise EngineError(f"{spawn.name} could not be started: {running.why_not}.")
        return running.pid

    def stop(self, name: str, timeout_s: float = 30.0) -> None:
        """Stop one process and wait until it is gone."""
        with self._lock:
            running = self._running.get(name)
        if running is None or running.ended.is_set():
            return
        self._ask({"do": "stop", "name": name})
        running.ended.wait(timeout_s)

    def wait(self, name: str, timeout_s: float | None = None) -> int | None:
        """Wait for a process to end by itself; return its exit code, or None when it has not."""
        with self._lock:
            running = self._running[name]
        running.ended.wait(timeout_s)
        return running.code

    def is_running(self, name: str) -> bool:
        with self._lock:
            running = self._running.get(name)
        return running is not None and running.pid is not None and not running.ended.is_set()

    def pids(self) -> dict[str, int]:
        """Process ids of what runs now, by name."""
        with self._lock:
            return {
                name: running.pid
                for name, running in self._running.items()
                if running.pid is not None and not running.ended.is_set()
            }

    def close(self) -> None:
        """Stop everything in order and wait until it is gone. May be called twice."""
        self.on_exit = None
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
        self._guard.wait()
        self._reader.join()
        if self._guard.stdout is not None:
            self._guard.stdout.close()

    def _ask(self, request: dict[str, Any]) -> None:
        stdin = self._guard.stdin
        if stdin is None or stdin.closed:
            raise EngineError("The system is stopping: nothing new can be started.")
        line = json.dumps(request).encode() + b"\n"
        try:
            with self._lock:
                stdin.write(line)
                stdin.flush()
        except OSError as error:
            raise EngineError("The guard process is gone; stop and start again.") from error

    def _read_events(self) -> None:
        stdout = self._guard.stdout
        if stdout is None:
            return
        for line in stdout:
            event = json.loads(line)
            with self._lock:
                running = self._running.get(event["name"])
            if running is None:
                continue
            match event["event"]:
                case "started":
                    running.pid = event["pid"]
                    running.changed.set()
                case "failed":
                    running.why_not = event["why"]
                    running.ended.set()
                    running.changed.set()
                case "exited":
                    running.code = event["code"]
                    running.ended.set()
                    on_exit = self.on_exit
                    if on_exit is not None:
                        on_exit(event["name"], event["code"])
        with self._lock:
            left = list(self._running.values())
        for running in left:
            running.ended.set()
            running.changed.set()


def inherited_env() -> dict[str, str]:
    """Return the environment that a child may see: ours, without Relais' own settings."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # handed on, not read
        if not name.startswith(("RELAIS_", "PG", "NATS_", "CADDY_"))
    }
