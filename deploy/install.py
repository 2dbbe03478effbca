"""Makes `.venv` from `uv.lock`, with uv from PATH, or else from PyPI into `.uv`, for `relais`.

Standard library only: nothing is installed yet. Safe to run twice at the same time.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / ".uv"
STAMP = ROOT / ".venv" / "relais-stamp"


class InstallError(Exception):
    """Something is missing; the message says what to do."""


def main(stamp: str) -> None:
    """Sync unless somebody else just did; `stamp` stands for what the lock file says."""
    OWN.mkdir(exist_ok=True)
    with (OWN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if STAMP.exists() and STAMP.read_text().strip() == stamp:
            return
        sync(find_uv())
        STAMP.write_text(stamp)


def find_uv() -> Path:
    on_path = shutil.which("uv")
    if on_path is not None:
        return Path(on_path)
    own = OWN / "bin" / "uv"
    if not own.exists():
        say("Installing uv into .uv")
        install_uv()
    return own


def install_uv() -> None:
    fresh = OWN / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    run(
        *pip(),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action=ignore",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        f"--requirement={ROOT / 'deploy' / 'uv.txt'}",
        f"--target={fresh}",
        otherwise="uv could not be installed from PyPI. Is this machine online? "
        "Installing uv yourself (https://docs.astral.sh/uv) works too.",
    )
    shutil.rmtree(OWN / "bin", ignore_errors=True)
    (fresh / "bin").rename(OWN / "bin")
    shutil.rmtree(fresh)


def pip() -> list[str]:
    """Return a command for pip: this Python's own, or that of a virtual environment made for it."""
    probe = [sys.executable, "-m", "pip", "--version"]
    if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
        return [sys.executable, "-m", "pip"]
    venv = OWN / "venv"
    run(
        sys.executable,
        "-m",
        "venv",
        "--clear",
        str(venv),
        otherwise="Python has neither pip nor venv here. Install one of them (Debian, Ubuntu: "
        "apt install python3-pip), or uv (https://docs.astral.sh/uv), and run this again.",
    )
    return [str(venv / "bin" / "python"), "-m", "pip"]


def sync(uv: Path) -> None:
    say("Installing what uv.lock pins into .venv (once)")
    settings = {"UV_PROJECT_ENVIRONMENT": str(ROOT / ".venv")}
    if uv.is_relative_to(OWN):
        settings["UV_CACHE_DIR"] = str(OWN / "cache")
    run(
        str(uv),
        "sync",
        "--quiet",
        "--locked",
        "--compile-bytecode",
        f"--project={ROOT}",
        f"--python={sys.executable}",
        settings=settings,
        otherwise="The dependencies could not be installed; uv says why above. The first run needs "
        "the network; running ./relais again takes up where it stopped.",
    )


def run(*argv: str, otherwise: str, settings: Mapping[str, str] | None = None) -> None:
    environment = os.environ | (settings or {})  # noqa: TID251  # handed on, not read
    if subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
        raise InstallError(otherwise)


def say(what: str) -> None:
    print(f"relais: {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except InstallError as problem:
        sys.exit(f"relais: {problem}")
    except PermissionError as problem:
        sys.exit(f"relais: {problem.filename} cannot be written; use a checkout of your own.")
