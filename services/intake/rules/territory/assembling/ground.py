"""The ground of an import: which sectors, quarters and municipalities exist, in which vintage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.intake.rules.territory.codes import Crosswalk, Vintage, read_vintage
from services.intake.rules.territory.importing import ImportWishes, Layer
from services.intake.rules.territory.indicators import indicator_for
from services.intake.rules.territory.model import Indicator, Level, Place
from services.intake.rules.territory.official.reading import Reading
from services.intake.rules.territory.text import N_
from shared.errors import Problem, RefusedError


@dataclass(frozen=True, slots=True)
class Ground:
    """What was read, and the places that it is about. `warnings` and `conflicts` fill up."""

    readings: Sequence[Reading]
    layers: Sequence[Layer]
    crosswalk: Crosswalk
    vintage: Vintage | None
    indicators: Mapping[str, Indicator]
    places: dict[Level, dict[str, Place]]
    warnings: list[Problem] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)

    def indicator_of(self, code: str) -> Indicator:
        return self.indicators.get(code) or indicator_for(code)

    def fits(self, level: Level, codes: Iterable[str]) -> bool:
        """Say whether these codes are of the import's vintage; only sectors have one."""
        return _fits(level, codes, self.vintage, self.crosswalk)


def survey(readings: Sequence[Reading], layers: Sequence[Layer], wishes: ImportWishes) -> Ground:
    """Find out which places exist and in which vintage of sectors the import works.

    Raises:
        RefusedError: two tables of passage contradict each other.
    """
    crosswalk = _crosswalk(readings, layers)
    vintage = wishes.vintage or _own_vintage(readings, layers, crosswalk)
    indicators: dict[str, Indicator] = {}
    for reading in readings:
        indicators = {**reading.indicators, **indicators}
    places = _places(readings, layers, vintage, crosswalk)
    return Ground(readings, layers, crosswalk, vintage, indicators, places)


def some(codes: Iterable[str], shown: int = 20) -> str:
    """List the first codes, and how many more there are."""
    listed = list(codes)
    more = f" … (+{len(listed) - shown})" if len(listed) > shown else ""
    return ", ".join(listed[:shown]) + more


def _fits(
    level: Level, codes: Iterable[str], vintage: Vintage | None, crosswalk: Crosswalk
) -> bool:
    if level is not Level.SECTOR or vintage is None:
        return True
    return read_vintage(codes, crosswalk).vintage in {None, vintage}


def _own_vintage(
    readings: Sequence[Reading], layers: Sequence[Layer], crosswalk: Crosswalk
) -> Vintage | None:
    """Return the vintage of the zones, else of what there is most of, else the old one."""
    zones = [c for r in readings for draft in r.zones.values() for c in draft.sectors]
    codes = zones or [
        code
        for codes in (
            *(r.codes for r in readings if r.level is Level.SECTOR),
            *(layer.places for layer in layers if layer.level is Level.SECTOR),
        )
        for code in codes
    ]
    found = read_vintage(codes, crosswalk).vintage
    if found is None and codes:
        return Vintage.BEFORE_2025
    return found


def _places(
    readings: Sequence[Reading],
    layers: Sequence[Layer],
    vintage: Vintage | None,
    crosswalk: Crosswalk,
) -> dict[Level, dict[str, Place]]:
    """Collect the places of each level; the shapes say which exist, the tables name them."""
    found: dict[Level, dict[str, Place]] = {
        level: {} for level in (Level.MUNICIPALITY, Level.QUARTER, Level.SECTOR)
    }
    drawn = {
        level: {
            code
            for layer in layers
            if layer.level is level and _fits(level, layer.places, vintage, crosswalk)
            for code in layer.places
        }
        for level in found
    }
    sources: list[Mapping[str, Place]] = [layer.places for layer in layers]
    sources += [layer.municipalities for layer in layers]
    sources += [reading.places for reading in readings]
    sources += [{p.code: p for p in reading.other_places} for reading in readings]
    for places in sources:
        for level, known_places in found.items():
            of_level = {c: p for c, p in places.items() if p.level is level}
            if not of_level or not _fits(level, of_level, vintage, crosswalk):
                continue
            for code, place in of_level.items():
                if not drawn[level] or code in drawn[level]:
                    known = known_places.get(code)
                    known_places[code] = _completed(known, place) if known else place
    for sector in found[Level.SECTOR].values():
        town = sector.municipality
        if town and town not in found[Level.MUNICIPALITY]:
            found[Level.MUNICIPALITY][town] = Place(Level.MUNICIPALITY, town, town, town)
    return {level: dict(sorted(places.items(), key=_by_code)) for level, places in found.items()}


def _crosswalk(readings: Sequence[Reading], layers: Sequence[Layer]) -> Crosswalk:
    old_of_new: dict[str, str] = {}
    adjusted: set[str] = set()
    sources = [reading.old_of_new for reading in readings]
    for of_file in (*sources, *(layer.old_of_new for layer in layers)):
        for new, old in of_file.items():
            if old_of_new.setdefault(new, old) != old:
                raise RefusedError(
                    Problem(
                        "crosswalk_conflict",
                        N_("Deux tables placent le secteur %(sector)s dans deux anciens secteurs."),
                        values={"sector": new},
                    )
                )
    for reading in readings:
        adjusted |= reading.adjusted
    return Crosswalk(old_of_new, frozenset(adjusted))


def _completed(known: Place, other: Place) -> Place:
    """Fill what a place does not say yet; a name in one language only gets its other one."""
    bilingual = known.name_fr != known.name_nl
    return replace(
        known,
        name_fr=known.name_fr or other.name_fr,
        name_nl=known.name_nl if bilingual or not other.name_nl else other.name_nl,
        municipality=known.municipality or other.municipality,
        quarter=known.quarter or other.quarter,
    )


def _by_code(pair: tuple[str, Place]) -> tuple[int, str]:
    code = pair[0]
    return (int(code), "") if code.isdigit() else (0, code)
