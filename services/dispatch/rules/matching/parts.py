"""A large map cut into parts that touch little.

A worker near a border is a candidate in several parts; each part of the relaxation may use that
worker as if the others did not, so that the sum of their optima still bounds the whole.
"""

from collections.abc import Sequence

from .candidates import Candidates

TASKS_PER_PART = 160


def cut(c: Candidates, tasks: Sequence[int], largest: int = TASKS_PER_PART) -> list[list[int]]:
    """Cut tasks into parts that touch little, by halving the map again and again.

    Every task is in exactly one part, and a zone is in one part only.
    """
    zones = {c.zone_of[t] for t in tasks}
    by_zone: dict[int, list[int]] = {z: [] for z in sorted(zones)}
    for t in tasks:
        by_zone[c.zone_of[t]].append(t)
    return [
        sorted(t for z in part for t in by_zone[z])
        for part in _halve(c, sorted(zones), by_zone, largest)
    ]


def _halve(
    c: Candidates, zones: list[int], by_zone: dict[int, list[int]], largest: int
) -> list[list[int]]:
    total = sum(len(by_zone[z]) for z in zones)
    if total <= largest or len(zones) < 2:  # noqa: PLR2004 -- one zone cannot be cut
        return [zones]
    points = {z: point for z in zones if (point := c.point(z)) is not None}
    if len(points) < len(zones):
        return [zones]
    xs, ys = zip(*points.values(), strict=True)
    axis = 0 if max(xs) - min(xs) >= max(ys) - min(ys) else 1
    ordered = sorted(zones, key=lambda z: (points[z][axis], z))
    seen, place = 0, 1
    for k, z in enumerate(ordered[:-1]):
        seen += len(by_zone[z])
        place = k + 1
        if 2 * seen >= total:
            break
    return _halve(c, ordered[:place], by_zone, largest) + _halve(
        c, ordered[place:], by_zone, largest
    )
