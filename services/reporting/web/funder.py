"""The funder's page: where a campaign stands, from the sealed ledger alone.

The coordination opens the same page to see what the funder sees.
"""

from uuid import UUID

from babel.dates import format_date
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.reporting.rules.reports.parts import DEFINITIONS, TITLES
from services.reporting.store import published
from services.reporting.web.outside import Follower, OutsideDb, code_name, read_published
from shared.web import language_of, page
from shared.web.charts import Column, bars, columns, share
from shared.web.languages import local_formats, translations
from shared.words import CrisisKind

router = APIRouter()

BARS_FROM = 2  # a chart of one bar says nothing that its number does not


@router.get("/funder", response_class=HTMLResponse, include_in_schema=False)
async def campaigns_page(request: Request, database: OutsideDb, who: Follower) -> Response:
    """List the campaigns, each with the sentence that says where it stands."""
    async with database.reading() as tx:
        found = [
            await read_published(tx, campaign.campaign_id)
            for campaign in await published.public_campaigns(tx)
        ]
    return page(request, "funder_campaigns.html", found=found, crises=CrisisKind)


@router.get("/funder/campaigns/{campaign_id}", response_class=HTMLResponse, include_in_schema=False)
async def campaign_page(
    request: Request,
    database: OutsideDb,
    who: Follower,
    campaign_id: UUID,
    seal: int | None = None,
) -> Response:
    """Show what is published of a campaign, now or as it was after one of its seals."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    language = language_of(request)
    formats = local_formats(language)
    told = translations(language)

    def name(view: str, code: str) -> str:
        return code_name(language, view, code, found.zones)

    drawn = {}
    for breakdown in found.standing.breakdowns:
        rows = [
            (name(breakdown.view, line.code), line.actions)
            for line in breakdown.lines
            if line.actions is not None
        ]
        if breakdown.view != "zone" and len(rows) >= BARS_FROM:
            title = told.gettext(TITLES[breakdown.view])
            says = ", ".join(f"{label}\u00a0: {formats['number'](n)}" for label, n in rows)
            drawn[breakdown.view] = bars(rows, title, says, formats["number"])
    weeks = columns(
        [
            Column(
                format_date(week.monday, "d MMM", locale=language), week.sealed or 0, week.planned
            )
            for week in found.standing.weeks
        ],
        told.gettext("Semaine après semaine"),
        told.gettext("Barre\u00a0: interventions publiées cette semaine-là. Trait\u00a0: prévues."),
        formats["number"],
    )
    return page(
        request,
        "funder.html",
        found=found,
        campaign=found.campaign,
        standing=found.standing,
        crisis=CrisisKind(found.campaign.crisis),
        titles=TITLES,
        definitions=DEFINITIONS,
        name=name,
        drawn=drawn,
        weeks=weeks,
        share=share,
        asked_seal=seal,
        language=language,
    )
