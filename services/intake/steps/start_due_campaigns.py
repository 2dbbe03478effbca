"""Campaigns begin on their first day."""

from services.intake import store
from services.intake.rules.campaign import Move, after, due_move
from services.intake.rules.local_day import local_day
from shared.db import Tx

PAGE = 20


async def start_due_campaigns(tx: Tx) -> int:
    """Start the campaigns whose first day has come; return how many were started."""
    today = local_day(tx.now)
    started = 0
    for campaign in await store.campaigns_to_start(tx, today, PAGE):
        if due_move(campaign.life, today) is Move.START:
            becomes = after(campaign.life, Move.START, today)
            await store.save_move(tx, campaign, Move.START, becomes)
            started += 1
    return started
