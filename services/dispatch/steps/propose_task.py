"""The coordination asks one worker for one task, at its time or at another."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from services.dispatch import store
from services.dispatch.rules import consent
from services.dispatch.rules.instance import campaign_monday
from services.dispatch.rules.planning import Situation, over_full_time, refusals, why
from services.dispatch.rules.roster import Slot
from services.dispatch.rules.tasks import move_problems
from services.dispatch.rules.wording import Said, as_problem
from services.dispatch.steps.look_at_task import look_at_task, must_run
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import Campaign, Proposal, TaskRow, following
from shared.db import Tx, zone_names
from shared.errors import Problem, RefusedError, refuse
from shared.events import TaskProposed
from shared.words import ProposalId, ProposalState, WorkerId


async def propose_task(
    task_id: UUID, worker_id: UUID, tx: Tx, starts_at: datetime | None = None
) -> ProposalId:
    """Ask somebody; asking again while the question is open changes nothing.

    Raises:
        MissingError: no such task or worker.
        RefusedError: every hard rule that says no, or the task cannot move to that time.
    """
    await store.lock_worker(tx, worker_id)
    task = await store.task_of(tx, task_id, lock=True)
    campaign = await store.campaign_of(tx, task.slot.campaign_id)
    must_run(campaign)
    asked = await store.proposals_for(tx, task_id)
    held = [p for p in asked if p.state in consent.OPEN or p.state is ProposalState.ACCEPTED]
    if starts_at is not None and starts_at != task.slot.starts_at:
        task = await moved(tx, campaign, task, starts_at, held)
    for open_one in held:
        if open_one.worker_id == worker_id and open_one.state is not ProposalState.COUNTERED:
            return open_one.id
    must_be_to_come(task, tx.now)
    situation = await look_at_task(tx, campaign, task)
    await must_be_able(tx, situation, worker_id)
    reasons = await think_aside(lambda: why(situation, worker_id))
    await store.save_suggestions(tx, [task_id], [])
    if sum(p.state in consent.HOLDING for p in held) + 1 >= task.slot.people_wanted:
        await store.forget_gap(tx, task_id)
    return await ask(tx, task.slot, WorkerId(worker_id), reasons, len(asked))


async def moved(
    tx: Tx, campaign: Campaign, task: TaskRow, starts_at: datetime, held: list[Proposal]
) -> TaskRow:
    """Move a task that nobody holds to another time.

    Raises:
        RefusedError: somebody accepted it or is asked as it stands, or that time cannot be.
    """
    if any(p.state in consent.HOLDING for p in held):
        raise refuse(
            "held_by_somebody",
            "Quelqu’un est déjà sollicité·e à l’heure prévue\u00a0: elle ne change pas.",
            place="starts_at",
        )
    problems = move_problems(campaign.frame, task.slot, starts_at, tx.now)
    if problems:
        raise RefusedError(*problems)
    await store.move_task(tx, task.slot, starts_at)
    ends_at = starts_at + (task.slot.ends_at - task.slot.starts_at)
    return replace(task, slot=replace(task.slot, starts_at=starts_at, ends_at=ends_at))


def must_be_to_come(task: TaskRow, now: datetime) -> None:
    """Refuse to ask for what is over.

    Raises:
        RefusedError: the task is withdrawn, done, or its time has come.
    """
    if task.is_over or task.slot.starts_at <= now:
        raise refuse("task_is_over", "Cette tâche est passée ou retirée.", place="task_id")


async def must_be_able(tx: Tx, situation: Situation, worker_id: UUID) -> None:
    """Refuse somebody whom a hard rule keeps from a task: law 3 refuses, it does not warn.

    Raises:
        RefusedError: with every reason at once.
    """
    problems = await obstacles(tx, situation, worker_id)
    more = over_full_time(situation, worker_id)
    if more is not None:
        names: dict[str, str] = {}
        problems.append(as_problem(more, campaign_monday(situation.frame), names))
    if problems:
        raise RefusedError(*problems)


async def obstacles(tx: Tx, situation: Situation, worker_id: UUID) -> list[Problem]:
    """Return every hard rule that says no, in words."""
    found = await think_aside(lambda: refusals(situation, worker_id))
    if not found:
        return []
    names = {str(worker.id): worker.name for worker in situation.calendar.workers}
    names |= {zone.id: zone.name_fr for zone in (await zone_names(tx)).values()}
    return [as_problem(refusal, campaign_monday(situation.frame), names) for refusal in found]


async def ask(
    tx: Tx, slot: Slot, worker_id: WorkerId, reasons: tuple[Said, ...], number: int
) -> ProposalId:
    """Save a question to a worker and say it. `number`: how many were asked about the task.

    Whose yes had come late has their turn with this.
    """
    await following.forget_late_yes(tx, slot.campaign_id, worker_id)
    proposal = Proposal(
        id=ProposalId(uuid5(slot.id, f"proposal/{worker_id}/{number}")),
        task_id=slot.id,
        campaign_id=slot.campaign_id,
        zone_id=slot.zone_id,
        kind=slot.kind,
        worker_id=worker_id,
        state=ProposalState.PROPOSED,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        answer_by=consent.answer_by(tx.now, slot.starts_at),
        why=list(reasons),
    )
    await store.save_proposal(tx, proposal)
    await tx.emit(
        TaskProposed(
            occurred_at=tx.now,
            task_id=slot.id,
            campaign_id=slot.campaign_id,
            zone_id=slot.zone_id,
            proposal_id=proposal.id,
            worker_id=worker_id,
            kind=slot.kind,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            answer_by=proposal.answer_by,
        )
    )
    return proposal.id
