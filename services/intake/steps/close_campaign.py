"""The coordination closes a campaign before its end."""

from services.intake import store
from services.intake.rules.campaign import Move, after, closing_reason
from services.intake.rules.local_day import local_day
from shared.db import Tx
from shared.events import CampaignClosed
from shared.words import CampaignId, CampaignState, PersonId


async def close_campaign(
    campaign_id: CampaignId, reason: str, by: PersonId | None, tx: Tx
) -> CampaignState:
    """Close a campaign for good; return its state. Asked again, it changes nothing.

    Raises:
        MissingError: no such campaign.
    """
    campaign = await store.campaign_of(tx, campaign_id, lock=True)
    if campaign.life.state is CampaignState.CLOSED:
        return campaign.life.state
    today = local_day(tx.now)
    becomes = after(campaign.life, Move.CLOSE, today)
    closing = closing_reason(campaign.life, today)
    await store.save_move(
        tx, campaign, Move.CLOSE, becomes, closing=closing, reason=reason.strip(), by=by
    )
    await tx.emit(CampaignClosed(occurred_at=tx.now, campaign_id=campaign.id, reason=closing))
    return becomes
