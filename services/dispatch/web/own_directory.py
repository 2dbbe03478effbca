"""A worker's directory: who is around in their zone, and one tap to say who is full."""

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch.rules.local_time import local_day
from services.dispatch.steps.report_saturation import report_saturation
from services.dispatch.store import directory
from services.dispatch.web.directory_pages import REPORTS
from services.dispatch.web.directory_view import PAGE_SIZE, asked_of, haystack_of, show
from services.dispatch.web.forms import typed
from services.dispatch.web.own_view import own_entry
from shared.db import zone_names
from shared.web import Db, Worker, language_of, page, see_other
from shared.words import Saturation

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
HERE = "/dispatch/directory"
EVERYWHERE = "all"


@router.get("/directory")
async def show_own(request: Request, database: Db, who: Worker, said: str = "") -> Response:
    """Show the services of the own zone; of another one, or of all, when asked."""
    asked = asked_of(request)
    async with database.reading() as tx:
        me = await own_entry(tx, who.person_id)
        zones = await zone_names(tx)
        zone = asked.zone or (me.home_zone if me else EVERYWHERE)
        actors = await directory.list_actors(tx, None if zone == EVERYWHERE else zone)
        today = local_day(tx.now)
    words = replace(asked, zone=None)
    found = [one for one in actors if words.fits(one, haystack_of(one, zones))]
    language = language_of(request)
    return page(
        request,
        "own_directory.html",
        asked=asked,
        zone=zone,
        here=zones.get(zone),
        everywhere=EVERYWHERE,
        found=len(found),
        actors=[show(one, zones, today) for one in found[:PAGE_SIZE]],
        zones=sorted((place.name(language), place.id) for place in zones.values()),
        reports=REPORTS,
        said=said,
    )


@router.post("/directory/{actor_id}/saturation")
async def report(request: Request, database: Db, _: Worker, actor_id: UUID) -> Response:
    """Keep what was seen of a service today; who saw it is not kept."""
    form = await typed(request)
    seen = form.one("saturation", Saturation)
    form.refuse_mistakes()
    async with database.transaction() as tx:
        await report_saturation(actor_id, seen or Saturation.UNKNOWN, None, tx)
    back = {"q": form.text("q"), "zone": form.text("zone"), "said": "reported"}
    return see_other(f"{HERE}?{urlencode(back)}#a{actor_id}")
