"""A calendar asks for a feed: what it says now, beside what it said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.dispatch.rules.feed import KEPT_AFTER_END, FeedEvent, reconciled
from services.dispatch.steps.renew_feed import hashed
from services.dispatch.store import calendars
from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose feed it is and what it says."""

    worker_id: UUID
    events: Sequence[FeedEvent]


async def read_feed(token: str, tx: Tx) -> Feed:
    """Return what the feed at an address says, and remember that it was said.

    Raises:
        MissingError: there is none at this address, or no more.
    """
    worker_id = await calendars.feed_owner(tx, hashed(token))
    before = await calendars.said_events(tx, worker_id)
    accepted = await calendars.accepted_events(tx, worker_id, tx.now - KEPT_AFTER_END)
    now = reconciled(before, accepted, tx.now)
    await calendars.save_said(tx, worker_id, before.values(), now)
    return Feed(worker_id, now)
