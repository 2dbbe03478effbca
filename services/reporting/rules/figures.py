"""The figures of a campaign: counts added up by zone, kind of action and week. Never by worker."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple

FIGURES_VERSION = 1


class Cell(NamedTuple):
    """How many of one measure there are in one zone, for one kind of action, in one week.

    `kind` and `week` (ISO, `2022-W05`) are empty where the measure has none.
    """

    measure: str
    zone_id: str
    kind: str | None
    week: str | None
    amount: int


class Mention(NamedTuple):
    """How many contributions name one value of a list."""

    list_name: str
    value: str
    amount: int


class Relayed(NamedTuple):
    """Relays of one kind: made, and known to have taken hold."""

    kind: str
    made: int
    took_hold: int


@dataclass(frozen=True, slots=True)
class RelayFigures:
    made: int
    took_hold: int


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """A zone's line. Who said no is not told here: where one worker works, that is one person."""

    zone_id: str
    planned: int = 0
    proposed: int = 0
    accepted: int = 0
    done: int = 0
    outcomes: int = 0
    contributions: int = 0
    people_reached: int = 0


@dataclass(frozen=True, slots=True)
class KindFigures:
    kind: str
    planned: int = 0
    done: int = 0
    outcomes: int = 0
    contributions: int = 0
    people_reached: int = 0


@dataclass(frozen=True, slots=True)
class WeekFigures:
    week: str
    planned: int = 0
    done: int = 0
    outcomes: int = 0
    contributions: int = 0
    people_reached: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a campaign planned, did and met. What each word means stands on the page."""

    planned: int
    proposed: int
    notified: int
    accepted: int
    declined: int
    countered: int
    expired: int
    handed_back: int
    withdrawn: int
    done: int
    outcomes: int
    contributions: int
    people_reached: int
    relays: dict[str, RelayFigures]
    by_zone: tuple[ZoneFigures, ...]
    by_kind: tuple[KindFigures, ...]
    by_week: tuple[WeekFigures, ...]
    by_theme: dict[str, int]
    by_language: dict[str, int]
    non_take_up: dict[str, int]
    signals: dict[str, int]


TOTALS = tuple(field.name for field in fields(Figures) if field.type is int)


def figures(
    zone_ids: Iterable[str],
    cells: Sequence[Cell],
    mentions: Sequence[Mention],
    relays: Sequence[Relayed],
    signals: Mapping[str, int],
) -> Figures:
    """Add up what was counted.

    Args:
        zone_ids: zones where the campaign works; each has a line, also when nothing happened.
        cells: counts by zone, kind and week; each thing counted stands in one cell only.
        mentions: how many contributions name each theme, language and form of non-take-up.
        relays: relays by kind.
        signals: signals by kind.
    """
    totals: dict[str, int] = dict.fromkeys(TOTALS, 0)
    for cell in cells:
        totals[cell.measure] += cell.amount
    zones = {zone_id: dict[str, int]() for zone_id in zone_ids} | sums(cells, "zone_id")
    lists: dict[str, dict[str, int]] = defaultdict(dict)
    for mention in sorted(mentions):
        lists[mention.list_name][mention.value] = mention.amount
    return Figures(
        **totals,
        relays={r.kind: RelayFigures(r.made, r.took_hold) for r in sorted(relays)},
        by_zone=tuple(ZoneFigures(key, **known(ZoneFigures, zones[key])) for key in sorted(zones)),
        by_kind=tuple(
            KindFigures(key, **known(KindFigures, found))
            for key, found in sorted(sums(cells, "kind").items())
        ),
        by_week=tuple(
            WeekFigures(key, **known(WeekFigures, found))
            for key, found in sorted(sums(cells, "week").items())
        ),
        by_theme=lists["themes"],
        by_language=lists["languages"],
        non_take_up=lists["non_take_up"],
        signals=dict(sorted(signals.items())),
    )


def sums(cells: Sequence[Cell], along: str) -> dict[str, dict[str, int]]:
    """Add up every measure along one side of the cells, leaving out cells that have none."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in cells:
        key = getattr(cell, along)
        if key is not None:
            found[key][cell.measure] += cell.amount
    return found


def known(line: type, found: Mapping[str, int]) -> dict[str, int]:
    """Keep the measures that a line of this kind shows."""
    names = {field.name for field in fields(line)}
    return {measure: count for measure, count in found.items() if measure in names}


def canonical(frozen: Figures) -> str:
    """Write figures in the one form that is frozen: sorted keys, no spaces."""
    content = {"version": FIGURES_VERSION, **asdict(frozen)}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def later_changes(frozen: str, now: Figures) -> dict[str, int]:
    """Tell by how much each total differs from what was frozen; only those that do."""
    before = json.loads(frozen)
    differences = {name: getattr(now, name) - before.get(name, 0) for name in TOTALS}
    return {name: difference for name, difference in differences.items() if difference}
