"""What was read from one table, and the few things that every layout does alike."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from services.intake.rules.territory.codes import is_unlocated, sector_code
from services.intake.rules.territory.indicators import indicator_for
from services.intake.rules.territory.model import (
    Border,
    Indicator,
    IndicatorValue,
    Kind,
    Level,
    Place,
)
from services.intake.rules.territory.numbers import absent_mark
from services.intake.rules.territory.table import Columns, Row, Table
from services.intake.rules.territory.text import N_

STATBEL, CC_BY = "Statbel", "CC BY 4.0"
IBSA_TERMS = "Réutilisation libre avec mention de la source"
_YEAR = re.compile(r"(?<!\d)(19[89]\d|20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an import wants: municipalities (all, while none is known), and a year if said.

    `within` is how the codes of the territory begin: `21` is the Brussels region.
    """

    municipalities: frozenset[str] = frozenset()
    year: int | None = None
    within: str = ""

    def covers(self, code: str) -> bool:
        """Say whether a sector or municipality code lies in the territory."""
        known = not self.municipalities or code[:5] in self.municipalities
        return known and code.startswith(self.within)


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """A zone as a table gives it: a set of sectors, and what is said of them."""

    id: str
    name_fr: str = ""
    host_partner: str = ""
    sectors: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """What one table holds. Codes are as in the file: nothing is matched or converted yet.

    `absent` counts the cells without a figure by their mark (blank, ND, VS...), `unlocated` the
    rows of people in no sector, `outside` the rows of other municipalities, `left_out` the columns
    that were not taken and why.
    """

    table: Table
    layout: str
    level: Level | None = None
    rows: int = 0
    codes: dict[str, int] = field(default_factory=dict)  # with the line of their first row
    values: list[IndicatorValue] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    other_places: list[Place] = field(default_factory=list)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    old_of_new: dict[str, str] = field(default_factory=dict)
    adjusted: set[str] = field(default_factory=set)
    borders: list[Border] = field(default_factory=list)
    zones: dict[str, ZoneDraft] = field(default_factory=dict)
    absent: Counter[str] = field(default_factory=Counter)
    unlocated: int = 0
    outside: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    signs: dict[str, str] = field(default_factory=dict)

    def take(  # noqa: PLR0913 -- the parts of one figure, by keyword
        self,
        columns: Columns,
        row: Row,
        column: str,
        *,
        code: str,
        indicator: str,
        year: int,
        source: str,
        licence: str,
        note: str = "",
        scale: Callable[[float], float] = lambda figure: figure,
    ) -> None:
        """Take the figure of a cell, or count why there is none.

        Raises:
            RefusedError: the cell holds neither a figure nor a mark of absence.
        """
        mark = absent_mark(columns.cell(row, column))
        if mark is not None:
            self.absent[mark or "∅"] += 1
            return
        known = self.indicators.setdefault(indicator, indicator_for(indicator))
        counts = known.kind is Kind.COUNT
        figure = columns.number(row, column, counts=counts)
        if figure is None or self.level is None:
            return
        self.signs[column] = columns.sign(column, counts=counts)
        self.values.append(
            IndicatorValue(
                self.level, code, indicator, scale(figure), known.unit, year, source, licence, note
            )
        )

    def sector(self, columns: Columns, row: Row, column: str, town_column: str | None) -> str:
        """Return the nine characters of a row's sector.

        Raises:
            RefusedError: the code is blank.
        """
        town = columns.text(row, town_column) if town_column else ""
        return sector_code(columns.filled(row, column), town)

    def keep(self, scope: Scope, code: str, line: int) -> bool:
        """Count a row and say whether it is of this territory and of a place on the map."""
        self.rows += 1
        if not scope.covers(code):
            self.outside += 1
            return False
        if is_unlocated(code):
            self.unlocated += 1
            return False
        self.codes.setdefault(code, line)
        return True


def year_in(text: str) -> int | None:
    """Return the last year that a file name or a header mentions."""
    found = _YEAR.findall(text.replace("_", " "))
    return int(found[-1]) if found else None


def year_of_file(table: Table, scope: Scope) -> int:
    """Return the year that was said, else the one in the file's name.

    Raises:
        RefusedError: neither; a figure without a year is not taken.
    """
    year = scope.year or year_in(table.file)
    if year is None:
        raise table.refuse(
            table.header.line,
            "no_year",
            N_("Aucune année : ni dans les colonnes, ni dans le nom du fichier. Précisez-la."),
        )
    return year
