"""The guard: a small process that is parent to every engine and outlives whoever asked for them.

Run as `python -I -S guard.py`. It reads one JSON request per line and answers one JSON event per
line. When its standard input ends, because the asking process closed it, crashed or was killed, it
stops every child, lowest rank first, and removes the folder that it was told to remove. So there is
one way to stop, and it is the same for Ctrl-C, a clean exit and SIGKILL.

Requests: `{"do": "start", ...Spawn}`, `{"do": "stop", "name": ...}` and
`{"do": "remove_folder_at_the_end", "folder": ...}`.
Events: `started`, `failed`, `exited`, each with the name of the process.

Standard library only, and without site-packages: it has to stay small and start fast.
"""

import contextlib
import ctypes
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522

TICK_S = 0.2
KILL_WAIT_S = 5.0

_libc = ctypes.CDLL(None, use_errno=True)


class Child:
    """One running process and how it wants to be stopped."""

    def __init__(self, request: dict[str, Any], process: "subprocess.Popen[bytes]") -> None:
        self.name: str = request["name"]
        self.rank: int = request["rank"]
        self.stop_signal: int = request["stop_signal"]
        self.stop_wait_s: float = request["stop_wait_s"]
        self.process = process
        self.kill_at_s: float | None = None

    def ask_to_stop(self) -> None:
        if self.kill_at_s is None:
            self.kill_at_s = time.monotonic() + self.stop_wait_s
            self.signal(self.stop_signal)

    def signal(self, number: int, *, whole_group: bool = False) -> None:
        try:
            if whole_group:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        except (ProcessLookupError, PermissionError):
            pass

    def is_gone(self) -> bool:
        """Reap the process if it has ended; kill it if its time to end by itself has run out."""
        if self.process.poll() is not None:
            # Whatever it forked shares its group and has nobody left to work for.
            self.signal(signal.SIGKILL, whole_group=True)
            return True
        if self.kill_at_s is not None and time.monotonic() > self.kill_at_s:
            self.signal(signal.SIGKILL, whole_group=True)
        return False


def enter_user(uid: int, gid: int, *, read_everywhere: bool) -> None:
    """Become another user for good; keep the right to walk through closed folders if asked.

    PostgreSQL refuses to run as root, but a checkout in a folder that only root may enter must
    work too. Opening that folder to everybody would be worse than this one capability.
    """
    if read_everywhere:
        # Without it, access() ignores the capability, and initdb asks access() for its programs.
        _libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if read_everywhere and not _keep_only(CAP_DAC_READ_SEARCH):
        _keep_only(CAP_DAC_OVERRIDE)  # containers lack the milder one


def _keep_only(capability: int) -> bool:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if _libc.capset(header, data) != 0:
        return False
    return bool(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0)


def spawn(request: dict[str, Any], guard_pid: int) -> Child:
    user = request.get("user")

    def before_exec() -> None:
        if user is not None:
            enter_user(user["uid"], user["gid"], read_everywhere=user["read_everywhere"])
        if sys.platform == "linux":
            # After the change of user, which clears it. Covers the death of this guard itself.
            _libc.prctl(PR_SET_PDEATHSIG, request["stop_signal"], 0, 0, 0)
            if os.getppid() != guard_pid:
                os._exit(1)

    with Path(request["log"]).open("ab") as log:
        process = subprocess.Popen(
            request["argv"],
            cwd=request["cwd"],
            env=request["env"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec,  # noqa: PLW1509  # this process has one thread
        )
    return Child(request, process)


class Guard:
    """Reads requests, watches children, and cleans up when nobody asks any more."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.children: dict[str, Child] = {}
        self.folder: str | None = None
        self.ended = False
        self._unread = b""

    def run(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        wake_r, wake_w = os.pipe()
        os.set_blocking(wake_w, False)
        signal.set_wakeup_fd(wake_w)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._end)
        for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(ignored, signal.SIG_IGN)
        selector.register(wake_r, selectors.EVENT_READ)
        while not self.ended:
            for key, _ in selector.select(TICK_S if self._someone_is_stopping() else None):
                if key.fd == wake_r:
                    os.read(wake_r, 4096)
                else:
                    self._read_requests()
            self._reap()
        self._stop_all()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, *_: object) -> None:
        self.ended = True

    def _someone_is_stopping(self) -> bool:
        return any(child.kill_at_s is not None for child in self.children.values())

    def _read_requests(self) -> None:
        received = os.read(sys.stdin.fileno(), 65536)
        if not received:
            self.ended = True
            return
        *lines, self._unread = (self._unread + received).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, request: dict[str, Any]) -> None:
        if request["do"] == "start":
            self._start(request)
        elif request["do"] == "stop":
            child = self.children.get(request["name"])
            if child is None:
                say({"event": "exited", "name": request["name"], "code": 0})
            else:
                child.ask_to_stop()
        elif request["do"] == "remove_folder_at_the_end":
            self.folder = request["folder"]

    def _start(self, request: dict[str, Any]) -> None:
        name = request["name"]
        try:
            child = spawn(request, self.pid)
        except (OSError, subprocess.SubprocessError) as error:
            say({"event": "failed", "name": name, "why": str(error)})
            return
        self.children[name] = child
        say({"event": "started", "name": name, "pid": child.process.pid})

    def _reap(self) -> None:
        for name, child in list(self.children.items()):
            if child.is_gone():
                del self.children[name]
                say({"event": "exited", "name": name, "code": child.process.returncode})

    def _stop_all(self) -> None:
        for rank in sorted({child.rank for child in self.children.values()}):
            group = [child for child in self.children.values() if child.rank == rank]
            give_up_at_s = time.monotonic() + KILL_WAIT_S + max(c.stop_wait_s for c in group)
            for child in group:
                child.ask_to_stop()
            while time.monotonic() < give_up_at_s:
                group = [child for child in group if not child.is_gone()]
                if not group:
                    break
                time.sleep(0.02)


def say(event: dict[str, Any]) -> None:
    # The one who asked may be gone; the end of standard input says so too.
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), json.dumps(event).encode() + b"\n")


if __name__ == "__main__":
    Guard().run()
