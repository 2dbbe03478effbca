"""A campaign's kit on the desk: leaflets to give and phrases to say. Part of the desk.

A form's id is made with the form: sent twice, it is one leaflet or one phrase.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from services.dispatch import store
from services.dispatch.rules.directory.actor import one_line
from services.dispatch.rules.kit import (
    LEAFLET_MAX_BYTES,
    LINK_LONGEST,
    PHRASE_LONGEST,
    TITLE_LONGEST,
    Leaflet,
    Phrase,
    direction,
)
from services.dispatch.steps.move_phrase import move_phrase
from services.dispatch.steps.save_leaflet import save_leaflet
from services.dispatch.steps.save_phrase import save_phrase
from services.dispatch.store import Campaign, kit
from services.dispatch.web.forms import Typed, tell, typed
from shared.db import Database, Tx
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, page, see_other
from shared.words import CampaignId, Language

router = APIRouter(
    prefix="/campaigns/{campaign_id}/kit",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
BYTES_IN_KB, BYTES_IN_MB = 1000, 1024 * 1024
TYPES = {"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG"}
SAID = ("saved", "deleted", "phrase_saved", "phrase_deleted")


@dataclass(frozen=True, slots=True)
class LeafletShown:
    """A leaflet, and where it opens; `size_kb` is at least 1 for a file, and None for a link."""

    leaflet: Leaflet
    href: str
    kind: str
    size_kb: int | None


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language in which a phrase can be said, and what stands there."""

    language: Language
    direction: str
    text: str


def show(one: Leaflet) -> LeafletShown:
    """Put a leaflet together with what a page says of it."""
    href = one.link or f"/dispatch/kit/leaflets/{one.id}"
    size_kb = None if one.size_bytes is None else max(1, round(one.size_bytes / BYTES_IN_KB))
    return LeafletShown(one, href, TYPES.get(one.media_type or "", ""), size_kb)


@router.get("")
async def show_kit(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, said: str = ""
) -> Response:
    """Show what workers take along for a campaign."""
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, campaign_id)
        leaflets = (await kit.leaflets_of(tx, [campaign_id])).get(campaign_id, [])
        phrases = (await kit.phrases_of(tx, [campaign_id])).get(campaign_id, [])
    return page(
        request,
        "kit.html",
        campaign=campaign,
        leaflets=[show(one) for one in leaflets],
        phrases=phrases,
        direction=direction,
        said=said if said in SAID else "",
    )


@router.get("/leaflets/new")
async def show_new_leaflet(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Show the form for a new leaflet."""
    return await leaflet_page(request, database, campaign_id, uuid4())


@router.get("/leaflets/{leaflet_id}")
async def show_leaflet(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, leaflet_id: UUID
) -> Response:
    """Show the form for a leaflet."""
    return await leaflet_page(request, database, campaign_id, leaflet_id)


async def leaflet_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    campaign_id: UUID,
    leaflet_id: UUID,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render a leaflet's form: what was typed, else what is known.

    Raises:
        MissingError: no such campaign.
    """
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, campaign_id)
        known = await kit.leaflet_of(tx, campaign_id, leaflet_id)
    kept = {"title": known.title, "language": known.language, "link": known.link} if known else {}
    return page(
        request,
        "kit_leaflet.html",
        REFUSED if problems else 200,
        campaign=campaign,
        leaflet_id=leaflet_id,
        known=show(known) if known else None,
        fields=form.as_dict() if form else kept,
        file_came=form is not None and "file" in form,
        longest={"title": TITLE_LONGEST, "link": LINK_LONGEST},
        max_mb=LEAFLET_MAX_BYTES // BYTES_IN_MB,
        tongues=tuple(Language),
        problems=tell(request, problems),
        places={problem.place for problem in problems},
    )


@router.post("/leaflets/{leaflet_id}")
async def post_leaflet(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, leaflet_id: UUID
) -> Response:
    """Save a leaflet: a file that comes replaces what was there, else what was there stays."""
    form = await typed(request)
    content, file_name = await uploaded(request)
    try:
        language = form.one("language", Language)
        form.refuse_mistakes()
        async with database.transaction() as tx:
            known = await kit.leaflet_of(tx, campaign_id, leaflet_id)
            link = one_line(form.text("link")) or None
            if content is not None and known is not None and link == known.link:
                link = None
            one = Leaflet(
                leaflet_id,
                CampaignId(campaign_id),
                form.text("title") or title_from(file_name),
                language or Language.FR,
                link,
            )
            await save_leaflet(one, content, tx)
    except RefusedError as refused:
        return await leaflet_page(
            request, database, campaign_id, leaflet_id, problems=refused.problems, form=form
        )
    return see_other(f"{here(campaign_id)}?said=saved")


