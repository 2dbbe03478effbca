"""Tables that people take with them: CSV, XLSX and a Table Schema, from one description.

CSV is what a Belgian Excel opens at a double click: UTF-8 with a mark, `;`, CRLF. Names of columns
are the same in every language, so that whatever reads them goes on working; what is in the cells is
in the reader's. A cell that a spreadsheet would take for a formula is told apart by an apostrophe.
Sources: Frictionless Table Schema 2.0; OWASP, "CSV Injection".
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, assert_never

from fastapi.responses import Response

Cell = str | int | date | time | None
Kind = Literal["text", "number", "date", "time"]
Translate = Callable[[str], str]
FORMULA = re.compile(r"^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")
FORMS = {"date": "yyyy-mm-dd", "time": "hh:mm", "number": "#,##0"}
TYPES: Mapping[Kind, str] = {
    "text": "string",
    "number": "integer",
    "date": "date",
    "time": "time",
}
SHEET_MAX = 31  # letters of a sheet's name; Excel refuses more
WIDTH_MAX, WIDTH_MIN = 48, 9
CSV_TYPE = "text/csv; charset=utf-8; header=present"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SCHEMA_TYPE = "application/json"
INK, RULE = "#14202b", "#1b3f78"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its title for people, and what it says."""

    name: str
    title: str
    says: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `chart`: the names of the columns to draw, the first one as labels."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    chart: tuple[str, ...] = ()

    def place(self, name: str) -> int:
        """Return the place of a column."""
        return [column.name for column in self.columns].index(name)


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def as_csv(table: Table) -> bytes:
    """Write a table as CSV."""
    written = io.StringIO(newline="")
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow([column.name for column in table.columns])
    lines.writerows([[as_text(cell) for cell in row] for row in table.rows])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def as_text(cell: Cell) -> str:
    """Write a cell as CSV holds it: ISO 8601 days and hours, numbers without separators."""
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case int():
            return str(cell)
        case datetime():
            raise TypeError(cell)  # a day and an hour are two columns
        case date():
            return cell.isoformat()
        case time():
            return cell.strftime("%H:%M")
        case _:
            assert_never(cell)


def as_schema(table: Table) -> dict[str, Any]:
    """Describe the columns as a Table Schema."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": table.title,
        "fields": [
            {
                "name": column.name,
                "type": TYPES[column.kind],
                "title": column.title,
                "description": column.says,
                **({"format": "%H:%M"} if column.kind == "time" else {}),
            }
            for column in table.columns
        ],
        "missingValues": [""],
    }


def as_xlsx(
    tables: Sequence[Table], title: str, says: Sequence[str], made_at: datetime, _: Translate
) -> bytes:
    """Write a workbook: what it is about first, then a sheet for each table.

    Args:
        tables: each becomes a sheet with a frozen, filtered head, and a chart where it names one.
        title: what the workbook is.
        says: sentences of the first sheet.
        made_at: when the figures were counted; nothing else tells two workbooks apart.
        _: translates the words of this module.
    """
    import xlsxwriter  # noqa: PLC0415 - some 10 MiB, for who takes a workbook once in a while

    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(written, options)
    book.set_properties({"title": title, "author": "Relais", "created": made_at})
    book.set_size(1600, 1000)
    names = sheet_names([_("Lisez-moi"), *(table.title for table in tables)])
    _read_me(book, names[0], tables, title, says, _)
    for name, table in zip(names[1:], tables, strict=True):
        _sheet(book, name, table)
    book.close()
    return written.getvalue()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Make names that Excel takes: short, without its signs, each of its own."""
    found: list[str] = []
    for title in titles:
        name = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:SHEET_MAX] or "…"
        number = 2
        while name.casefold() in {known.casefold() for known in found}:
            name = f"{name[: SHEET_MAX - 4]} {number}"
            number += 1
        found.append(name)
    return found


