"""Figures that were frozen when their campaign closed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import text

from shared.db import Tx
from shared.words import CampaignId, SnapshotId

SNAPSHOTS = UUID("0f5c0e6e-8f4b-5a86-9d4e-5d3a3a0f8a11")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the figures were. `figures` is their canonical JSON."""

    snapshot_id: SnapshotId
    campaign_id: CampaignId
    frozen_at: datetime
    figures: str


async def save_snapshot(tx: Tx, campaign_id: CampaignId, figures: str) -> SnapshotId | None:
    """Keep the figures of a campaign; None when they were frozen before."""
    saved = await tx.execute(
        text(
            "insert into snapshot (snapshot_id, campaign_id, frozen_at, figures)"
            " values (:snapshot_id, :campaign_id, :now, :figures)"
            " on conflict do nothing returning snapshot_id"
        ),
        {
            "snapshot_id": uuid5(SNAPSHOTS, str(campaign_id)),
            "campaign_id": campaign_id,
            "now": tx.now,
            "figures": figures,
        },
    )
    found = saved.scalar_one_or_none()
    return SnapshotId(found) if found else None


async def snapshot_of(tx: Tx, campaign_id: CampaignId) -> Snapshot | None:
    """Return what was frozen for a campaign."""
    found = await tx.execute(
        text(
            "select snapshot_id, campaign_id, frozen_at, figures from snapshot"
            " where campaign_id = :campaign_id"
        ),
        {"campaign_id": campaign_id},
    )
    row = found.one_or_none()
    return Snapshot(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name
