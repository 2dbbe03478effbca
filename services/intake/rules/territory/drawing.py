"""A pack drawn as accessible SVG: names on the map, no colours of its own, no scores.

The colours come from the page's stylesheet through classes; `docs/territory.md` lists these. There
is no style attribute and no script, so a strict content security policy lets it through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

from services.intake.rules.territory.model import (
    DrawingKind,
    Landmark,
    Level,
    TerritoryPack,
    Zone,
)

TILE_WIDTH, TILE_HEIGHT, GAP, MARGIN = 126, 84, 8, 14
LINE_HEIGHT = 15
CHARACTERS_PER_LINE = 13
LINES_MAX = 4
LABEL_SIZE, ID_SIZE = 13, 10


@dataclass(frozen=True, slots=True)
class MapLook:
    """What a page adds to a map.

    `title` names the map for a screen reader (the pack's name if empty). By zone id: `classes` are
    further classes, such as `is-targeted`; `links` make a zone a link; `notes` are a few words read
    with the zone's name, such as what its class means. `element_id` starts the ids inside the
    drawing: each map of a page needs its own.
    """

    title: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    element_id: str = "territory"


PLAIN = MapLook()


def draw_map(pack: TerritoryPack, language: str = "fr", look: MapLook = PLAIN) -> str:
    """Draw a pack that `check_pack` lets in, as the kind of map that it describes.

    `language` is `fr`, `nl` or `en`; place names have no English and stay French.
    """
    if pack.drawing.kind is DrawingKind.TILES:
        return draw_tile_map(pack, language, look)
    return draw_outline_map(pack, language, look)


def draw_tile_map(pack: TerritoryPack, language: str = "fr", look: MapLook = PLAIN) -> str:
    """Draw one equal tile per zone, with its name, and the landmarks in the gaps between tiles.

    Zones without a tile are left out.
    """
    tiles = [(zone, zone.tile) for zone in pack.zones if zone.tile is not None]
    width = MARGIN * 2 + max((tile.col + 1 for _, tile in tiles), default=1) * TILE_WIDTH
    height = MARGIN * 2 + max((tile.row + 1 for _, tile in tiles), default=1) * TILE_HEIGHT
    drawn = [
        _landmark(landmark, language, (TILE_WIDTH, TILE_HEIGHT), MARGIN)
        for landmark in pack.drawing.landmarks
    ]
    for zone, tile in sorted(tiles, key=lambda pair: (pair[1].row, pair[1].col)):
        x, y = MARGIN + tile.col * TILE_WIDTH, MARGIN + tile.row * TILE_HEIGHT
        shape = (
            f'<rect class="zone-shape" x="{x + GAP // 2}" y="{y + GAP // 2}"'
            f' width="{TILE_WIDTH - GAP}" height="{TILE_HEIGHT - GAP}" rx="6"/>'
        )
        label = _label(zone, language, x + TILE_WIDTH / 2, y + TILE_HEIGHT / 2)
        drawn.append(_zone(zone, language, shape + label, look))
    return _svg(pack, language, look, (width, height), drawn)


def draw_outline_map(pack: TerritoryPack, language: str = "fr", look: MapLook = PLAIN) -> str:
    """Draw the outline of each zone; names are read and shown on hover, for they would not fit.

    Zones without an outline are left out.
    """
    drawn = [
        f'<path class="municipality" d="{escape(place.outline)}" aria-hidden="true"/>'
        for place in pack.places
        if place.level is Level.MUNICIPALITY and place.outline is not None
    ]
    drawn += [
        _zone(zone, language, f'<path class="zone-shape" d="{escape(zone.outline)}"/>', look)
        for zone in pack.zones
        if zone.outline is not None
    ]
    drawn += [_landmark(landmark, language, (1, 1), 0) for landmark in pack.drawing.landmarks]
    size = (max(pack.drawing.width, 1), max(pack.drawing.height, 1))
    return _svg(pack, language, look, size, drawn)


def _svg(
    pack: TerritoryPack, language: str, look: MapLook, size: tuple[int, int], drawn: list[str]
) -> str:
    own = escape(look.element_id)
    names_language = "nl" if language == "nl" else "fr"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" lang="{escape(language)}"'
        f' class="territory-map territory-map-{pack.drawing.kind}"'
        f' viewBox="0 0 {size[0]} {size[1]}" aria-labelledby="{own}-title {own}-desc"'
        f' fill="none" stroke="currentColor">'
        f'<title id="{own}-title">{escape(look.title or pack.name(language))}</title>'
        f'<desc id="{own}-desc">{escape(pack.drawing.description(language))}</desc>'
        f'<g lang="{names_language}">{"".join(drawn)}</g></svg>'
    )


def _zone(zone: Zone, language: str, content: str, look: MapLook) -> str:
    municipalities = ", ".join(name.said_in(language) for name in zone.municipalities)
    said = f"{zone.name(language)} {zone.id} ({municipalities})"
    if note := look.notes.get(zone.id, ""):
        said = f"{said}\u00a0: {note}" if language == "fr" else f"{said}: {note}"
    said = escape(said)
    css = escape(f"zone {look.classes.get(zone.id, '')}".strip())
    shared = f'class="{css}" data-zone="{escape(zone.id)}" aria-label="{said}"'
    inside = f"<title>{said}</title>{content}"
    if zone.id in look.links:
        return f'<a {shared} href="{escape(look.links[zone.id])}">{inside}</a>'
    return f'<g {shared} role="img">{inside}</g>'


def _label(zone: Zone, language: str, x: float, middle: float) -> str:
    lines = wrap(zone.name(language), CHARACTERS_PER_LINE, break_long_words=False)[:LINES_MAX]
    top = middle - (len(lines) * LINE_HEIGHT + ID_SIZE) / 2 + LABEL_SIZE
    spans = " ".join(
        f'<tspan x="{x:g}" y="{top + number * LINE_HEIGHT:g}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    below = top + len(lines) * LINE_HEIGHT
    return (
        f'<text class="zone-name" font-size="{LABEL_SIZE}" text-anchor="middle"'
        f' fill="currentColor" stroke="none">{spans}</text> '
        f'<text class="zone-id" font-size="{ID_SIZE}" text-anchor="middle" x="{x:g}"'
        f' y="{below:g}" fill="currentColor" stroke="none">{escape(zone.id)}</text>'
    )


def _landmark(landmark: Landmark, language: str, unit: tuple[int, int], margin: int) -> str:
    name = escape(landmark.name_nl if language == "nl" else landmark.name_fr)
    points = [(margin + x * unit[0], margin + y * unit[1]) for x, y in landmark.points]
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    # Named at its last point, just above the line and inside the drawing.
    x, y = max(points[-1][0], margin), points[-1][1] - ID_SIZE
    return (
        f'<g class="landmark landmark-{escape(landmark.id)}" role="img" aria-label="{name}">'
        f'<polyline class="landmark-line" points="{line}" stroke-width="5"'
        f' stroke-linejoin="round" stroke-linecap="round"/>'
        f'<text class="landmark-name" font-size="{LABEL_SIZE}" x="{x:g}" y="{y:g}"'
        f' fill="currentColor" stroke="none">{name}</text></g>'
    )
