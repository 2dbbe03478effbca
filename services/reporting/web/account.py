"""Accounting for a campaign: how far it is, what it made possible, week by week. Live and exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from markupsafe import Markup

from services.reporting import store
from services.reporting.rules.figures import TOTALS
from services.reporting.store import CampaignLine, Progress, waivers
from services.reporting.web.figure_words import FIGURE_WORDS
from services.reporting.web.figures import CampaignFigures, count
from shared.db import Tx, zone_names
from shared.web import Coordinator, Db, language_of, live, page, translate, word_id
from shared.web.charts import Column, bars, columns, share
from shared.web.languages import local_formats
from shared.words import (
    ActionKind,
    CampaignId,
    CrisisKind,
    Language,
    NonTakeUp,
    RelayKind,
    SignalKind,
    Theme,
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
E = TypeVar("E", bound=StrEnum)
NOTHING = Progress(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A list of a closed kind, the largest first, and its picture."""

    rows: list[tuple[StrEnum, int]]
    picture: Markup


@dataclass(frozen=True, slots=True)
class Account:
    """A campaign with its figures, as the page shows them."""

    campaign: CampaignLine
    figures: CampaignFigures
    progress: Progress
    places: list[tuple[str, Any]]
    weeks: list[tuple[date, Any]]

    @property
    def share_pct(self) -> int:
        """Which part of the plan is done."""
        return pct(self.progress.done, self.progress.planned)

    @property
    def expected_pct(self) -> int:
        """Which part of the plan should have begun by now."""
        return pct(self.progress.due, self.progress.planned)

    @property
    def relays(self) -> int:
        return sum(relay.made for relay in self.figures.relays.values())

    @property
    def weeks_begun(self) -> int:
        """How many weeks of the campaign have begun, the present one included."""
        today = min(self.figures.as_of.date(), self.campaign.ends_on)
        return max(0, (today - self.campaign.starts_on).days // 7 + 1)


def pct(part: int, whole: int) -> int:
    """Return a share in whole percents, never above a hundred."""
    return min(100, round(100 * part / whole)) if whole else 0


def monday(week: str) -> date:
    """Give the first day of an ISO week, `2022-W05`."""
    year, _, number = week.partition("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def coded(closed_list: type[E], counts: Mapping[str, int]) -> list[tuple[E, int]]:
    """Pair counts with the words of their list, the largest first."""
    found = [(closed_list(value), count) for value, count in counts.items()]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


async def read_account(tx: Tx, language: str, campaign_id: UUID) -> Account:
    """Read everything that is told of a campaign.

    Raises:
        MissingError: no such campaign.
    """
    campaign = await store.campaign_of(tx, CampaignId(campaign_id))
    counted = await count(tx, campaign_id)
    zones = await zone_names(tx)
    name_of = {zone_id: zone.name(language) for zone_id, zone in zones.items()}
    places = [(name_of.get(line.zone_id, line.zone_id), line) for line in counted.by_zone]
    return Account(
        campaign,
        counted,
        (await store.progress_of(tx)).get(campaign_id, NOTHING),
        sorted(places, key=lambda place: place[0].casefold()),
        [(monday(line.week), line) for line in counted.by_week],
    )


@router.get("/")
async def campaigns_page(request: Request, database: Db, _: Coordinator) -> Response:
    """Show every campaign and how far it is, and how many invitations were decided how."""
    return await list_page(request, database, "campaigns.html")


@router.get("/list")
async def campaigns_part(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the list alone: what is asked for when a figure changed."""
    return await list_page(request, database, "campaigns_part.html")


async def list_page(request: Request, database: Db, template: str) -> Response:
    async with database.reading() as tx:
        campaigns = await store.list_campaigns(tx)
        invitations = await store.invitation_counts(tx)
        progress = await store.progress_of(tx)
    return page(
        request,
        template,
        campaigns=[(line, progress.get(line.campaign_id, NOTHING)) for line in campaigns],
        invitations=invitations,
        share=share,
        pct=pct,
    )


@router.get("/list/live")
async def follow_campaigns(request: Request, database: Db, _: Coordinator) -> StreamingResponse:
    """Say when a figure of any campaign changed."""
    return live(request, database, last_fact_counted)


async def last_fact_counted(tx: Tx) -> str:
    return str(await store.facts_projected(tx))


@router.get("/campaigns/{campaign_id}")
async def figures_page(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> Response:
    """Show a campaign's figures, each with its definition."""
    return await account_page(request, database, campaign_id, "figures.html")


@router.get("/campaigns/{campaign_id}/part")
async def figures_part(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> Response:
    """Show the figures alone: what is asked for when one of them changed."""
    return await account_page(request, database, campaign_id, "figures_part.html")


@router.get("/campaigns/{campaign_id}/live")
async def follow_figures(
    request: Request, database: Db, campaign_id: UUID, _: Coordinator
) -> StreamingResponse:
    """Say when a figure changed."""
    async with database.reading() as tx:
        await store.campaign_of(tx, CampaignId(campaign_id))
    return live(request, database, last_fact_counted)


async def account_page(
    request: Request, database: Db, campaign_id: UUID, template: str
) -> Response:
    language = language_of(request)
    async with database.reading() as tx:
        account = await read_account(tx, language, campaign_id)
        small = await waivers.small_campaign(tx, campaign_id)
        agreed = await waivers.who_agreed(tx, campaign_id)
        outlook = small.outlook(agreed, tx.now) if small else None
    counted = account.figures
    return page(
        request,
        template,
        account=account,
        outlook=outlook,
        campaign=account.campaign,
        crisis=CrisisKind(account.campaign.crisis),
        figures=counted,
        totals=TOTALS,
        figure_words=FIGURE_WORDS,
        kinds=[(ActionKind(line.kind), line) for line in counted.by_kind],
        week_chart=draw_weeks(language, account),
        themes=draw(language, "Thèmes", coded(Theme, counted.by_theme)),
        languages_used=draw(language, "Langues", coded(Language, counted.by_language)),
        non_take_up=draw(language, "Formes de non-recours", coded(NonTakeUp, counted.non_take_up)),
        relays=sorted(
            ((RelayKind(kind), made) for kind, made in counted.relays.items()),
            key=lambda pair: (-pair[1].made, pair[0]),
        ),
        signals=draw(language, "Signaux du terrain", coded(SignalKind, counted.signals)),
        share=share,
    )


def draw_weeks(language: str, account: Account) -> Markup:
    """Draw week after week what was done, with a mark at what was planned."""
    rows = [
        Column(format_date(first, "d MMM", locale=language), line.done, line.planned)
        for first, line in account.weeks
    ]
    _ = partial(translate, language)
    says = _("%(done)s faites sur %(planned)s") % {
        "done": account.figures.done,
        "planned": account.figures.planned,
    }
    return columns(rows, _("Semaine après semaine"), says, local_formats(language)["number"])


def draw(language: str, title: str, rows: Sequence[tuple[StrEnum, int]]) -> Drawn:
    """Draw a list of counts; its sentence names what comes first."""
    named = [(translate(language, word_id(value)), count) for value, count in rows]
    says = f"{named[0][0]}: {named[0][1]}" if named else ""
    picture = bars(named, translate(language, title), says, local_formats(language)["number"])
    return Drawn([(value, count) for value, count in rows], picture)
