"""The coordination gives a seat of the plan to somebody else, or leaves it empty. Nobody is asked.

The same hard rules as the matcher's decide, at once; what they refuse is not saved.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.plan_search import standing_plan
from services.dispatch.rules.seats import Choice, Seating, choices, matched, reseat
from services.dispatch.rules.wording import Said
from services.dispatch.steps.look_at_campaign import Sight, look_at_campaign
from services.dispatch.steps.look_at_task import must_run
from services.dispatch.steps.save_teams import LEFT_OPEN, tell_plan
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import PlanRow, searches
from shared.db import Tx
from shared.errors import MissingError, refuse
from shared.words import PlanId, TaskId, WorkerId


@dataclass(frozen=True, slots=True)
class Change:
    """A seat of a task: whose it is now (None: a free one), and whose it is to be (None: empty)."""

    task_id: TaskId
    take_from: WorkerId | None
    give_to: WorkerId | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change. With `refused` nothing was saved, and `instead` tells who could."""

    version: int
    refused: tuple[Said, ...] = ()
    instead: tuple[Choice, ...] = ()


async def change_seat(campaign_id: UUID, change: Change, version: int, tx: Tx) -> Changed:
    """Change one seat of the plan, and keep it so when the plan is made anew.

    Args:
        campaign_id: whose plan.
        change: which seat.
        version: of the plan that was looked at.
        tx: the transaction.

    Raises:
        MissingError: no such campaign or worker.
        RefusedError: the campaign does not run, the plan changed meanwhile, the task is past or
            sent already, or there is nothing to change.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    sight = await look_at_campaign(tx, campaign_id)
    must_run(sight.campaign)
    plan = await store.plan_of(tx, campaign_id, lock=True)
    if plan is None:
        raise refuse("no_plan", "Le plan n’est pas encore prêt.")
    if plan.version != version:
        raise refuse(
            "plan_changed", "Le plan a changé entre-temps\u00a0: relisez-le.", place="version"
        )
    must_be_open(sight, change)
    situation, suggestions = sight.situation, sight.suggestions
    task_id, take_from, give_to = change.task_id, change.take_from, change.give_to

    def decide() -> Seating:
        return reseat(situation, suggestions, task_id, take_from, give_to)

    seating = await think_aside(decide)
    if seating.refused:
        others = await think_aside(lambda: choices(situation, suggestions, task_id, take_from))
        able = tuple(choice for choice in others if not choice.blocked_by)
        return Changed(plan.version, seating.refused, able)
    return Changed(await save_seating(tx, sight, plan, change, seating))


def must_be_open(sight: Sight, change: Change) -> None:
    """Refuse a change to a seat that is not there, or that is not the plan's any more.

    Raises:
        MissingError: nobody of this id is on the roster.
        RefusedError: the task is past or sent, or the seat is not as it was looked at.
    """
    if change.give_to not in {None, *(w.id for w in sight.situation.calendar.workers)}:
        raise MissingError("worker")
    if change.task_id not in {slot.id for slot in sight.situation.slots}:
        raise refuse("task_is_over", "Cette tâche est passée ou retirée.", place="task_id")
    if change.task_id in sight.asked_tasks:
        raise refuse(
            "sent_already",
            "Cette tâche est déjà diffusée\u00a0: on la complète à l’étape «\u00a0Suivre\u00a0».",
            place="task_id",
        )
    team = {s.worker_id for s in sight.suggestions if s.task_id == change.task_id}
    if change.take_from not in {None, *team}:
        raise refuse(
            "plan_changed", "Le plan a changé entre-temps\u00a0: relisez-le.", place="version"
        )
    if change.give_to is None and change.take_from is None:
        raise refuse("nothing_to_do", "Choisissez une personne.", place="give_to")
    if change.give_to in team:
        raise refuse(
            "already_there", "Cette personne fait déjà partie de l’équipe.", place="give_to"
        )


async def save_seating(
    tx: Tx, sight: Sight, plan: PlanRow, change: Change, seating: Seating
) -> int:
    """Save a task's seats, how good the plan is now, and tell the plan anew; return its version."""
    campaign_id, task_id = sight.campaign.frame.campaign_id, change.task_id
    await store.save_suggestions(tx, [task_id], seating.seats)
    (slot,) = (slot for slot in sight.situation.slots if slot.id == task_id)
    emptied = change.give_to is None
    if emptied or len(seating.seats) >= slot.people_wanted:
        await store.leave_open(tx, [task_id], left_open=emptied)
    await store.explain_unmatched(tx, [(task_id, None if seating.seats else LEFT_OPEN)])
    now = (*(s for s in sight.suggestions if s.task_id != task_id), *seating.seats)
    known = await searches.quality_of(tx, campaign_id)
    if known is not None:
        situation = sight.situation
        standing = await think_aside(lambda: standing_plan(situation, situation.instance(), now))
        done = len(standing.assignments)
        await searches.save_quality(
            tx, plan.id, replace(known, score=standing.score.total, tasks_with_team=done)
        )
    version = await store.turn_version(tx, plan.id)
    counted = matched(sight.situation, now)
    await tell_plan(tx, campaign_id, PlanId(plan.id), version, counted)
    return version
