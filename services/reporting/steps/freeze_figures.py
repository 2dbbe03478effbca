"""A campaign closes: its figures are frozen as they are known at that moment.

What arrives later, a phone that was offline or the answers to the closing itself, is counted as
well and shown beside what was frozen: a snapshot is never rewritten.
"""

from services.reporting import store
from services.reporting.rules.figures import canonical
from shared.db import Tx
from shared.events import CampaignClosed, SnapshotPublished


async def freeze_figures(fact: CampaignClosed, tx: Tx) -> None:
    """Keep the figures, and tell that they are there."""
    counted = await store.figures_of(tx, fact.campaign_id)
    snapshot_id = await store.save_snapshot(tx, fact.campaign_id, canonical(counted))
    if snapshot_id is not None:
        await tx.emit(
            SnapshotPublished(
                occurred_at=tx.now, snapshot_id=snapshot_id, campaign_id=fact.campaign_id
            )
        )
