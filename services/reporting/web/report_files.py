"""Reports as files: PDF, XLSX, CSV with its Table Schema, JSON. The same select as the page."""

import asyncio
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.reporting.rules.published import Published
from services.reporting.rules.reports import REPORTS, Part, Report
from services.reporting.web.outside import Follower, OutsideDb, read_published
from services.reporting.web.report_pictures import picture_of
from services.reporting.web.report_words import ReportWords, as_table, told_in, written
from shared.errors import MissingError
from shared.web import BRUSSELS, language_of
from shared.web.languages import translations
from shared.web.tables import as_schema, as_xlsx, csv_file, download, schema_file, xlsx_file

router = APIRouter()
PDF_TYPE = "application/pdf"
SEALS_FROM = time(6)
Name = Annotated[str, Path(pattern=r"^[a-z_]{2,30}$")]


class PartOut(BaseModel):
    """A table: columns as a Table Schema describes them, rows as they stand in the CSV."""

    name: str
    title: str
    table_schema: dict[str, Any]
    rows: list[list[str | int | date | None]]


class ReportOut(BaseModel):
    """A report with what it can be checked by. An empty figure is "not published"."""

    report: str
    language: str
    campaign_id: UUID
    seal: int
    policy_version: str
    ledger_hash: str
    sentence: str
    parts: list[PartOut]


def known(name: str) -> str:
    """Return a report's name.

    Raises:
        MissingError: there is no such report.
    """
    if name not in REPORTS:
        raise MissingError("report")
    return name


def file_name(found: Published, report: str, part: str = "") -> str:
    """Name a file so that it says what it is, also in a folder of a hundred."""
    seal = f"scelle-{found.standing.seal:03}"
    campaign = str(found.campaign.campaign_id)[:8]
    return "-".join(filter(None, ("relais", report, campaign, seal, part)))


def sealed_at(found: Published) -> datetime:
    """Return when what is told was sealed: two files of one seal are the same to the byte."""
    day = found.standing.sealed_on or found.campaign.starts_on
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


@router.get("/api/published/{campaign_id}/{report}")
async def get_report(
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    report: Name,
    seal: int | None = None,
) -> ReportOut:
    """Return a report as data, in the reader's language."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    language = language_of(request)
    told, _words = told_in(language, known(report), found)
    return as_data(told, report, language)


def as_data(told: Report, name: str, language: str) -> ReportOut:
    """Write a report for programs."""
    assert told.keys is not None  # noqa: S101 - every report is stamped
    return ReportOut(
        report=name,
        language=language,
        campaign_id=UUID(told.keys.campaign_id),
        seal=told.keys.seal,
        policy_version=told.keys.policy_version,
        ledger_hash=told.keys.ledger_hash,
        sentence=told.sentence,
        parts=[
            PartOut(
                name=part.name,
                title=part.title,
                table_schema=as_schema(as_table(part)),
                rows=[list(row) for row in part.rows],
            )
            for part in told.parts
        ],
    )


@router.get("/funder/campaigns/{campaign_id}/{report}.pdf", include_in_schema=False)
async def get_pdf(
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    report: Name,
    seal: int | None = None,
) -> Response:
    """Answer with a report to print: tagged, by the rules of PDF/UA."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    content = await asyncio.to_thread(pdf_of, language_of(request), known(report), found)
    return download(content, f"{file_name(found, report)}.pdf", PDF_TYPE)


def pdf_of(language: str, name: str, found: Published) -> bytes:
    """Set a report in a language."""
    from services.reporting.gateways import pdf  # noqa: PLC0415 - loads the typesetter

    told, words = told_in(language, name, found)
    return pdf.as_pdf(
        pdf.Report(
            lang=language,
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
            made_at=sealed_at(found),
        )
    )


def pdf_section(part: Part, words: ReportWords) -> Any:
    """Set a part: its picture with its words, its rows with what is not published said."""
    from services.reporting.gateways import pdf  # noqa: PLC0415 - loads the typesetter

    picture, alt = picture_of(part, words)
    shown = [place for place, one in enumerate(part.fields) if one.name != "code"]
    return pdf.Section(
        title=part.title,
        says=part.says,
        columns=[part.fields[place].title for place in shown],
        rows=[[written(row[place], words) for place in shown] for row in part.rows],
        picture=picture,
        alt=alt,
    )


@router.get("/funder/campaigns/{campaign_id}/{report}.xlsx", include_in_schema=False)
async def get_xlsx(
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    report: Name,
    seal: int | None = None,
) -> Response:
    """Answer with a report as a workbook: a sheet for each part, and one that says what it is."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    content = await asyncio.to_thread(xlsx_of, language_of(request), known(report), found)
    return xlsx_file(content, file_name(found, report))


def xlsx_of(language: str, name: str, found: Published) -> bytes:
    """Write a report as a workbook."""
    told, _ = told_in(language, name, found)
    says = [told.sentence, *told.facts, *(note for _, note in told.method), told.stamp]
    made_at = sealed_at(found).astimezone(UTC).replace(tzinfo=None)
    return as_xlsx(
        [as_table(part) for part in told.parts],
        told.title,
        says,
        made_at,
        translations(language).gettext,
    )


@router.get("/funder/campaigns/{campaign_id}/{report}/{part}.csv", include_in_schema=False)
async def get_csv(  # noqa: PLR0913, PLR0917 - the address of one table
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    report: Name,
    part: Name,
    seal: int | None = None,
) -> Response:
    """Answer with one table of a report as CSV."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    told, _words = told_in(language_of(request), known(report), found)
    return csv_file(as_table(part_of(told, part)), file_name(found, report, part))


@router.get("/funder/campaigns/{campaign_id}/{report}/{part}.schema.json", include_in_schema=False)
async def get_schema(
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    report: Name,
    part: Name,
) -> Response:
    """Answer with the Table Schema of a CSV file, what it was made from included."""
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id)
    told, _words = told_in(language_of(request), known(report), found)
    return schema_file(as_table(part_of(told, part)), file_name(found, report, part))
