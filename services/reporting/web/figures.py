"""The coordination's figures for programs: live and exact. No other role reads them."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from services.reporting import store
from services.reporting.rules.figures import (
    KindFigures,
    RelayFigures,
    WeekFigures,
    ZoneFigures,
    later_changes,
)
from shared.db import Tx
from shared.web import Coordinator, Db, Operator
from shared.words import CampaignId, CampaignState

router = APIRouter()


class Campaign(BaseModel):
    campaign_id: UUID
    name_fr: str
    name_nl: str
    crisis: str
    starts_on: date
    ends_on: date
    state: CampaignState


class Frozen(BaseModel):
    """What was frozen at the close, and by how much each total differs since."""

    snapshot_id: UUID
    frozen_at: AwareDatetime
    later_changes: dict[str, int]


class CampaignFigures(BaseModel):
    planned: int
    proposed: int
    notified: int
    accepted: int
    declined: int
    countered: int
    expired: int
    handed_back: int
    withdrawn: int
    done: int
    outcomes: int
    contributions: int
    people_reached: int
    relays: dict[str, RelayFigures]
    by_zone: list[ZoneFigures]
    by_kind: list[KindFigures]
    by_week: list[WeekFigures]
    by_theme: dict[str, int]
    by_language: dict[str, int]
    non_take_up: dict[str, int]
    signals: dict[str, int]
    as_of: datetime
    frozen: Frozen | None


class Checksum(BaseModel):
    checksum: str
    facts: int


async def count(tx: Tx, campaign_id: UUID) -> CampaignFigures:
    """Read a campaign's figures with what was frozen of them.

    Raises:
        MissingError: no such campaign.
    """
    campaign = await store.campaign_of(tx, CampaignId(campaign_id))
    counted = await store.figures_of(tx, campaign.campaign_id)
    kept = await store.snapshot_of(tx, campaign.campaign_id)
    frozen = kept and Frozen(
        snapshot_id=kept.snapshot_id,
        frozen_at=kept.frozen_at,
        later_changes=later_changes(kept.figures, counted),
    )
    return CampaignFigures(**asdict(counted), as_of=tx.now, frozen=frozen)


@router.get("/api/campaigns")
async def get_campaigns(database: Db, _: Coordinator) -> list[Campaign]:
    """List the declared campaigns, the latest first."""
    async with database.reading() as tx:
        found = await store.list_campaigns(tx)
    return [Campaign.model_validate(line, from_attributes=True) for line in found]


@router.get("/api/campaigns/{campaign_id}/figures")
async def get_figures(database: Db, campaign_id: UUID, _: Coordinator) -> CampaignFigures:
    """Count what a campaign planned, did and met."""
    async with database.reading() as tx:
        return await count(tx, campaign_id)


@router.get("/api/checksum")
async def get_checksum(database: Db, _: Operator) -> Checksum:
    """Hash every projection: a rebuild from the facts must give the same."""
    async with database.reading() as tx:
        return Checksum(
            checksum=await store.projection_checksum(tx), facts=await store.facts_projected(tx)
        )
