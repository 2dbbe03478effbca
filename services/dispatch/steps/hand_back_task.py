"""A worker gives an accepted task back before it begins: own life and own actions come first."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, move
from shared.db import Tx
from shared.events import TaskHandedBack


async def hand_back_task(proposal_id: UUID, worker_id: UUID, tx: Tx) -> None:
    """Take a yes back; doing it again changes nothing.

    Raises:
        MissingError: no such proposal, or it asks somebody else.
        RefusedError: it was never accepted, or its time has come.
    """
    proposal = await store.own_proposal(tx, proposal_id, worker_id)
    after = move(proposal.state, Act.HAND_BACK, Actor.WORKER, proposal.clock(tx.now))
    if proposal.state is after:
        return
    await store.save_state(tx, [proposal.id], after)
    await tx.emit(
        TaskHandedBack(
            occurred_at=tx.now,
            task_id=proposal.task_id,
            campaign_id=proposal.campaign_id,
            zone_id=proposal.zone_id,
            proposal_id=proposal.id,
        )
    )
