"""The laws of a pack: what must hold before anybody targets anything with it."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from math import isfinite

from services.intake.rules.territory.indicators import is_forbidden
from services.intake.rules.territory.model import (
    DrawingKind,
    Indicator,
    IndicatorValue,
    Level,
    TerritoryPack,
    Zone,
)
from services.intake.rules.territory.text import N_
from shared.errors import Problem
from shared.words import ID_PATTERN

FIRST_YEAR, LAST_YEAR = 1990, 2100
FULL_PCT = 100
PATH_DATA = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9eE .,+-]+")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")
_DRAWN_WITHIN = 10_000  # tiles or drawing units; more is a slip of the keyboard


def check_pack(pack: TerritoryPack) -> list[Problem]:
    """Return everything that is wrong with a pack, with its place; an empty list lets it in."""
    return [
        *_names(pack),
        *_zones(pack),
        *_places(pack),
        *_indicators(pack),
        *_values(pack),
        *_drawing(pack),
    ]


def _names(pack: TerritoryPack) -> Iterator[Problem]:
    if not re.fullmatch(ID_PATTERN, pack.id):
        yield _bad_id("id", pack.id)
    named = {
        "name_fr": pack.name_fr,
        "name_nl": pack.name_nl,
        "name_en": pack.name_en,
        "attribution": pack.attribution,
        "licence": pack.licence,
    }
    yield from (_blank(place) for place, text in named.items() if not text.strip())


def _zones(pack: TerritoryPack) -> Iterator[Problem]:
    if not pack.zones:
        yield Problem("no_zones", N_("Un territoire compte au moins une zone."), "zones")
    yield from _repeated("zones", (zone.id for zone in pack.zones))
    for zone in pack.zones:
        place = f"zones.{zone.id}"
        if not re.fullmatch(ID_PATTERN, zone.id):
            yield _bad_id(place, zone.id)
        if not zone.name_fr.strip():
            yield _blank(f"{place}.name_fr")
        if not zone.name_nl.strip():
            yield _blank(f"{place}.name_nl")
        if not zone.municipalities:
            yield _blank(f"{place}.municipalities")
        if any(not name.fr.strip() or not name.nl.strip() for name in zone.municipalities):
            yield _blank(f"{place}.municipalities")
        yield from _repeated(f"{place}.sectors", zone.sectors)
        if (zone.x_km is None) != (zone.y_km is None):
            yield Problem("half_a_middle", N_("Le milieu se donne par x_km et y_km."), place)
    placed = [zone.x_km is not None for zone in pack.zones]
    if any(placed) and not all(placed):
        yield Problem(
            "some_middles",
            N_("Toutes les zones disent leur milieu (x_km, y_km), ou aucune."),
            "zones",
        )


def _places(pack: TerritoryPack) -> Iterator[Problem]:
    yield from _repeated("places", ((p.level.value, p.code) for p in pack.places))
    sectors = {place.code for place in pack.places if place.level is Level.SECTOR}
    if not sectors:
        return
    for zone in pack.zones:
        for code in zone.sectors:
            if code not in sectors:
                yield _unknown(f"zones.{zone.id}.sectors", code)
    for border in pack.borders:
        for code in (border.sector_a, border.sector_b):
            if code not in sectors:
                yield _unknown("borders", code)


def _indicators(pack: TerritoryPack) -> Iterator[Problem]:
    yield from _repeated("indicators", (indicator.code for indicator in pack.indicators))
    for indicator in pack.indicators:
        place = f"indicators.{indicator.code}"
        if not _CODE.fullmatch(indicator.code):
            yield Problem(
                "bad_code",
                N_("Un code d'indicateur s'écrit en minuscules, chiffres et « _ » : %(code)s."),
                place,
                {"code": indicator.code},
            )
        for part, text in (("name_fr", indicator.name_fr), ("name_nl", indicator.name_nl)):
            if not text.strip():
                yield _blank(f"{place}.{part}")
        if is_forbidden(indicator.code, indicator.name_fr, indicator.name_nl, indicator.name_en):
            yield Problem(
                "forbidden_indicator",
                N_("Aucun indicateur d'origine, de nationalité ou de criminalité n'est admis."),
                place,
            )


def _values(pack: TerritoryPack) -> Iterator[Problem]:
    indicators = {indicator.code: indicator for indicator in pack.indicators}
    known: dict[Level, set[str]] = {level: set() for level in Level}
    known[Level.ZONE] = {zone.id for zone in pack.zones}
    for unit in pack.places:
        known[unit.level].add(unit.code)
    yield from _repeated(
        "values", ((v.level.value, v.code, v.indicator, v.year) for v in pack.values)
    )
    for value in pack.values:
        place = f"values.{value.level}.{value.code}.{value.indicator}.{value.year}"
        if value.code not in known[value.level]:
            yield _unknown(place, value.code)
        indicator = indicators.get(value.indicator)
        if indicator is None:
            yield _unknown(place, value.indicator)
        else:
            yield from _value_fits(place, value, indicator)
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            yield Problem(
                "bad_year",
                N_("L'année %(year)s n'est pas plausible."),
                place,
                {"year": value.year},
            )
        for part, text in (("source", value.source), ("licence", value.licence)):
            if not text.strip():
                yield _blank(f"{place}.{part}")


def _value_fits(place: str, value: IndicatorValue, indicator: Indicator) -> Iterator[Problem]:
    if value.unit != indicator.unit:
        yield Problem(
            "other_unit",
            N_("L'unité est « %(unit)s » ; l'indicateur se mesure en « %(wanted)s »."),
            place,
            {"unit": value.unit, "wanted": indicator.unit},
        )
    if not isfinite(value.value) or value.value < 0:
        yield Problem(
            "bad_value",
            N_("%(value)s n'est pas une valeur possible."),
            place,
            {"value": value.value},
        )
    elif value.value == 0 and not indicator.can_be_zero:
        yield Problem(
            "blank_as_zero",
            N_("Un zéro est impossible ici : une valeur non publiée reste absente."),
            place,
        )
    elif indicator.unit == "%" and value.value > FULL_PCT:
        yield Problem(
            "above_100_pct",
            N_("%(value)s dépasse 100 %%."),
            place,
            {"value": value.value},
        )


def _drawing(pack: TerritoryPack) -> Iterator[Problem]:
    drawing = pack.drawing
    if drawing.kind is DrawingKind.TILES:
        tiles = [(zone.tile.col, zone.tile.row) for zone in pack.zones if zone.tile is not None]
        yield from _repeated("drawing.tiles", tiles)
    elif not (0 < drawing.width <= _DRAWN_WITHIN and 0 < drawing.height <= _DRAWN_WITHIN):
        yield Problem("no_size", N_("Un plan a une largeur et une hauteur."), "drawing")
    for zone in pack.zones:
        yield from _drawn(zone, drawing.kind)
    for unit in pack.places:
        if unit.outline is not None and not PATH_DATA.fullmatch(unit.outline):
            yield _bad_path(f"places.{unit.code}.outline")
    yield from _repeated("drawing.landmarks", (landmark.id for landmark in drawing.landmarks))
    for landmark in drawing.landmarks:
        place = f"drawing.landmarks.{landmark.id}"
        if not re.fullmatch(ID_PATTERN, landmark.id):
            yield _bad_id(place, landmark.id)
        if not landmark.name_fr.strip() or not landmark.name_nl.strip():
            yield _blank(f"{place}.name")
        if len(landmark.points) < 2 or any(  # noqa: PLR2004 -- a line has two ends
            not isfinite(number) or abs(number) > _DRAWN_WITHIN
            for point in landmark.points
            for number in point
        ):
            yield Problem("bad_line", N_("Un repère est une ligne d'au moins deux points."), place)


def _drawn(zone: Zone, kind: DrawingKind) -> Iterator[Problem]:
    if kind is DrawingKind.TILES:
        if zone.tile is None:
            yield Problem(
                "not_drawn", N_("La zone n'a pas de case sur la carte."), f"drawing.tiles.{zone.id}"
            )
        elif not (0 <= zone.tile.col < _DRAWN_WITHIN and 0 <= zone.tile.row < _DRAWN_WITHIN):
            yield Problem(
                "bad_tile", N_("La case est hors de la carte."), f"drawing.tiles.{zone.id}"
            )
    elif zone.outline is None:
        yield Problem("not_drawn", N_("La zone n'a pas de contour."), f"drawing.outlines.{zone.id}")
    elif not PATH_DATA.fullmatch(zone.outline):
        yield _bad_path(f"drawing.outlines.{zone.id}")


def _repeated(place: str, keys: Iterable[Hashable]) -> Iterator[Problem]:
    for key, times in Counter(keys).items():
        if times > 1:
            said = " ".join(str(part) for part in key) if isinstance(key, tuple) else str(key)
            yield Problem(
                "repeated",
                N_("« %(key)s » est donné %(times)s fois."),
                place,
                {"key": said, "times": times},
            )


def _bad_id(place: str, given: str) -> Problem:
    return Problem(
        "bad_id",
        N_("« %(given)s » : 2 à 24 lettres sans accent, chiffres, « - » ou « _ »."),
        place,
        {"given": given},
    )


def _blank(place: str) -> Problem:
    return Problem("blank", N_("Cette information est obligatoire."), place)


def _unknown(place: str, given: str) -> Problem:
    return Problem(
        "unknown", N_("« %(given)s » n'existe pas dans ce territoire."), place, {"given": given}
    )


def _bad_path(place: str) -> Problem:
    return Problem("bad_outline", N_("Le contour n'est pas un tracé SVG."), place)
