"""Pages of the territory: its map, its zones with their published figures, redrawing a zone."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from services.intake import store
from services.intake.rules.territory.drawing import MapLook, draw_map
from services.intake.rules.territory.model import Indicator, Level, Zone, latest_values
from services.intake.rules.territory.zones import (
    INHABITANTS_MAX,
    INHABITANTS_MIN,
    ZoneDescription,
    indicator_reader,
    shape_of,
    zone_of,
)
from services.intake.steps.describe_zone import describe_zone
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
    drawn: Markup | None = None
    zones: tuple[Zone, ...] = ()
    if territory is not None:
        zones = tuple(sorted(territory.pack.zones, key=lambda zone: zone.name(language)))
        links = {z.id: f"/intake/territory/{z.id}" for z in territory.pack.zones}
        svg = draw_map(territory.pack, language, MapLook(links=links))
        drawn = Markup(svg)  # noqa: S704 - the drawing escapes whatever it is given
    return page(
        request,
        "territory.html",
        territory=territory,
        zones=zones,
        drawn=drawn,
        language=language,
    )


@router.get("/territory/{zone_id}", response_class=HTMLResponse)
async def show_zone(request: Request, database: Db, _: Coordinator, zone_id: ZoneId) -> Response:
    """Show a zone: its figures with year and source, and the sectors that it consists of."""
    return await zone_page(request, database, zone_id)


@router.post("/territory/{zone_id}")
async def redraw_zone(
    request: Request, database: Db, who: Coordinator, zone_id: ZoneId
) -> Response:
    """Say a zone in other words, and give it another set of sectors where that is asked."""
    typed = await typed_in(request)
    try:
        async with database.transaction() as tx:
            territory = await store.current_territory(tx)
            zone = zone_of(territory.pack, zone_id)
            if "name_fr" in typed.lists:
                await describe_zone(zone_id, description_typed(typed), who.person_id, tx)
            sectors = words_in(typed.text("sectors"))
            if "sectors" in typed.lists and set(sectors) != set(zone.sectors):
                await edit_zone(zone_id, sectors, who.person_id, tx)
    except RefusedError as refused:
        return await zone_page(request, database, zone_id, typed, refused.problems)
    return see_other(f"/intake/territory/{zone_id}")


def description_typed(typed: Typed) -> ZoneDescription:
    """Gather the words for a zone from its fields."""
    return ZoneDescription(
        name_fr=typed.text("name_fr"),
        name_nl=typed.text("name_nl"),
        host_partners=tuple(typed.text("host_partners").split(";")),
        group_id=typed.text("group_id"),
    )


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
        typed=(typed or Typed()).over(
            Typed.of(
                name_fr=zone.name_fr,
                name_nl=zone.name_nl,
                host_partners="; ".join(zone.host_partners),
                group_id=zone.group_id,
                sectors=" ".join(zone.sectors),
            )
        ),
        problems=told(request, problems),
    )


def label_of(indicator: Indicator, language: str) -> str:
    """Name an indicator in the reader's language."""
    names = {"nl": indicator.name_nl, "en": indicator.name_en}
    return names.get(language, indicator.name_fr)
