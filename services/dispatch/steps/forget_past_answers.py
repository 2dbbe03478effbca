"""Who said no, or nothing, matters until the task has passed. Then nobody knows it any more."""

from services.dispatch import store
from shared.db import Tx

PAGE = 500


async def forget_past_answers(tx: Tx) -> int:
    """Take the person off every answer but a yes about past tasks; return how many."""
    return await store.forget_answers(tx, tx.now, PAGE)
