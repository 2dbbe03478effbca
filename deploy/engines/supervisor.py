"""Starts a process again when it ends without having been asked to."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping

from deploy.engines.errors import EngineError
from deploy.engines.guarded import Guarded, Spawn

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0


class Supervisor:
    """Watches processes by name. Waits twice as long after each crash that follows closely."""

    def __init__(self, guarded: Guarded, on_restart: Callable[[], None]) -> None:
        self.guarded = guarded
        self.on_restart = on_restart
        self.restarts: dict[str, int] = {}
        self._spawns: dict[str, Spawn] = {}
        self._pause_s: dict[str, float] = {}
        self._started_at_s: dict[str, float] = {}
        self._ended: queue.Queue[str | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def watch(self, spawns: Mapping[str, Spawn]) -> None:
        """Begin to watch processes that run by now."""
        self._spawns |= spawns
        self._started_at_s |= dict.fromkeys(spawns, time.monotonic())
        self.guarded.on_exit = self._note_exit
        if not self._thread.is_alive():
            self._thread.start()
        for name in spawns:
            if not self.guarded.is_running(name):
                self._ended.put(name)

    def stop(self) -> None:
        """Let processes end from now on."""
        self._stopping.set()
        self.guarded.on_exit = None
        self._ended.put(None)

    def _note_exit(self, name: str, code: int) -> None:
        if name in self._spawns:
            log.error("%s ended with code %s; its log is %s", name, code, self._spawns[name].log)
            self._ended.put(name)

    def _run(self) -> None:
        while (name := self._ended.get()) is not None and not self._stopping.is_set():
            if self.guarded.is_running(name):
                continue
            threading.Thread(target=self._start_again, args=(name,), daemon=True).start()

    def _start_again(self, name: str) -> None:
        ran_s = time.monotonic() - self._started_at_s[name]
        pause_s = (
            FIRST_PAUSE_S if ran_s > STEADY_AFTER_S else self._pause_s.get(name, FIRST_PAUSE_S)
        )
        self._pause_s[name] = min(pause_s * 2, LONGEST_PAUSE_S)
        if self._stopping.wait(pause_s):
            return
        try:
            self._started_at_s[name] = time.monotonic()
            self.guarded.start(self._spawns[name])
        except EngineError:
            if not self._stopping.is_set():
                log.exception("%s could not be started again", name)
                self._ended.put(name)
        else:
            self.restarts[name] = self.restarts.get(name, 0) + 1
            log.warning("%s runs again", name)
            self.on_restart()
