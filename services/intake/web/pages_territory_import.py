"""Pages that take a territory in through the browser, show what it changes, and give it out."""

import asyncio
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from services.intake import store
from services.intake.gateways.territory_files.folder import FileWishes
from services.intake.gateways.territory_files.upload import pack_as_zip, read_upload
from services.intake.rules.source_text import N_
from services.intake.rules.territory.changes import Aspect, changes_between
from services.intake.rules.territory.codes import Vintage
from services.intake.rules.territory.importing import ImportWishes, ZonesFrom
from services.intake.steps.confirm_territory import confirm_territory
from services.intake.steps.propose_territory import propose_territory
from services.intake.web.forms import Typed, read_as, told, typed_in
from shared.db import Database
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other, translate
from shared.words import CampaignState

router = APIRouter()

UNSAID = ImportWishes()
SHOWN_MAX = 40  # warnings; how many more there are is said
ASPECTS = {
    Aspect.NAME: N_("nom"),
    Aspect.MUNICIPALITIES: N_("commune"),
    Aspect.HOST_PARTNERS: N_("partenaire hébergeur"),
    Aspect.SECTORS: N_("secteurs"),
    Aspect.GROUP: N_("zone de travail"),
    Aspect.PLACE: N_("place sur la carte"),
    Aspect.FIGURES: N_("chiffres"),
}


class ImportForm(BaseModel):
    """How official files are read when they do not say it themselves; a pack needs none of it."""

    pack_id: str = Field(default=UNSAID.pack_id, pattern=r"^[a-z][a-z0-9_-]{1,23}$")
    name_fr: str = Field(default=UNSAID.name_fr, max_length=120)
    name_nl: str = Field(default=UNSAID.name_nl, max_length=120)
    zones_from: ZonesFrom | None = None
    vintage: Vintage | None = None
    year: int | None = Field(default=None, ge=1990, le=2100)
    decimal: Literal[",", "."] | None = None
    within: str = Field(default="", pattern=r"^\d{0,9}$")

    def wishes(self) -> ImportWishes:
        return ImportWishes(
            pack_id=self.pack_id,
            name_fr=self.name_fr,
            name_nl=self.name_nl,
            name_en=self.name_fr,
            zones_from=self.zones_from,
            vintage=self.vintage,
        )

    def how(self) -> FileWishes:
        return FileWishes(self.year, self.decimal, self.within)


@router.get("/territory-pack")
async def download_pack(database: Db, _: Coordinator) -> Response:
    """Give the territory that counts as a pack: a zip of the files that an import reads."""
    async with database.reading() as tx:
        territory = await store.find_territory(tx)
    if territory is None:
        raise MissingError("territory")
    name = f"{territory.pack.id}-{territory.version}.zip"
    return Response(
        await asyncio.to_thread(pack_as_zip, territory.pack),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/territory-import", response_class=HTMLResponse)
async def new_import(request: Request, _: Coordinator) -> Response:
    """Ask for files."""
    return import_form(request, Typed())


@router.post("/territory-import")
async def send_files(request: Request, database: Db, who: Coordinator) -> Response:
    """Read what was sent, and keep it aside until somebody read what it changes."""
    typed = await typed_in(request)
    form = await request.form()
    files = {
        given.filename: await given.read()
        for given in form.getlist("files")
        if isinstance(given, UploadFile) and given.filename
    }
    try:
        wanted = read_as(
            ImportForm,
            {name: typed.text(name) for name in ImportForm.model_fields if typed.text(name)},
        )
        pack, report = await asyncio.to_thread(read_upload, files, wanted.wishes(), wanted.how())
    except RefusedError as refused:
        return import_form(request, typed, refused.problems)
    async with database.transaction() as tx:
        draft_id = await propose_territory(pack, report, who.person_id, tx)
    return see_other(f"/intake/territory-import/{draft_id}")


def import_form(request: Request, typed: Typed, problems: tuple[Problem, ...] = ()) -> HTMLResponse:
    """Render the form, with what was typed; files have to be chosen again, browsers forget them."""
    return page(
        request,
        "territory_import.html",
        422 if problems else 200,
        typed=typed,
        problems=problems_told(request, problems),
        more_problems=max(0, len(problems) - SHOWN_MAX),
        zones_from=list(ZonesFrom),
        vintages=list(Vintage),
    )


@router.get("/territory-import/{draft_id}", response_class=HTMLResponse)
async def show_changes(request: Request, database: Db, _: Coordinator, draft_id: UUID) -> Response:
    """Show what the pack would change, before anything does."""
    return await changes_page(request, database, draft_id)


@router.post("/territory-import/{draft_id}")
async def confirm(request: Request, database: Db, who: Coordinator, draft_id: UUID) -> Response:
    """Load the pack, or throw it away, as the button said."""
    typed = await typed_in(request)
    if typed.text("do") == "drop":
        async with database.transaction() as tx:
            await store.drop_territory_draft(tx, draft_id)
        return see_other("/intake/territory")
    try:
        async with database.transaction() as tx:
            version = typed.text("version")
            read_against = int(version) if version.isdecimal() else -1
            await confirm_territory(draft_id, read_against, who.person_id, tx)
    except RefusedError as refused:
        return await changes_page(request, database, draft_id, refused.problems)
    return see_other("/intake/territory")


async def changes_page(
    request: Request, database: Database, draft_id: UUID, problems: tuple[Problem, ...] = ()
) -> HTMLResponse:
    """Render what changes: zones, indicators, what the files gave, what to beware of."""
    async with database.reading() as tx:
        draft = await store.territory_draft_of(tx, draft_id)
        counts = await store.find_territory(tx)
        campaigns = await store.list_campaigns(tx)
    language = language_of(request)
    changes = changes_between(counts.pack if counts else None, draft.pack)
    removed = {zone.id for zone in changes.removed}
    at_work = [
        (campaign, sorted(removed & set(campaign.zone_ids)))
        for campaign in campaigns
        if campaign.life.state is not CampaignState.CLOSED and removed & set(campaign.zone_ids)
    ]
    report: dict[str, Any] = draft.report or {}
    warnings = [Problem(**each) for each in report.get("warnings", ())]
    return page(
        request,
        "territory_changes.html",
        422 if problems else 200,
        draft=draft,
        version=counts.version if counts else 0,
        changes=changes,
        aspects={aspect: translate(language, name) for aspect, name in ASPECTS.items()},
        at_work=at_work,
        names={zone.id: zone.name(language) for zone in changes.removed},
        report=report,
        warnings=problems_told(request, tuple(warnings)),
        more_warnings=max(0, len(warnings) - SHOWN_MAX),
        language=language,
        problems=told(request, problems),
    )


def problems_told(request: Request, problems: tuple[Problem, ...]) -> list[dict[str, str]]:
    """Say problems of files with their place: a file and a line, or a field of the pack."""
    shown = problems[:SHOWN_MAX]
    return [
        said | {"place": said["place"] or problem.place}
        for said, problem in zip(told(request, shown), shown, strict=True)
    ]
