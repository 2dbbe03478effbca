"""A yes that comes after its question: it takes the place if that is free, else the next one."""

from dataclasses import replace

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING, Act, Actor, comes_late, move
from services.dispatch.rules.planning import over_full_time, why
from services.dispatch.steps.look_at_task import look_at_task, must_run
from services.dispatch.steps.propose_task import ask, obstacles
from services.dispatch.steps.save_yes import save_yes
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import Campaign, Proposal, TaskRow, following
from shared.db import Tx
from shared.errors import RefusedError, refuse
from shared.events import TaskExpired
from shared.words import ProposalState, WorkerId


async def take_late_yes(proposal: Proposal, task: TaskRow, worker_id: WorkerId, tx: Tx) -> Proposal:
    """Give a late yes its place, or keep it for the next one; return the question as it is now.

    The question itself stays ended: what was said about it was said. The yes gets a question of
    its own, with its answer, so that every count stays right. The worker and the task are held.

    Raises:
        RefusedError: the campaign does not run, the same task was asked anew at another time, or
            a hard rule says no to the one that was asked anew.
    """
    campaign = await store.campaign_of(tx, proposal.campaign_id)
    must_run(campaign)
    asked = await store.proposals_for(tx, task.slot.id)
    anew = next((p for p in asked if p.worker_id == worker_id and p.state in HOLDING), None)
    if anew is not None and anew.id != proposal.id:
        if anew.starts_at != proposal.starts_at:
            raise refuse(
                "asked_anew", "La tâche a changé d’heure\u00a0: répondez à la nouvelle proposition."
            )
        if anew.state is ProposalState.ACCEPTED:
            return anew
        if not comes_late(anew.state, anew.clock(tx.now)):
            return await _answer_anew(tx, campaign, task, anew, worker_id)
        proposal = anew
    if proposal.state is ProposalState.PROPOSED:  # its delay is over, the sweep was not there yet
        proposal = await _expire(tx, proposal)
        asked = [proposal if p.id == proposal.id else p for p in asked]
    if proposal.state is ProposalState.EXPIRED and _is_free(proposal, task, asked, tx):
        situation = await look_at_task(tx, campaign, task, answering=worker_id)
        if not await obstacles(tx, situation, worker_id) and not over_full_time(
            situation, worker_id
        ):
            reasons = await think_aside(lambda: why(situation, worker_id))
            await store.save_suggestions(tx, [task.slot.id], [])
            own = await ask(tx, task.slot, worker_id, reasons, len(asked))
            if sum(p.state in HOLDING for p in asked) + 1 >= task.slot.people_wanted:
                await store.forget_gap(tx, task.slot.id)
            return await save_yes(tx, await store.proposal_of(tx, own), worker_id)
    await following.keep_late_yes(tx, proposal.campaign_id, worker_id)
    return proposal


async def _answer_anew(
    tx: Tx, campaign: Campaign, task: TaskRow, anew: Proposal, worker_id: WorkerId
) -> Proposal:
    """Take a yes to an old question for the same one that was asked again meanwhile."""
    situation = await look_at_task(tx, campaign, task, answering=worker_id)
    problems = await obstacles(tx, situation, worker_id)
    if problems:
        raise RefusedError(*problems)
    return await save_yes(tx, anew, worker_id)


async def _expire(tx: Tx, proposal: Proposal) -> Proposal:
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
    return replace(proposal, state=after)


def _is_free(proposal: Proposal, task: TaskRow, asked: list[Proposal], tx: Tx) -> bool:
    held = sum(p.state in HOLDING for p in asked)
    same_time = proposal.starts_at == task.slot.starts_at
    to_come = not task.is_over and task.slot.starts_at > tx.now
    return same_time and to_come and held < task.slot.people_wanted
