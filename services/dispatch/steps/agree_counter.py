"""The coordination agrees with a worker's other time: the task moves, and is proposed anew."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.steps.look_at_task import look_at_task, must_run
from services.dispatch.steps.propose_task import (
    ask,
    moved,
    must_be_able,
    must_be_to_come,
    obstacles,
)
from services.dispatch.steps.withdraw_proposal import withdraw
from shared.db import Tx
from shared.errors import refuse
from shared.words import ProposalId, ProposalState, WithdrawalReason


async def agree_counter(proposal_id: UUID, tx: Tx) -> ProposalId:
    """Move a task to the wished time and ask anew; return the new question to who wished it.

    Nobody is taken at their word: the one who wished that time still says yes to it. Others who
    were asked and had not answered are asked for the new time, if the hard rules let them.

    Raises:
        MissingError: no such proposal.
        RefusedError: no other time is wished, somebody else accepted, or a hard rule says no.
    """
    wish = await store.proposal_of(tx, proposal_id)
    if wish.worker_id is None:
        raise refuse("already_past", "L’heure de la tâche est passée.")
    await store.lock_worker(tx, wish.worker_id)
    task = await store.task_of(tx, wish.task_id, lock=True)
    asked = await store.proposals_for(tx, wish.task_id)
    wish = next(p for p in asked if p.id == proposal_id)
    worker_id, wished_at = wish.worker_id, wish.wished_at
    anew = [p for p in asked if p.worker_id == worker_id and p.starts_at == wished_at]
    if wish.state is ProposalState.WITHDRAWN and anew:
        return anew[0].id
    if wish.state is not ProposalState.COUNTERED or wished_at is None or worker_id is None:
        raise refuse("no_counter", "Aucune autre heure n’est proposée.")
    campaign = await store.campaign_of(tx, wish.campaign_id)
    must_run(campaign)
    must_be_to_come(task, tx.now)
    if any(p.state is ProposalState.ACCEPTED for p in asked):
        raise refuse("held_by_somebody", "Quelqu’un d’autre a accepté l’heure prévue.")
    waiting = [p for p in asked if p.state is ProposalState.PROPOSED]
    await withdraw(tx, [wish, *waiting], WithdrawalReason.TASK_CHANGED)
    task = await moved(tx, campaign, task, wished_at, [])
    situation = await look_at_task(tx, campaign, task)
    await must_be_able(tx, situation, worker_id)
    new_id = await ask(tx, task.slot, worker_id, tuple(wish.why), len(asked))
    number = len(asked) + 1
    for other in waiting:
        if other.worker_id is None:
            continue
        situation = await look_at_task(tx, campaign, task)
        if not await obstacles(tx, situation, other.worker_id):
            await ask(tx, task.slot, other.worker_id, tuple(other.why), number)
            number += 1
    return new_id
