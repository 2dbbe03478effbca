"""Tables and queries of the schema `reporting`."""

from services.reporting.store.checking import facts_projected, projection_checksum
from services.reporting.store.counting import (
    CampaignLine,
    Progress,
    campaign_of,
    figures_of,
    invitation_counts,
    list_campaigns,
    progress_of,
)
from services.reporting.store.projecting import PROJECTED, PROJECTION_TABLES, project
from services.reporting.store.snapshots import save_snapshot, snapshot_of

__all__ = [
    "PROJECTED",
    "PROJECTION_TABLES",
    "CampaignLine",
    "Progress",
    "campaign_of",
    "facts_projected",
    "figures_of",
    "invitation_counts",
    "list_campaigns",
    "progress_of",
    "project",
    "projection_checksum",
    "save_snapshot",
    "snapshot_of",
]
