"""The coordination tries another campaign on a copy. Nothing is saved, and nobody is asked."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules import what_if
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.matching import Progress
from services.dispatch.rules.what_if import Comparison, Wish
from services.dispatch.settings import WHAT_IF_LIMIT_S
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.search_aside import search_aside
from shared.db import Tx, zone_names
from shared.errors import RefusedError, refuse


async def try_changes(campaign_id: UUID, wish: Wish, tx: Tx) -> Comparison:
    """Match the campaign as it is and as it would be, in a process of its own.

    Raises:
        MissingError: no such campaign.
        RefusedError: the change cannot be, or has too many tasks to be tried at once.
        TimeoutError: it took too long.
    """
    sight = await look_at_campaign(tx, campaign_id)
    problems = what_if.wish_problems(wish, await zone_names(tx))
    if problems:
        raise RefusedError(*problems)
    frame = what_if.changed_frame(sight.campaign.frame, wish)
    known = {
        row.slot.id: None if row.is_over else row.slot
        for row in await store.list_tasks(tx, campaign_id)
    }
    actions = await store.actions_of(tx, campaign_id)
    slots = what_if.changed_slots(frame, actions, wish, tx.now, known)
    if len(slots) > what_if.TASKS_MAX:
        raise refuse("too_many_tasks", "Cela fait trop de tâches pour un essai.")
    begins = min(since(frame), since(sight.campaign.frame))
    ends = max(until(frame), until(sight.campaign.frame))
    calendar = await store.load_calendar(tx, begins, ends, HOLDING)
    before = replace(sight.situation, calendar=calendar)
    after = replace(before, frame=frame, slots=slots)

    async def go_on(_: Progress | None) -> bool:
        return False

    search = partial(what_if.try_changes, before, after)
    return await search_aside(search, go_on, WHAT_IF_LIMIT_S)
