"""The activity report's tables of a year: a page, and the same rows as files."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from pydantic import BaseModel

from services.reporting.rules.reports import Report
from services.reporting.rules.reports.annual import annual_report
from services.reporting.rules.reports.year import Year
from services.reporting.store import published
from services.reporting.web.outside import Follower, OutsideDb, read_ledgers
from services.reporting.web.report_forms import (
    PDF_TYPE,
    PartOut,
    part_of,
    parts_out,
    pdf_of,
    sealed_at,
    xlsx_of,
)
from services.reporting.web.report_pictures import picture_of
from services.reporting.web.report_words import ReportWords, as_table, written
from shared.errors import MissingError
from shared.web import language_of, page
from shared.web.tables import csv_file, download, schema_file, xlsx_file

router = APIRouter()
YearNumber = Annotated[int, Path(ge=2000, le=2100)]
PartName = Annotated[str, Path(pattern=r"^[a-z_]{2,30}$")]


class LedgerOut(BaseModel):
    """By which a campaign's part of a year can be checked."""

    campaign_id: UUID
    seal: int
    ledger_hash: str


class YearOut(BaseModel):
    """A year's tables. An empty figure is "not published". The hash is over all ledgers' heads."""

    year: int
    language: str
    policy_versions: str
    fingerprint: str
    ledgers: list[LedgerOut]
    sentence: str
    parts: list[PartOut]


@dataclass(frozen=True, slots=True)
class AskedYear:
    """A year that somebody asks for, told in their language."""

    found: Year
    told: Report
    words: ReportWords

    @property
    def made_at(self) -> datetime:
        return sealed_at(self.found.sealed_on or date(self.found.year, 1, 1))

    def file_name(self, part: str = "") -> str:
        named = ("relais", "annee", str(self.found.year), self.found.fingerprint[:8], part)
        return "-".join(filter(None, named))


async def asked_for(
    request: Request, database: OutsideDb, _: Follower, year: YearNumber
) -> AskedYear:
    """Read what is published of a year, and tell it.

    Raises:
        MissingError: no campaign began in it.
    """
    async with database.reading() as tx:
        ledgers = await read_ledgers(tx, year)
        if not ledgers:
            raise MissingError("year")
        found = Year(year, tuple(ledgers), await published.correction_of(tx, year))
        zones = await published.zones_of(tx, year)
    words = ReportWords(language_of(request), zones)
    return AskedYear(found, annual_report(found, words), words)


@router.get("/funder/years/{year}", response_class=HTMLResponse, include_in_schema=False)
async def year_page(
    request: Request, asked: Annotated[AskedYear, Depends(asked_for)], year: YearNumber
) -> Response:
    """Show a year's tables."""
    drawn = {part.name: Markup(picture_of(part, asked.words)[0]) for part in asked.told.parts}  # noqa: S704 - drawn by us
    return page(
        request,
        "year.html",
        told=asked.told,
        drawn=drawn,
        written=lambda value: written(value, asked.words),
        files=f"/reporting/funder/years/{year}/annual",
        data=f"/reporting/api/years/{year}",
    )


@router.get("/api/years/{year}")
async def get_year(asked: Annotated[AskedYear, Depends(asked_for)], year: YearNumber) -> YearOut:
    """Return a year's tables as data, in the reader's language."""
    return YearOut(
        year=year,
        language=asked.words.language,
        policy_versions=asked.found.policy_versions,
        fingerprint=asked.found.fingerprint,
        ledgers=[
            LedgerOut(
                campaign_id=one.campaign.campaign_id, seal=one.seal, ledger_hash=one.anchor.head
            )
            for one in asked.found.sealed
        ],
        sentence=asked.told.sentence,
        parts=parts_out(asked.told.parts),
    )


@router.get("/funder/years/{year}/annual.pdf", include_in_schema=False)
async def get_pdf(asked: Annotated[AskedYear, Depends(asked_for)]) -> Response:
    """Answer with a year's tables to print."""
    content = await asyncio.to_thread(pdf_of, asked.told, asked.words, asked.made_at)
    return download(content, f"{asked.file_name()}.pdf", PDF_TYPE)


@router.get("/funder/years/{year}/annual.xlsx", include_in_schema=False)
async def get_xlsx(asked: Annotated[AskedYear, Depends(asked_for)]) -> Response:
    """Answer with a year's tables as a workbook."""
    content = await asyncio.to_thread(xlsx_of, asked.told, asked.words, asked.made_at)
    return xlsx_file(content, asked.file_name())


@router.get("/funder/years/{year}/annual/{part}.csv", include_in_schema=False)
async def get_csv(asked: Annotated[AskedYear, Depends(asked_for)], part: PartName) -> Response:
    """Answer with one of a year's tables as CSV."""
    return csv_file(as_table(part_of(asked.told, part)), asked.file_name(part))


@router.get("/funder/years/{year}/annual/{part}.schema.json", include_in_schema=False)
async def get_schema(asked: Annotated[AskedYear, Depends(asked_for)], part: PartName) -> Response:
    """Answer with the Table Schema of one of a year's tables."""
    return schema_file(as_table(part_of(asked.told, part)), asked.file_name(part))
