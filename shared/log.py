"""JSON lines on standard error, with bound context and no personal data.

What is logged is ids, names of steps and types of errors. The text of an error is never logged
for what came from outside, because validation errors quote their input.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_context: ContextVar[dict[str, str]] = ContextVar("log_context", default={})  # noqa: B039 - never mutated


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Add ids to every line logged inside: service, step, event_id, campaign_id, attempt."""
    token = _context.set({**_context.get(), **{k: str(v) for k, v in values.items()}})
    try:
        yield
    finally:
        _context.reset(token)


class JsonLines(logging.Formatter):
    """One line per record; an exception gives its type and where, never its text."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_context.get(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["where"] = " > ".join(f"{f.filename}:{f.lineno} {f.name}" for f in frames)
        return json.dumps(line, ensure_ascii=False)


def start_logging(level: int = logging.INFO) -> None:
    """Send every logger of this process through `JsonLines`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These two log the parameters of what they do; ours say what matters.
    for noisy in ("httpx", "nats.aio.client", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
