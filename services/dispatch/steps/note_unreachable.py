"""A worker could not be reached: the coordination may call them."""

from services.dispatch import store
from shared.db import Tx
from shared.events import NotificationFailed


async def note_unreachable(fact: NotificationFailed, tx: Tx) -> None:
    """Note on a proposal why its worker was not reached, unless another channel did."""
    if fact.proposal_id is not None:
        await store.save_not_told(tx, fact.proposal_id, fact.reason)
