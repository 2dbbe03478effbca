"""What may be published of each campaign is sealed, by the sealer alone and for good.

Tried once a day, from six in the morning on. One at a time: the sweep holds a lock until it
commits, so that everything of a seal is there or nothing is.
"""

import asyncio
import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.reporting.rules.ledger import (
    AuditRow,
    Ledger,
    LedgerError,
    Policy,
    Reason,
    What,
    group_zones,
    seal,
)
from services.reporting.rules.publishing import (
    codes_by_zone,
    crossed_at_close,
    in_views,
    outcomes_of,
    policy_of,
    policy_read,
    views_of,
    zoning_places,
)
from services.reporting.rules.waivers import last_day
from services.reporting.store import ledger as kept
from services.reporting.store.waivers import hold_waivers
from shared.db import Tx

log = logging.getLogger(__name__)

BRUSSELS = ZoneInfo("Europe/Brussels")
SEALS_FROM_HOUR = 6  # Source: disclosure study: before the day's work begins.
LATE_DAYS = 7  # dispatch takes what a phone kept for seven days; then a closed campaign is whole
KEY_DAYS = 30  # Source: disclosure study: the key goes thirty days after the close.
QUIET = {Reason.PERIOD, Reason.ALREADY_SEALED}


async def seal_ledgers(tx: Tx, *, period_days: int) -> int:
    """Open the ledgers of campaigns that began, try to seal each, anchor what grew.

    Returns:
        How many ledgers were opened, tried or anchored; 0 when there is nothing left for today.
    """
    local = tx.now.astimezone(BRUSSELS)
    if local.hour < SEALS_FROM_HOUR:
        return 0
    today = local.date()
    done = await open_ledgers(tx, today, period_days)
    for open_ledger in await kept.open_ledgers(tx):
        done += await try_to_seal(tx, open_ledger, today)
    done += await destroy_keys(tx, today)
    return done + await kept.anchor_chains(tx, await kept.ledger_ids(tx), today)


async def open_ledgers(tx: Tx, today: date, period_days: int) -> int:
    """Freeze how each new campaign is protected, before anything of it is published."""
    opened = 0
    for campaign in await kept.campaigns_to_open(tx, today):
        zones, kinds = await kept.planned_of(tx, campaign.campaign_id)
        grouped = await zoning_for(tx, campaign.starts_on.year)
        codes = {grouped[zone_id] for zone_id in zones if zone_id in grouped}
        key = kept.new_key()
        policy = policy_of(
            str(campaign.campaign_id), views_of(codes, kinds), key, period_days=period_days
        )
        await kept.open_ledger(tx, campaign.campaign_id, policy.described(), key)
        opened += 1
    return opened


async def zoning_for(tx: Tx, year: int) -> dict[str, str]:
    """Return the funder zones of a year, and freeze them when it is the first time.

    A territory that is too small for one funder zone has none.
    """
    known = await kept.zoning_of(tx, year)
    if known:
        return known
    try:
        zoning = group_zones(zoning_places(await kept.places(tx)), year=year)
    except LedgerError:
        return {}
    await kept.freeze_zoning(tx, zoning)
    return codes_by_zone(zoning)


async def try_to_seal(tx: Tx, open_ledger: kept.OpenLedger, today: date) -> int:
    """Seal what may be sealed of one ledger today."""
    campaign, ledger_id = open_ledger.campaign, open_ledger.ledger_id
    last = await kept.tried_on(tx, ledger_id)
    if last is not None and last >= today:
        return 0
    close = closes(campaign.closed_at, today)
    policy = policy_read(open_ledger.described, open_ledger.key)
    zones = await kept.zoning_of(tx, campaign.starts_on.year)
    noted = await kept.noted(tx, campaign.campaign_id)
    outcomes = in_views(outcomes_of(noted, zones), policy)
    blocks = await kept.blocks_of(tx, ledger_id)
    if close:
        await hold_waivers(tx, campaign.campaign_id)
    waivers = await kept.waivers_of(tx, campaign.campaign_id) if close else []
    try:
        found = await asyncio.to_thread(
            seal, outcomes, blocks, policy, day=today, close=close, waivers=waivers
        )
    except LedgerError as error:  # one ledger that cannot be counted must not stop the others
        log.error("a ledger cannot be sealed: its audit says why")  # noqa: TRY400 - the text names outcomes
        seq = max((block.seq for block in blocks), default=0) + 1
        told = AuditRow(What.SKIP, today, seq, reason=Reason.REFUSED, note=str(error))
        await kept.append_audit(tx, ledger_id, [told])
        return 1
    if found.skipped in QUIET:
        return 0
    await kept.append(tx, ledger_id, found)
    if found.blocks:
        sealed = {outcome.id for block in blocks for outcome in block.members}
        waited = [one.fact_id for one in noted if str(one.contribution_id) not in sealed]
        await kept.note_seal(tx, ledger_id, found, waited, waivers)
        await kept.publish_signals(tx, ledger_id, campaign.campaign_id, found.seq, policy.K, today)
        await kept.publish_plan(tx, ledger_id, campaign.campaign_id, found.seq)
    if found.blocks and close:
        await publish_crossed(tx, ledger_id, [*blocks, *found.blocks], policy)
    if close and found.skipped is not None and is_final(found.skipped, campaign.closed_at, today):
        end = AuditRow(What.CLOSE, today, found.seq, reason=found.skipped)
        await kept.append_audit(tx, ledger_id, [end])
    return 1


async def publish_crossed(tx: Tx, ledger_id: str, blocks: Ledger, policy: Policy) -> None:
    """Publish the one table with two ways, with the last seal."""
    found = await asyncio.to_thread(crossed_at_close, blocks, policy)
    if found is None:
        return
    shown = {pair: figure for pair, figure in found.cells.items() if figure is not None}
    last = blocks[-1]
    await kept.publish_cells(tx, ledger_id, last.seq, shown)
    note = f"{len(shown)} of {len(found.cells)} cells shown, {found.withheld} safe ones withheld"
    row = AuditRow(What.AUDIT, last.day, last.seq, "zone x theme", note=note)
    await kept.append_audit(tx, ledger_id, [row])


def closes(closed_at: datetime | None, today: date) -> bool:
    """Tell whether the next seal is the last: the campaign is closed, and late outcomes are in."""
    if closed_at is None:
        return False
    return today > closed_at.astimezone(BRUSSELS).date() + timedelta(days=LATE_DAYS)


def is_final(skipped: Reason, closed_at: datetime | None, today: date) -> bool:
    """Tell whether a last seal that could not be made will never be.

    A waiver may still come in for thirty days; nothing else changes what a closed campaign holds.
    """
    if skipped is not Reason.WAIVER_MISSING or closed_at is None:
        return True
    return today >= last_day(closed_at)


async def destroy_keys(tx: Tx, today: date) -> int:
    """Destroy the keys of ledgers closed a month ago: no guess can be checked any more."""
    due = await kept.keys_to_destroy(tx, today - timedelta(days=KEY_DAYS))
    for ledger_id in due:
        seq = max((block.seq for block in await kept.sums_of(tx, ledger_id)), default=1)
        await kept.append_audit(tx, ledger_id, [AuditRow(What.KEY, today, seq)])
        await kept.destroy_key(tx, ledger_id)
    return len(due)
