"""A search for a better plan, from its first second to its offer, in transactions of its own."""

import logging
from functools import partial
from uuid import UUID

from services.dispatch.rules.matching import Progress
from services.dispatch.rules.offer import compare, look_for_better
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.search_aside import SearchDiedError, search_aside
from services.dispatch.store import searches
from services.dispatch.store.searches import Step
from shared.db import Database

log = logging.getLogger(__name__)
# Beyond the search itself: the process starts, the plan that stands is read, holes are explained.
AROUND_S = 30.0


async def search_plan(campaign_id: UUID, search_id: UUID, database: Database) -> None:
    """Search, note each better plan on the way, and offer the best one. Nothing else changes.

    It ends sooner when it is asked to stop, or when another search took its place.
    """
    async with database.reading() as tx:
        sight = await look_at_campaign(tx, campaign_id)
        wanted = await searches.search_of(tx, campaign_id)
    if wanted is None or wanted.id != search_id:
        return
    steps: list[Step] = []

    async def look(best: Progress | None) -> bool:
        if best is not None and (not steps or steps[-1].seconds < best.seconds):
            steps.append(Step(round(best.seconds, 1), best.score, best.bound))
        async with database.transaction() as tx:
            return await searches.note_steps(tx, search_id, steps)

    search = partial(
        look_for_better, sight.to_match, sight.loose, wanted.depth, float(wanted.seconds)
    )
    try:
        better = await search_aside(search, look, wanted.seconds + AROUND_S)
    except (SearchDiedError, TimeoutError):
        log.exception("a search ended without an answer")
        async with database.transaction() as tx:
            await searches.save_offer(tx, search_id, "failed")
        return
    offer = [s for s in better.offered if s.task_id not in sight.asked_tasks]
    nothing = better.teams is None or compare(sight.loose, offer).is_nothing
    async with database.transaction() as tx:
        await searches.save_offer(
            tx,
            search_id,
            "nothing" if nothing else "found",
            score_before=better.standing.score,
            quality=better.quality,
            offer=() if nothing else offer,
        )
