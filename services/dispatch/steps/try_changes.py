"""The coordination tries campaigns on a copy. Nothing is saved, and nobody is asked."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules import what_if
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import since, until
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.matching import Progress
from services.dispatch.rules.planning import Situation
from services.dispatch.rules.what_if import Tried, Wish
from services.dispatch.settings import WHAT_IF_LIMIT_S
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.search_aside import SearchDiedError, search_aside
from shared.db import Tx, zone_names
from shared.errors import RefusedError, refuse


async def copy_campaign(campaign_id: UUID, wishes: Sequence[Wish], tx: Tx) -> tuple[Situation, ...]:
    """Return the campaign as it is, then as each wish would have it.

    Whom the coordination keeps somewhere has that seat in every copy.

    Raises:
        MissingError: no such campaign.
        RefusedError: a change cannot be, or has too many tasks to be tried at once.
    """
    await must_be_possible(wishes, tx)
    sight = await look_at_campaign(tx, campaign_id)
    known = {
        row.slot.id: None if row.is_over else row.slot
        for row in await store.list_tasks(tx, campaign_id)
    }
    actions = await store.actions_of(tx, campaign_id)
    frames = [what_if.changed_frame(sight.campaign.frame, wish) for wish in wishes]
    every = [sight.campaign.frame, *frames]
    begins, ends = min(map(since, every)), max(map(until, every))
    calendar = await store.load_calendar(tx, begins, ends, HOLDING)
    kept = sight.settled.calendar.holdings[len(sight.situation.calendar.holdings) :]
    calendar = replace(calendar, holdings=(*calendar.holdings, *kept))
    present = replace(sight.situation, calendar=calendar)
    copies = tuple(
        replace(
            present,
            frame=frame,
            slots=what_if.changed_slots(frame, actions, wish, tx.now, known),
        )
        for frame, wish in zip(frames, wishes, strict=True)
    )
    return few_enough((present, *copies))


async def draft_campaigns(wishes: Sequence[Wish], tx: Tx) -> tuple[Situation, ...]:
    """Return campaigns that nobody declared, beside all that runs.

    Raises:
        RefusedError: one cannot be, or has too many tasks to be tried at once.
    """
    await must_be_possible(wishes, tx)
    spots = await store.zone_spots(tx)
    found = []
    for wish in wishes:
        frame = what_if.draft_frame(wish)
        calendar = await store.load_calendar(tx, since(frame), until(frame), HOLDING)
        slots = what_if.changed_slots(frame, (), wish, tx.now, {})
        found.append(Situation(frame, slots, calendar, spots))
    return few_enough(tuple(found))


async def must_be_possible(wishes: Sequence[Wish], tx: Tx) -> None:
    """Refuse what could not be declared either.

    Raises:
        RefusedError: with every problem.
    """
    zones, today = await zone_names(tx), local_day(tx.now)
    problems = {
        (p.slug, p.place): p for w in wishes for p in what_if.wish_problems(w, zones, today)
    }
    if problems:
        raise RefusedError(*problems.values())


def few_enough(situations: tuple[Situation, ...]) -> tuple[Situation, ...]:
    """Refuse more tasks than can be matched while somebody waits.

    Raises:
        RefusedError: there are too many.
    """
    if sum(len(situation.slots) for situation in situations) > what_if.TASKS_MAX:
        raise refuse(
            "too_many_tasks",
            "Cela fait trop de tâches pour un essai\u00a0: moins de quartiers, de semaines ou "
            "d’essais.",
        )
    return situations


async def try_changes(situations: Sequence[Situation]) -> tuple[Tried, ...]:
    """Match each situation in a process of its own; no transaction stays open meanwhile.

    Raises:
        RefusedError: it took too long.
    """

    async def go_on(_: Progress | None) -> bool:
        return False

    search = partial(what_if.try_all, tuple(situations))
    try:
        return await search_aside(search, go_on, WHAT_IF_LIMIT_S)
    except (SearchDiedError, TimeoutError) as error:
        raise refuse(
            "too_long",
            "Le calcul prend trop de temps\u00a0: moins de quartiers, de semaines ou d’essais.",
        ) from error
