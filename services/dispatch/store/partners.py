"""Host partners: the periods agreed with each, and the last word of each about them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.roster import WeeklyPeriod
from services.dispatch.store.tables import host_period, partner_remark, worker
from shared.db import Tx
from shared.words import PartnerId, PartnerRemark, Weekday


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """What a partner said last, and when."""

    partner_id: PartnerId
    remark: PartnerRemark
    made_at: datetime


async def partner_periods(tx: Tx) -> dict[PartnerId, list[WeeklyPeriod]]:
    """Return the periods agreed with each partner of the roster, without whose they are."""
    rows = await tx.execute(
        select(
            worker.c.host_partner,
            host_period.c.weekday,
            host_period.c.starts_min,
            host_period.c.ends_min,
        )
        .outerjoin(host_period, host_period.c.worker_id == worker.c.id)
        .where(worker.c.host_partner.is_not(None))
        .order_by(worker.c.host_partner)
    )
    found: defaultdict[PartnerId, list[WeeklyPeriod]] = defaultdict(list)
    for row in rows:
        periods = found[row.host_partner]
        if row.weekday is not None:
            periods.append(WeeklyPeriod(Weekday(row.weekday), row.starts_min, row.ends_min))
    return dict(found)


async def remarks(tx: Tx) -> dict[PartnerId, RemarkRow]:
    """Return the last word of each partner that waits for the coordination."""
    rows = await tx.execute(select(partner_remark))
    return {
        row.partner_id: RemarkRow(row.partner_id, PartnerRemark(row.said), row.made_at)
        for row in rows
    }


async def save_remark(tx: Tx, partner_id: PartnerId, remark: PartnerRemark) -> None:
    """Keep what a partner says; it replaces what it said before."""
    kept = {"said": remark.value, "made_at": tx.now}
    await tx.execute(
        upsert(partner_remark)
        .values(partner_id=partner_id, **kept)
        .on_conflict_do_update(index_elements=["partner_id"], set_=kept)
    )


async def forget_remark(tx: Tx, partner_id: PartnerId) -> None:
    """Take a partner's word off the desk: the coordination has answered."""
    await tx.execute(delete(partner_remark).where(partner_remark.c.partner_id == partner_id))
