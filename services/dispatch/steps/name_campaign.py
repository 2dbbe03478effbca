"""How a campaign is called, for the pages."""

from services.dispatch import store
from shared.db import Tx
from shared.events import CampaignDeclared


async def name_campaign(fact: CampaignDeclared, tx: Tx) -> None:
    """Keep a campaign's public names; they may arrive before or after its plan."""
    await store.name_campaign(tx, fact.campaign_id, fact.name_fr, fact.name_nl)
