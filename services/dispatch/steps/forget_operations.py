"""What phones sent is remembered as long as a phone may stay silent, and no longer."""

from services.dispatch import store
from services.dispatch.rules.operations import KEPT_FOR
from shared.db import Tx

PAGE = 500


async def forget_operations(tx: Tx) -> int:
    """Forget the oldest operations that were taken; return how many."""
    return await store.forget_operations(tx, tx.now - KEPT_FOR, PAGE)
