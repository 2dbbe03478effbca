"""The funder zones on a map: what was done in each, written on it; none of its neighbourhoods.

An area is what lies nearest to the middles of its neighbourhoods, melted together. The number
stands on it, so that no colour has to be read; the list beside the map says the same.
"""

from collections.abc import Callable, Sequence
from html import escape
from statistics import median
from typing import NamedTuple

from shapely import (
    Geometry,
    MultiPoint,
    Point,
    point_on_surface,
    union_all,
    voronoi_polygons,
)

WIDTH = 480
MARGIN_KM = 0.1
REACH = 0.85  # of the median distance between neighbours: how far an area goes around a middle
REACH_MIN_KM = 0.45
SMOOTH_KM = 0.12
CLASSES = (20, 50, 100, 200)  # from how many interventions on an area has the next colour
Places = Sequence[tuple[float, float]]


class Area(NamedTuple):
    """A funder zone: where its neighbourhoods lie, in km east and north, and its figure."""

    code: str
    places: Places
    amount: int | None
    written: str


def draw_areas(areas: Sequence[Area], title: str, says: str) -> str:
    """Draw funder zones as SVG; nothing where their places are not known."""
    known = [area for area in areas if area.places]
    if len(known) < 2:  # noqa: PLR2004 - a map of one area says nothing
        return ""
    shapes = shapes_of([area.places for area in known])
    left, low, right, high = union_all(shapes).bounds
    left, low, right, high = left - MARGIN_KM, low - MARGIN_KM, right + MARGIN_KM, high + MARGIN_KM
    scale = WIDTH / (right - left)

    def at(x_km: float, y_km: float) -> tuple[float, float]:
        return (x_km - left) * scale, (high - y_km) * scale

    drawn = []
    for area, shape in zip(known, shapes, strict=True):
        kind = f"area k{class_of(area.amount)}" if area.amount is not None else "area kz"
        drawn.append(f'<path class="{kind}" d="{path_of(shape, at)}"/>')
    for area, shape in zip(known, shapes, strict=True):
        middle = point_on_surface(shape)
        x, y = at(middle.x, middle.y)
        drawn.append(
            f'<text class="area-code" x="{x:.1f}" y="{y - 3:.1f}" text-anchor="middle">'
            f"{escape(area.code)}</text>"
            f'<text class="area-amount" x="{x:.1f}" y="{y + 15:.1f}" text-anchor="middle">'
            f"{escape(area.written)}</text>"
        )
    name = escape(f"{title}. {says}")
    return (
        f'<svg class="areas" role="img" viewBox="0 0 {WIDTH} {(high - low) * scale:.1f}"'
        f' aria-label="{name}">{"".join(drawn)}</svg>'
    )


def class_of(amount: int) -> int:
    """Choose one of five colours."""
    return sum(amount >= bound for bound in CLASSES)


def shapes_of(zones: Sequence[Places]) -> list[Geometry]:
    """Melt what lies nearest to the places of each zone into one shape."""
    everywhere = [Point(place) for places in zones for place in places]
    nearest = [
        min((one.distance(other) for other in everywhere if other is not one), default=1.0)
        for one in everywhere
    ]
    reach = max(REACH_MIN_KM, REACH * median(nearest))
    whole = MultiPoint(everywhere)
    cells = voronoi_polygons(whole, extend_to=whole.buffer(3 * reach)).geoms
    shapes: list[Geometry] = []
    for places in zones:
        parts = []
        for place in map(Point, places):
            cell = next((one for one in cells if one.covers(place)), None)
            if cell is not None:
                parts.append(cell.intersection(place.buffer(reach)))
        melted = union_all(parts).buffer(SMOOTH_KM).buffer(-SMOOTH_KM)
        shapes.append(melted)
    return shapes


def path_of(shape: Geometry, at: Callable[[float, float], tuple[float, float]]) -> str:
    """Write a shape as the path of an SVG."""
    found = []
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors):
            points = (at(x, y) for x, y in ring.simplify(0.01).coords)
            found.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(found)
