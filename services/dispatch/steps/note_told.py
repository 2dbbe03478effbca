"""A worker was reached: the coordination sees that the question arrived."""

from services.dispatch import store
from shared.db import Tx
from shared.events import RaqNotified


async def note_told(fact: RaqNotified, tx: Tx) -> None:
    """Note on a proposal that its worker was reached."""
    if fact.proposal_id is not None:
        await store.save_told(tx, fact.proposal_id, fact.channel)
