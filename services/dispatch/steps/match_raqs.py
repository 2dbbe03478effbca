"""A campaign knows its neighbourhoods: write out its tasks and match workers to them."""

from services.dispatch import store
from services.dispatch.rules.tasks import generate_tasks
from services.dispatch.steps.rematch_campaign import rematch_campaign
from shared.db import Tx
from shared.events import NeighbourhoodsTargeted
from shared.words import CampaignState


async def match_raqs(fact: NeighbourhoodsTargeted, tx: Tx) -> None:
    """Save what is wanted, generate the tasks, and suggest who could do them.

    Nothing is sent to anybody: the coordination looks at the plan first.
    """
    await store.save_campaign(tx, fact)
    campaign = await store.campaign_of(tx, fact.campaign_id)
    if campaign.state is CampaignState.CLOSED:  # its end was heard before its beginning
        return
    await store.save_tasks(tx, generate_tasks(campaign.frame, fact.actions, not_before=tx.now))
    await rematch_campaign(fact.campaign_id, tx)
