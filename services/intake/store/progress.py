"""How far the other services are with a campaign, as their facts tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.intake.store.tables import campaign_progress
from shared.db import Tx
from shared.words import CampaignId


@dataclass(frozen=True, slots=True)
class Progress:
    """When a first plan was ready, and when a first task was proposed to somebody."""

    matched_at: datetime | None = None
    sent_at: datetime | None = None


async def note_progress(
    tx: Tx,
    campaign_id: CampaignId,
    *,
    matched_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> None:
    """Note the first time that each happened; facts may come in any order, and again."""
    earlier = campaign_progress.c
    keep = upsert(campaign_progress).values(
        campaign_id=campaign_id, matched_at=matched_at, sent_at=sent_at
    )
    await tx.execute(
        keep.on_conflict_do_update(
            index_elements=[earlier.campaign_id],
            set_={
                "matched_at": func.least(earlier.matched_at, keep.excluded.matched_at),
                "sent_at": func.least(earlier.sent_at, keep.excluded.sent_at),
            },
        )
    )


async def list_progress(tx: Tx, campaign_id: UUID | None = None) -> Mapping[UUID, Progress]:
    """Return how far every campaign is that somebody began to match; or one of them."""
    query = select(campaign_progress)
    if campaign_id is not None:
        query = query.where(campaign_progress.c.campaign_id == campaign_id)
    rows = await tx.execute(query)
    return {row.campaign_id: Progress(row.matched_at, row.sent_at) for row in rows}
