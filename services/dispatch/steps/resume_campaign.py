"""A campaign goes on: its tasks to come get a new plan, and people are asked after a new yes."""

from services.dispatch import store
from services.dispatch.steps.rematch_campaign import rematch_campaign
from shared.db import Tx
from shared.events import CampaignResumed
from shared.words import CampaignState


async def resume_campaign(fact: CampaignResumed, tx: Tx) -> None:
    """Match the tasks to come again; the coordination looks at the plan before anything is sent."""
    if await store.set_life(tx, fact.campaign_id, CampaignState.RUNNING, fact.occurred_at):
        await rematch_campaign(fact.campaign_id, tx)
