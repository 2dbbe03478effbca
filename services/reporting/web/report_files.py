"""Reports as files: PDF, XLSX, CSV with its Table Schema, JSON. The same select as the page."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.reporting.rules.published import Published
from services.reporting.rules.reports import REPORTS, Report
from services.reporting.store import kept_reports
from services.reporting.web.outside import Follower, OutsideDb, read_published
from services.reporting.web.report_forms import (
    PDF_TYPE,
    PartOut,
    part_of,
    parts_out,
    pdf_of,
    sealed_at,
    xlsx_of,
)
from services.reporting.web.report_words import ReportWords, as_table, told_in
from shared.db import Database
from shared.errors import MissingError
from shared.web import language_of
from shared.web.tables import CSV_TYPE, csv_file, download, schema_file, xlsx_file

router = APIRouter()
Name = Annotated[str, Path(pattern=r"^[a-z_]{2,30}$")]


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


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that somebody asks for, told in their language from what is published."""

    name: str
    found: Published
    told: Report
    words: ReportWords

    @property
    def made_at(self) -> datetime:
        """When what is told was sealed."""
        return sealed_at(self.found.standing.sealed_on or self.found.campaign.starts_on)

    def file_name(self, part: str = "") -> str:
        """Name a file so that it says what it is, also in a folder of a hundred."""
        seal = f"scelle-{self.found.standing.seal:03}"
        campaign = str(self.found.campaign.campaign_id)[:8]
        return "-".join(filter(None, ("relais", self.name, campaign, seal, part)))


async def asked_for(
    request: Request,
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    report: Name,
    seal: int | None = None,
) -> Asked:
    """Read what is published, now or as it was after a seal, and tell the report.

    Raises:
        MissingError: no such campaign, seal or report.
    """
    if report not in REPORTS:
        raise MissingError("report")
    async with database.reading() as tx:
        found = await read_published(tx, campaign_id, seal)
    told, words = told_in(language_of(request), report, found)
    return Asked(report, found, told, words)


async def kept_of(asked: Asked, database: Database, form: str, part: str = "") -> bytes | None:
    """Return the file that was kept at the campaign's close; None where it is another seal's."""
    async with database.reading() as tx:
        return await kept_reports.kept_content(
            tx,
            asked.found.campaign.campaign_id,
            asked.words.language,
            asked.name,
            form,
            part,
            asked.found.standing.seal,
        )


@router.get("/api/published/{campaign_id}/{report}")
async def get_report(asked: Annotated[Asked, Depends(asked_for)]) -> ReportOut:
    """Return a report as data, in the reader's language."""
    return as_data(asked)


def as_data(asked: Asked) -> ReportOut:
    """Write a report for programs."""
    keys = asked.told.keys
    assert keys is not None  # noqa: S101 - every report of a campaign is stamped
    return ReportOut(
        report=asked.name,
        language=asked.words.language,
        campaign_id=UUID(keys.campaign_id),
        seal=keys.seal,
        policy_version=keys.policy_version,
        ledger_hash=keys.ledger_hash,
        sentence=asked.told.sentence,
        parts=parts_out(asked.told.parts),
    )


@router.get("/funder/campaigns/{campaign_id}/{report}.pdf", include_in_schema=False)
async def get_pdf(asked: Annotated[Asked, Depends(asked_for)], database: OutsideDb) -> Response:
    """Answer with a report to print: tagged, by the rules of PDF/UA."""
    content = await kept_of(asked, database, "pdf")
    if content is None:
        content = await asyncio.to_thread(pdf_of, asked.told, asked.words, asked.made_at)
    return download(content, f"{asked.file_name()}.pdf", PDF_TYPE)


@router.get("/funder/campaigns/{campaign_id}/{report}.xlsx", include_in_schema=False)
async def get_xlsx(asked: Annotated[Asked, Depends(asked_for)], database: OutsideDb) -> Response:
    """Answer with a report as a workbook."""
    content = await kept_of(asked, database, "xlsx")
    if content is None:
        content = await asyncio.to_thread(xlsx_of, asked.told, asked.words, asked.made_at)
    return xlsx_file(content, asked.file_name())


@router.get("/funder/campaigns/{campaign_id}/{report}/{part}.csv", include_in_schema=False)
async def get_csv(
    asked: Annotated[Asked, Depends(asked_for)], database: OutsideDb, part: Name
) -> Response:
    """Answer with one table of a report as CSV."""
    content = await kept_of(asked, database, "csv", part)
    if content is not None:
        return download(content, f"{asked.file_name(part)}.csv", CSV_TYPE)
    return csv_file(as_table(part_of(asked.told, part)), asked.file_name(part))


@router.get("/funder/campaigns/{campaign_id}/{report}/{part}.schema.json", include_in_schema=False)
async def get_schema(asked: Annotated[Asked, Depends(asked_for)], part: Name) -> Response:
    """Answer with the Table Schema of a CSV file, what it was made from included."""
    return schema_file(as_table(part_of(asked.told, part)), asked.file_name(part))
