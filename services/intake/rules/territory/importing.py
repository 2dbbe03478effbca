"""What an import is told, and what it reports: plain values, printed by the command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.intake.rules.territory.codes import Vintage
from services.intake.rules.territory.model import Level, Place, TerritoryPack
from services.intake.rules.territory.zones import ZoneShape
from shared.errors import Problem


class ZonesFrom(StrEnum):
    """What becomes a zone: the sets of sectors of a file, or each quarter or municipality."""

    FILES = "files"
    QUARTERS = "quarters"
    MUNICIPALITIES = "municipalities"


@dataclass(frozen=True, slots=True)
class ImportWishes:
    """What the person who imports asks for. `vintage` None: that of the zones, else the old one."""

    pack_id: str = "imported"
    name_fr: str = "Territoire importé"
    name_nl: str = "Geïmporteerd gebied"
    name_en: str = "Imported territory"
    zones_from: ZonesFrom | None = None
    vintage: Vintage | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """The shapes of one file, without their geometry: what they are and how large.

    `year` is the year of the boundaries, None when the file does not say. `areas_km2` are measured
    on the geometry, `official_areas_km2` those that the file states.
    """

    file: str
    level: Level
    places: Mapping[str, Place]
    areas_km2: Mapping[str, float]
    official_areas_km2: Mapping[str, float]
    year: int | None
    projection: str
    old_of_new: Mapping[str, str] = field(default_factory=dict)
    municipalities: Mapping[str, Place] = field(default_factory=dict)  # that sectors name


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. `matched` and `unmatched` are about its distinct codes."""

    file: str
    layout: str
    level: Level | None
    vintage: Vintage | None
    encoding: str
    delimiter: str
    decimal_signs: tuple[str, ...]
    rows: int
    matched: int
    unmatched: tuple[str, ...]
    outside: int
    unlocated: int
    absent: Mapping[str, int]
    values: int
    years: tuple[int, ...]
    left_out: Mapping[str, str]

    @property
    def matched_pct(self) -> float | None:
        codes = self.matched + len(self.unmatched)
        return 100 * self.matched / codes if codes else None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found, what it left out and why.

    `inhabitants` by year: the official total of the municipalities where all of them are known,
    which includes the people in no sector; else that of the sectors, and then the year is in
    `without_unlocated`.
    """

    vintage: Vintage | None
    files: tuple[FileReport, ...]
    not_read: tuple[str, ...]
    places: Mapping[Level, int]
    inhabitants: Mapping[int, int]
    without_unlocated: tuple[int, ...]
    area_km2: float | None
    drawn_area_km2: float | None
    zone_shapes: Mapping[str, ZoneShape]
    repeated: int
    conflicts: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A pack made from official files, and the report of how."""

    pack: TerritoryPack
    report: ImportReport
