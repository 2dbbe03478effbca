"""The coordination's figures: live and exact. No other role reads them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import AwareDatetime, BaseModel

from services.reporting import store
from services.reporting.rules.figures import (
    TOTALS,
    KindFigures,
    RelayFigures,
    WeekFigures,
    ZoneFigures,
    later_changes,
)
from shared.db import Tx, zone_names
from shared.web import Coordinator, Db, Operator, language_of, page
from shared.words import (
    ActionKind,
    CampaignId,
    CampaignState,
    CrisisKind,
    Language,
    NonTakeUp,
    RelayKind,
    SignalKind,
    Theme,
)

router = APIRouter()
E = TypeVar("E", bound=StrEnum)


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


def monday(week: str) -> date:
    """Give the first day of an ISO week, `2022-W05`."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def coded(closed_list: type[E], counts: Mapping[str, int]) -> list[tuple[E, int]]:
    """Pair counts with the words of their list, the largest first."""
    found = [(closed_list(value), count) for value, count in counts.items()]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


@router.get("/", response_class=HTMLResponse)
async def campaigns_page(request: Request, database: Db, _: Coordinator) -> Response:
    """Show every campaign, and how many invitations were decided how."""
    async with database.reading() as tx:
        campaigns = await store.list_campaigns(tx)
        invitations = await store.invitation_counts(tx)
    return page(request, "campaigns.html", campaigns=campaigns, invitations=invitations)


@router.get("/campaigns/{campaign_id}", response_class=HTMLResponse)
async def figures_page(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> Response:
    """Show a campaign's figures, each with its definition."""
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, CampaignId(campaign_id))
        counted = await count(tx, campaign_id)
        zones = await zone_names(tx)
    language = language_of(request)
    name_of = {zone_id: zone.name(language) for zone_id, zone in zones.items()}
    places = [(name_of.get(line.zone_id, line.zone_id), line) for line in counted.by_zone]
    relays = [(RelayKind(kind), made) for kind, made in counted.relays.items()]
    return page(
        request,
        "figures.html",
        campaign=campaign,
        crisis=CrisisKind(campaign.crisis),
        figures=counted,
        totals=TOTALS,
        places=sorted(places, key=lambda place: place[0].casefold()),
        weeks=[(monday(line.week), line) for line in counted.by_week],
        kinds=[(ActionKind(line.kind), line) for line in counted.by_kind],
        themes=coded(Theme, counted.by_theme),
        languages_used=coded(Language, counted.by_language),
        non_take_up=coded(NonTakeUp, counted.non_take_up),
        relays=sorted(relays, key=lambda pair: (-pair[1].made, pair[0])),
        signals=coded(SignalKind, counted.signals),
    )
