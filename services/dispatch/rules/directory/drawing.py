"""Where the directory's actors are: a plate with their number at the middle of each zone.

Classes and no colours: the page's stylesheet decides, and a strict content policy lets it through.
Plates may lie over one another in a dense territory; the list beside the map says the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 960
MARGIN_X, MARGIN_Y = 70, 34
SHORTEST, TALLEST = 260, 760
PLATE_WIDTH, PLATE_HEIGHT = 40, 30
NAME_SIZE = 15
CHARACTER_WIDTH = 8.2  # of a semi-bold letter of that size, on average
NAME_GAP = 6
NAME_LONGEST = 22


@dataclass(frozen=True, slots=True)
class Spot:
    """A zone: its name, its middle in km east and north, how many actors, and where it leads.

    `said` is read in place of the drawing: the name and the number in words.
    """

    zone_id: str
    name: str
    x_km: float
    y_km: float
    number: int
    said: str
    link: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


def draw_spots(spots: Sequence[Spot], title: str) -> str:
    """Draw zones as an SVG of links; names stand where they meet nothing else."""
    if not spots:
        return ""
    places, height = _places(spots)
    plates = {
        spot.zone_id: _Box(x - PLATE_WIDTH / 2, y - PLATE_HEIGHT / 2, PLATE_WIDTH, PLATE_HEIGHT)
        for spot in spots
        for x, y in [places[spot.zone_id]]
    }
    taken = list(plates.values())
    drawn = []
    for spot in sorted(spots, key=lambda s: (not s.current, -s.number, s.zone_id)):
        name = _name(spot, plates[spot.zone_id], taken, height)
        drawn.append(_zone(spot, plates[spot.zone_id], name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="actors-map" role="group"'
        f' viewBox="0 0 {WIDTH} {height:g}" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
    )


def _places(spots: Sequence[Spot]) -> tuple[Mapping[str, tuple[float, float]], float]:
    """Put middles on the paper, north up, in one scale."""
    left, right = min(s.x_km for s in spots), max(s.x_km for s in spots)
    low, high = min(s.y_km for s in spots), max(s.y_km for s in spots)
    across, up = max(right - left, 0.1), max(high - low, 0.1)
    scale = min((WIDTH - 2 * MARGIN_X) / across, (TALLEST - 2 * MARGIN_Y) / up)
    height = max(SHORTEST, up * scale + 2 * MARGIN_Y)
    x0 = (WIDTH - (right - left) * scale) / 2
    y0 = (height - (high - low) * scale) / 2
    return {
        s.zone_id: (x0 + (s.x_km - left) * scale, y0 + (high - s.y_km) * scale) for s in spots
    }, height


def _name(spot: Spot, plate: _Box, taken: list[_Box], height: float) -> str:
    """Write a zone's name below, above or beside its plate; nothing where there is no room."""
    text = spot.name if len(spot.name) <= NAME_LONGEST else f"{spot.name[: NAME_LONGEST - 1]}…"
    width = len(text) * CHARACTER_WIDTH
    middle = plate.x + plate.width / 2
    tries = (
        (middle - width / 2, plate.y + plate.height + 2),
        (middle - width / 2, plate.y - NAME_SIZE - NAME_GAP),
        (plate.x + plate.width + NAME_GAP, plate.y + (plate.height - NAME_SIZE) / 2),
        (plate.x - width - NAME_GAP, plate.y + (plate.height - NAME_SIZE) / 2),
    )
    for x, y in tries:
        box = _Box(x, y, width, NAME_SIZE + 3)
        inside = x >= 0 and x + width <= WIDTH and y >= 0 and y + box.height <= height
        if inside and not any(box.meets(other) for other in taken):
            taken.append(box)
            return (
                f'<text class="spot-name{" is-current" if spot.current else ""}" aria-hidden="true"'
                f' font-size="{NAME_SIZE}" text-anchor="middle"'
                f' x="{x + width / 2:.1f}" y="{y + NAME_SIZE - 2:.1f}">{escape(text)}</text>'
            )
    return ""


def _zone(spot: Spot, plate: _Box, name: str) -> str:
    css = (
        "spot" + (" is-empty" if not spot.number else "") + (" is-current" if spot.current else "")
    )
    said = escape(spot.said)
    middle = plate.x + plate.width / 2
    return (
        f'<a class="{css}" href="{escape(spot.link)}" aria-label="{said}"><title>{said}</title>'
        f'<rect class="spot-plate" x="{plate.x:.1f}" y="{plate.y:.1f}" width="{plate.width}"'
        f' height="{plate.height}" rx="4"/>'
        f'<text class="spot-number" font-size="16" text-anchor="middle" x="{middle:.1f}"'
        f' y="{plate.y + 20.5:.1f}">{spot.number}</text></a>{name}'
    )
