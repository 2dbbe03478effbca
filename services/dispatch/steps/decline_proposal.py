"""A worker says no, with a reason that helps to mend the plan and is counted for nobody."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, move
from shared.db import Tx
from shared.events import TaskDeclined
from shared.words import DeclineReason


async def decline_proposal(
    proposal_id: UUID, worker_id: UUID, reason: DeclineReason, tx: Tx
) -> None:
    """Save a worker's no; saying it again changes nothing.

    Raises:
        MissingError: no such proposal, or it asks somebody else.
        RefusedError: too late, or answered otherwise already.
    """
    proposal = await store.own_proposal(tx, proposal_id, worker_id)
    after = move(proposal.state, Act.DECLINE, Actor.WORKER, proposal.clock(tx.now))
    if proposal.state is after:
        return
    await store.save_state(tx, [proposal.id], after, decline_reason=reason)
    await tx.emit(
        TaskDeclined(
            occurred_at=tx.now,
            task_id=proposal.task_id,
            campaign_id=proposal.campaign_id,
            zone_id=proposal.zone_id,
            proposal_id=proposal.id,
            reason=reason,
        )
    )
