"""What a territory pack is made of: zones, places, indicators with their values, a drawing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a figure is about: a zone of the pack, or a unit of the official statistics."""

    ZONE = "zone"
    SECTOR = "sector"
    QUARTER = "quarter"
    MUNICIPALITY = "municipality"


class Kind(StrEnum):
    """How figures of several places add up to one."""

    COUNT = "count"  # of people or things: summed; a part where nobody lives may be absent
    EXTENT = "extent"  # of ground: summed, no part may be absent
    RATE = "rate"  # mean weighted by inhabitants
    DENSITY = "density"  # mean weighted by area


class DrawingKind(StrEnum):
    """A tile map (one equal square per zone) or outlines on a plan."""

    TILES = "tiles"
    OUTLINES = "outlines"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the two languages of Brussels."""

    fr: str
    nl: str

    def said_in(self, language: str) -> str:
        """Say it in Dutch for `nl`, else in French: place names have no English."""
        return self.nl if language == "nl" else self.fr


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the tile map, counted from the north-west corner, from 0."""

    col: int
    row: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A neighbourhood that a campaign may target.

    `group_id` is the working zone of one team of workers, where that is larger than the
    neighbourhood. `sectors` may be empty: then the zone is known by name only. `x_km` and `y_km`
    are its middle, east and north of the pack's own origin, for travel times; None if not known.
    """

    id: str
    name_fr: str
    name_nl: str
    municipalities: tuple[Name, ...]
    host_partners: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    group_id: str = ""
    tile: Tile | None = None
    outline: str | None = None
    x_km: float | None = None
    y_km: float | None = None

    def name(self, language: str) -> str:
        return Name(self.name_fr, self.name_nl).said_in(language)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the official statistics. Codes are text: a sector may end in `-` or a letter.

    `municipality` and `quarter` are the codes of the places that it lies in. `outline` is SVG
    path data on the pack's drawing.
    """

    level: Level
    code: str
    name_fr: str
    name_nl: str
    municipality: str = ""
    quarter: str = ""
    outline: str | None = None


@dataclass(frozen=True, slots=True)
class Border:
    """Two sectors that touch, and along how many metres."""

    sector_a: str
    sector_b: str
    shared_m: float


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a figure measures. `can_be_zero` is false where a 0 can only be a lost blank."""

    code: str
    name_fr: str
    name_nl: str
    name_en: str
    unit: str
    kind: Kind
    can_be_zero: bool = True
    note_fr: str = ""
    note_nl: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """One published figure, never without its year and source. A figure not published is no row."""

    level: Level
    code: str
    indicator: str
    value: float
    unit: str
    year: int
    source: str
    licence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A line by which people recognise the map, such as the canal. Points in drawing units."""

    id: str
    name_fr: str
    name_nl: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How to draw the zones. Units: tiles, or the units of `width` by `height` for outlines."""

    kind: DrawingKind
    landmarks: tuple[Landmark, ...] = ()
    description_fr: str = ""
    description_nl: str = ""
    description_en: str = ""
    width: int = 0
    height: int = 0

    def description(self, language: str) -> str:
        texts = {"nl": self.description_nl, "en": self.description_en}
        return texts.get(language) or self.description_fr


@dataclass(frozen=True, slots=True)
class TerritoryPack:
    """A territory as a folder of data: nothing in it is code."""

    id: str
    name_fr: str
    name_nl: str
    name_en: str
    attribution: str
    licence: str
    zones: tuple[Zone, ...]
    indicators: tuple[Indicator, ...]
    values: tuple[IndicatorValue, ...]
    drawing: Drawing
    places: tuple[Place, ...] = ()
    borders: tuple[Border, ...] = ()

    def name(self, language: str) -> str:
        names = {"nl": self.name_nl, "en": self.name_en}
        return names.get(language) or self.name_fr


def latest_values(pack: TerritoryPack, level: Level) -> dict[tuple[str, str], IndicatorValue]:
    """Return the most recent figure of each (code, indicator code) of one level."""
    latest: dict[tuple[str, str], IndicatorValue] = {}
    for value in pack.values:
        if value.level is not level:
            continue
        known = latest.get((value.code, value.indicator))
        if known is None or value.year > known.year:
            latest[value.code, value.indicator] = value
    return latest


def places_of(pack: TerritoryPack, level: Level) -> dict[str, Place]:
    """Return the places of one level by code."""
    return {place.code: place for place in pack.places if place.level is level}


KM_PER_TILE = 0.9  # mean distance between neighbouring quarters of the default pack


def middles_km(pack: TerritoryPack) -> dict[str, tuple[float, float]]:
    """Return the middle of each zone, in km east and north of the pack's own origin.

    A zone that does not say its own is placed by its tile; one without a tile is left out.
    """
    middles: dict[str, tuple[float, float]] = {}
    for zone in pack.zones:
        if zone.x_km is not None and zone.y_km is not None:
            middles[zone.id] = (zone.x_km, zone.y_km)
        elif zone.tile is not None:
            middles[zone.id] = (zone.tile.col * KM_PER_TILE, -zone.tile.row * KM_PER_TILE)
    return middles
