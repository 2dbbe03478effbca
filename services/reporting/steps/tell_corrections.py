"""Once a year: by how much corrections change what was sealed, as one net figure a measure."""

from datetime import date
from zoneinfo import ZoneInfo

from services.reporting.rules.ledger import Adjustment, adjustments, not_yet_told, yearly_correction
from services.reporting.rules.publishing import outcomes_of, strictest
from services.reporting.store import corrections
from services.reporting.store import ledger as kept
from shared.db import Tx

BRUSSELS = ZoneInfo("Europe/Brussels")
TOLD_FROM = (2, 1)  # the first of February: campaigns of December are closed, sealed and corrected


async def tell_corrections(tx: Tx) -> int:
    """Publish last year's correction, from the first of February on; what is unsafe waits a year.

    Returns:
        1 when a figure was told, or was said not to be publishable; 0 when there is nothing to do.
    """
    today = tx.now.astimezone(BRUSSELS).date()
    year = today.year - 1
    if (today.month, today.day) < TOLD_FROM or await corrections.is_told(tx, year):
        return 0
    ledgers = await corrections.sealed_until(tx, date(year, 12, 31))
    if not ledgers:
        return 0
    changes: list[Adjustment] = []
    for one in ledgers:
        noted = await kept.noted(tx, one.campaign_id)
        changes += adjustments(outcomes_of(noted, {}), await kept.blocks_of(tx, one.ledger_id))
    waiting = not_yet_told(changes, await corrections.told_before(tx))
    found = yearly_correction(waiting, strictest(one.described for one in ledgers))
    await corrections.publish_correction(tx, year, today, found, waiting)
    return 1
