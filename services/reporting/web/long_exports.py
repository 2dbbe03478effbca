"""Exports of many campaigns: asked for here, made aside, fetched by nobody but who asked."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.reporting import store
from services.reporting.rules.published import Published
from services.reporting.steps.ask_for_export import ask_for_export
from services.reporting.steps.make_exports import KEPT
from services.reporting.store import exports
from services.reporting.store.exports import Export
from services.reporting.web.account import Account, read_account
from services.reporting.web.account_files import long_table, workbook_of
from services.reporting.web.outside import read_published
from services.reporting.web.press import REPORT, files_of
from shared.access import Identity
from shared.db import Database, Tx
from shared.errors import MissingError, Problem, RefusedError
from shared.web import (
    BRUSSELS,
    Coordinator,
    Db,
    language_of,
    live,
    page,
    see_other,
    translate,
)
from shared.web.archives import zip_file
from shared.web.tables import as_csv

router = APIRouter(prefix="/exports", default_response_class=HTMLResponse, include_in_schema=False)
HERE = "/reporting/exports"
YEAR_DIGITS = 4
REFUSED = 409


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an export tells of a campaign. `published` is None before its first seal."""

    account: Account
    published: Published | None
    read_at: datetime


async def gather(tx: Tx, language: str, campaign_id: UUID) -> Gathered:
    """Read a campaign as its account page shows it, and as the funder's does."""
    found = await read_published(tx, campaign_id)
    return Gathered(
        await read_account(tx, language, campaign_id),
        found if found.standing.seal else None,
        tx.now.astimezone(BRUSSELS),
    )


def write_files(found: Gathered, language: str) -> list[tuple[str, bytes]]:
    """Write a campaign's figures, and beside them its published report in every form."""
    _ = partial(translate, language)
    campaign = found.account.campaign
    folder = f"{campaign.starts_on.isoformat()}-{str(campaign.campaign_id)[:8]}"
    published = [] if found.published is None else files_of(found.published, language, REPORT)
    return [
        (f"{folder}/figures.xlsx", workbook_of(found.account, language, found.read_at)),
        (f"{folder}/figures.csv", as_csv(long_table(found.account, _))),
        *((f"{folder}/published/{one.name}", one.content) for one in published),
    ]


@router.get("")
async def exports_page(request: Request, database: Db, who: Coordinator) -> Response:
    """Show what can be asked for, and what was."""
    return await show(request, database, who)


async def show(
    request: Request, database: Database, who: Identity, problems: tuple[Problem, ...] = ()
) -> Response:
    async with database.reading() as tx:
        campaigns = await store.list_campaigns(tx)
        own = await exports.exports_of(tx, who.person_id)
    years = {year for one in campaigns for year in range(one.starts_on.year, one.ends_on.year + 1)}
    language = language_of(request)
    return page(
        request,
        "exports.html",
        REFUSED if problems else 200,
        fresh_id=uuid4(),
        years=sorted(years, reverse=True),
        campaigns=len(campaigns),
        own=own,
        kept_days=KEPT.days,
        problems=[translate(language, one.message, one.values) for one in problems],
    )


@router.post("")
async def ask(
    request: Request,
    database: Db,
    who: Coordinator,
    export_id: Annotated[UUID, Form()],
    year: Annotated[str, Form()] = "",
) -> Response:
    """Ask for an export. Its id came with the form: sent twice, it is one."""
    chosen = int(year) if len(year) == YEAR_DIGITS and year.isdecimal() else None
    try:
        async with database.transaction() as tx:
            await ask_for_export(
                tx, export_id, who.person_id, language=language_of(request), year=chosen
            )
    except RefusedError as refused:
        return await show(request, database, who, refused.problems)
    return see_other(f"{HERE}/{export_id}")


async def own_export(database: Database, who: Identity, export_id: UUID) -> Export:
    """Return an export of one's own.

    Raises:
        MissingError: there is none of this id, or it is somebody else's.
    """
    async with database.reading() as tx:
        found = await exports.own_export(tx, export_id, who.person_id)
    if found is None:
        raise MissingError("export")
    return found


@router.get("/{export_id}")
async def export_page(
    request: Request, database: Db, who: Coordinator, export_id: UUID
) -> Response:
    """Show how far an export is."""
    return await progress(request, database, who, export_id, "export.html")


@router.get("/{export_id}/part")
async def export_part(
    request: Request, database: Db, who: Coordinator, export_id: UUID
) -> Response:
    """Show the progress alone: what is asked for when it moved."""
    return await progress(request, database, who, export_id, "export_part.html")


async def progress(
    request: Request, database: Database, who: Identity, export_id: UUID, template: str
) -> Response:
    found = await own_export(database, who, export_id)
    forgotten_on = (found.asked_at + KEPT).astimezone(BRUSSELS).date()
    return page(request, template, export=found, forgotten_on=forgotten_on)


@router.get("/{export_id}/live")
async def follow_export(
    request: Request, database: Db, who: Coordinator, export_id: UUID
) -> StreamingResponse:
    """Say when an export of one's own moved."""
    await own_export(database, who, export_id)

    async def how_far(tx: Tx) -> str:
        found = await exports.own_export(tx, export_id, who.person_id)
        return f"{found.done} {found.ready_at} {found.failed_at}" if found else "gone"

    return live(request, database, how_far)


@router.get("/{export_id}/relais-export.zip")
async def export_file(
    request: Request, database: Db, who: Coordinator, export_id: UUID
) -> Response:
    """Give an export that is ready."""
    found = await own_export(database, who, export_id)
    if found.ready_at is None:
        raise MissingError("export")
    async with database.reading() as tx:
        files = await exports.files_of(tx, export_id)
    day = found.ready_at.astimezone(BRUSSELS).date().isoformat()
    read_me = (f"{translate(found.language, 'Lisez-moi')}.txt", about(found))
    return zip_file([read_me, *files], f"relais-export-{found.year or 'all'}-{day}")


def about(found: Export) -> bytes:
    """Say what an export holds, in the language in which it was asked for."""
    _ = partial(translate, found.language)
    lines = (
        _("Un dossier par campagne : le jour où elle commence, puis le début de son identifiant."),
        _(
            "« figures » : les chiffres de la coordination au moment de l’export, les mêmes que sur"
            " la page de la campagne. Ils ne sortent pas de la coordination."
        ),
        _(
            "« published » : le rapport publié, le même que celui du pouvoir subsidiant. Absent"
            " tant que rien n’est publié."
        ),
        _("Aucun chiffre par RAQ n’existe. Les textes libres ne sont jamais exportés."),
    )
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode()


@router.post("/{export_id}/delete")
async def delete(database: Db, who: Coordinator, export_id: UUID) -> Response:
    """Forget an export of one's own, made or not."""
    async with database.transaction() as tx:
        await exports.delete_export(tx, export_id, who.person_id)
    return see_other(HERE)
