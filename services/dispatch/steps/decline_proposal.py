"""A worker says no, with a reason that helps to mend the plan and is counted for nobody."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, comes_late, move
from shared.db import Tx
from shared.events import TaskDeclined
from shared.words import DeclineReason, ProposalState


async def decline_proposal(
    proposal_id: UUID, worker_id: UUID, reason: DeclineReason, tx: Tx
) -> ProposalState:
    """Save a worker's no and return what the question is now; saying it again changes nothing.

    A no that comes late needs nothing more: the question has ended, and its reason is not kept.

    Raises:
        MissingError: no such proposal, or it asks somebody else.
        RefusedError: answered otherwise already.
    """
    proposal = await store.own_proposal(tx, proposal_id, worker_id)
    if comes_late(proposal.state, proposal.clock(tx.now)):
        return proposal.state
    after = move(proposal.state, Act.DECLINE, Actor.WORKER, proposal.clock(tx.now))
    if proposal.state is after:
        return after
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
    return after
