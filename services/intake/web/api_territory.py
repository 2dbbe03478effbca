"""The territory: loading a pack, reading its zones and figures, redrawing a zone: for programs."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from pydantic import BaseModel

from services.intake import store
from services.intake.rules.territory.model import Level, latest_values
from services.intake.rules.territory.zones import ZoneShape
from services.intake.steps.edit_zone import edit_zone
from services.intake.steps.load_territory import load_territory
from shared.access import Identity
from shared.errors import MissingError
from shared.web import Coordinator, Db, allow
from shared.words import Role, ZoneId

router = APIRouter(prefix="/api")
Keeper = Annotated[Identity, Depends(allow(Role.COORDINATION, Role.ADMINISTRATOR, Role.SERVICE))]


class FigureOut(BaseModel):
    """A published value with its unit, year and source. One that is not published is not here."""

    indicator: str
    value: float
    unit: str
    year: int
    source: str


class ZoneOut(BaseModel):
    id: ZoneId
    name_fr: str
    name_nl: str
    municipalities: tuple[str, ...]
    host_partners: tuple[str, ...]
    sectors: tuple[str, ...]
    figures: tuple[FigureOut, ...]


class TerritoryOut(BaseModel):
    id: str
    version: int
    name_fr: str
    name_nl: str
    attribution: str
    licence: str
    zones: tuple[ZoneOut, ...]


class SectorsForm(BaseModel):
    sectors: tuple[str, ...] = ()


class ShapeOut(BaseModel):
    """What a zone amounts to. All of it is shown, nothing is enforced."""

    sectors: tuple[str, ...]
    contiguous: bool
    inhabitants: int | None
    usual_size: bool | None
    shared_with: tuple[tuple[str, str], ...]


@router.put("/territory")
async def put_territory(
    database: Db, who: Keeper, payload: Annotated[dict[str, Any], Body()]
) -> dict[str, int]:
    """Load a territory pack; refused with everything that is wrong with it."""
    async with database.transaction() as tx:
        return {"version": await load_territory(payload, who.person_id, tx)}


@router.get("/territory")
async def get_territory(database: Db, _: Keeper) -> TerritoryOut:
    """Show the zones with their published figures, each with its year and source. No scores."""
    async with database.reading() as tx:
        territory = await store.find_territory(tx)
    if territory is None:
        raise MissingError("territory")
    pack = territory.pack
    figures: dict[str, list[FigureOut]] = {}
    for (code, indicator), value in sorted(latest_values(pack, Level.ZONE).items()):
        figures.setdefault(code, []).append(
            FigureOut(
                indicator=indicator,
                value=value.value,
                unit=value.unit,
                year=value.year,
                source=value.source,
            )
        )
    return TerritoryOut(
        id=pack.id,
        version=territory.version,
        name_fr=pack.name_fr,
        name_nl=pack.name_nl,
        attribution=pack.attribution,
        licence=pack.licence,
        zones=tuple(
            ZoneOut(
                id=zone.id,
                name_fr=zone.name_fr,
                name_nl=zone.name_nl,
                municipalities=tuple(name.fr for name in zone.municipalities),
                host_partners=zone.host_partners,
                sectors=zone.sectors,
                figures=tuple(figures.get(zone.id, ())),
            )
            for zone in sorted(pack.zones, key=lambda zone: zone.id)
        ),
    )


@router.put("/territory/zones/{zone_id}")
async def put_zone(
    request: Request, database: Db, who: Coordinator, zone_id: ZoneId, form: SectorsForm
) -> dict[str, ShapeOut]:
    """Give a zone another set of sectors; contiguity and size are shown, not enforced."""
    async with database.transaction() as tx:
        edited = await edit_zone(zone_id, form.sectors, who.person_id, tx)
    return {"before": shape_out(edited.before), "after": shape_out(edited.after)}


def shape_out(shape: ZoneShape) -> ShapeOut:
    """Show what a zone amounts to."""
    return ShapeOut(
        sectors=shape.sectors,
        contiguous=shape.contiguous,
        inhabitants=shape.inhabitants,
        usual_size=shape.usual_size,
        shared_with=shape.shared_with,
    )
