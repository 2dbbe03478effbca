"""Zones as sets of sectors: editing them, and showing whether they hold together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from services.intake.rules.territory.adding_up import (
    AREA,
    POPULATION,
    zone_values,
)
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.indicators import indicator_for
from services.intake.rules.territory.model import (
    Border,
    Indicator,
    IndicatorValue,
    Level,
    Name,
    TerritoryPack,
    Zone,
    latest_values,
    places_of,
)
from services.intake.rules.territory.text import N_
from shared.errors import MissingError, Problem, RefusedError

# Source: charter of September 2022, "Le quartier, c'est notre bureau": 20,000 to 30,000 residents,
# one to eleven statistical sectors. A habit of the field, shown and never enforced.
INHABITANTS_MIN, INHABITANTS_MAX = 20_000, 30_000
SECTORS_MIN, SECTORS_MAX = 1, 11


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """What a set of sectors amounts to. Everything here is shown; nothing of it blocks.

    `pieces` are the groups of touching sectors, largest first: one group is a contiguous zone.
    `inhabitants` is None when a sector's population is not known.
    """

    sectors: tuple[str, ...]
    pieces: tuple[tuple[str, ...], ...]
    inhabitants: int | None
    inhabitants_year: int | None
    area_km2: float | None
    shared_with: tuple[tuple[str, str], ...]  # (sector, other zone)

    @property
    def contiguous(self) -> bool:
        return len(self.pieces) == 1

    @property
    def usual_size(self) -> bool | None:
        """Say whether the zone has 20,000 to 30,000 inhabitants; None when nobody knows."""
        if self.inhabitants is None:
            return None
        return INHABITANTS_MIN <= self.inhabitants <= INHABITANTS_MAX

    @property
    def usual_number_of_sectors(self) -> bool:
        return SECTORS_MIN <= len(self.sectors) <= SECTORS_MAX


@dataclass(frozen=True, slots=True)
class ZoneEdit:
    """A pack with one zone changed, and what that zone amounts to before and after."""

    pack: TerritoryPack
    before: ZoneShape
    after: ZoneShape


@dataclass(frozen=True, slots=True)
class ZoneDescription:
    """The words for a zone: its names, who hosts its workers, the working zone it belongs to."""

    name_fr: str
    name_nl: str
    host_partners: tuple[str, ...] = ()
    group_id: str = ""


def edit_zone(pack: TerritoryPack, zone_id: str, sectors: Iterable[str]) -> ZoneEdit:
    """Give a zone another set of sectors; its municipalities, figures and outline follow.

    Contiguity, size and sectors that another zone has too are shown, not enforced: real zones stop
    at a canal or a bridge, not at a number.

    Raises:
        MissingError: there is no such zone.
        RefusedError: no sector at all, or sectors that the pack does not know.
    """
    zone = zone_of(pack, zone_id)
    wanted = tuple(sorted(set(sectors)))
    known = places_of(pack, Level.SECTOR)
    problems = [
        Problem(
            "unknown_sector",
            N_("Le secteur « %(sector)s » n'existe pas dans ce territoire."),
            f"zones.{zone_id}.sectors",
            {"sector": sector},
        )
        for sector in wanted
        if sector not in known
    ]
    if not wanted:
        problems.append(
            Problem(
                "no_sectors",
                N_("Une zone compte au moins un secteur."),
                f"zones.{zone_id}.sectors",
            )
        )
    if problems:
        raise RefusedError(*problems)
    outlines = [known[sector].outline for sector in wanted]
    edited = replace(
        zone,
        sectors=wanted,
        municipalities=_municipalities(pack, wanted) or zone.municipalities,
        outline=" ".join(o for o in outlines if o) if all(outlines) else zone.outline,
    )
    changed = replace(
        pack, zones=tuple(edited if other.id == zone_id else other for other in pack.zones)
    )
    changed = replace(changed, values=_refigured(changed, edited))
    return ZoneEdit(changed, shape_of(pack, zone.id), shape_of(changed, zone_id))


def describe_zone(pack: TerritoryPack, zone_id: str, said: ZoneDescription) -> TerritoryPack:
    """Return the pack with other words for one zone; its sectors and figures stay.

    Raises:
        MissingError: there is no such zone.
        RefusedError: a name is missing, or the words break a law of `check_pack`.
    """
    zone = replace(
        zone_of(pack, zone_id),
        name_fr=said.name_fr.strip(),
        name_nl=said.name_nl.strip(),
        host_partners=tuple(name.strip() for name in said.host_partners if name.strip()),
        group_id=said.group_id.strip(),
    )
    changed = replace(pack, zones=tuple(zone if z.id == zone_id else z for z in pack.zones))
    if problems := check_pack(changed):
        raise RefusedError(*problems)
    return changed


def zone_of(pack: TerritoryPack, zone_id: str) -> Zone:
    """Return one zone.

    Raises:
        MissingError: there is no such zone.
    """
    for zone in pack.zones:
        if zone.id == zone_id:
            return zone
    raise MissingError(f"zone {zone_id}")


def shape_of(pack: TerritoryPack, zone_id: str) -> ZoneShape:
    """Say what a zone of the pack amounts to.

    Raises:
        MissingError: there is no such zone.
    """
    zone = zone_of(pack, zone_id)
    figures = latest_values(pack, Level.SECTOR)
    people = [figures.get((sector, POPULATION)) for sector in zone.sectors]
    areas = [figures.get((sector, AREA)) for sector in zone.sectors]
    counted = [value for value in people if value is not None]
    measured = [value.value for value in areas if value is not None]
    complete = bool(counted) and len(counted) == len(zone.sectors)
    return ZoneShape(
        sectors=zone.sectors,
        pieces=pieces_of(zone.sectors, pack.borders),
        inhabitants=round(sum(value.value for value in counted)) if complete else None,
        inhabitants_year=min(value.year for value in counted) if complete else None,
        area_km2=sum(measured) if measured and len(measured) == len(zone.sectors) else None,
        shared_with=tuple(
            (sector, other.id)
            for other in pack.zones
            if other.id != zone_id
            for sector in zone.sectors
            if sector in other.sectors
        ),
    )


def pieces_of(sectors: Sequence[str], borders: Iterable[Border]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of sectors that touch, largest first: one group is a contiguous zone."""
    left = set(sectors)
    touching: dict[str, set[str]] = {sector: set() for sector in left}
    for border in borders:
        if border.sector_a in left and border.sector_b in left:
            touching[border.sector_a].add(border.sector_b)
            touching[border.sector_b].add(border.sector_a)
    pieces: list[tuple[str, ...]] = []
    while left:
        piece, frontier = set[str](), {min(left)}
        while frontier:
            piece |= frontier
            frontier = {other for sector in frontier for other in touching[sector]} - piece
        left -= piece
        pieces.append(tuple(sorted(piece)))
    return tuple(sorted(pieces, key=lambda piece: (-len(piece), piece)))


def indicator_reader(pack: TerritoryPack) -> Callable[[str], Indicator]:
    """Return the function that finds an indicator of this pack by its code."""
    own = {indicator.code: indicator for indicator in pack.indicators}
    return lambda code: own.get(code) or indicator_for(code)


def _municipalities(pack: TerritoryPack, sectors: Iterable[str]) -> tuple[Name, ...]:
    known, towns = places_of(pack, Level.SECTOR), places_of(pack, Level.MUNICIPALITY)
    codes = dict.fromkeys(known[sector].municipality for sector in sectors)
    return tuple(Name(towns[c].name_fr, towns[c].name_nl) for c in codes if c in towns)


def _refigured(pack: TerritoryPack, zone: Zone) -> tuple[IndicatorValue, ...]:
    kept = tuple(v for v in pack.values if v.level is not Level.ZONE or v.code != zone.id)
    quarter_of = {place.code: place.quarter for place in pack.places if place.level is Level.SECTOR}
    computed = zone_values({zone.id: zone.sectors}, kept, quarter_of, indicator_reader(pack))
    return (*kept, *computed)
