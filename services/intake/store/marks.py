"""Short texts that differ whenever a page would: what streams of changes look at."""

from uuid import UUID

from sqlalchemy import func, select

from services.intake.store.tables import (
    campaign,
    consultation,
    decision,
    invitation,
    judgement,
    signal,
    signal_answer,
)
from shared.db import Tx


async def mark_of_signals(tx: Tx, campaign_id: UUID | None = None) -> str:
    """Count the signals and their answers, of one campaign when it is named."""
    query = (
        select(func.count(func.distinct(signal.c.id)), func.count(signal_answer.c.signal_id))
        .select_from(signal)
        .outerjoin(signal_answer, signal_answer.c.signal_id == signal.c.id)
    )
    if campaign_id is not None:
        query = query.where(signal.c.campaign_id == campaign_id)
    return "/".join(str(count) for count in (await tx.execute(query)).one())


async def mark_of_invitations(tx: Tx) -> str:
    """Count how far invitations are; also how many consultations have closed by now."""
    counts = [
        (await tx.execute(select(func.count()).select_from(table))).scalar_one()
        for table in (invitation, judgement, consultation, decision, campaign)
    ]
    closed = (
        select(func.count()).select_from(consultation).where(consultation.c.closes_at <= tx.now)
    )
    counts.append((await tx.execute(closed)).scalar_one())
    return "/".join(str(count) for count in counts)