def _read_me(
    book: Any, name: str, tables: Sequence[Table], title: str, says: Sequence[str], _: Translate
) -> None:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    heading = book.add_format({"bold": True, "font_size": 16, "font_color": INK})
    head = book.add_format({"bold": True, "bottom": 1, "bottom_color": RULE})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 28, wrapped)
    sheet.set_column(1, 1, 26, wrapped)
    sheet.set_column(2, 2, 90, wrapped)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 16}))
    row = 2
    for sentence in says:
        sheet.merge_range(row, 0, row, 2, sentence, wrapped)
        row += 1
    for table in tables:
        row += 1
        sheet.write_string(row, 0, table.title, heading)
        row += 1
        for place, word in enumerate((_("Nom de colonne"), _("Titre"), _("Ce qu’elle dit"))):
            sheet.write_string(row, place, word, head)
        for column in table.columns:
            row += 1
            for place, word in enumerate((column.name, column.title, column.says)):
                sheet.write_string(row, place, word, wrapped)
        row += 1


def _sheet(book: Any, name: str, table: Table) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format(
        {"bold": True, "bottom": 2, "bottom_color": RULE, "text_wrap": True, "valign": "vcenter"}
    )
    forms = {kind: book.add_format({"num_format": form}) for kind, form in FORMS.items()}
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, head)
        widest = max([len(column.title), *(len(shown(row[place])) for row in table.rows)])
        sheet.set_column(place, place, min(max(widest + 2, WIDTH_MIN), WIDTH_MAX))
        for number, row in enumerate(table.rows, start=1):
            _write(sheet, number, place, row[place], forms.get(column.kind))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.columns) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    if table.chart and table.rows:
        _chart(book, sheet, name, table)


def shown(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _write(sheet: Any, row: int, place: int, cell: Cell, form: Any) -> None:
    if cell is None:
        sheet.write_blank(row, place, None, form)
    elif isinstance(cell, str):
        sheet.write_string(row, place, cell)  # a text, whatever it begins with
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell, form)
    else:
        sheet.write_datetime(row, place, cell, form)


def _chart(book: Any, sheet: Any, name: str, table: Table) -> None:
    labels, *drawn = (table.place(column) for column in table.chart)
    last = len(table.rows)
    chart = book.add_chart({"type": "column"})
    for number, place in enumerate(drawn):
        chart.add_series(
            {
                "name": [name, 0, place],
                "categories": [name, 1, labels, last, labels],
                "values": [name, 1, place, last, place],
                "fill": {"color": ("#1b3f78", "#b9c3ca")[number % 2]},
                "gap": 60,
            }
        )
    chart.set_title({"name": table.title, "overlay": False, "name_font": {"size": 13}})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": "#dce2e6"}}})
    chart.set_x_axis({"num_format": FORMS["date"], "text_axis": True})
    chart.set_size({"width": 760, "height": 360})
    sheet.insert_chart(0, len(table.columns) + 1, chart, {"description": table.title})


def file_in(form: str, table: Table, name: str, workbook: Callable[[], bytes]) -> Response:
    """Answer with a table as "csv" or its "schema", else with the workbook, written only then."""
    if form == "csv":
        return csv_file(table, name)
    if form == "schema":
        return schema_file(table, name)
    return xlsx_file(workbook(), name)


def csv_file(table: Table, name: str) -> Response:
    """Answer with a table as CSV, to be kept under a name."""
    return download(as_csv(table), f"{name}.csv", CSV_TYPE)


def schema_file(table: Table, name: str) -> Response:
    """Answer with the Table Schema of a CSV file, to be kept beside it."""
    content = json.dumps(as_schema(table), ensure_ascii=False, indent=2).encode()
    return download(content, f"{name}.schema.json", SCHEMA_TYPE)


def xlsx_file(content: bytes, name: str) -> Response:
    """Answer with a workbook, to be kept under a name."""
    return download(content, f"{name}.xlsx", XLSX_TYPE)


def download(content: bytes, name: str, media_type: str) -> Response:
    """Answer with a file that the browser keeps and no cache does."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
