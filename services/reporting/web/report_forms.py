"""A told report in its forms: PDF, workbook, data. The same rows in each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from pydantic import BaseModel

from services.reporting.rules.reports import Part, Report
from services.reporting.web.report_pictures import picture_of
from services.reporting.web.report_words import ReportWords, as_table, written
from shared.errors import MissingError
from shared.web import BRUSSELS
from shared.web.languages import translations
from shared.web.tables import as_schema, as_xlsx

PDF_TYPE = "application/pdf"
SEALS_FROM = time(6)
WORD_MAX = 24  # letters that a column of words takes before it is set as text


class PartOut(BaseModel):
    """A table: columns as a Table Schema describes them, rows as they stand in the CSV."""

    name: str
    title: str
    table_schema: dict[str, Any]
    rows: list[list[str | int | date | None]]


def sealed_at(day: date) -> datetime:
    """Return when what is told was sealed: two files of one seal are the same to the byte."""
    return datetime.combine(day, SEALS_FROM, BRUSSELS)


def part_of(report: Report, name: str) -> Part:
    """Return a part of a report.

    Raises:
        MissingError: it has none of this name.
    """
    found = next((part for part in report.parts if part.name == name), None)
    if found is None:
        raise MissingError("part")
    return found


def parts_out(parts: Sequence[Part]) -> list[PartOut]:
    """Write the parts of a report for programs."""
    return [
        PartOut(
            name=part.name,
            title=part.title,
            table_schema=as_schema(as_table(part)),
            rows=[list(row) for row in part.rows],
        )
        for part in parts
    ]


def pdf_of(told: Report, words: ReportWords, made_at: datetime) -> bytes:
    """Set a report."""
    from services.reporting.gateways import pdf  # noqa: PLC0415 - loads the typesetter

    return pdf.as_pdf(
        pdf.Report(
            lang=words.language,
            title=told.title,
            series=told.series,
            sentence=told.sentence,
            facts=told.facts,
            sections=[
                *(pdf_section(part, words) for part in told.parts),
                *(pdf.Section(title, lines=lines) for title, lines in told.lines),
            ],
            method=[pdf.Note(title, says) for title, says in told.method],
            stamp=told.stamp,
            made_at=made_at,
        )
    )


def pdf_section(part: Part, words: ReportWords) -> Any:
    """Set a part: its picture with its words, its rows with what is not published said."""
    from services.reporting.gateways import pdf  # noqa: PLC0415 - loads the typesetter

    picture, alt = picture_of(part, words)
    shown = [place for place, one in enumerate(part.fields) if one.name != "code"]
    rows = [[written(row[place], words) for place in shown] for row in part.rows]
    return pdf.Section(
        title=part.title,
        says=part.says,
        columns=[part.fields[place].title for place in shown],
        rows=rows,
        forms=[
            form_of(part.fields[place].kind, [row[number] for row in rows], first=number == 0)
            for number, place in enumerate(shown)
        ],
        picture=picture,
        alt=alt,
    )


def form_of(kind: str, cells: Sequence[str], *, first: bool) -> Literal["number", "word", "text"]:
    """Tell how a column is set on paper: sentences, and what names the rows, share the room.

    A column of figures with their sign, as "2,8 %", stands at the right like numbers.
    """
    if first or (kind == "text" and max(map(len, cells), default=0) > WORD_MAX):
        return "text"
    figures = kind == "text" and all(cell[:1].isdigit() for cell in cells if cell)
    return "number" if kind == "number" or figures else "word"


def xlsx_of(told: Report, words: ReportWords, made_at: datetime) -> bytes:
    """Write a report as a workbook: a sheet for each part, and one that says what it is."""
    lines = [f"{title}{words.say(' :')} {line}" for title, lines in told.lines for line in lines]
    says = [told.sentence, *told.facts, *lines, *(note for _, note in told.method), told.stamp]
    return as_xlsx(
        [as_table(part) for part in told.parts],
        told.title,
        says,
        made_at.astimezone(UTC).replace(tzinfo=None),
        translations(words.language).gettext,
    )
