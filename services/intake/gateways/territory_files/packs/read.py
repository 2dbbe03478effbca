"""Reads a pack from its folder, or says everything that is wrong with it."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from services.intake.gateways.territory_files.packs.layout import (
    BETWEEN,
    BORDER_COLUMNS,
    BORDERS_FILE,
    DRAWING_FILE,
    PACK_FIELDS,
    PACK_FILE,
    PLACE_COLUMNS,
    PLACES_FILE,
    VALUE_COLUMNS,
    VALUES_FILE,
    ZONE_COLUMNS,
    ZONES_FILE,
)
from services.intake.gateways.territory_files.tables import read_tables, unreadable
from services.intake.rules.territory.check import check_pack
from services.intake.rules.territory.model import (
    Border,
    Drawing,
    DrawingKind,
    Indicator,
    IndicatorValue,
    Kind,
    Landmark,
    Level,
    Name,
    Place,
    TerritoryPack,
    Tile,
    Zone,
)
from services.intake.rules.territory.numbers import absent_mark
from services.intake.rules.territory.table import Columns, Row
from services.intake.rules.territory.text import N_
from shared.errors import Problem, RefusedError

T = TypeVar("T")


def read_pack(folder: Path) -> TerritoryPack:
    """Read a pack and hold it to its laws.

    Raises:
        RefusedError: a file is missing or does not read (with the line and the reason), or the
            pack breaks a law of `check_pack`; every problem that was found is in it.
    """
    pack = read_unchecked(folder)
    problems = check_pack(pack)
    if problems:
        raise RefusedError(*problems)
    return pack


def read_unchecked(folder: Path) -> TerritoryPack:
    """Read a pack without holding it to its laws.

    Raises:
        RefusedError: one or several files are missing or do not read.
    """
    found = _Findings()
    said = found.of(lambda: _toml(folder, PACK_FILE)) or {}
    drawn = found.of(lambda: _toml(folder, DRAWING_FILE)) or {}
    names = found.of(lambda: [_text(said, PACK_FILE, key) for key in PACK_FIELDS])
    indicators = found.of(lambda: _indicators(said))
    drawing = found.of(lambda: _drawing(drawn))
    tiles = found.of(lambda: _tiles(drawn)) or {}
    outlines = {str(k): str(v) for k, v in _section(drawn, "outlines").items()}
    zones = found.of(lambda: _zones(folder, tiles, outlines))
    values = found.of(lambda: _values(folder))
    places = found.of(lambda: _places(folder)) or ()
    borders = found.of(lambda: _borders(folder)) or ()
    if zones:
        found.problems.extend(
            Problem(
                "unknown",
                N_("« %(given)s » n'existe pas dans ce territoire."),
                DRAWING_FILE,
                {"given": zone_id},
            )
            for zone_id in sorted({*tiles, *outlines} - {zone.id for zone in zones})
        )
    if names and drawing and zones and not found.problems:
        pack_id, name_fr, name_nl, name_en, attribution, licence = names
        return TerritoryPack(
            id=pack_id,
            name_fr=name_fr,
            name_nl=name_nl,
            name_en=name_en,
            attribution=attribution,
            licence=licence,
            zones=zones,
            indicators=indicators or (),
            values=values or (),
            drawing=drawing,
            places=places,
            borders=borders,
        )
    if not found.problems:
        found.problems.append(
            Problem("no_zones", N_("Un territoire compte au moins une zone."), ZONES_FILE)
        )
    raise RefusedError(*found.problems)


class _Findings:
    """Reads one part after another and keeps what is wrong with each: all is said at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def of(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except RefusedError as refusal:
            self.problems.extend(refusal.problems)
            return None


def _content(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise unreadable(
            name,
            0,
            "cannot_open",
            N_("Le fichier ne s'ouvre pas : %(why)s."),
            why=error.strerror,
        ) from None


def _toml(folder: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(_content(folder, name).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise unreadable(name, 0, "bad_encoding", N_("Le texte n'est pas de l'UTF-8.")) from None
    except tomllib.TOMLDecodeError as error:
        raise unreadable(
            name, 0, "bad_toml", N_("Le fichier ne se lit pas : %(why)s."), why=str(error)
        ) from None


def _section(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = content.get(name, {})
    return section if isinstance(section, dict) else {}


def _text(content: Mapping[str, Any], place: str, key: str) -> str:
    text = content.get(key, "")
    if isinstance(text, str):
        return text
    raise unreadable(f"{place}.{key}", 0, "not_text", N_("Un texte est attendu ici."))


def _columns(folder: Path, name: str, wanted: Sequence[str]) -> Columns:
    table = read_tables(name, _content(folder, name))[0]
    found = Columns(
        type(table)(
            table.file, table.rows[1:], table.encoding, table.delimiter, header=table.rows[0]
        )
    )
    missing = [column for column in wanted if found.first_of(column) is None]
    if missing:
        raise table.refuse(
            1,
            "missing_columns",
            N_("Il manque les colonnes : %(columns)s."),
            columns=", ".join(missing),
        )
    return found


def _rows(
    folder: Path, name: str, wanted: Sequence[str], make: Callable[[Columns, Row], T]
) -> tuple[T, ...]:
    columns = _columns(folder, name, wanted)
    made: list[T] = []
    problems: list[Problem] = []
    for row in columns.rows():
        try:
            made.append(make(columns, row))
        except RefusedError as refusal:
            problems.extend(refusal.problems)
    if problems:
        raise RefusedError(*problems)
    return tuple(made)


def _zones(
    folder: Path, tiles: Mapping[str, Tile], outlines: Mapping[str, str]
) -> tuple[Zone, ...]:
    def make(columns: Columns, row: Row) -> Zone:
        zone_id = columns.filled(row, "zone_id")
        names_fr, names_nl = (
            _several(columns.text(row, f"municipalities_{language}")) for language in ("fr", "nl")
        )
        if len(names_fr) != len(names_nl):
            raise columns.table.refuse(
                row.line,
                "names_do_not_match",
                N_("Les communes n'ont pas autant de noms en français qu'en néerlandais."),
            )
        return Zone(
            id=zone_id,
            group_id=columns.text(row, "group_id"),
            name_fr=columns.text(row, "name_fr"),
            name_nl=columns.text(row, "name_nl"),
            municipalities=tuple(map(Name, names_fr, names_nl)),
            host_partners=_several(columns.text(row, "host_partners")),
            sectors=tuple(columns.text(row, "sectors").split()),
            tile=tiles.get(zone_id),
            outline=outlines.get(zone_id),
            x_km=columns.number(row, "x_km") if columns.first_of("x_km") else None,
            y_km=columns.number(row, "y_km") if columns.first_of("y_km") else None,
        )

    return _rows(folder, ZONES_FILE, ZONE_COLUMNS[:-2], make)


def _values(folder: Path) -> tuple[IndicatorValue, ...]:
    def make(columns: Columns, row: Row) -> IndicatorValue | None:
        if absent_mark(columns.cell(row, "value")) is not None:
            return None  # not published: absent, never 0
        figure = columns.number(row, "value")
        return IndicatorValue(
            level=_one_of(Level, columns, row, "territory_level"),
            code=columns.filled(row, "territory_code"),
            indicator=columns.filled(row, "indicator"),
            value=figure if figure is not None else 0.0,
            unit=columns.text(row, "unit"),
            year=columns.year(row, "year"),
            source=columns.filled(row, "source"),
            licence=columns.filled(row, "licence"),
            note=columns.text(row, "note") if columns.first_of("note") else "",
        )

    read = _rows(folder, VALUES_FILE, VALUE_COLUMNS[:-1], make)
    return tuple(value for value in read if value is not None)


def _places(folder: Path) -> tuple[Place, ...]:
    def make(columns: Columns, row: Row) -> Place:
        return Place(
            level=_one_of(Level, columns, row, "level"),
            code=columns.filled(row, "code"),
            name_fr=columns.text(row, "name_fr"),
            name_nl=columns.text(row, "name_nl"),
            municipality=columns.text(row, "municipality"),
            quarter=columns.text(row, "quarter"),
            outline=columns.text(row, "outline") or None,
        )

    if not (folder / PLACES_FILE).exists():
        return ()
    return _rows(folder, PLACES_FILE, PLACE_COLUMNS, make)


def _borders(folder: Path) -> tuple[Border, ...]:
    def make(columns: Columns, row: Row) -> Border:
        return Border(
            columns.filled(row, "sector_a"),
            columns.filled(row, "sector_b"),
            columns.number(row, "shared_m") or 0.0,
        )

    if not (folder / BORDERS_FILE).exists():
        return ()
    return _rows(folder, BORDERS_FILE, BORDER_COLUMNS, make)


L = TypeVar("L", Level, Kind, DrawingKind)


def _one_of(words: type[L], columns: Columns, row: Row, name: str) -> L:
    text = columns.filled(row, name)
    try:
        return words(text)
    except ValueError:
        raise columns.table.refuse(
            row.line,
            "not_a_choice",
            N_("Colonne « %(column)s » : « %(cell)s » n'est pas parmi : %(choices)s."),
            column=name,
            cell=text[:60],
            choices=", ".join(words),
        ) from None


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(BETWEEN.strip()) if part.strip())


def _indicators(said: Mapping[str, Any]) -> tuple[Indicator, ...]:
    made = []
    entries = said.get("indicators", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else [None], start=1):
        place = f"{PACK_FILE}, indicators {number}"
        try:
            made.append(
                Indicator(
                    code=_text(entry, place, "code"),
                    name_fr=_text(entry, place, "name_fr"),
                    name_nl=_text(entry, place, "name_nl"),
                    name_en=_text(entry, place, "name_en"),
                    unit=_text(entry, place, "unit"),
                    kind=Kind(entry.get("kind", "")),
                    can_be_zero=bool(entry.get("can_be_zero", True)),
                    note_fr=_text(entry, place, "note_fr"),
                    note_nl=_text(entry, place, "note_nl"),
                    note_en=_text(entry, place, "note_en"),
                )
            )
        except (ValueError, AttributeError):
            raise unreadable(
                place,
                0,
                "bad_indicator",
                N_(
                    "Un indicateur a un code, des noms, une unité et un « kind » parmi : %(kinds)s."
                ),
                kinds=", ".join(Kind),
            ) from None
    return tuple(made)


def _tiles(drawn: Mapping[str, Any]) -> dict[str, Tile]:
    tiles = {}
    for zone_id, at in _section(drawn, "tiles").items():
        match at:
            case [int(col), int(row)]:
                tiles[zone_id] = Tile(col, row)
            case _:
                raise unreadable(
                    f"{DRAWING_FILE}, tiles.{zone_id}",
                    0,
                    "bad_tile",
                    N_("Une case se donne par sa colonne et sa rangée, comme [3, 0]."),
                )
    return tiles


def _drawing(drawn: Mapping[str, Any]) -> Drawing:
    try:
        size = _section(drawn, "size")
        return Drawing(
            kind=DrawingKind(drawn.get("kind", "")),
            landmarks=tuple(
                Landmark(
                    str(mark["id"]),
                    str(mark["name_fr"]),
                    str(mark["name_nl"]),
                    tuple((float(x), float(y)) for x, y in mark["points"]),
                )
                for mark in drawn.get("landmarks", [])
            ),
            description_fr=_text(drawn, DRAWING_FILE, "description_fr"),
            description_nl=_text(drawn, DRAWING_FILE, "description_nl"),
            description_en=_text(drawn, DRAWING_FILE, "description_en"),
            width=int(size.get("width", 0)),
            height=int(size.get("height", 0)),
        )
    except (KeyError, TypeError, ValueError):
        raise unreadable(
            DRAWING_FILE,
            0,
            "bad_drawing",
            N_(
                "Un dessin a un « kind » (tiles ou outlines) et des repères avec id, name_fr, "
                "name_nl et points."
            ),
        ) from None