def title_from(file_name: str) -> str:
    """Make a title of a file's name, for who gave none."""
    return one_line(PurePath(file_name).stem.replace("_", " "))[:TITLE_LONGEST]


async def uploaded(request: Request) -> tuple[bytes | None, str]:
    """Read the file of a form, one byte more than is allowed when it is too big, and its name.

    None when no file was chosen; an empty file is one that was chosen.
    """
    given = (await request.form()).get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return None, ""
    return await given.read(LEAFLET_MAX_BYTES + 1), given.filename


@router.post("/leaflets/{leaflet_id}/delete")
async def delete_leaflet(
    database: Db, _: Coordinator, campaign_id: UUID, leaflet_id: UUID
) -> Response:
    """Forget a leaflet."""
    async with database.transaction() as tx:
        await kit.delete_leaflet(tx, campaign_id, leaflet_id)
    return see_other(f"{here(campaign_id)}?said=deleted")


def here(campaign_id: UUID) -> str:
    """Return the address of a campaign's kit."""
    return f"/dispatch/desk/campaigns/{campaign_id}/kit"


@router.get("/phrases/new")
async def show_new_phrase(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Show the form for a new phrase."""
    return await phrase_page(request, database, campaign_id, uuid4())


@router.get("/phrases/{phrase_id}")
async def show_phrase(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, phrase_id: UUID
) -> Response:
    """Show the form for a phrase."""
    return await phrase_page(request, database, campaign_id, phrase_id)


async def phrase_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    campaign_id: UUID,
    phrase_id: UUID,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render a phrase's form: the languages of the team and the campaign first.

    Raises:
        MissingError: no such campaign.
    """
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, campaign_id)
        phrases = (await kit.phrases_of(tx, [campaign_id])).get(campaign_id, [])
        near = await near_languages(tx, campaign)
    known = next((one for one in phrases if one.id == phrase_id), None)
    told = form.as_dict() if form else said_in(known)
    tongues = [
        Tongue(one, direction(one), told.get(one.value, ""))
        for one in Language
        if one is not Language.FR
    ]
    return page(
        request,
        "kit_phrase.html",
        REFUSED if problems else 200,
        campaign=campaign,
        phrase_id=phrase_id,
        new=known is None,
        fr=told.get(Language.FR.value, ""),
        near=[one for one in tongues if one.language in near or one.text],
        far=[one for one in tongues if one.language not in near and not one.text],
        most=PHRASE_LONGEST,
        problems=tell(request, problems),
        places={problem.place for problem in problems},
    )


def said_in(phrase: Phrase | None) -> dict[str, str]:
    """Write a phrase as the form's fields."""
    if phrase is None:
        return {}
    return {Language.FR.value: phrase.fr} | {one.value: text for one, text in phrase.said}


async def near_languages(tx: Tx, campaign: Campaign) -> frozenset[Language]:
    """Return the languages that somebody of the team speaks, and those that a campaign wants."""
    roster = await store.list_roster(tx)
    spoken = (one for entry in roster for one in entry.worker.languages)
    return frozenset((*spoken, *campaign.frame.languages_wanted))


@router.post("/phrases/{phrase_id}")
async def post_phrase(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, phrase_id: UUID
) -> Response:
    """Save a phrase whole: an empty translation is none."""
    form = await typed(request)
    said = tuple(
        (one, form.text(one.value))
        for one in Language
        if one is not Language.FR and form.text(one.value)
    )
    one = Phrase(phrase_id, CampaignId(campaign_id), form.text(Language.FR.value), said)
    try:
        async with database.transaction() as tx:
            await save_phrase(one, tx)
    except RefusedError as refused:
        return await phrase_page(
            request, database, campaign_id, phrase_id, problems=refused.problems, form=form
        )
    return see_other(f"{here(campaign_id)}?said=phrase_saved")


@router.post("/phrases/{phrase_id}/move")
async def post_move(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, phrase_id: UUID
) -> Response:
    """Move a phrase one place up or down, and stay with it."""
    form = await typed(request)
    async with database.transaction() as tx:
        await move_phrase(campaign_id, phrase_id, tx, up=form.text("to") == "up")
    return see_other(f"{here(campaign_id)}#phrase-{phrase_id}")


@router.post("/phrases/{phrase_id}/delete")
async def delete_phrase(
    database: Db, _: Coordinator, campaign_id: UUID, phrase_id: UUID
) -> Response:
    """Forget a phrase."""
    async with database.transaction() as tx:
        await kit.delete_phrase(tx, campaign_id, phrase_id)
    return see_other(f"{here(campaign_id)}?said=phrase_deleted")
