"""Puts what was read from many files together into one pack, and reports what matched.

Nothing is overwritten: of two figures for the same place, indicator and year, the first file's
stays, and where they differ the report says so.
"""

from collections.abc import Sequence

from services.intake.rules.territory.assembling.figures import convert, merge
from services.intake.rules.territory.assembling.ground import Ground, survey
from services.intake.rules.territory.assembling.report import report_on
from services.intake.rules.territory.assembling.zoning import (
    draft_zones,
    figures_of_zones,
    make_zones,
    zone_id_of,
)
from services.intake.rules.territory.importing import Imported, ImportWishes, Layer
from services.intake.rules.territory.indicators import CATALOGUE
from services.intake.rules.territory.model import (
    Border,
    Drawing,
    DrawingKind,
    Level,
    TerritoryPack,
)
from services.intake.rules.territory.official.reading import Reading

__all__ = ["assemble", "zone_id_of"]

ATTRIBUTION = (
    "Statbel (Direction générale Statistique – Statistics Belgium), open data, CC BY 4.0 · IBSA / "
    "perspective.brussels, Monitoring des Quartiers · UrbIS (Paradigm.brussels), CC0 — données "
    "modifiées (agrégation, simplification géométrique, calculs)."
)
LICENCE = "CC BY 4.0 (Statbel) ; réutilisation libre avec mention de la source (IBSA)"


def assemble(
    readings: Sequence[Reading],
    layers: Sequence[Layer],
    borders: Sequence[Sequence[Border]],
    wishes: ImportWishes,
) -> Imported:
    """Build a pack, not drawn yet, from what was read.

    Args:
        readings: one per table, in the order in which their figures take precedence.
        layers: one per file of shapes.
        borders: pairs of sectors that touch, measured on the shapes, one list per file; a table
            of neighbours in `readings` takes precedence.
        wishes: what the person asks for.

    Raises:
        RefusedError: nothing says what the zones are, or the vintages cannot be brought together.
    """
    ground = survey(readings, layers, wishes)
    converted = [convert(ground, reading) for reading in readings]
    values, repeated = merge(ground, converted)
    zones = make_zones(ground, draft_zones(ground, wishes))
    values.extend(figures_of_zones(ground, zones, values))
    used = dict.fromkeys(value.indicator for value in values)
    order = [code for code in CATALOGUE if code in used]
    order += [code for code in used if code not in CATALOGUE]
    pack = TerritoryPack(
        id=wishes.pack_id,
        name_fr=wishes.name_fr,
        name_nl=wishes.name_nl,
        name_en=wishes.name_en,
        attribution=ATTRIBUTION,
        licence=LICENCE,
        zones=zones,
        indicators=tuple(ground.indicator_of(code) for code in order),
        values=tuple(values),
        drawing=Drawing(DrawingKind.OUTLINES),
        places=tuple(place for of_level in ground.places.values() for place in of_level.values()),
        borders=_borders(ground, borders),
    )
    return Imported(pack, report_on(ground, pack, converted, repeated))


def _borders(ground: Ground, measured: Sequence[Sequence[Border]]) -> tuple[Border, ...]:
    sectors = ground.places[Level.SECTOR]
    listed = [border for reading in ground.readings for border in reading.borders]
    for candidates in (listed, *measured):
        fitting = tuple(b for b in candidates if b.sector_a in sectors and b.sector_b in sectors)
        # A list of the other vintage fits where codes did not change: it would leave gaps.
        if fitting and len(fitting) == len(candidates):
            return fitting
    return ()
