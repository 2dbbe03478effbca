"""A campaign ends: open questions and accepted tasks to come are withdrawn, time is given back."""

from services.dispatch import store
from services.dispatch.steps.withdraw_proposal import withdraw
from services.dispatch.store import following
from shared.db import Tx
from shared.events import CampaignClosed
from shared.words import CampaignState, WithdrawalReason


async def close_campaign(fact: CampaignClosed, tx: Tx) -> None:
    """Withdraw what did not begin. What was begun can still be told: outcomes come late."""
    if not await store.set_life(tx, fact.campaign_id, CampaignState.CLOSED, fact.occurred_at):
        return
    await store.lock_tasks(tx, fact.campaign_id)
    proposals = await store.withdrawable(tx, fact.campaign_id, tx.now)
    await withdraw(tx, proposals, WithdrawalReason.CAMPAIGN_CLOSED)
    to_come = await store.list_tasks(tx, fact.campaign_id, since=tx.now, open_only=True)
    ids = [row.slot.id for row in to_come if row.started_at is None]
    await store.withdraw_tasks(tx, ids)
    await store.save_suggestions(tx, ids, [])
    await following.forget_late_yes(tx, fact.campaign_id)
