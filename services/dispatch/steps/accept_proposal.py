"""A worker says yes. Every hard rule is asked once more, because a day has passed since."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import Act, Actor, comes_late, move
from services.dispatch.steps.look_at_task import look_at_task, must_run
from services.dispatch.steps.propose_task import obstacles
from services.dispatch.steps.save_yes import save_yes
from services.dispatch.steps.take_late_yes import take_late_yes
from services.dispatch.store import Proposal
from shared.db import Tx
from shared.errors import RefusedError
from shared.words import WorkerId


async def accept_proposal(proposal_id: UUID, worker_id: UUID, tx: Tx) -> Proposal:
    """Save a worker's own yes; saying it again changes nothing.

    A yes that comes late takes the place if it is free, or is kept for the next one.

    Args:
        proposal_id: the question.
        worker_id: who is signed in. Nobody else can say yes for them.
        tx: the transaction.

    Returns:
        The question as it is now; a late yes that took the place has a question of its own.

    Raises:
        MissingError: no such proposal, or it asks somebody else.
        RefusedError: answered otherwise already, the campaign does not run, or every hard rule
            that says no by now.
    """
    await store.lock_worker(tx, worker_id)
    task_id = (await store.proposal_of(tx, proposal_id)).task_id
    task = await store.task_of(tx, task_id, lock=True)
    proposal = await store.own_proposal(tx, proposal_id, worker_id)
    if comes_late(proposal.state, proposal.clock(tx.now)):
        return await take_late_yes(proposal, task, WorkerId(worker_id), tx)
    after = move(proposal.state, Act.ACCEPT, Actor.WORKER, proposal.clock(tx.now))
    if proposal.state is after:
        return proposal
    campaign = await store.campaign_of(tx, proposal.campaign_id)
    must_run(campaign)
    situation = await look_at_task(tx, campaign, task, answering=worker_id)
    problems = await obstacles(tx, situation, worker_id)
    if problems:
        raise RefusedError(*problems)
    return await save_yes(tx, proposal, WorkerId(worker_id))
