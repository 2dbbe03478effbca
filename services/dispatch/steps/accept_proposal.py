"""A worker says yes. Every hard rule is asked once more, because a day has passed since."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, move
from services.dispatch.steps.look_at_task import look_at_task, must_run
from services.dispatch.steps.propose_task import obstacles
from services.dispatch.store import Proposal
from shared.db import Tx
from shared.errors import RefusedError
from shared.events import TaskAccepted
from shared.words import WorkerId


async def accept_proposal(proposal_id: UUID, worker_id: UUID, tx: Tx) -> Proposal:
    """Save a worker's own yes; saying it again changes nothing.

    Args:
        proposal_id: the question.
        worker_id: who is signed in. Nobody else can say yes for them.
        tx: the transaction.

    Raises:
        MissingError: no such proposal, or it asks somebody else.
        RefusedError: too late, withdrawn, or every hard rule that says no by now.
    """
    await store.lock_worker(tx, worker_id)
    task_id = (await store.proposal_of(tx, proposal_id)).task_id
    task = await store.task_of(tx, task_id, lock=True)
    proposal = await store.own_proposal(tx, proposal_id, worker_id)
    after = move(proposal.state, Act.ACCEPT, Actor.WORKER, proposal.clock(tx.now))
    if proposal.state is after:
        return proposal
    campaign = await store.campaign_of(tx, proposal.campaign_id)
    must_run(campaign)
    situation = await look_at_task(tx, campaign, task, answering=worker_id)
    problems = await obstacles(tx, situation, worker_id)
    if problems:
        raise RefusedError(*problems)
    await store.save_accepted(tx, proposal)
    await tx.emit(
        TaskAccepted(
            occurred_at=tx.now,
            task_id=proposal.task_id,
            campaign_id=proposal.campaign_id,
            zone_id=proposal.zone_id,
            proposal_id=proposal.id,
            worker_id=WorkerId(worker_id),
            kind=proposal.kind,
            starts_at=proposal.starts_at,
            ends_at=proposal.ends_at,
        )
    )
    return await store.proposal_of(tx, proposal.id)
