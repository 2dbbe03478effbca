"""The funder's page: where a campaign stands, from the sealed ledger alone.

The coordination opens the same page to see what the funder sees.
"""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from services.reporting.rules.reports.parts import DEFINITIONS, TITLES
from services.reporting.store import published
from services.reporting.web.outside import Follower, OutsideDb, read_published
from services.reporting.web.report_pictures import picture_of
from services.reporting.web.report_words import told_in, written
from shared.web import language_of, page
from shared.web.charts import share
from shared.words import CrisisKind

router = APIRouter()


@router.get("/funder", response_class=HTMLResponse, include_in_schema=False)
async def campaigns_page(request: Request, database: OutsideDb, _: Follower) -> Response:
    """List the campaigns, each with the sentence that says where it stands."""
    async with database.reading() as tx:
        found = [
            await read_published(tx, campaign.campaign_id)
            for campaign in await published.public_campaigns(tx)
        ]
    years = sorted({one.campaign.starts_on.year for one in found}, reverse=True)
    return page(request, "funder_campaigns.html", found=found, crises=CrisisKind, years=years)


@router.get("/funder/campaigns/{campaign_id}", response_class=HTMLResponse, include_in_schema=False)
async def campaign_page(
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    seal: int | None = None,
) -> Response:
    """Show what is published of a campaign, now or as it was after one of its seals."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    language = language_of(request)
    told, words = told_in(language, "campaign", found)
    pictures = {part.name: picture_of(part, words)[0] for part in told.parts}
    return page(
        request,
        "funder.html",
        found=found,
        campaign=found.campaign,
        standing=found.standing,
        told=told,
        written=lambda value: written(value, words),
        titles=TITLES,
        definitions=DEFINITIONS,
        name=words.code,
        drawn={name: Markup(svg) for name, svg in pictures.items() if svg},  # noqa: S704 - drawn by us
        share=share,
        asked_seal=seal,
        language=language,
    )
