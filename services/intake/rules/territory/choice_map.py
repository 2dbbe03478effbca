"""The map on which zones are chosen: one shape per zone, to be coloured by class and clicked.

Drawn once, painted at every reading. Without scripts it is a picture beside a list that has the
same choices; `shared/ui/desk/map.ts` makes each shape an option. Paths are integers, so that the
whole map weighs a few kilobytes. `docs/territory.md` lists the classes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from services.intake.rules.territory.model import (
    DrawingKind,
    Landmark,
    Level,
    Place,
    TerritoryPack,
    Tile,
    Zone,
    middles_km,
)

TILE_WIDTH, TILE_HEIGHT, GAP, MARGIN = 126, 96, 8, 10
# Three tiles of text at the width of the desk's middle column, where a tile is 75 pixels wide.
LINE_HEIGHT, CHARACTERS_PER_LINE, CHARACTERS_PER_LINE_OF_LONG, LINES_MAX = 21, 11, 14, 4
NO_DATA = "kz"  # grey, outside the scale
OUTLINE = re.compile(r"(?:M[^A-Za-z]+(?:L[^A-Za-z]+)*Z?\s*)+")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """A zone as it is drawn: SVG path data, and the middle from which arrow keys leave."""

    zone_id: str
    path: str
    middle: Point
    name: str = ""  # SVG, written over the shape; empty where it would not fit


@dataclass(frozen=True, slots=True)
class ChoiceMap:
    """A map without its colours. `behind` and `before` are SVG; the shapes lie between."""

    width: int
    height: int
    kind: DrawingKind
    shapes: tuple[ZoneShape, ...]
    behind: str
    before: str
    title: str
    description: str
    language: str

    @property
    def zone_ids(self) -> tuple[str, ...]:
        """The zones in the order in which they are drawn, and classes are sent."""
        return tuple(shape.zone_id for shape in self.shapes)

    def classes(self, shades: Mapping[str, int | None]) -> str:
        """Write one character per drawn zone: its class, `z` where there is none."""
        found = (shades.get(zone_id) for zone_id in self.zone_ids)
        return "".join("z" if shade is None else str(shade) for shade in found)

    def paint(
        self,
        shades: Mapping[str, int | None],
        chosen: frozenset[str] = frozenset(),
        says: Mapping[str, str] | None = None,
    ) -> str:
        """Return the SVG with a class per zone, the chosen ones marked, each with its words."""
        said = says or {}
        drawn = []
        for shape, shade in zip(self.shapes, self.classes(shades), strict=True):
            zone_id, x, y = escape(shape.zone_id), *shape.middle
            css = f"zone k{shade}{' is-chosen' if shape.zone_id in chosen else ''}"
            words = escape(said.get(shape.zone_id, shape.zone_id))
            drawn.append(
                f'<path class="{css}" data-zone="{zone_id}" data-c="{x},{y}"'
                f' aria-label="{words}" d="{shape.path}"/>{shape.name}'
            )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="choice-map choice-map-{self.kind}"'
            f' viewBox="0 0 {self.width} {self.height}" role="img" lang="{escape(self.language)}"'
            f' data-map="" aria-labelledby="choice-map-title choice-map-desc">'
            f'<title id="choice-map-title">{escape(self.title)}</title>'
            f'<desc id="choice-map-desc">{escape(self.description)}</desc>'
            f'{self.behind}<g class="zones">{"".join(drawn)}</g>'
            f'<g class="over" aria-hidden="true">{self.before}'
            f'<path class="halo"/><path class="halo2"/></g></svg>'
        )


def draw_choice_map(pack: TerritoryPack, language: str, title: str = "") -> ChoiceMap:
    """Draw a pack that `check_pack` lets in. Zones that are not drawn are only in the list."""
    draw = _tiles if pack.drawing.kind is DrawingKind.TILES else _outlines
    shapes, behind, before, (width, height) = draw(pack, language)
    return ChoiceMap(
        width=width,
        height=height,
        kind=pack.drawing.kind,
        shapes=tuple(shapes),
        behind=behind,
        before=before,
        title=title or pack.name(language),
        description=pack.drawing.description(language),
        language=language,
    )


# --- tiles ---------------------------------------------------------------------------------------


def _tiles(pack: TerritoryPack, language: str) -> tuple[list[ZoneShape], str, str, tuple[int, int]]:
    tiled = sorted(
        ((zone, zone.tile) for zone in pack.zones if zone.tile is not None),
        key=lambda pair: (pair[1].row, pair[1].col),
    )
    across, down = TILE_WIDTH - GAP, TILE_HEIGHT - GAP
    shapes = []
    for zone, tile in tiled:
        left, top = _corner(tile)
        x, y = left + GAP // 2, top + GAP // 2
        middle = (left + TILE_WIDTH // 2, top + TILE_HEIGHT // 2)
        path = f"M{x} {y}h{across}v{down}h-{across}z"
        shapes.append(ZoneShape(zone.id, path, middle, _name(zone, language, middle)))
    size = (
        MARGIN * 2 + max((tile.col + 1 for _, tile in tiled), default=1) * TILE_WIDTH,
        MARGIN * 2 + max((tile.row + 1 for _, tile in tiled), default=1) * TILE_HEIGHT,
    )
    canal = "".join(
        _landmark(landmark, language, (TILE_WIDTH, TILE_HEIGHT), MARGIN)
        for landmark in pack.drawing.landmarks
    )
    return shapes, canal + _borders(tiled), "", size


def _corner(tile: Tile) -> Point:
    return MARGIN + tile.col * TILE_WIDTH, MARGIN + tile.row * TILE_HEIGHT


def _borders(tiled: list[tuple[Zone, Tile]]) -> str:
    """Draw a line between neighbouring tiles of different municipalities."""
    town = {
        (tile.col, tile.row): zone.municipalities[0].fr if zone.municipalities else ""
        for zone, tile in tiled
    }
    lines = []
    for _, tile in tiled:
        own = town[tile.col, tile.row]
        left, top = _corner(tile)
        if town.get((tile.col + 1, tile.row), own) != own:
            lines.append(f"M{left + TILE_WIDTH} {top}v{TILE_HEIGHT}")
        if town.get((tile.col, tile.row + 1), own) != own:
            lines.append(f"M{left} {top + TILE_HEIGHT}h{TILE_WIDTH}")
    return f'<path class="municipality" d="{"".join(lines)}"/>' if lines else ""


def _name(zone: Zone, language: str, middle: Point) -> str:
    x, y = middle
    name = zone.name(language)
    long = any(len(word) > CHARACTERS_PER_LINE for word in name.split())
    per_line = CHARACTERS_PER_LINE_OF_LONG if long else CHARACTERS_PER_LINE
    lines = [line[: per_line + 2] for line in wrap(name, per_line, break_long_words=False)]
    if len(lines) > LINES_MAX:
        lines = [*lines[: LINES_MAX - 1], f"{lines[LINES_MAX - 1]}…"]
    top = y - len(lines) * LINE_HEIGHT // 2 + LINE_HEIGHT * 3 // 4
    spans = "".join(
        f'<tspan x="{x}" y="{top + at * LINE_HEIGHT}">{escape(line)}</tspan>'
        for at, line in enumerate(lines)
    )
    css = "zone-name is-long" if long else "zone-name"
    return f'<text class="{css}" aria-hidden="true">{spans}</text>'


# --- outlines ------------------------------------------------------------------------------------


def _outlines(
    pack: TerritoryPack, language: str
) -> tuple[list[ZoneShape], str, str, tuple[int, int]]:
    size = (max(pack.drawing.width, 1), max(pack.drawing.height, 1))
    middles = middles_km(pack)
    shapes = []
    for zone in pack.zones:
        if zone.outline is None:
            continue
        path = shorten(zone.outline)
        x_km, y_km = middles.get(zone.id, (0.0, 0.0))
        by_km = (round(x_km * 100), round(-y_km * 100))
        shapes.append(ZoneShape(zone.id, path, middle_of(zone.outline) or by_km))
    towns = [
        place
        for place in pack.places
        if place.level is Level.MUNICIPALITY and place.outline is not None
    ]
    lines = "".join(
        f'<path class="municipality" d="{shorten(place.outline or "")}"/>' for place in towns
    )
    lines += "".join(
        _landmark(landmark, language, (1, 1), 0) for landmark in pack.drawing.landmarks
    )
    names = "".join(_town(place, language) for place in towns)
    return shapes, "", lines + names, size


def _town(place: Place, language: str) -> str:
    middle = middle_of(place.outline or "")
    if middle is None:
        return ""
    name = place.name_nl if language == "nl" else place.name_fr
    return f'<text class="town-name" x="{middle[0]}" y="{middle[1]}">{escape(name)}</text>'


def shorten(outline: str) -> str:
    """Write an outline of straight lines with relative integers; any other stays as it is."""
    rings = _rings(outline)
    if rings is None:
        return escape(outline)
    parts = []
    for ring in rings:
        at, *following = ring
        parts.append(f"M{at[0]} {at[1]}")
        steps = []
        for point in following:
            step = (point[0] - at[0], point[1] - at[1])
            if step != (0, 0):
                steps.append(f"{step[0]}{'' if step[1] < 0 else ' '}{step[1]}")
                at = point
        parts.append(f"l{' '.join(steps)}z" if steps else "z")
    return "".join(parts)


def middle_of(outline: str) -> Point | None:
    """Return the centre of the largest ring of an outline of straight lines, by area."""
    best: tuple[float, Point] | None = None
    for ring in _rings(outline) or ():
        area = x_sum = y_sum = 0.0
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            cross = x0 * y1 - x1 * y0
            area += cross
            x_sum += (x0 + x1) * cross
            y_sum += (y0 + y1) * cross
        middle = (round(x_sum / (3 * area)), round(y_sum / (3 * area))) if area else ring[0]
        if best is None or abs(area) > best[0]:
            best = (abs(area), middle)
    return best[1] if best else None


def _rings(outline: str) -> list[list[Point]] | None:
    if not OUTLINE.fullmatch(outline.strip()):
        return None
    rings = []
    for part in outline.split("M")[1:]:
        numbers = [round(float(number)) for number in NUMBER.findall(part)]
        if not numbers or len(numbers) % 2:
            return None
        rings.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return rings


def _landmark(landmark: Landmark, language: str, unit: Point, margin: int) -> str:
    name = escape(landmark.name_nl if language == "nl" else landmark.name_fr)
    points = [
        (round(margin + x * unit[0]), round(margin + y * unit[1])) for x, y in landmark.points
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = max(points[-1][0], margin), points[-1][1] - LINE_HEIGHT // 2
    return (
        f'<polyline class="landmark-line" points="{line}"/>'
        f'<text class="landmark-name" x="{x}" y="{y}">{name}</text>'
    )
