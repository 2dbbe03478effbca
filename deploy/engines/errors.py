"""What goes wrong with engines, said so that a person knows what to do next."""

from pathlib import Path

SHOWN_LOG_LINES = 12


class EngineError(Exception):
    """An engine did not start, did not answer, or is not there. The message says what to do."""


def last_lines(log: Path, count: int = SHOWN_LOG_LINES) -> str:
    """Return the end of a log file, indented, or a remark that it is empty."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"
