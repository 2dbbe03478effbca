"""The coordination resumes a campaign."""

from services.intake import store
from services.intake.rules.campaign import Move, after
from services.intake.rules.local_day import local_day
from shared.db import Tx
from shared.events import CampaignResumed
from shared.words import CampaignId, CampaignState, PersonId


async def resume_campaign(
    campaign_id: CampaignId, reason: str, by: PersonId | None, tx: Tx
) -> CampaignState:
    """Resume a campaign; return its state. Asked again, it changes nothing.

    Raises:
        MissingError: no such campaign.
        RefusedError: it has not begun, is over, or is closed.
    """
    campaign = await store.campaign_of(tx, campaign_id, lock=True)
    if campaign.life.state is CampaignState.RUNNING:
        return campaign.life.state
    becomes = after(campaign.life, Move.RESUME, local_day(tx.now))
    moved_at = await store.save_move(
        tx, campaign, Move.RESUME, becomes, reason=reason.strip(), by=by
    )
    await tx.emit(CampaignResumed(occurred_at=moved_at, campaign_id=campaign.id))
    return becomes
