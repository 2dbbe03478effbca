"""The desk's directory of local actors: search, records, duplicates, and what the field reports."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.directory.actor import (
    CATEGORIES,
    LONGEST,
    TEXTS,
    Actor,
    duplicates_of,
)
from services.dispatch.rules.local_time import local_day
from services.dispatch.steps.merge_actors import merge_actors
from services.dispatch.steps.report_saturation import report_saturation
from services.dispatch.steps.save_actor import save_actor
from services.dispatch.store import directory
from services.dispatch.web.directory_view import (
    PAGE_SIZE,
    asked_of,
    draw_map,
    haystack_of,
    show,
)
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.forms import Typed, tell, typed
from shared.db import Database, zone_names
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import ActorCategory, CampaignState, Language, Saturation

router = APIRouter(
    prefix="/desk/directory", default_response_class=HTMLResponse, include_in_schema=False
)
HERE = "/dispatch/desk/directory"
REFUSED = 409
REPORTS = (Saturation.OPEN, Saturation.SLOW, Saturation.SATURATED)


@router.get("")
async def show_directory(
    request: Request, database: Db, _: Coordinator, said: str = "", many: int = 0
) -> Response:
    """Show who fits what is searched, and where they are."""
    asked = asked_of(request)
    async with database.reading() as tx:
        actors = await directory.list_actors(tx)
        zones = await zone_names(tx)
        today = local_day(tx.now)
        campaigns = await store.list_campaigns(tx)
    found = [one for one in actors if asked.fits(one, haystack_of(one, zones))]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    at = min(asked.page, pages)
    shown = found[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]
    language = language_of(request)
    return page(
        request,
        "directory.html",
        asked=asked,
        total=len(actors),
        found=len(found),
        saturated=sum(one.saturation is Saturation.SATURATED for one in found),
        actors=[show(one, zones, today) for one in shown],
        drawn=draw_map(request, found, zones, asked, HERE),
        at=at,
        pages=pages,
        categories=CATEGORIES,
        zones=sorted((zone.name(language), zone.id) for zone in zones.values()),
        tongues_all=tuple(Language),
        saturations=tuple(Saturation),
        running=[one for one in campaigns if one.state is CampaignState.RUNNING],
        said=said,
        many=many,
    )


@router.get("/new")
async def show_new(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the form for a new record. Its id was made with the form: sent twice, it is one."""
    return await edit_page(request, database, uuid4(), None)


@router.get("/actors/{actor_id}")
async def show_actor(
    request: Request, database: Db, _: Coordinator, actor_id: UUID, said: str = ""
) -> Response:
    """Show a record, and which others may be the same service. A merged one leads to the other."""
    return await actor_page(request, database, actor_id, said=said)


async def actor_page(
    request: Request,
    database: Database,
    actor_id: UUID,
    *,
    said: str = "",
    problems: Sequence[Problem] = (),
) -> Response:
    """Render a record; a refusal shows on top.

    Raises:
        MissingError: there is none.
    """
    async with database.reading() as tx:
        into = (await directory.merged_into(tx)).get(actor_id)
        if into is not None:
            return see_other(f"{HERE}/actors/{into}")
        actor = await directory.actor_of(tx, actor_id)
        others = await directory.list_actors(tx)
        zones = await zone_names(tx)
        today = local_day(tx.now)
    alike = duplicates_of(actor, others)
    return page(
        request,
        "actor.html",
        REFUSED if problems else 200,
        shown=show(actor, zones, today),
        alike=alike,
        others=[one for one in others if one.id != actor.id and one not in alike],
        reports=REPORTS,
        said=said,
        problems=tell(request, problems),
    )


@router.get("/actors/{actor_id}/edit")
async def show_edit(request: Request, database: Db, _: Coordinator, actor_id: UUID) -> Response:
    """Show the form for a record."""
    async with database.reading() as tx:
        actor = await directory.actor_of(tx, actor_id)
    return await edit_page(request, database, actor_id, actor)


