"""Imports a folder of official files: reads each, assembles one pack, draws it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.intake.gateways.territory_files.shapes import (
    DRAWING_WIDTH,
    Shapes,
    draw_outlines,
    measure_borders,
    parents_of,
    read_shapes,
)
from services.intake.gateways.territory_files.tables import (
    SHAPE_ENDINGS,
    is_readable,
    open_members,
    read_tables,
    unreadable,
)
from services.intake.rules.territory.assembling import assemble, zone_id_of
from services.intake.rules.territory.importing import Imported, ImportWishes, Layer
from services.intake.rules.territory.model import (
    Border,
    Drawing,
    DrawingKind,
    Level,
    TerritoryPack,
    Tile,
    places_of,
)
from services.intake.rules.territory.numbers import Sign
from services.intake.rules.territory.official import Reading, Scope, recognise
from services.intake.rules.territory.text import N_
from shared.errors import Problem, RefusedError

TILES_PER_ROW = 8


@dataclass(frozen=True, slots=True)
class FileWishes:
    """How to read files that do not say it themselves.

    `within` is how the codes of the territory begin, for files of a whole country: `21` is the
    Brussels region.
    """

    year: int | None = None
    decimal: Sign | None = None
    within: str = ""


def import_folder(source: Path, wishes: ImportWishes, files: FileWishes | None = None) -> Imported:
    """Make a pack from every official file of a folder (or from one file).

    Figures of the files that come first in the alphabet take precedence; zip archives are opened;
    files of other kinds are listed in the report's `not_read`.

    Raises:
        RefusedError: one or several files cannot be read (each with its line and the reason), or
            together they do not make a pack. Nothing is imported then.
    """
    how = files or FileWishes()
    listed = _files(source)
    problems: list[Problem] = []
    shapes: list[Shapes] = []
    tables: list[tuple[str, bytes]] = []
    not_read: list[str] = []
    for path in listed:
        if path.suffix.lower() != ".zip" and not is_readable(path.name):
            not_read.append(path.name)
            continue
        try:
            for name, content in open_members(path):
                if Path(name).suffix.lower() in SHAPE_ENDINGS:
                    shapes.append(read_shapes(name, content, how.within))
                else:
                    tables.append((name, content))
        except RefusedError as refusal:
            problems.extend(refusal.problems)
    readings: list[Reading] = []
    scope = Scope(_municipalities(shapes), how.year, how.within)
    for name, content in tables:
        try:
            for table in read_tables(name, content, how.decimal):
                layout, headed = recognise(table)
                readings.append(layout.read(headed, scope))
        except RefusedError as refusal:
            problems.extend(refusal.problems)
    if problems:
        raise RefusedError(*problems)
    shapes = _nested(shapes)
    layers = [one.layer for one in shapes]
    imported = assemble(readings, layers, _measured_borders(readings, shapes), wishes)
    pack = draw(imported.pack, shapes)
    return Imported(pack, replace(imported.report, not_read=tuple(not_read)))


def draw(pack: TerritoryPack, shapes: Sequence[Shapes]) -> TerritoryPack:
    """Give a pack its outlines; where there are no shapes, tiles in the order of the zones."""
    by_level = {
        level: next(
            (
                one.geometry
                for one in shapes
                if one.layer.level is level and _is_of(pack, level, one.layer)
            ),
            {},
        )
        for level in (Level.SECTOR, Level.QUARTER, Level.MUNICIPALITY)
    }
    sectors = by_level[Level.SECTOR]
    groups = {zone.id: zone.sectors for zone in pack.zones}
    drawn = sectors
    if not any(code in sectors for codes in groups.values() for code in codes):
        # Zones that are quarters or municipalities, from a file of these alone.
        for level in (Level.QUARTER, Level.MUNICIPALITY):
            ids = {zone_id_of(level, code): (code,) for code in by_level[level]}
            if set(groups) <= set(ids):
                drawn, groups = by_level[level], {zone: ids[zone] for zone in groups}
                break
    background = {
        town: tuple(
            place.code
            for place in pack.places
            if place.level is Level.SECTOR and place.municipality == town
        )
        for town in places_of(pack, Level.MUNICIPALITY)
    }
    plan = draw_outlines(drawn, {**groups, **background})
    if all(zone.id in plan.outlines for zone in pack.zones):
        return replace(
            pack,
            zones=tuple(
                replace(
                    zone,
                    outline=plan.outlines[zone.id],
                    x_km=plan.middles_km[zone.id][0],
                    y_km=plan.middles_km[zone.id][1],
                )
                for zone in pack.zones
            ),
            places=tuple(
                replace(place, outline=plan.outlines.get(place.code))
                if place.level in {Level.SECTOR, Level.MUNICIPALITY}
                else place
                for place in pack.places
            ),
            drawing=replace(pack.drawing, width=DRAWING_WIDTH, height=plan.height),
        )
    return replace(
        pack,
        zones=tuple(
            replace(zone, tile=Tile(at % TILES_PER_ROW, at // TILES_PER_ROW))
            for at, zone in enumerate(pack.zones)
        ),
        drawing=Drawing(DrawingKind.TILES),
    )


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise unreadable(str(source), 0, "no_folder", N_("Ce dossier n'existe pas."))
    found = sorted(path for path in source.iterdir() if path.is_file())
    if not found:
        raise unreadable(str(source), 0, "empty_folder", N_("Ce dossier est vide."))
    return found


def _municipalities(shapes: Sequence[Shapes]) -> frozenset[str]:
    codes = {
        place.municipality if place.level is Level.SECTOR else place.code
        for one in shapes
        for place in one.layer.places.values()
        if place.level in {Level.SECTOR, Level.MUNICIPALITY}
    }
    return frozenset(codes - {""})


def _nested(shapes: Sequence[Shapes]) -> list[Shapes]:
    """Tell each sector in which quarter it lies, where its own file does not say."""
    quarters = next((one.geometry for one in shapes if one.layer.level is Level.QUARTER), {})
    nested = []
    for one in shapes:
        places = dict(one.layer.places)
        if one.layer.level is Level.SECTOR and quarters:
            silent = {c: one.geometry[c] for c, place in places.items() if not place.quarter}
            for code, quarter in parents_of(silent, quarters).items():
                places[code] = replace(places[code], quarter=quarter)
        nested.append(replace(one, layer=replace(one.layer, places=places)))
    return nested


def _measured_borders(
    readings: Sequence[Reading], shapes: Sequence[Shapes]
) -> list[tuple[Border, ...]]:
    """Measure the borders of each layer of sectors that no table of neighbours is about."""
    listed = {
        code
        for reading in readings
        for border in reading.borders
        for code in (border.sector_a, border.sector_b)
    }
    return [
        measure_borders(one.geometry)
        for one in shapes
        if one.layer.level is Level.SECTOR and not (listed and listed <= set(one.layer.places))
    ]


def _is_of(pack: TerritoryPack, level: Level, layer: Layer) -> bool:
    return set(layer.places) <= set(places_of(pack, level))
