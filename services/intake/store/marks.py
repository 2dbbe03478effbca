"""Short texts that differ whenever a page would: what streams of changes look at."""

from uuid import UUID

from sqlalchemy import func, select

from services.intake.rules.local_day import local_day
from services.intake.store.tables import (
    alert_draft,
    campaign,
    campaign_move,
    campaign_progress,
    consultation,
    decision,
    invitation,
    judgement,
    signal,
    signal_answer,
    territory,
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


async def mark_of_home(tx: Tx) -> str:
    """Tell invitations, signals, campaigns and their plans, alerts, and which day it is."""
    counted = (
        select(func.count(campaign_move.c.id)),
        select(func.count(campaign.c.targeted_at)),
        select(func.count(campaign_progress.c.matched_at), func.count(campaign_progress.c.sent_at)),
        select(func.count(alert_draft.c.id), func.max(alert_draft.c.changed_at)),
        select(func.count()).select_from(territory),
    )
    counts = [each for query in counted for each in (await tx.execute(query)).one()]
    said = [await mark_of_invitations(tx), await mark_of_signals(tx), local_day(tx.now).isoformat()]
    return "/".join([*said, *map(str, counts)])


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
