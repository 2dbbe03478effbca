"""The coordination asks for a better plan. Nothing changes and nobody is asked by this."""

from uuid import UUID, uuid4

from services.dispatch import store
from services.dispatch.rules.matching.rematch import Depth
from services.dispatch.steps.look_at_task import must_run
from services.dispatch.store import searches
from services.dispatch.store.searches import SearchRow
from shared.db import Tx
from shared.errors import refuse
from shared.words import CampaignId

SECONDS_MAX = 60


async def begin_search(campaign_id: UUID, depth: Depth, seconds: int, tx: Tx) -> UUID:
    """Note that a search begins, and return its id; what the last one offered is dropped.

    Raises:
        MissingError: no such campaign.
        RefusedError: it does not run, has no plan, is searched already, or for too long.
    """
    await tx.wait_for_lock(f"plan {campaign_id}")
    must_run(await store.campaign_of(tx, campaign_id))
    plan = await store.plan_of(tx, campaign_id)
    if plan is None:
        raise refuse("no_plan", "Le plan n’est pas encore prêt.")
    if not 1 <= seconds <= SECONDS_MAX:
        raise refuse("bad_seconds", "Une recherche dure une minute au plus.", place="seconds")
    known = await searches.search_of(tx, campaign_id, lock=True)
    if known is not None and known.runs:
        raise refuse("already_searching", "Une recherche est déjà en cours.")
    search_id = uuid4()
    await searches.save_search(
        tx, SearchRow(search_id, CampaignId(campaign_id), plan.version, depth, seconds)
    )
    return search_id
