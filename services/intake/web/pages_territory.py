"""Pages of the territory: its map, its zones with their published figures, redrawing a zone."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from services.intake import store
from services.intake.rules.territory.drawing import MapLook, draw_map
from services.intake.rules.territory.model import Indicator, Level, latest_values
from services.intake.rules.territory.zones import (
    INHABITANTS_MAX,
    INHABITANTS_MIN,
    indicator_reader,
    shape_of,
    zone_of,
)
from services.intake.steps.edit_zone import edit_zone
from services.intake.web.forms import Typed, told, typed_in, words_in
from shared.db import Database
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import ZoneId

router = APIRouter()


@router.get("/territory", response_class=HTMLResponse)
async def show_territory(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the map and the list of zones."""
    async with database.reading() as tx:
        territory = await store.find_territory(tx)
    language = language_of(request)
    drawn = None
    if territory is not None:
        links = {z.id: f"/intake/territory/{z.id}" for z in territory.pack.zones}
        svg = draw_map(territory.pack, language, MapLook(links=links))
        drawn = Markup(svg)  # noqa: S704 - the drawing escapes whatever it is given
    return page(request, "territory.html", territory=territory, drawn=drawn, language=language)


@router.get("/territory/{zone_id}", response_class=HTMLResponse)
async def show_zone(request: Request, database: Db, _: Coordinator, zone_id: ZoneId) -> Response:
    """Show a zone: its figures with year and source, and the sectors that it consists of."""
    return await zone_page(request, database, zone_id)


@router.post("/territory/{zone_id}")
async def redraw_zone(
    request: Request, database: Db, who: Coordinator, zone_id: ZoneId
) -> Response:
    """Give a zone another set of sectors."""
    typed = await typed_in(request)
    try:
        async with database.transaction() as tx:
            await edit_zone(zone_id, words_in(typed.text("sectors")), who.person_id, tx)
    except RefusedError as refused:
        return await zone_page(request, database, zone_id, typed, refused.problems)
    return see_other(f"/intake/territory/{zone_id}")


async def zone_page(
    request: Request,
    database: Database,
    zone_id: ZoneId,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render a zone."""
    async with database.reading() as tx:
        territory = await store.find_territory(tx)
    if territory is None:
        raise MissingError("territory")
    pack, language = territory.pack, language_of(request)
    zone = zone_of(pack, zone_id)
    find = indicator_reader(pack)
    figures = [
        (label_of(find(indicator), language), value)
        for (code, indicator), value in sorted(latest_values(pack, Level.ZONE).items())
        if code == zone_id
    ]
    return page(
        request,
        "zone.html",
        422 if problems else 200,
        zone=zone,
        figures=figures,
        shape=shape_of(pack, zone_id) if zone.sectors else None,
        usual=(INHABITANTS_MIN, INHABITANTS_MAX),
        has_sectors=any(place.level is Level.SECTOR for place in pack.places),
        attribution=pack.attribution,
        language=language,
        typed=typed or Typed.of(sectors=" ".join(zone.sectors)),
        problems=told(request, problems),
    )


def label_of(indicator: Indicator, language: str) -> str:
    """Name an indicator in the reader's language."""
    names = {"nl": indicator.name_nl, "en": indicator.name_en}
    return names.get(language, indicator.name_fr)
