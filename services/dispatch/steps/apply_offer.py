"""The coordination takes the better plan that a search found. Still nobody is asked by this."""

from dataclasses import replace
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.plan_search import Teams, as_teams, standing_plan
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.look_at_task import must_run
from services.dispatch.steps.save_teams import save_teams
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import searches
from shared.db import Tx
from shared.errors import refuse


async def apply_offer(campaign_id: UUID, search_id: UUID, tx: Tx) -> int:
    """Let an offer take the place of the plan; return its version.

    Every hard rule is asked again first: whom it refuses by now is left out, and the gap shows.
    Who was asked meanwhile stays asked.

    Raises:
        MissingError: no such campaign.
        RefusedError: it does not run, there is no such offer, or the plan changed since.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    sight = await look_at_campaign(tx, campaign_id)
    must_run(sight.campaign)
    search = await searches.search_of(tx, campaign_id, lock=True)
    plan = await store.plan_of(tx, campaign_id, lock=True)
    if search is None or search.id != search_id or search.state != "found" or plan is None:
        raise refuse("no_offer", "Cette proposition de plan n’existe plus.")
    if plan.version != search.plan_version:
        raise refuse("plan_changed", "Le plan a changé entre-temps\u00a0: relisez-le.")
    situation = sight.to_match
    known = {slot.id for slot in situation.slots} - sight.asked_tasks
    offered = [s for s in search.offer if s.task_id in known]
    bound = search.quality.bound if search.quality else None

    def decide() -> Teams:
        instance = situation.instance()
        kept = standing_plan(situation, instance, offered)
        return as_teams(situation, instance, replace(kept, bound=bound))

    version = await save_teams(sight, await think_aside(decide), tx)
    await searches.forget_search(tx, campaign_id)
    return version
