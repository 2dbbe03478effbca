"""The coordination agrees with a plan until a day: now, and only now, people are asked."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.planning import Situation, Suggestion, still_possible
from services.dispatch.rules.roster import Slot
from services.dispatch.steps.look_at_task import must_run
from services.dispatch.steps.propose_task import ask
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import Campaign
from shared.db import Tx
from shared.errors import refuse
from shared.words import TaskId


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How many questions went out, and how many people could no longer be asked."""

    proposed: int
    left_out: int


async def confirm_plan(campaign_id: UUID, version: int, until_on: date, tx: Tx) -> Confirmed:
    """Propose the tasks that start up to a day, included, and are not proposed yet.

    Every hard rule is asked again first: whom it refuses by now is not asked, and the gap shows.
    Confirming twice asks nobody twice.

    Raises:
        MissingError: no such campaign.
        RefusedError: it does not run, has no plan, or the plan changed since it was looked at.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    campaign = await store.campaign_of(tx, campaign_id)
    must_run(campaign)
    plan = await store.plan_of(tx, campaign_id, lock=True)
    if plan is None:
        raise refuse("no_plan", "Le plan n’est pas encore prêt.")
    if plan.version != version:
        raise refuse(
            "plan_changed", "Le plan a changé entre-temps\u00a0: relisez-le.", place="version"
        )
    leaving = await what_leaves(campaign, until_on, tx)
    numbers = await store.count_asked(tx, list(leaving.slots))
    for suggestion in leaving.ask:
        slot = leaving.slots[suggestion.task_id]
        await ask(tx, slot, suggestion.worker_id, suggestion.why, numbers[slot.id])
        numbers[slot.id] += 1
    await store.save_suggestions(tx, leaving.slots, [])
    await store.confirm_until(tx, plan.id, until_on)
    return Confirmed(len(leaving.ask), len(leaving.left_out))


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave: the tasks to propose, who is asked for them, and who no longer can be."""

    slots: dict[TaskId, Slot]
    ask: tuple[Suggestion, ...] = ()
    left_out: tuple[Suggestion, ...] = ()


async def what_leaves(campaign: Campaign, until_on: date, tx: Tx) -> Leaving:
    """Say whom agreeing with the plan until a day would ask for what, as the roster is now."""
    frame = campaign.frame
    held = await store.held_proposals(tx, frame.campaign_id)
    slots = {
        row.slot.id: row.slot
        for row in await store.list_tasks(tx, frame.campaign_id, since=tx.now, open_only=True)
        if local_day(row.slot.starts_at) <= until_on and not held.get(row.slot.id)
    }
    suggested = await store.suggestions_of(tx, frame.campaign_id)
    situation = Situation(
        frame,
        tuple(slots.values()),
        await store.load_calendar(tx, since(frame), until(frame), HOLDING),
        await store.zone_spots(tx),
        frozenset(await store.who_said_no(tx, frame.campaign_id, tx.now)),
    )
    wanted = [s for task_id in slots for s in suggested.get(task_id, ())]
    asked = await think_aside(lambda: still_possible(situation, wanted))
    return Leaving(slots, asked.ask, asked.left_out)
