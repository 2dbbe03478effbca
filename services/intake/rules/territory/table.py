"""A table as it stands in a file, before anybody knows what it means, and reading its cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.intake.rules.territory.numbers import (
    Cell,
    Sign,
    SignReading,
    absent_mark,
    number,
    read_sign,
)
from services.intake.rules.territory.text import N_
from shared.errors import Problem, RefusedError


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line. `line` counts from 1 as an editor or a spreadsheet does."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one file or sheet. `file` is the name to show; nothing of the machine's path.

    `encoding` and `delimiter` are what was detected, empty for a spreadsheet. `decimal` is the sign
    that somebody said, for columns that leave it in doubt.
    """

    file: str
    rows: Sequence[Row]
    encoding: str = ""
    delimiter: str = ""
    decimal: Sign | None = None
    header: Row = field(default_factory=lambda: Row(0, ()))

    def place(self, line: int) -> str:
        return f"{self.file}:{line}"

    def refuse(self, line: int, slug: str, message: str, **values: object) -> RefusedError:
        """Build the refusal of this file at one line; the caller raises it."""
        return RefusedError(Problem(slug, message, self.place(line), values))


def text_of(cell: Cell) -> str:
    """Return a cell as text; a spreadsheet's whole number loses its `.0`, a code stays a code."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


class Columns:
    """The columns of a table whose header is known, by lower-case name."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = tuple(text_of(cell).lower() for cell in table.header.cells)
        self._at = {name: at for at, name in reversed(list(enumerate(self.names)))}
        self._signs: dict[str, Sign] = {}

    def first_of(self, *names: str) -> str | None:
        """Return the first of these columns that exists."""
        return next((name for name in names if name in self._at), None)

    def rows(self, is_data: Callable[[Row], bool] | None = None) -> Iterator[Row]:
        """Yield the rows that hold something, and that are data where the table has others too.

        Raises:
            RefusedError: a row has other cells than the header.
        """
        width = len(self.names)
        for row in self.table.rows:
            filled = len(row.cells)
            while filled and row.cells[filled - 1] == "":
                filled -= 1
            if not filled or (is_data is not None and not is_data(row)):
                continue
            if filled > width or (self.table.delimiter and len(row.cells) < width):
                raise self.table.refuse(
                    row.line,
                    "ragged_row",
                    N_("La ligne a %(cells)s cellules ; l'en-tête en a %(wanted)s."),
                    cells=len(row.cells),
                    wanted=width,
                )
            yield row

    def text(self, row: Row, name: str) -> str:
        at = self._at[name]
        return text_of(row.cells[at]) if at < len(row.cells) else ""

    def cell(self, row: Row, name: str) -> Cell:
        at = self._at[name]
        return row.cells[at] if at < len(row.cells) else ""

    def sign(self, name: str, *, counts: bool) -> Sign:
        """Return the decimal sign of a column.

        Raises:
            RefusedError: figures of both signs, or none that leaves no doubt.
        """
        if name in self._signs:
            return self._signs[name]
        cells = self._cells(name)
        reading = read_sign(cells, counts=counts)
        if reading.sign is None and reading.contradicted_at is None:
            # The file's other columns were written by the same hand.
            others = (read_sign(self._cells(other), counts=False) for other in self.names)
            reading = next((other for other in others if other.certain), reading)
            if reading.sign is None:
                reading = SignReading(self.table.decimal)
        if reading.sign is None:
            line = reading.contradicted_at or self._first_doubtful(cells)
            raise self.table.refuse(
                line,
                "which_decimal_sign",
                N_(
                    "Colonne « %(column)s » : impossible de savoir si la virgule ou le point "
                    "sépare les décimales. Précisez le signe décimal."
                ),
                column=name,
            )
        self._signs[name] = reading.sign
        return reading.sign

    def number(self, row: Row, name: str, *, counts: bool = False) -> float | None:
        """Return the figure of a cell, None where it says that there is none.

        Raises:
            RefusedError: the cell holds neither a figure nor a mark of absence.
        """
        cell = self.cell(row, name)
        if absent_mark(cell) is not None:
            return None
        figure = number(cell, self.sign(name, counts=counts))
        if figure is None:
            raise self.table.refuse(
                row.line,
                "not_a_number",
                N_("Colonne « %(column)s » : « %(cell)s » n'est pas un nombre."),
                column=name,
                cell=text_of(cell)[:60],
            )
        return figure

    def year(self, row: Row, name: str) -> int:
        """Return the year of a cell.

        Raises:
            RefusedError: it is no year.
        """
        text = self.text(row, name)
        if len(text) == 4 and text.isdigit():  # noqa: PLR2004 -- a year has four digits
            return int(text)
        raise self.table.refuse(
            row.line,
            "not_a_year",
            N_("Colonne « %(column)s » : « %(cell)s » n'est pas une année."),
            column=name,
            cell=text[:60],
        )

    def filled(self, row: Row, name: str) -> str:
        """Return the text of a cell that may not be blank.

        Raises:
            RefusedError: it is blank.
        """
        text = self.text(row, name)
        if not text:
            raise self.table.refuse(
                row.line, "blank", N_("La colonne « %(column)s » est vide."), column=name
            )
        return text

    def signs(self) -> Mapping[str, Sign]:
        """Return the decimal signs found so far, by column."""
        return self._signs

    def _cells(self, name: str) -> list[tuple[int, Cell]]:
        at = self._at[name]
        return [(row.line, row.cells[at]) for row in self.table.rows if at < len(row.cells)]

    @staticmethod
    def _first_doubtful(cells: Sequence[tuple[int, Cell]]) -> int:
        return next(
            line for line, cell in cells if read_sign([(line, cell)], counts=False).sign is None
        )
