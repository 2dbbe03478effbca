"""Tables that people take with them: what a spreadsheet makes of them, and what it must not."""

import csv
import io
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shared.web.tables import Cell, Column, Table, as_csv, as_schema, as_xlsx, harmless, sheet_names

MADE = datetime(2022, 2, 23, 16, 30)  # noqa: DTZ001 - a workbook has no zones
COLUMNS = (
    Column("day", "Jour", "Le jour.", "date"),
    Column("starts", "Début", "L’heure.", "time"),
    Column("place", "Quartier", "Le quartier."),
    Column("done", "Faites", "Combien.", "number"),
)
ROWS: list[list[Cell]] = [
    [date(2022, 2, 23), time(9, 30), "Cureghem; « Bara »", 12],
    [None, None, "Émile\nDiarra", 0],
]


def a_table(rows: list[list[Cell]], chart: tuple[str, ...] = ()) -> Table:
    return Table("Les tâches", COLUMNS, rows, chart)


def test_a_csv_opens_in_a_belgian_excel_and_reads_back() -> None:
    written = as_csv(a_table(ROWS))

    assert written.startswith(b"\xef\xbb\xbfday;starts;place;done\r\n")
    lines = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert lines[1:] == [
        ["2022-02-23", "09:30", "Cureghem; « Bara »", "12"],
        ["", "", "Émile\nDiarra", "0"],
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+32 2 123", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x"]
)
def test_no_text_is_a_formula(text: str) -> None:
    written = as_csv(a_table([[None, None, text, 1]])).decode("utf-8-sig")
    (line,) = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))[1:]
    assert line[2] == f"'{text}"

    book = load_workbook(
        io.BytesIO(as_xlsx([a_table([[None, None, text, 1]])], "T", (), MADE, str))
    )
    cell = book.worksheets[1]["C2"]
    assert cell.data_type == "s"


@given(st.text())
def test_what_is_harmless_keeps_its_text(text: str) -> None:
    told = harmless(text)

    assert told in {text, f"'{text}"}
    assert not told.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_negative_number_stays_a_number() -> None:
    assert as_csv(a_table([[None, None, "x", -3]])).endswith(b";;x;-3\r\n")


def test_a_workbook_has_a_first_page_frozen_filtered_heads_and_a_chart_of_its_own() -> None:
    table = a_table(ROWS, chart=("place", "done"))
    content = as_xlsx([table], "Les tâches de la campagne", ("Pour la coordination.",), MADE, str)

    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Lisez-moi", "Les tâches"]
    first, sheet = book.worksheets
    told = [cell.value for row in first.iter_rows() for cell in row if cell.value]
    assert told[:2] == ["Les tâches de la campagne", "Pour la coordination."]
    assert {"day", "Jour", "Le jour."} <= set(told)
    assert [cell.value for cell in sheet[1]] == ["Jour", "Début", "Quartier", "Faites"]
    assert [cell.value for cell in sheet[2]] == [
        datetime(2022, 2, 23),  # noqa: DTZ001 - a workbook has no zones
        time(9, 30),
        "Cureghem; « Bara »",
        12,
    ]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:D3"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "xl/charts/chart1.xml" in parts.namelist()


def test_an_empty_table_is_a_file_too() -> None:
    empty = a_table([], chart=("place", "done"))

    assert as_csv(empty) == b"\xef\xbb\xbfday;starts;place;done\r\n"
    book = load_workbook(io.BytesIO(as_xlsx([empty], "T", (), MADE, str)))
    assert [cell.value for cell in book.worksheets[1][1]] == ["Jour", "Début", "Quartier", "Faites"]


def test_the_schema_names_every_column_as_the_file_does() -> None:
    schema = as_schema(a_table(ROWS))
    head = as_csv(a_table(ROWS)).decode("utf-8-sig").splitlines()[0].split(";")

    assert [field["name"] for field in schema["fields"]] == head
    assert [field["type"] for field in schema["fields"]] == ["date", "time", "string", "integer"]
    assert all(field["title"] and field["description"] for field in schema["fields"])


def test_sheets_have_names_that_a_workbook_takes() -> None:
    names = sheet_names(["Par semaine/quartier", "x" * 40, "X" * 40, "[]", "'a'"])

    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 for name in names)
    assert not [name for name in names if set("[]:*?/\\") & set(name)]
