"""A worker's own yes is written down and told: the last line of every way to say it."""

from services.dispatch import store
from services.dispatch.store import Proposal
from shared.db import Tx
from shared.events import TaskAccepted
from shared.words import WorkerId


async def save_yes(tx: Tx, proposal: Proposal, worker_id: WorkerId) -> Proposal:
    """Save that a question was answered with yes, by the worker whom it asks; return it."""
    await store.save_accepted(tx, proposal)
    await tx.emit(
        TaskAccepted(
            occurred_at=tx.now,
            task_id=proposal.task_id,
            campaign_id=proposal.campaign_id,
            zone_id=proposal.zone_id,
            proposal_id=proposal.id,
            worker_id=worker_id,
            kind=proposal.kind,
            starts_at=proposal.starts_at,
            ends_at=proposal.ends_at,
        )
    )
    return await store.proposal_of(tx, proposal.id)
