"""Dispatch has a plan for a campaign, or proposed its first task."""

from services.intake import store
from shared.db import Tx
from shared.events import RaqsMatched, TaskProposed


async def note_progress(fact: RaqsMatched | TaskProposed, tx: Tx) -> None:
    """Note that there is a plan to look at, or that somebody was asked; who does not matter."""
    if isinstance(fact, RaqsMatched):
        await store.note_progress(tx, fact.campaign_id, matched_at=fact.occurred_at)
    else:
        await store.note_progress(tx, fact.campaign_id, sent_at=fact.occurred_at)
