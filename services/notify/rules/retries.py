"""When a message that did not leave is tried again."""

from datetime import datetime, timedelta

# From seconds, for a server that restarts, to hours, for greylisting and a broken relay.
RETRY_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
DIGEST_AFTER = timedelta(minutes=15)  # so that ten answers of one evening make one message


def next_try(attempts: int, now: datetime) -> datetime | None:
    """Say when to try again after this many attempts; None means: give up."""
    return now + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None
