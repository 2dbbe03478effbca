"""The report that was kept at a campaign's close: the same bytes for whoever asks, ever after."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.reporting.store import kept_reports, published
from services.reporting.web.outside import Follower, OutsideDb
from services.reporting.web.press import REPORT
from services.reporting.web.report_forms import PDF_TYPE
from shared.errors import MissingError
from shared.web import language_of, page
from shared.web.tables import CSV_TYPE, SCHEMA_TYPE, XLSX_TYPE, download

router = APIRouter(prefix="/funder/campaigns/{campaign_id}/closing", include_in_schema=False)

TYPES = {"pdf": PDF_TYPE, "xlsx": XLSX_TYPE, "json": SCHEMA_TYPE, "csv": CSV_TYPE}
Kept = Literal["fr", "nl"]


@router.get("", response_class=HTMLResponse)
async def closing_page(
    request: Request, database: OutsideDb, _: Follower, campaign_id: UUID
) -> Response:
    """List the files of a closed campaign's report, each with what proves that it is the one."""
    async with database.reading() as tx:
        campaign = await published.public_campaign(tx, campaign_id)
        found = {
            language: await kept_reports.kept_lines(tx, campaign_id, language)
            for language in ("fr", "nl")
        }
    return page(
        request,
        "closing_report.html",
        campaign=campaign,
        found=found,
        language=language_of(request),
    )


@router.get("/{language}/{name}")
async def closing_file(
    database: OutsideDb,
    _: Follower,
    campaign_id: UUID,
    language: Kept,
    name: Annotated[str, Path(pattern=r"^[a-z0-9_.-]{3,120}$")],
) -> Response:
    """Answer with one kept file."""
    form = name.rpartition(".")[2]
    async with database.reading() as tx:
        lines = await kept_reports.kept_lines(tx, campaign_id, language)
        line = next((one for one in lines if one.name == name), None)
        if line is None:
            raise MissingError("report")
        content = await kept_reports.kept_content(
            tx, campaign_id, language, REPORT, form, line.part
        )
    assert content is not None  # noqa: S101 - what is listed is kept for good
    return download(content, name, TYPES[form])
