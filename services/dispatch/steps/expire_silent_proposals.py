"""Silence is an answer too: after its delay a question ends, and somebody else can be asked."""

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, move
from shared.db import Tx
from shared.events import TaskExpired

PAGE = 200


async def expire_silent_proposals(tx: Tx) -> int:
    """End the questions whose delay is over; return how many."""
    silent = await store.silent_proposals(tx, tx.now, PAGE)
    for proposal in silent:
        after = move(proposal.state, Act.EXPIRE, Actor.CLOCK, proposal.clock(tx.now))
        await store.save_state(tx, [proposal.id], after)
        await tx.emit(
            TaskExpired(
                occurred_at=tx.now,
                task_id=proposal.task_id,
                campaign_id=proposal.campaign_id,
                zone_id=proposal.zone_id,
                proposal_id=proposal.id,
            )
        )
    return len(silent)
