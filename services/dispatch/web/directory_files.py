"""The directory as files: exports for spreadsheets and Open Referral; imports looked at first."""

import json
from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from services.dispatch.rules.directory.actor import Actor
from services.dispatch.rules.directory.hsds import write_services
from services.dispatch.rules.directory.hsds_tables import write_directory
from services.dispatch.rules.directory.importing import Effect, digest
from services.dispatch.rules.directory.table import COLUMNS, table_schema, write_table
from services.dispatch.steps.confirm_import import confirm_import
from services.dispatch.steps.look_at_import import look_at_import
from services.dispatch.steps.prepare_import import FILE_MAX_BYTES, prepare_import
from services.dispatch.store import directory
from services.dispatch.web.directory_view import category_named
from services.dispatch.web.forms import tell
from shared.db import Database, zone_names
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.web.languages import local_formats
from shared.words import ActorCategory

router = APIRouter(
    prefix="/desk/directory", default_response_class=HTMLResponse, include_in_schema=False
)
HERE = "/dispatch/desk/directory"
REFUSED = 409
SHOWN_AT_MOST = 200
FILE_NAME = "relais-repertoire"


def download(content: str | bytes, media_type: str, name: str) -> Response:
    """Send a file to be kept."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


@router.get("/export.csv")
async def export_table(database: Db, _: Coordinator) -> Response:
    """Send the whole directory as a table."""
    async with database.reading() as tx:
        actors = await directory.list_actors(tx)
    return download(write_table(actors), "text/csv; charset=utf-8", f"{FILE_NAME}.csv")


@router.get("/export.schema.json")
async def export_schema(_: Coordinator) -> Response:
    """Send what the columns of the table mean."""
    described = json.dumps(table_schema(), ensure_ascii=False, indent=2)
    return download(described, "application/json", f"{FILE_NAME}.schema.json")


@router.get("/export.hsds.json")
async def export_hsds(request: Request, database: Db, _: Coordinator) -> Response:
    """Send the whole directory as Open Referral HSDS."""
    written = json.dumps(write_services(*await everything(request, database)), ensure_ascii=False)
    return download(written, "application/json", f"{FILE_NAME}.hsds.json")


@router.get("/export.hsds.zip")
async def export_package(request: Request, database: Db, _: Coordinator) -> Response:
    """Send the whole directory as a tabular data package of HSDS."""
    packed = write_directory(*await everything(request, database))
    return download(packed, "application/zip", f"{FILE_NAME}.hsds.zip")


async def everything(
    request: Request, database: Database
) -> tuple[Sequence[Actor], dict[ActorCategory, str], dict[str, str]]:
    """Read all actors; how categories and zones are called in the reader's language."""
    async with database.reading() as tx:
        actors = await directory.list_actors(tx)
        zones = await zone_names(tx)
    language = language_of(request)
    word = local_formats(language)["word"]
    return (
        actors,
        {category: word(category) for category in ActorCategory},
        {zone.id: zone.name(language) for zone in zones.values()},
    )


@router.get("/import")
async def show_import(request: Request, _: Coordinator) -> Response:
    """Show how a file comes in."""
    return import_page(request)


def import_page(request: Request, problems: Sequence[Problem] = ()) -> Response:
    """Render the form for a file; a refusal shows on top."""
    return page(
        request,
        "directory_import.html",
        REFUSED if problems else 200,
        columns=COLUMNS,
        max_mb=FILE_MAX_BYTES // 1024 // 1024,
        problems=tell(request, problems),
    )


@router.post("/import")
async def bring(request: Request, database: Db, _: Coordinator) -> Response:
    """Take a file, and show what it would do."""
    content = await uploaded(request, "file", FILE_MAX_BYTES)
    import_id = uuid4()
    try:
        async with database.transaction() as tx:
            await prepare_import(import_id, content, category_named, tx)
    except RefusedError as refused:
        return import_page(request, refused.problems)
    return see_other(f"{HERE}/imports/{import_id}")


async def uploaded(request: Request, name: str, most: int) -> bytes:
    """Read a file of a form, and one byte more than is allowed when it is too big."""
    given = (await request.form()).get(name)
    return await given.read(most + 1) if isinstance(given, UploadFile) else b""


@router.get("/imports/{import_id}")
async def show_waiting(request: Request, database: Db, _: Coordinator, import_id: UUID) -> Response:
    """Show what an import would do, line by line."""
    return await waiting_page(request, database, import_id)


async def waiting_page(
    request: Request, database: Database, import_id: UUID, problems: Sequence[Problem] = ()
) -> Response:
    """Render what would change.

    Raises:
        MissingError: the file was confirmed, left or forgotten.
    """
    async with database.reading() as tx:
        looked = await look_at_import(import_id, category_named, tx)
        zones = await zone_names(tx)
    language = language_of(request)
    lines = {effect: [one for one in looked.judged if one.effect is effect] for effect in Effect}
    return page(
        request,
        "directory_waiting.html",
        REFUSED if problems else 200,
        import_id=import_id,
        counts=Counter(one.effect.value for one in looked.judged),
        refused=[
            (one, tell(request, one.problems)) for one in lines[Effect.REFUSED][:SHOWN_AT_MOST]
        ],
        changed=lines[Effect.CHANGE][:SHOWN_AT_MOST],
        added=lines[Effect.ADD][:SHOWN_AT_MOST],
        most=SHOWN_AT_MOST,
        digest=digest(looked.judged),
        zones={zone.id: zone.name(language) for zone in zones.values()},
        problems=tell(request, problems),
    )


@router.post("/imports/{import_id}/confirm")
async def confirm(request: Request, database: Db, _: Coordinator, import_id: UUID) -> Response:
    """Keep every good line, when what would happen is still what was shown."""
    seen = str((await request.form()).get("digest", ""))
    try:
        async with database.transaction() as tx:
            number = await confirm_import(import_id, seen, category_named, tx)
    except RefusedError as refused:
        return await waiting_page(request, database, import_id, refused.problems)
    except MissingError:
        return see_other(f"{HERE}?said=import_gone")
    return see_other(f"{HERE}?said=imported&many={number}")


@router.post("/imports/{import_id}/leave")
async def leave(database: Db, _: Coordinator, import_id: UUID) -> Response:
    """Leave a file: nothing of it is kept."""
    async with database.transaction() as tx:
        await directory.delete_import(tx, import_id)
    return see_other(HERE)
