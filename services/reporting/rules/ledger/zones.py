"""Funder zones: groups of neighbourhoods with four workers or more, frozen for a calendar year.

One worker covers one neighbourhood, so a line per neighbourhood is a figure on one person. The only
geography of a reader is these groups, and there is only one grouping: two that overlap would give
small areas by subtraction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from .model import LedgerError, View

MIN_WORKERS = 4  # Source: disclosure study; one more than K, so that a week of leave hides nobody.


@dataclass(frozen=True, slots=True)
class Place:
    """A neighbourhood: its workers, and its centre in kilometres on any plane map."""

    zone_id: str
    workers: frozenset[str]
    x_km: float
    y_km: float
    basin: str = ""


@dataclass(frozen=True, slots=True)
class FunderZone:
    """A group of neighbourhoods. `code` is what a view publishes."""

    code: str
    zone_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Zoning:
    """The one grouping of a calendar year."""

    year: int
    zones: tuple[FunderZone, ...]

    def code_of(self, zone_id: str) -> str:
        """Return the funder zone of a neighbourhood.

        Raises:
            LedgerError: the neighbourhood is in none.
        """
        for zone in self.zones:
            if zone_id in zone.zone_ids:
                return zone.code
        raise LedgerError(f"neighbourhood {zone_id} is in no funder zone of {self.year}")

    def view(self, name: str = "zone") -> View:
        return View(name, tuple(zone.code for zone in self.zones))


def group_zones(places: Sequence[Place], *, year: int, min_workers: int = MIN_WORKERS) -> Zoning:
    """Group neighbourhoods until each group has enough workers.

    The group with the fewest workers joins the nearest one, of its own basin where there is one,
    again and again. The same places give the same groups, in whatever order they come.

    Args:
        places: all neighbourhoods of the year, each once.
        year: for which the grouping is frozen.
        min_workers: distinct workers per group, at least 4.

    Raises:
        LedgerError: a neighbourhood stands twice, or all of them together have too few workers.
    """
    ids = [place.zone_id for place in places]
    everyone = frozenset[str]().union(*(place.workers for place in places))
    problems = [f"neighbourhood {i} stands twice" for i in sorted({*ids}) if ids.count(i) > 1]
    if min_workers < MIN_WORKERS:
        problems.append(f"a funder zone has at least {MIN_WORKERS} workers, not {min_workers}")
    if len(everyone) < min_workers:
        problems.append(f"{len(everyone)} workers are too few for a funder zone of {min_workers}")
    if problems:
        raise LedgerError(*problems)
    groups = [[place] for place in sorted(places, key=lambda p: p.zone_id)]
    while True:
        small = [group for group in groups if len(_workers(group)) < min_workers]
        if not small:
            break
        joining = min(small, key=lambda g: (len(_workers(g)), g[0].zone_id))
        groups.remove(joining)
        nearest = min(
            groups, key=lambda g: (_other_basin(joining, g), _gap_km(joining, g), g[0].zone_id)
        )
        nearest += joining
        nearest.sort(key=lambda place: place.zone_id)
    groups.sort(key=lambda group: group[0].zone_id)
    return Zoning(
        year,
        tuple(
            FunderZone(f"F{number:02}", tuple(place.zone_id for place in group))
            for number, group in enumerate(groups, 1)
        ),
    )


def check_zoning(existing: Iterable[Zoning], proposed: Zoning) -> None:
    """Refuse a second grouping of the same year.

    Raises:
        LedgerError: the year has another grouping, or the proposed one overlaps itself.
    """
    ids = [zone_id for zone in proposed.zones for zone_id in zone.zone_ids]
    problems = [f"{i} is in two funder zones" for i in sorted({*ids}) if ids.count(i) > 1]
    problems += [
        f"the funder zones of {zoning.year} are frozen and different"
        for zoning in existing
        if zoning.year == proposed.year and zoning != proposed
    ]
    if problems:
        raise LedgerError(*problems)


def _workers(group: Sequence[Place]) -> frozenset[str]:
    return frozenset[str]().union(*(place.workers for place in group))


def _other_basin(one: Sequence[Place], other: Sequence[Place]) -> bool:
    return {place.basin for place in one}.isdisjoint({place.basin for place in other})


def _gap_km(one: Sequence[Place], other: Sequence[Place]) -> float:
    return min(hypot(a.x_km - b.x_km, a.y_km - b.y_km) for a in one for b in other)
