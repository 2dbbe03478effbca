"""The report of an import: what each file gave, what matched, and the totals to check by."""

from collections.abc import Iterable, Sequence

from services.intake.rules.territory.adding_up import AREA, POPULATION
from services.intake.rules.territory.assembling.figures import Converted
from services.intake.rules.territory.assembling.ground import Ground
from services.intake.rules.territory.codes import Vintage, read_vintage
from services.intake.rules.territory.importing import FileReport, ImportReport, Layer
from services.intake.rules.territory.model import IndicatorValue, Level, TerritoryPack
from services.intake.rules.territory.zones import shape_of


def report_on(
    ground: Ground, pack: TerritoryPack, converted: Sequence[Converted], repeated: int
) -> ImportReport:
    """Report on an import that was assembled."""
    inhabitants, partial = _inhabitants(ground, pack.values)
    return ImportReport(
        vintage=ground.vintage,
        files=(
            *(_layer_report(ground, layer) for layer in ground.layers),
            *(_file_report(ground, one) for one in converted),
        ),
        not_read=(),
        places={
            level: len(places) for level, places in ground.places.items()
        }
        | {Level.ZONE: len(pack.zones)},
        inhabitants=inhabitants,
        without_unlocated=partial,
        area_km2=_area(ground, pack.values),
        drawn_area_km2=_drawn_area(ground),
        zone_shapes={zone.id: shape_of(pack, zone.id) for zone in pack.zones if zone.sectors},
        repeated=repeated,
        conflicts=tuple(ground.conflicts),
        warnings=tuple(ground.warnings),
    )  # fmt: skip


def _file_report(ground: Ground, one: Converted) -> FileReport:
    reading = one.reading
    if one.codes:
        codes: Sequence[str] = one.codes
        known: set[str] = set(ground.places[Level.SECTOR])
    else:
        codes = tuple(reading.codes)
        known = {code for places in ground.places.values() for code in places}
        if ground.crosswalk.old_of_new and reading.layout == "crosswalk":
            known |= ground.crosswalk.codes(Vintage.SINCE_2025)
    return FileReport(
        file=reading.table.file,
        layout=reading.layout,
        level=reading.level,
        vintage=one.vintage,
        encoding=reading.table.encoding,
        delimiter=reading.table.delimiter,
        decimal_signs=tuple(sorted(set(reading.signs.values()))),
        rows=reading.rows,
        matched=sum(code in known for code in codes),
        unmatched=tuple(code for code in codes if code not in known),
        outside=reading.outside,
        unlocated=reading.unlocated,
        absent=dict(reading.absent),
        values=len(reading.values),
        years=tuple(sorted({value.year for value in reading.values})),
        left_out=dict(reading.left_out),
    )


def _layer_report(ground: Ground, layer: Layer) -> FileReport:
    fits = ground.fits(layer.level, layer.places)
    known = ground.places[layer.level]
    vintage = None
    if layer.level is Level.SECTOR:
        vintage = read_vintage(layer.places, ground.crosswalk).vintage
    return FileReport(
        file=layer.file,
        layout="shapes",
        level=layer.level,
        vintage=vintage,
        encoding=layer.projection,
        delimiter="",
        decimal_signs=(),
        rows=len(layer.places),
        matched=sum(code in known for code in layer.places) if fits else 0,
        unmatched=tuple(c for c in layer.places if c not in known) if fits else (),
        outside=0,
        unlocated=0,
        absent={},
        values=len(layer.official_areas_km2) if layer.year is not None else 0,
        years=() if layer.year is None else (layer.year,),
        left_out={} if fits else {layer.file: "other_vintage"},
    )


def _inhabitants(
    ground: Ground, values: Iterable[IndicatorValue]
) -> tuple[dict[int, int], tuple[int, ...]]:
    totals: dict[tuple[Level, int], list[float]] = {}
    for value in values:
        if value.indicator == POPULATION:
            totals.setdefault((value.level, value.year), []).append(value.value)
    known: dict[int, int] = {}
    partial: list[int] = []
    for year in sorted({year for _, year in totals}):
        for level in (Level.MUNICIPALITY, Level.SECTOR):
            counted = totals.get((level, year), [])
            if counted and len(counted) == len(ground.places[level]):
                known[year] = round(sum(counted))
                if level is Level.SECTOR:
                    partial.append(year)
                break
    return known, tuple(partial)


def _area(ground: Ground, values: Iterable[IndicatorValue]) -> float | None:
    areas: dict[tuple[Level, int], dict[str, float]] = {}
    for value in values:
        if value.indicator == AREA and value.level is not Level.ZONE:
            areas.setdefault((value.level, value.year), {})[value.code] = value.value
    for level in (Level.SECTOR, Level.QUARTER, Level.MUNICIPALITY):
        for (of, _), by_code in sorted(areas.items(), key=lambda pair: pair[0][1]):
            if of is level and len(by_code) == len(ground.places[level]):
                return sum(by_code.values())
    return None


def _drawn_area(ground: Ground) -> float | None:
    for level in (Level.SECTOR, Level.QUARTER, Level.MUNICIPALITY):
        for layer in ground.layers:
            if layer.level is level and ground.fits(level, layer.places):
                return sum(layer.areas_km2.values())
    return None
