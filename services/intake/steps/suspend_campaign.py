"""The coordination suspends a campaign."""

from services.intake import store
from services.intake.rules.campaign import Move, after
from services.intake.rules.local_day import local_day
from shared.db import Tx
from shared.events import CampaignSuspended
from shared.words import CampaignId, CampaignState, PersonId


async def suspend_campaign(
    campaign_id: CampaignId, reason: str, by: PersonId | None, tx: Tx
) -> CampaignState:
    """Suspend a campaign; return its state. Asked again, it changes nothing.

    Raises:
        MissingError: no such campaign.
        RefusedError: it has not begun, is over, or is closed.
    """
    campaign = await store.campaign_of(tx, campaign_id, lock=True)
    if campaign.life.state is CampaignState.SUSPENDED:
        return campaign.life.state
    becomes = after(campaign.life, Move.SUSPEND, local_day(tx.now))
    moved_at = await store.save_move(
        tx, campaign, Move.SUSPEND, becomes, reason=reason.strip(), by=by
    )
    await tx.emit(CampaignSuspended(occurred_at=moved_at, campaign_id=campaign.id))
    return becomes
