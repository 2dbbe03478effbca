"""What a data folder says about the system in it: `state.json`, a lock, its memory."""

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import psutil

from deploy.engines.errors import EngineError

FRESH_S = 60.0


@dataclass(frozen=True, slots=True)
class State:
    """What runs in a data folder: process ids and addresses by name."""

    parent: int
    pids: dict[str, int] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Return the state of the system that runs in this folder, None when none does."""
        if not is_locked(data):
            return None
        try:
            return cls(**json.loads((data / "state.json").read_text()))
        except FileNotFoundError:
            return None

    def write(self, data: Path) -> None:
        write_private(data / "state.json", json.dumps(asdict(self), indent=2))

    def resident_memory_bytes(self) -> int:
        return resident_memory_bytes((self.parent, *self.pids.values()))


def lock(data: Path) -> int:
    """Take the lock of a data folder; return its file descriptor, which is the lock.

    Raises:
        EngineError: a system already runs in this folder.
    """
    descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise EngineError(
            f"A system already runs in {data}. Stop it with `relais down`, or choose another "
            "folder with RELAIS_DATA_DIR."
        ) from error
    return descriptor


def is_locked(data: Path) -> bool:
    """Say whether a system runs in this folder, or is still stopping."""
    if not (data / "lock").exists():
        return False
    try:
        os.close(lock(data))
    except EngineError:
        return True
    return False


def temporary_folder(parent: Path | None = None, prefix: str = "relais-") -> Path:
    """Make a folder for a system that leaves nothing behind, in `parent` or the machine's own."""
    if parent is not None:
        parent.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(parent, prefix)
    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent)).resolve()


def _remove_left_behind(parent: Path, prefix: str) -> None:
    """Remove what a system left whose guard was killed too, or whose machine was switched off."""
    for folder in parent.glob(f"{prefix}*"):
        age_s = time.time() - folder.stat().st_mtime
        if age_s > FRESH_S and not is_locked(folder):
            shutil.rmtree(folder, ignore_errors=True)


def write_private(file: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(file)


def resident_memory_bytes(pids: Iterable[int], *, children: bool = True) -> int:
    """Sum the memory of these processes and all their children, shared pages counted once."""
    processes: set[psutil.Process] = set()
    for pid in pids:
        try:
            process = psutil.Process(pid)
            processes |= {process, *(process.children(recursive=True) if children else ())}
        except psutil.NoSuchProcess:
            continue
    return sum(_memory_bytes(process) for process in processes)


def _memory_bytes(process: psutil.Process) -> int:
    try:
        # Proportional: PostgreSQL's processes all map the same buffers.
        full = process.memory_full_info()
        return int(getattr(full, "pss", 0) or full.rss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
