"""Exports of the Monitoring des Quartiers (IBSA): `Code; Territoire; <label (unit) year>`."""

import re

from services.intake.rules.territory.codes import MUNICIPALITY_CODE, SECTOR_CODE
from services.intake.rules.territory.indicators import code_of_label, indicator_for, is_forbidden
from services.intake.rules.territory.model import Level, Place
from services.intake.rules.territory.official.reading import (
    IBSA_TERMS,
    Reading,
    Scope,
    year_in,
    year_of_file,
)
from services.intake.rules.territory.table import Columns, Row, Table, text_of

_QUARTER_CODE = re.compile(r"\d{1,3}")
_UNIT = re.compile(r"\(([^()]*)\)")
SOURCE = "IBSA, Monitoring des Quartiers"


def read_monitoring(table: Table, scope: Scope) -> Reading:
    """Read an export of one or several indicators, by quarter, municipality or sector.

    Rows without a code are the export's own explanations. `ND` (not available), `VS` (special
    area) and `< 200 habitants` are absent, never 0.
    """
    columns, reading = Columns(table), Reading(table, "monitoring")
    code_column = columns.first_of("code") or ""
    name_column = columns.first_of("territoire", "territory", "gebied") or ""
    at = columns.names.index(code_column)

    def is_data(row: Row) -> bool:
        return at < len(row.cells) and _level(text_of(row.cells[at])) is not None

    wanted = []
    for raw in table.header.cells:
        label = text_of(raw)
        column = label.lower()
        if column in {code_column, name_column} or not column:
            continue
        if is_forbidden(label):
            reading.left_out[label] = "origin"
            continue
        unit = (_UNIT.findall(label) or [""])[-1]
        said = " ".join(re.sub(r"\b(19|20)\d\d\b", "", _UNIT.sub("", label)).split()).strip(" -,:")
        indicator = code_of_label(said)
        reading.indicators[indicator] = indicator_for(indicator, label=said, unit=unit)
        wanted.append((column, indicator, said, year_in(label) or year_of_file(table, scope)))
    for row in columns.rows(is_data):
        code = columns.text(row, code_column)
        reading.level = _level(code)
        if reading.level is Level.QUARTER:
            reading.rows += 1
            reading.codes.setdefault(code, row.line)
        elif not reading.keep(scope, code, row.line):
            continue
        name = columns.text(row, name_column)
        if name and reading.level is not None:
            reading.places[code] = Place(reading.level, code, name, name)
        for column, indicator, said, year in wanted:
            reading.take(
                columns, row, column, code=code, indicator=indicator, year=year,
                source=f"{SOURCE}, {said}, {year}", licence=IBSA_TERMS,
            )  # fmt: skip
    return reading


def _level(code: str) -> Level | None:
    if _QUARTER_CODE.fullmatch(code):
        return Level.QUARTER
    if MUNICIPALITY_CODE.fullmatch(code):
        return Level.MUNICIPALITY
    return Level.SECTOR if SECTOR_CODE.fullmatch(code) else None
