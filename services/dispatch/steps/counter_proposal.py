"""A worker would come at another time; the coordination agrees or looks elsewhere."""

from datetime import datetime
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, move
from services.dispatch.rules.tasks import move_problems
from shared.db import Tx
from shared.errors import RefusedError, refuse
from shared.events import TaskCountered
from shared.words import ProposalState


async def counter_proposal(proposal_id: UUID, worker_id: UUID, wished_at: datetime, tx: Tx) -> None:
    """Save the time that a worker wishes; saying it again changes nothing.

    Raises:
        MissingError: no such proposal, or it asks somebody else.
        RefusedError: too late, answered otherwise already, or the task cannot be at that time.
    """
    proposal = await store.own_proposal(tx, proposal_id, worker_id)
    after = move(proposal.state, Act.COUNTER, Actor.WORKER, proposal.clock(tx.now))
    if proposal.state is ProposalState.COUNTERED:
        if proposal.wished_at != wished_at:
            raise refuse("already_countered", "Une autre heure est déjà proposée.")
        return
    if wished_at == proposal.starts_at:
        raise refuse("same_time", "C’est déjà l’heure prévue.", place="wished_at")
    campaign = await store.campaign_of(tx, proposal.campaign_id)
    task = await store.task_of(tx, proposal.task_id)
    problems = move_problems(campaign.frame, task.slot, wished_at, tx.now)
    if problems:
        raise RefusedError(*problems)
    await store.save_state(tx, [proposal.id], after, wished_at=wished_at)
    await tx.emit(
        TaskCountered(
            occurred_at=tx.now,
            task_id=proposal.task_id,
            campaign_id=proposal.campaign_id,
            zone_id=proposal.zone_id,
            proposal_id=proposal.id,
            wished_at=wished_at,
        )
    )