async def edit_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    actor_id: UUID,
    actor: Actor | None,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render a record's form: what was typed, else what is known."""
    async with database.reading() as tx:
        zones = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "actor_edit.html",
        REFUSED if problems else 200,
        actor_id=actor_id,
        new=actor is None,
        fields=form.as_dict() if form else fields_of(actor),
        chosen=chosen_of(form, actor),
        longest=LONGEST,
        categories=CATEGORIES,
        zones=sorted((zone.name(language), zone.id) for zone in zones.values()),
        tongues=tuple(Language),
        problems=tell(request, problems),
        places={problem.place for problem in problems},
    )


def fields_of(actor: Actor | None) -> dict[str, str]:
    """Write what is known of an actor as the form's fields."""
    if actor is None:
        return {}
    return {name: getattr(actor, name) for name in TEXTS} | {"category": actor.category.value}


def chosen_of(form: Typed | None, actor: Actor | None) -> dict[str, list[str]]:
    """Tell which boxes are ticked."""
    if form is not None:
        return {name: form.texts(name) for name in ("zone_ids", "languages")}
    if actor is None:
        return {"zone_ids": [], "languages": [Language.FR.value]}
    return {"zone_ids": list(actor.zone_ids), "languages": list(actor.languages)}


@router.post("/actors/{actor_id}")
async def save(request: Request, database: Db, _: Coordinator, actor_id: UUID) -> Response:
    """Save a record. What the field reported of its saturation stays."""
    form = await typed(request)
    async with database.reading() as tx:
        try:
            known: Actor | None = await directory.actor_of(tx, actor_id)
        except MissingError:
            known = None
    try:
        actor = read_actor(form, actor_id, known)
        async with database.transaction() as tx:
            await save_actor(actor, tx)
    except RefusedError as refused:
        return await edit_page(
            request, database, actor_id, known, problems=refused.problems, form=form
        )
    return see_other(f"{HERE}/actors/{actor_id}?said=saved")


def read_actor(form: Typed, actor_id: UUID, known: Actor | None) -> Actor:
    """Read a record's form.

    Raises:
        RefusedError: no category was chosen.
    """
    category = form.one("category", ActorCategory)
    form.refuse_mistakes()
    texts: dict[str, Any] = {name: form.text(name) for name in TEXTS}
    return Actor(
        id=actor_id,
        category=category or ActorCategory.CPAS,
        zone_ids=tuple(form.texts("zone_ids")),
        languages=form.several("languages", Language),
        saturation=known.saturation if known else Saturation.UNKNOWN,
        reported_on=known.reported_on if known else None,
        **texts,
    )


@router.post("/actors/{actor_id}/saturation")
async def report(request: Request, database: Db, _: Coordinator, actor_id: UUID) -> Response:
    """Keep what somebody saw of a service."""
    form = await typed(request)
    try:
        seen = form.one("saturation", Saturation)
        seen_on = form.day("seen_on") if form.text("seen_on") else None
        form.refuse_mistakes()
        async with database.transaction() as tx:
            await report_saturation(actor_id, seen or Saturation.UNKNOWN, seen_on, tx)
    except RefusedError as refused:
        return await actor_page(request, database, actor_id, problems=refused.problems)
    return see_other(f"{HERE}/actors/{actor_id}?said=reported")


@router.post("/actors/{actor_id}/merge")
async def merge(request: Request, database: Db, _: Coordinator, actor_id: UUID) -> Response:
    """Put another record of the same service into this one."""
    form = await typed(request)
    try:
        async with database.transaction() as tx:
            await merge_actors(actor_id, as_uuid(form.text("other_id")), tx)
    except RefusedError as refused:
        return await actor_page(request, database, actor_id, problems=refused.problems)
    return see_other(f"{HERE}/actors/{actor_id}?said=merged")


@router.post("/actors/{actor_id}/delete")
async def delete(database: Db, _: Coordinator, actor_id: UUID) -> Response:
    """Take a service that is no more out of the directory."""
    async with database.transaction() as tx:
        await directory.delete_actor(tx, actor_id)
    return see_other(f"{HERE}?said=deleted")
