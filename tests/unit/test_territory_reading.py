"""Reading figures from files of any delimiter, encoding and decimal sign; a blank is never a 0."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.gateways.territory_files.tables import read_tables
from services.intake.rules.territory.numbers import (
    ABSENT_MARKS,
    Sign,
    absent_mark,
    number,
    read_sign,
)
from services.intake.rules.territory.official import Reading, Scope, recognise
from shared.errors import RefusedError

HEADER = ["territory_level", "territory_code", "indicator", "year", "value", "unit", "source",
          "licence"]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16"]
DELIMITERS = [";", ",", "|", "\t"]


def written(figure: float, sign: Sign, group: str) -> str:
    """Write a figure with two decimals as a person with these habits would."""
    whole, _, fraction = f"{figure:.2f}".partition(".")
    digits = f"{int(whole):,}".replace(",", group)
    return f"{digits}{sign}{fraction}"


def read(content: bytes, name: str = "figures.csv", decimal: Sign | None = None) -> Reading:
    table = read_tables(name, content, decimal)[0]
    layout, headed = recognise(table)
    return layout.read(headed, Scope())


def a_table(rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows([HEADER, *rows])
    return stream.getvalue().encode(encoding)


def a_row(value: str, code: str = "58", indicator: str = "median_income_eur") -> list[str]:
    units = {"median_income_eur": "EUR", "population": "hab."}
    return ["quarter", code, indicator, "2023", value, units[indicator], "IBSA – été", "Libre"]


@given(
    figures=st.lists(
        st.integers(1, 99_999_999).map(lambda cents: cents / 100), min_size=1, max_size=20
    ),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(ENCODINGS),
    sign=st.sampled_from([",", "."]),
    grouping=st.sampled_from(["", " ", "\u00a0", "'", "other"]),
)
def test_any_delimiter_encoding_and_decimal_sign_gives_the_same_figures(
    figures: list[float],
    delimiter: str,
    encoding: str,
    sign: Literal[",", "."],
    grouping: str,
) -> None:
    group = {"other": "." if sign == "," else ","}.get(grouping, grouping)
    rows = [a_row(written(f, sign, group), str(at)) for at, f in enumerate(figures, start=1)]

    reading = read(a_table(rows, delimiter, encoding))

    assert [value.value for value in reading.values] == figures
    assert {value.source for value in reading.values} == {"IBSA – été"}


@given(mark=st.sampled_from([*sorted(ABSENT_MARKS), "< 200 habitants", "ND", "VS", "N/A"]))
def test_what_is_not_published_is_absent_and_counted(mark: str) -> None:
    reading = read(a_table([a_row("1234,5", "1"), a_row(mark, "2")], ";"))

    assert [(value.code, value.value) for value in reading.values] == [("1", 1234.5)]
    assert sum(reading.absent.values()) == 1


@given(figure=st.floats(0, 1e12), sign=st.sampled_from([",", "."]))
def test_a_figure_of_a_spreadsheet_is_taken_as_it_is(figure: float, sign: Sign) -> None:
    assert absent_mark(figure) is None
    assert number(figure, sign) == figure


@pytest.mark.parametrize(
    ("cells", "counted", "sign"),
    [
        (["1.188", "950"], True, ","),  # TF_CAR_HH_SECTOR: 1188 households
        (["1.188", "950"], False, None),
        (["1.188", "9.5"], False, "."),
        (["1.188", "12,5"], False, ","),
        (["1.222.637"], False, ","),
        (["1.222.637,5"], False, ","),
        (["0.188"], False, "."),
        (["1234.567"], False, "."),
        (["12", "7"], False, "."),
        (["1 188", "2\u202f400"], False, "."),
        (["12,5", "12.5"], False, None),
    ],
)
def test_one_clear_figure_tells_the_sign_of_the_whole_column(
    cells: list[str],
    counted: bool,  # noqa: FBT001 -- a column of the table above
    sign: Sign | None,
) -> None:
    assert read_sign(enumerate(cells), counts=counted).sign == sign


def test_a_doubtful_column_is_refused_with_its_line_unless_somebody_says_the_sign() -> None:
    content = a_table([a_row("950", "1"), a_row("1.188", "2")])

    with pytest.raises(RefusedError) as refusal:
        read(content)

    assert refusal.value.problems[0].place == "figures.csv:3"
    assert refusal.value.problems[0].slug == "which_decimal_sign"
    assert [v.value for v in read(content, decimal=".").values] == [950, 1.188]
    assert [v.value for v in read(content, decimal=",").values] == [950, 1188]


def test_a_doubtful_column_of_counts_is_thousands() -> None:
    reading = read(a_table([a_row("1.188", "1", "population"), a_row("950", "2", "population")]))

    assert [value.value for value in reading.values] == [1188, 950]


@pytest.mark.parametrize(
    ("change", "line", "slug"),
    [
        ({4: "beaucoup"}, 3, "not_a_number"),
        ({4: "12,34,5"}, 3, "not_a_number"),
        ({3: "23"}, 3, "not_a_year"),
        ({3: ""}, 3, "not_a_year"),
        ({0: "planet"}, 3, "not_a_choice"),
        ({1: ""}, 3, "blank"),
        ({6: ""}, 3, "blank"),
        ({7: ""}, 3, "blank"),
        ({5: "%"}, 3, "other_unit"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line_and_the_reason(
    change: dict[int, str], line: int, slug: str
) -> None:
    row = a_row("14,25", "2")
    for column, text in change.items():
        row[column] = text

    with pytest.raises(RefusedError) as refusal:
        read(a_table([a_row("13,50", "1"), row, a_row("12,75", "3")], ";"))

    assert refusal.value.problems[0].place == f"figures.csv:{line}"
    assert refusal.value.problems[0].slug == slug


def test_a_row_with_a_cell_too_few_is_refused_with_its_line() -> None:
    content = a_table([a_row("13.5", "1"), a_row("14.5", "2"), a_row("1.5", "3")])

    with pytest.raises(RefusedError) as refusal:
        read(content.replace(b",IBSA", b";IBSA", 2).replace(b";IBSA", b",IBSA", 1))

    assert refusal.value.problems[0].place == "figures.csv:3"
    assert refusal.value.problems[0].slug == "ragged_row"


@pytest.mark.parametrize(
    ("name", "content", "slug", "line"),
    [
        ("figures.csv", b"", "empty_file", 1),
        ("figures.csv", b"a,b\n1,\x00\n", "binary", 2),
        ("figures.csv", b'a,b\n1,2\n"3,4\n', "bad_row", 3),
        ("figures.csv", b"name,age\nx,3\n", "unknown_layout", 1),
        ("figures.csv", b"\xef\xbb\xbfa,b\n1,2\n\xff,3\n", "bad_encoding", 3),
        ("figures.xlsx", b"not a workbook", "bad_sheet", 0),
    ],
)
def test_a_file_that_is_not_what_it_seems_is_refused_with_line_and_reason(
    name: str, content: bytes, slug: str, line: int
) -> None:
    with pytest.raises(RefusedError) as refusal:
        read(content, name)

    assert refusal.value.problems[0].slug == slug
    assert refusal.value.problems[0].place == (f"{name}:{line}" if line else name)


def test_lines_are_counted_as_an_editor_does_even_when_a_cell_spans_two() -> None:
    rows = [a_row("13,5", "1"), a_row("zut", "2")]
    rows[0][6] = "deux\nlignes"

    with pytest.raises(RefusedError) as refusal:
        read(a_table(rows, ";"))

    assert refusal.value.problems[0].place == "figures.csv:4"


def test_an_indicator_on_origin_is_left_out_and_the_report_says_so() -> None:
    row = ["quarter", "1", "non_belgian_pct", "2022", "31.2", "%", "X", "Y"]

    reading = read(a_table([row, a_row("13.5", "1")]))

    assert [value.indicator for value in reading.values] == ["median_income_eur"]
    assert reading.left_out == {"non_belgian_pct": "origin"}
