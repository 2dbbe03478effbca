"""The directory as files, for programs: whole as HSDS; imports are looked at before they count."""

from collections import Counter
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.dispatch.rules.directory.hsds_tables import write_directory
from services.dispatch.rules.directory.importing import Effect, digest
from services.dispatch.steps.confirm_import import confirm_import
from services.dispatch.steps.look_at_import import look_at_import
from services.dispatch.steps.prepare_import import FILE_MAX_BYTES, prepare_import
from services.dispatch.web.directory_files import FILE_NAME, download, everything
from services.dispatch.web.directory_view import category_named
from services.dispatch.web.forms import tell
from shared.web import Coordinator, Db

router = APIRouter()
ZIP = "application/zip"


class RefusedLine(BaseModel):
    """A line that would not be kept, and why; the others do not suffer from it."""

    line: int
    name: str
    problems: list[str]


class ImportShown(BaseModel):
    """What a file would do. `digest` is the mark of it, to be said yes to."""

    id: UUID
    digest: str
    added: int
    changed: int
    same: int
    refused: list[RefusedLine]


class Confirmed(BaseModel):
    """The mark of what was looked at."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Kept(BaseModel):
    """How many records were added or changed."""

    kept: int


@router.get(
    "/api/directory/hsds.zip",
    response_class=Response,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_package(request: Request, database: Db, _: Coordinator) -> Response:
    """Return the whole directory as a tabular data package of Open Referral HSDS."""
    packed = write_directory(*await everything(request, database))
    return download(packed, ZIP, f"{FILE_NAME}.hsds.zip")


@router.post("/api/directory/imports")
async def post_import(
    request: Request, database: Db, _: Coordinator, file: Annotated[UploadFile, File()]
) -> ImportShown:
    """Take a CSV, or HSDS as JSON or ZIP, and tell what it would do. Nothing is kept by this."""
    content, import_id = await file.read(FILE_MAX_BYTES + 1), uuid4()
    async with database.transaction() as tx:
        await prepare_import(import_id, content, category_named, tx)
        looked = await look_at_import(import_id, category_named, tx)
    counts = Counter(one.effect for one in looked.judged)
    return ImportShown(
        id=import_id,
        digest=digest(looked.judged),
        added=counts[Effect.ADD],
        changed=counts[Effect.CHANGE],
        same=counts[Effect.SAME],
        refused=[
            RefusedLine(
                line=one.number,
                name=one.name,
                problems=[said["message"] for said in tell(request, one.problems)],
            )
            for one in looked.judged
            if one.effect is Effect.REFUSED
        ],
    )


@router.post("/api/directory/imports/{import_id}/confirm")
async def post_confirmation(database: Db, _: Coordinator, import_id: UUID, body: Confirmed) -> Kept:
    """Keep every good line, when what would happen is still what was told."""
    async with database.transaction() as tx:
        return Kept(kept=await confirm_import(import_id, body.digest, category_named, tx))
