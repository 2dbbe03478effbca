"""Notes are kept until ninety days after their campaign closed; then their keys are destroyed."""

from services.dispatch import store
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.notes import KEPT_FOR, month_of
from shared.db import Tx

PAGE = 500


async def destroy_note_keys(tx: Tx) -> int:
    """Destroy the keys that are due, and with them the notes; return how many keys."""
    before = tx.now - KEPT_FOR
    return await store.destroy_note_keys(tx, before, month_of(local_day(before)), PAGE)
