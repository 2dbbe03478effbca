"""What a feed said of a cancelled task is forgotten as soon as the answer to it is."""

from services.dispatch.rules.feed import CANCELLED_KEPT_AFTER_END
from services.dispatch.store import calendars
from shared.db import Tx


async def forget_feeds(tx: Tx) -> int:
    """Forget cancellations of past tasks; return how many."""
    return await calendars.forget_cancelled(tx, tx.now - CANCELLED_KEPT_AFTER_END)
