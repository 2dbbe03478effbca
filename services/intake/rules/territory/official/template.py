"""The generic template, for any figure whose official file has no layout of its own.

`territory_level,territory_code,indicator,year,value,unit,source,licence`
"""

from services.intake.rules.territory.indicators import indicator_for, is_forbidden
from services.intake.rules.territory.model import IndicatorValue, Kind, Level
from services.intake.rules.territory.numbers import absent_mark, plain
from services.intake.rules.territory.official.reading import Reading, Scope
from services.intake.rules.territory.table import Columns, Row, Table
from services.intake.rules.territory.text import N_

_LEVELS = {
    "zone": Level.ZONE,
    "sector": Level.SECTOR, "secteur": Level.SECTOR, "sector_nis9": Level.SECTOR,
    "quarter": Level.QUARTER, "quartier": Level.QUARTER, "wijk": Level.QUARTER,
    "municipality": Level.MUNICIPALITY, "commune": Level.MUNICIPALITY,
    "gemeente": Level.MUNICIPALITY,
}  # fmt: skip


def read_template(table: Table, scope: Scope) -> Reading:
    """Read the generic template. Every figure has its year, source and licence, or is refused."""
    columns, reading = Columns(table), Reading(table, "template")
    levels: set[Level] = set()
    counts = all(
        indicator_for(columns.text(row, "indicator"), unit=columns.text(row, "unit")).kind
        is Kind.COUNT
        for row in columns.rows()
    )
    for row in columns.rows():
        level = _level(columns, row)
        code = columns.filled(row, "territory_code")
        indicator = columns.filled(row, "indicator")
        if is_forbidden(indicator):
            reading.left_out[indicator] = "origin"
            continue
        if level in {Level.SECTOR, Level.MUNICIPALITY}:
            if not reading.keep(scope, code, row.line):
                continue
        else:
            reading.rows += 1
            reading.codes.setdefault(code, row.line)
        levels.add(level)
        known = reading.indicators.setdefault(
            indicator, indicator_for(indicator, unit=columns.text(row, "unit"))
        )
        unit = columns.text(row, "unit")
        if unit and plain(unit) != plain(known.unit):
            raise table.refuse(
                row.line,
                "other_unit",
                N_("L'unité est « %(unit)s » ; l'indicateur se mesure en « %(wanted)s »."),
                unit=unit,
                wanted=known.unit,
            )
        mark = absent_mark(columns.cell(row, "value"))
        if mark is not None:
            reading.absent[mark or "∅"] += 1
            continue
        figure = columns.number(row, "value", counts=counts)
        if figure is None:
            continue
        reading.signs["value"] = columns.sign("value", counts=counts)
        reading.values.append(
            IndicatorValue(
                level,
                code,
                indicator,
                figure,
                known.unit,
                columns.year(row, "year"),
                columns.filled(row, "source"),
                columns.filled(row, "licence"),
            )
        )
    reading.level = levels.pop() if len(levels) == 1 else None
    return reading


def _level(columns: Columns, row: Row) -> Level:
    said = columns.filled(row, "territory_level")
    level = _LEVELS.get(plain(said))
    if level is None:
        raise columns.table.refuse(
            row.line,
            "not_a_choice",
            N_("Colonne « %(column)s » : « %(cell)s » n'est pas parmi : %(choices)s."),
            column="territory_level",
            cell=said[:60],
            choices=", ".join(Level),
        )
    return level
