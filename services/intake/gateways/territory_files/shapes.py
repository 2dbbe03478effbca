"""Reads boundaries (GeoJSON), measures them, and turns them into outlines for the drawing.

Areas and borders are measured on an equal-area projection centred on the territory, so that no
country's own projection is needed: the boundaries of Brussels give the published area to 0.01 km².
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely import STRtree, make_valid, transform, union_all
from shapely.errors import GEOSException, ShapelyError
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from services.intake.gateways.territory_files.tables import decode, unreadable
from services.intake.rules.territory.codes import MUNICIPALITY_CODE, SECTOR_CODE
from services.intake.rules.territory.importing import Layer
from services.intake.rules.territory.model import Border, Level, Place
from services.intake.rules.territory.text import N_

HECTARES_PER_KM2 = 100
M2_PER_KM2 = 1_000_000
M_PER_KM = 1000
BORDER_MIN_M = 15.0  # shorter contacts are corners; the same limit as the published neighbours
DRAWING_WIDTH = 1000
_MARGIN = 10
_SIMPLIFIED_M = 8.0  # under half a drawing unit for Brussels, which is 18 km wide
_DEGREES_LON, _DEGREES_LAT = 180, 90
# Belgian Lambert 72 and 2008 differ by half a million metres: the size of a coordinate tells them.
_LAMBERT_72 = ((0, 300_000), (0, 300_000))
_LAMBERT_2008 = ((450_000, 850_000), (450_000, 850_000))
_EPSG = re.compile(r"EPSG:{1,2}(?:[\d.]*:)?(\d+)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")

# Names of the columns, in lower case, as published by Statbel (both vintages), UrbIS and IBSA.
_SECTOR_CODES = (r"cd_sector", r"cs\d{8}", r"sector_code", r"niscode", r"cd_stat_sector")
_QUARTER_CODES = (r"quartier_mdq_id", r"mdzone", r"monitoringdistrict_id", r"md_id", r"mdrc")
_TOWN_CODES = (r"cd_munty_refnis", r"cnis5_\d{4}", r"commune_nis5", r"cd_refnis", r"munnis")
_SECTOR_FR = (r"tx_sector_descr_fr", r"t_sec_fr", r"name_fr", r"tx_descr_sector_fr")
_SECTOR_NL = (r"tx_sector_descr_nl", r"t_sec_nl", r"name_nl", r"tx_descr_sector_nl")
_TOWN_FR = (r"tx_munty_descr_fr", r"t_mun_fr", r"commune_fr", r"name_fr")
_TOWN_NL = (r"tx_munty_descr_nl", r"t_mun_nl", r"commune_nl", r"name_nl")
_NAME_FR, _NAME_NL = (
    (r"name_fr", r"quartier_fr", r"namefre"),
    (r"name_nl", r"quartier_nl", r"namedut"),
)
_HECTARES = (r"ms_area_ha", r"m_area_ha")
_DATES = (r"dt_situation", r"cs\d{8}", r"cnis5_\d{4}")


@dataclass(frozen=True, slots=True)
class Shapes:
    """One file of boundaries: what is said of them, and their geometry in WGS84 degrees."""

    layer: Layer
    geometry: Mapping[str, BaseGeometry]


def read_shapes(name: str, content: bytes, within: str = "") -> Shapes:
    """Read a GeoJSON file of sectors, quarters or municipalities.

    The projection comes from the `crs` member, else from the size of the coordinates (WGS84,
    Lambert 72 or Lambert 2008). Several polygons of one code become one. Sectors and
    municipalities whose code does not begin with `within` are left out.

    Raises:
        RefusedError: no JSON (with its line), no features, features without a known code, a
            geometry that is no surface, or coordinates of an unknown projection.
    """
    crs_name, features = _features(name, content)
    first = {str(key).lower() for key in features[0].get("properties") or {}}
    level, code_key = _level(name, first)
    polygons: dict[str, list[BaseGeometry]] = {}
    properties: dict[str, dict[str, Any]] = {}
    for number, feature in enumerate(features, start=1):
        said = {str(k).lower(): v for k, v in (feature.get("properties") or {}).items()}
        code = _said(said, (code_key,))
        if not code:
            raise _bad(name, number, N_("L'élément %(number)s n'a pas de code."))
        if level is not Level.QUARTER and not code.startswith(within):
            continue
        properties.setdefault(code, said)
        polygons.setdefault(code, []).append(_surface(name, number, feature.get("geometry")))
    geometry = {code: union_all(parts) if len(parts) > 1 else parts[0]
                for code, parts in polygons.items()}  # fmt: skip
    if not geometry:
        raise unreadable(
            name, 1, "nothing_within", N_("Aucun code ne commence par « %(within)s »."),
            within=within,
        )  # fmt: skip
    source = _projection(name, crs_name, geometry.values())
    geometry = _to_degrees(geometry, source)
    metres = _to_metres(geometry)
    layer = Layer(
        file=name,
        level=level,
        places={code: _place(level, code, said) for code, said in properties.items()},
        areas_km2={code: area.area / M2_PER_KM2 for code, area in metres.items()},
        official_areas_km2=_official_areas(properties),
        year=_year(first, properties),
        projection=source.to_string(),
        old_of_new={
            code: old
            for code, said in properties.items()
            if level is Level.SECTOR and (old := _said(said, ("sector_code_724",)))
        },
        municipalities=_towns(level, properties),
    )
    return Shapes(layer, geometry)


def measure_borders(geometry: Mapping[str, BaseGeometry]) -> tuple[Border, ...]:
    """Return the pairs of shapes that share 15 metres of border or more, with its length."""
    metres = _to_metres(geometry)
    codes = list(metres)
    tree = STRtree(list(metres.values()))
    borders = []
    for at, code in enumerate(codes):
        for other in tree.query(metres[code].buffer(1.0)):
            if int(other) <= at:
                continue
            # A sliver between two drawings of one border is at most a few metres wide.
            beside = codes[int(other)]
            shared = metres[code].buffer(0.5).intersection(metres[beside].boundary).length
            if shared >= BORDER_MIN_M:
                borders.append(Border(code, beside, float(round(shared))))
    return tuple(sorted(borders, key=lambda border: (border.sector_a, border.sector_b)))


def parents_of(
    children: Mapping[str, BaseGeometry], parents: Mapping[str, BaseGeometry]
) -> dict[str, str]:
    """Return in which parent each child lies, by a point that is surely inside the child."""
    codes = list(parents)
    tree = STRtree([parents[code] for code in codes])
    found = {}
    for code, area in children.items():
        for at in tree.query(area.representative_point(), predicate="within"):
            found[code] = codes[int(at)]
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """How degrees become the units of a drawing `DRAWING_WIDTH` wide."""

    height: int
    outlines: Mapping[str, str]
    middles_km: Mapping[str, tuple[float, float]]


def draw_outlines(
    geometry: Mapping[str, BaseGeometry], groups: Mapping[str, Sequence[str]]
) -> Plan:
    """Return the SVG path of each shape and of each group of shapes (their union).

    Also where each group has its middle, in km east and north of the drawing's south-west corner.
    """
    metres = _to_metres(geometry)
    if not metres:
        return Plan(1, {}, {})
    west, south, east, north = union_all(list(metres.values())).bounds
    scale = (DRAWING_WIDTH - 2 * _MARGIN) / max(east - west, 1.0)

    def path(area: BaseGeometry) -> str:
        parts = []
        simple = area.simplify(_SIMPLIFIED_M, preserve_topology=True)
        for polygon in _polygons(simple):
            for ring in (polygon.exterior, *polygon.interiors):
                points = [
                    (
                        round(_MARGIN + (x - west) * scale, 1),
                        round(_MARGIN + (north - y) * scale, 1),
                    )
                    for x, y, *_ in ring.coords[:-1]
                ]
                line = "L".join(f"{x:g} {y:g}" for x, y in dict.fromkeys(points))
                parts.append(f"M{line}Z")
        return "".join(parts)

    outlines = {code: path(area) for code, area in metres.items()}
    middles: dict[str, tuple[float, float]] = {}
    for group, codes in groups.items():
        members = [metres[code].buffer(1.0) for code in codes if code in metres]
        if members:
            whole = union_all(members)
            outlines[group] = path(whole)
            middle = whole.centroid
            middles[group] = (
                round((middle.x - west) / M_PER_KM, 2),
                round((middle.y - south) / M_PER_KM, 2),
            )
    return Plan(max(1, round(2 * _MARGIN + (north - south) * scale)), outlines, middles)


# --- reading a file ----------------------------------------------------------------------------


def _features(name: str, content: bytes) -> tuple[str, list[dict[str, Any]]]:
    text, _ = decode(name, content)
    try:
        read = json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(
            name, error.lineno, "bad_json", N_("Le fichier ne se lit pas : %(why)s."), why=error.msg
        ) from None
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or not features:
        raise unreadable(
            name, 1, "no_features", N_("Ce n'est pas un fichier GeoJSON avec des éléments.")
        )
    crs = read.get("crs")
    named = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    return str(named), [feature for feature in features if isinstance(feature, dict)]


def _level(name: str, columns: set[str]) -> tuple[Level, str]:
    for level, patterns in (
        (Level.SECTOR, _SECTOR_CODES),
        (Level.QUARTER, _QUARTER_CODES),
        (Level.MUNICIPALITY, _TOWN_CODES),
    ):
        for pattern in patterns:
            for column in sorted(columns):
                if re.fullmatch(pattern, column):
                    return level, column
    raise unreadable(
        name,
        1,
        "no_known_code",
        N_("Aucune colonne de code connue ; il y a : %(columns)s."),
        columns=", ".join(sorted(columns)[:12]),
    )


def _bad(name: str, number: int, message: str) -> Exception:
    return unreadable(name, 0, "bad_feature", message, number=number)


def _surface(name: str, number: int, said: object) -> BaseGeometry:
    try:
        area = shape(said)  # type: ignore[arg-type]  # whatever the file holds: it raises if wrong
    except (
        ShapelyError,
        GEOSException,
        AttributeError,
        TypeError,
        ValueError,
        KeyError,
        IndexError,
    ):
        raise _bad(name, number, N_("Le contour de l'élément %(number)s ne se lit pas.")) from None
    if not isinstance(area, Polygon | MultiPolygon) or area.is_empty:
        raise _bad(name, number, N_("L'élément %(number)s n'est pas une surface."))
    return area if area.is_valid else make_valid(area)


def _said(said: Mapping[str, Any], patterns: Iterable[str]) -> str:
    for pattern in patterns:
        for key, value in said.items():
            if value is not None and re.fullmatch(pattern, key):
                whole = isinstance(value, float) and value.is_integer()
                return str(int(value) if whole else value).strip()
    return ""


def _projection(name: str, said: str, areas: Iterable[BaseGeometry]) -> CRS:
    bounds = [area.bounds for area in areas]
    xs = [x for west, _, east, _ in bounds for x in (west, east)]
    ys = [y for _, south, _, north in bounds for y in (south, north)]
    if max(map(abs, xs)) <= _DEGREES_LON and max(map(abs, ys)) <= _DEGREES_LAT:
        return CRS.from_epsg(4326)
    if found := _EPSG.search(said):
        try:
            crs = CRS.from_epsg(int(found[1]))
        except ProjError:
            crs = None
        if crs is not None and not crs.is_geographic:
            return crs
    for box, epsg in ((_LAMBERT_72, 31370), (_LAMBERT_2008, 3812)):
        (x_min, x_max), (y_min, y_max) = box
        if x_min <= min(xs) and max(xs) <= x_max and y_min <= min(ys) and max(ys) <= y_max:
            return CRS.from_epsg(epsg)
    raise unreadable(
        name,
        1,
        "unknown_projection",
        N_("Projection inconnue : le fichier dit « %(said)s » et commence à %(x)s, %(y)s."),
        said=said or "—",
        x=round(xs[0]),
        y=round(ys[0]),
    )


def _to_degrees(geometry: Mapping[str, BaseGeometry], source: CRS) -> dict[str, BaseGeometry]:
    if source.is_geographic:
        return dict(geometry)
    move = Transformer.from_crs(source, CRS.from_epsg(4326), always_xy=True)
    return {code: _moved(area, move) for code, area in geometry.items()}


def _to_metres(geometry: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Project to equal areas around the middle of the shapes."""
    if not geometry:
        return {}
    bounds = [area.bounds for area in geometry.values()]
    lon = (min(b[0] for b in bounds) + max(b[2] for b in bounds)) / 2
    lat = (min(b[1] for b in bounds) + max(b[3] for b in bounds)) / 2
    local = CRS.from_proj4(f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m")
    move = Transformer.from_crs(CRS.from_epsg(4326), local, always_xy=True)
    return {code: _moved(area, move) for code, area in geometry.items()}


def _moved(area: BaseGeometry, move: Transformer) -> BaseGeometry:
    def points_moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(move.transform(points[:, 0], points[:, 1]))

    return transform(area, points_moved)


def _polygons(area: BaseGeometry) -> list[Polygon]:
    if isinstance(area, Polygon):
        return [] if area.is_empty else [area]
    parts = getattr(area, "geoms", ())
    return [polygon for part in parts for polygon in _polygons(part)]


# --- what is said of the shapes ----------------------------------------------------------------


def _place(level: Level, code: str, said: Mapping[str, Any]) -> Place:
    match level:
        case Level.SECTOR:
            fr, nl = _said(said, _SECTOR_FR), _said(said, _SECTOR_NL)
        case Level.MUNICIPALITY:
            fr, nl = _said(said, _TOWN_FR), _said(said, _TOWN_NL)
        case _:
            fr, nl = _said(said, _NAME_FR), _said(said, _NAME_NL)
    town = quarter = ""
    if level is Level.SECTOR:
        town = _said(said, _TOWN_CODES) or (code[:5] if SECTOR_CODE.fullmatch(code) else "")
        quarter = _said(said, _QUARTER_CODES)
    return Place(level, code, fr or nl or code, nl or fr or code, town, quarter)


def _towns(level: Level, properties: Mapping[str, Mapping[str, Any]]) -> dict[str, Place]:
    """Return the municipalities that a file of sectors names."""
    if level is not Level.SECTOR:
        return {}
    towns = {}
    for said in properties.values():
        code = _said(said, _TOWN_CODES)
        fr, nl = _said(said, _TOWN_FR[:3]), _said(said, _TOWN_NL[:3])
        if MUNICIPALITY_CODE.fullmatch(code) and (fr or nl):
            towns[code] = Place(Level.MUNICIPALITY, code, fr or nl, nl or fr)
    return towns


def _official_areas(properties: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    areas = {}
    for code, said in properties.items():
        for columns, divisor in ((_HECTARES, HECTARES_PER_KM2), ((r"area_km2",), 1)):
            try:
                area = float(_said(said, columns)) / divisor
            except ValueError:
                continue
            if area > 0:
                areas[code] = area
                break
    return areas


def _year(columns: set[str], properties: Mapping[str, Mapping[str, Any]]) -> int | None:
    for pattern in _DATES:
        for column in sorted(columns):
            if not re.fullmatch(pattern, column):
                continue
            text = _said(next(iter(properties.values())), (column,)) + " "
            if found := _YEAR.search(text if column == "dt_situation" else column[-4:]):
                return int(found[0])
    return None
