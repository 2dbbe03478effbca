"""What is carried upwards: a page, its files, and the coordination's own sentences."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from services.reporting.rules.reports import Report
from services.reporting.rules.reports.advocacy import (
    TEXT_MAX,
    TEXT_MIN,
    Carried,
    advocacy_report,
)
from services.reporting.steps.state_upwards import state_upwards, withdraw_statement
from services.reporting.store import advocacy
from services.reporting.web.outside import Follower, OutsideDb, outside_of
from services.reporting.web.report_forms import (
    PDF_TYPE,
    PartOut,
    parts_out,
    pdf_of,
    sealed_at,
    xlsx_of,
)
from services.reporting.web.report_words import ReportWords, as_table, written
from shared.errors import RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other, translate
from shared.web.tables import csv_file, download, schema_file, xlsx_file
from shared.words import SignalKind, Theme

router = APIRouter()
HERE = "/reporting/funder/advocacy"
NO_DAY = date(2022, 1, 1)  # of a file that tells nothing yet
Written = Annotated[str, Field(max_length=TEXT_MAX)]


class StatementIn(BaseModel):
    """What the coordination says, in its own words and in both languages."""

    text_fr: Written
    text_nl: Written


class AdvocacyOut(BaseModel):
    """What is carried upwards. `fingerprint` names this state of it."""

    language: str
    fingerprint: str
    sentence: str
    parts: list[PartOut]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is carried upwards, told in the reader's language."""

    found: Carried
    told: Report
    words: ReportWords

    @property
    def made_at(self) -> datetime:
        return sealed_at(self.found.last_day or NO_DAY)

    @property
    def file_name(self) -> str:
        return f"relais-plaidoyer-{self.found.fingerprint[:8]}"


async def asked_for(request: Request, database: OutsideDb, _: Follower) -> Asked:
    """Read what is carried upwards, and tell it."""
    async with database.reading() as tx:
        found = await advocacy.carried(tx)
    words = ReportWords(language_of(request), {})
    return Asked(found, advocacy_report(found, words), words)


@router.get("/funder/advocacy", response_class=HTMLResponse, include_in_schema=False)
async def show(request: Request, asked: Annotated[Asked, Depends(asked_for)]) -> Response:
    """Show what is carried upwards; the coordination may say it in its own words here."""
    return advocacy_page(request, asked)


def advocacy_page(
    request: Request,
    asked: Asked,
    refused: RefusedError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    problems = refused.problems if refused else ()
    language = asked.words.language
    return page(
        request,
        "advocacy.html",
        422 if refused else 200,
        told=asked.told,
        statements=asked.found.statements,
        written=lambda value: written(value, asked.words),
        files=HERE,
        kinds=list(SignalKind),
        themes=list(Theme),
        typed=typed or {},
        problems={translate(language, p.message, p.values) for p in problems},
        places={p.place for p in problems},
        least=TEXT_MIN,
        most=TEXT_MAX,
    )


@router.post("/funder/advocacy", include_in_schema=False)
async def write(  # noqa: PLR0913, PLR0917 - the fields of a form
    request: Request,
    database: Db,
    who: Coordinator,
    kind: Annotated[SignalKind, Form()],
    theme: Annotated[Theme, Form()],
    text_fr: Annotated[str, Form()] = "",
    text_nl: Annotated[str, Form()] = "",
) -> Response:
    """Keep a sentence; or show the form again with what is wrong, and everything typed."""
    try:
        async with database.transaction() as tx:
            await state_upwards(kind, theme, text_fr, text_nl, tx)
    except RefusedError as refused:
        asked = await asked_for(request, outside_of(request), who)
        typed = {"kind": kind, "theme": theme, "text_fr": text_fr, "text_nl": text_nl}
        return advocacy_page(request, asked, refused, typed)
    return see_other(HERE)


@router.post("/funder/advocacy/withdraw", include_in_schema=False)
async def withdraw(
    database: Db,
    _: Coordinator,
    kind: Annotated[SignalKind, Form()],
    theme: Annotated[Theme, Form()],
) -> Response:
    """Take a sentence back."""
    async with database.transaction() as tx:
        await withdraw_statement(kind, theme, tx)
    return see_other(HERE)


@router.get("/api/advocacy")
async def get_advocacy(asked: Annotated[Asked, Depends(asked_for)]) -> AdvocacyOut:
    """Return what is carried upwards as data, in the reader's language."""
    return AdvocacyOut(
        language=asked.words.language,
        fingerprint=asked.found.fingerprint,
        sentence=asked.told.sentence,
        parts=parts_out(asked.told.parts),
    )


@router.put("/api/advocacy/{kind}/{theme}", status_code=204)
async def put_statement(
    database: Db, _: Coordinator, kind: SignalKind, theme: Theme, form: StatementIn
) -> None:
    """Say upwards, in the coordination's own words, what the field sees of a theme."""
    async with database.transaction() as tx:
        await state_upwards(kind, theme, form.text_fr, form.text_nl, tx)


@router.delete("/api/advocacy/{kind}/{theme}", status_code=204)
async def delete_statement(database: Db, _: Coordinator, kind: SignalKind, theme: Theme) -> None:
    """Take back what was said of a theme; 404 when nothing is said of it."""
    async with database.transaction() as tx:
        await withdraw_statement(kind, theme, tx)


@router.get("/funder/advocacy.pdf", include_in_schema=False)
async def get_pdf(asked: Annotated[Asked, Depends(asked_for)]) -> Response:
    """Answer with what is carried upwards, to print."""
    content = await asyncio.to_thread(pdf_of, asked.told, asked.words, asked.made_at)
    return download(content, f"{asked.file_name}.pdf", PDF_TYPE)


@router.get("/funder/advocacy.xlsx", include_in_schema=False)
async def get_xlsx(asked: Annotated[Asked, Depends(asked_for)]) -> Response:
    """Answer with what is carried upwards as a workbook."""
    content = await asyncio.to_thread(xlsx_of, asked.told, asked.words, asked.made_at)
    return xlsx_file(content, asked.file_name)


@router.get("/funder/advocacy.csv", include_in_schema=False)
async def get_csv(asked: Annotated[Asked, Depends(asked_for)]) -> Response:
    """Answer with what is carried upwards as CSV."""
    return csv_file(as_table(asked.told.parts[0]), asked.file_name)


@router.get("/funder/advocacy.schema.json", include_in_schema=False)
async def get_schema(asked: Annotated[Asked, Depends(asked_for)]) -> Response:
    """Answer with the Table Schema of the CSV."""
    return schema_file(as_table(asked.told.parts[0]), asked.file_name)
