"""A campaign pauses, nobody knows for how long: everybody gets their time back meanwhile."""

from services.dispatch import store
from services.dispatch.steps.withdraw_proposal import withdraw
from shared.db import Tx
from shared.events import CampaignSuspended
from shared.words import CampaignState, WithdrawalReason


async def suspend_campaign(fact: CampaignSuspended, tx: Tx) -> None:
    """Withdraw open questions and accepted tasks to come. Their tasks stay in the plan."""
    if not await store.set_life(tx, fact.campaign_id, CampaignState.SUSPENDED, fact.occurred_at):
        return
    await store.lock_tasks(tx, fact.campaign_id)
    proposals = await store.withdrawable(tx, fact.campaign_id, tx.now)
    await withdraw(tx, proposals, WithdrawalReason.CAMPAIGN_SUSPENDED)
