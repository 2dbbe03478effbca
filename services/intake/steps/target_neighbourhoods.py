"""A declared campaign says where it works and what is wanted there."""

from services.intake import store
from shared.db import Tx
from shared.events import CampaignDeclared, NeighbourhoodsTargeted
from shared.words import CampaignState


async def target_neighbourhoods(fact: CampaignDeclared, tx: Tx) -> None:
    """Say the campaign's zones in the order of their ids, unless it was closed meanwhile.

    The zones are those that a person chose; no score, rank or group of one is said.
    """
    campaign = await store.campaign_of(tx, fact.campaign_id, lock=True)
    if campaign.life.state is CampaignState.CLOSED or campaign.targeted_at is not None:
        return
    await store.note_targeted(tx, campaign.id)
    await tx.emit(
        NeighbourhoodsTargeted(
            occurred_at=tx.now,
            campaign_id=campaign.id,
            zone_ids=tuple(sorted(campaign.zone_ids)),
            starts_on=campaign.life.starts_on,
            ends_on=campaign.life.ends_on,
            publics=campaign.publics,
            languages_wanted=campaign.languages_wanted,
            languages_required=campaign.languages_required,
            actions=campaign.actions,
            share_max_pct=campaign.share_max_pct,
            full_time_equivalents_max=campaign.full_time_equivalents_max,
        )
    )
