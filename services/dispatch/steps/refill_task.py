"""Somebody said no, or nothing: suggest who else could come. Nobody is asked by this."""

from dataclasses import replace
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.local_time import DAY_MIN, instant, local_day
from services.dispatch.rules.planning import fill_gap
from services.dispatch.steps.look_at_task import look_at_task
from services.dispatch.steps.think_aside import think_aside
from shared.db import Tx
from shared.events import TaskDeclined, TaskExpired, TaskHandedBack
from shared.words import CampaignState


async def refill_task(fact: TaskDeclined | TaskExpired | TaskHandedBack, tx: Tx) -> None:
    """Look for somebody else for a task that misses somebody; the coordination decides."""
    await suggest_for(fact.task_id, tx)


async def suggest_for(task_id: UUID, tx: Tx) -> None:
    """Renew the suggestions for one task that was proposed already."""
    task = await store.task_of(tx, task_id, lock=True)
    campaign = await store.campaign_of(tx, task.slot.campaign_id)
    asked = await store.proposals_for(tx, task_id)
    held = [proposal for proposal in asked if proposal.state in HOLDING]
    if (
        campaign.state is not CampaignState.RUNNING
        or task.is_over
        or task.slot.starts_at <= tx.now
        or len(held) >= task.slot.people_wanted
    ):
        await store.save_suggestions(tx, [task_id], [])
        return
    situation = await look_at_task(tx, campaign, task)
    day = local_day(task.slot.starts_at)
    elsewhere = await store.suggested_holdings(
        tx, instant(day, 0), instant(day, DAY_MIN), but=task_id
    )
    not_again = {
        (proposal.worker_id, proposal.task_id)
        for proposal in asked
        if proposal.state in store.UNASKED_AGAIN and proposal.worker_id is not None
    }
    calendar = situation.calendar
    situation = replace(
        situation,
        calendar=replace(calendar, holdings=(*calendar.holdings, *elsewhere)),
        declined=situation.declined | not_again,
    )
    found = await think_aside(lambda: fill_gap(situation))
    await store.save_suggestions(tx, [task_id], found)
