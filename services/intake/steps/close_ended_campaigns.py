"""A campaign closes itself when its last day is over."""

from services.intake import store
from services.intake.rules.campaign import Move, after, closing_reason
from services.intake.rules.local_day import local_day
from shared.db import Tx
from shared.events import CampaignClosed

PAGE = 20


async def close_ended_campaigns(tx: Tx) -> int:
    """Close the campaigns whose last day, in Brussels, is past; return how many were closed."""
    today = local_day(tx.now)
    ended = await store.campaigns_to_close(tx, today, PAGE)
    for campaign in ended:
        becomes = after(campaign.life, Move.CLOSE, today)
        reason = closing_reason(campaign.life, today)
        await store.save_move(tx, campaign, Move.CLOSE, becomes, closing=reason)
        await tx.emit(CampaignClosed(occurred_at=tx.now, campaign_id=campaign.id, reason=reason))
    return len(ended)
