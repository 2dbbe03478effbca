"""Pages of host partners and of the public: the same ledger, rounded down to five."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.reporting.rules.published import at_least
from services.reporting.rules.reports.parts import TITLES
from services.reporting.store import published
from services.reporting.web.outside import OutsideDb, code_name, read_published
from shared.web import identify, language_of, page

router = APIRouter()
SHOWN_VIEWS = ("theme", "kind", "relay")


@router.get("/public", response_class=HTMLResponse, include_in_schema=False)
async def public_page(request: Request, database: OutsideDb) -> Response:
    """Tell anybody what campaigns did, in figures that are rounded down."""
    await identify(request)  # so that whoever is signed in keeps their menu
    async with database.reading() as tx:
        found = [
            await read_published(tx, campaign.campaign_id)
            for campaign in await published.public_campaigns(tx)
        ]
    language = language_of(request)
    return page(
        request,
        "public.html",
        found=[one for one in found if one.standing.seal],
        views=SHOWN_VIEWS,
        titles=TITLES,
        at_least=at_least,
        name=partial(code_name, language),
    )
