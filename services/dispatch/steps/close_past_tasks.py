"""What nobody could do, or of which nothing was heard for a week, did not take place."""

from services.dispatch import store
from services.dispatch.rules.outcomes import NO_OUTCOME_AFTER
from shared.db import Tx

PAGE = 200


async def close_past_tasks(tx: Tx) -> int:
    """Mark past tasks as not done; return how many. A late outcome takes it back."""
    ended = await store.past_undone(tx, tx.now, PAGE, accepted=False)
    unheard = await store.past_undone(tx, tx.now - NO_OUTCOME_AFTER, PAGE, accepted=True)
    await store.mark_not_done(tx, ended, "nobody_accepted")
    await store.mark_not_done(tx, unheard, "no_outcome")
    return len(ended) + len(unheard)
