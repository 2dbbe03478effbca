"""Something new is sealed, or a month begins: whoever wants to be told gets a letter promised."""

from services.reporting.rules.letters import CONFIRM_WITHIN, Subscription, is_due
from services.reporting.store import letters
from shared.db import Tx

LEAVES_FROM_HOUR = 6  # with the seals: nobody is written to at night


async def promise_letters(tx: Tx) -> int:
    """Promise every letter that is due; forget addresses that nobody confirmed, or not let in now.

    Returns:
        How many were promised or forgotten; 0 when nothing is left to do.
    """
    done = await letters.delete_unconfirmed(tx, tx.now - CONFIRM_WITHIN)
    done += await letters.delete_closed(tx)
    local = tx.now.astimezone(letters.BRUSSELS)
    if local.hour < LEAVES_FROM_HOUR:
        return done
    wanted = [
        Subscription(
            row.subscription_id,
            row.rhythm,
            row.language,
            row.began_at.astimezone(letters.BRUSSELS).date() if row.began_at else None,
        )
        for row in await letters.subscriptions(tx)
    ]
    if not wanted:
        return done
    told = await letters.told(tx)
    for campaign in await letters.sealed_campaigns(tx):
        for one in wanted:
            last = told.get((one.subscription_id, campaign.campaign_id))
            if is_due(one, campaign, last, local.date()):
                done += await letters.promise_report(tx, one, campaign)
    return done
