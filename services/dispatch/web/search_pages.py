"""A better plan: asked for, watched while it is looked for, compared, and taken or left.

Part of the desk: `desk_pages` takes these routes in.
"""

import asyncio
from collections.abc import Sequence
from typing import get_args
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.matching.rematch import Depth
from services.dispatch.rules.offer import compare
from services.dispatch.steps.apply_offer import apply_offer
from services.dispatch.steps.begin_search import begin_search
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.search_plan import search_plan
from services.dispatch.store import searches
from services.dispatch.store.searches import SearchRow, Step
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.forms import tell, typed
from services.dispatch.web.plan_words import grade, names_for, show_change
from shared.access import Identity
from shared.db import Database, Tx
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.web.live import live
from shared.words import PlanPreference

router = APIRouter(
    prefix="/campaigns/{campaign_id}/search",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
DEPTHS: tuple[Depth, ...] = get_args(Depth)
SECONDS = (10, 20, 60)
STEPS_SHOWN = 6


def search_path(campaign_id: UUID) -> str:
    """Say where a better plan is looked for."""
    return f"/dispatch/desk/campaigns/{campaign_id}/search"


@router.get("")
async def show_search(
    request: Request, database: Db, who: Coordinator, campaign_id: UUID
) -> Response:
    """Show the search that runs, what it offers, or the form that begins one."""
    return await search_page(request, database, who, campaign_id)


@router.get("/part")
async def show_part(
    request: Request, database: Db, who: Coordinator, campaign_id: UUID
) -> Response:
    """Show how far the search is, for a page that follows it."""
    return await search_page(request, database, who, campaign_id, template="search_part.html")


@router.get("/live")
async def follow_search(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Say that the search went on, or ended."""
    async with database.reading() as tx:
        await store.campaign_of(tx, campaign_id)

    async def mark(tx: Tx) -> str:
        search = await searches.search_of(tx, campaign_id)
        if search is None:
            return "none"
        far = (len(search.steps), int(search.elapsed_s)) if search.runs else ()
        return f"{search.id} {search.state} {search.runs} {search.stop_asked} {far}"

    return live(request, database, mark)


async def search_page(  # noqa: PLR0913 - a page or its part, and what was refused
    request: Request,
    database: Database,
    who: Identity,
    campaign_id: UUID,
    problems: Sequence[Problem] = (),
    *,
    template: str = "search.html",
) -> Response:
    """Render a campaign's search. While it runs, its part follows it; without scripts, the page."""
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, campaign_id)
        plan = await store.plan_of(tx, campaign_id)
        search = await searches.search_of(tx, campaign_id)
        quality = await searches.quality_of(tx, campaign_id)
        preference = await searches.preference_of(tx, campaign_id)
        names = await names_for(tx, request)
        change = None
        if search is not None and search.state == "found":
            sight = await look_at_campaign(tx, campaign_id)
            slots = {slot.id: slot for slot in sight.to_match.slots}
            change = show_change(names, slots, compare(sight.loose, search.offer))
    return page(
        request,
        template,
        REFUSED if problems else 200,
        campaign=campaign,
        search=search,
        steps=progress(search) if search else [],
        quality=quality,
        grade=grade(quality) if quality else None,
        offered_pct=search.quality.of_bound_pct if search and search.quality else None,
        before_pct=pct(search.score_before, search) if search else None,
        stale=search is not None and plan is not None and search.plan_version != plan.version,
        change=change,
        preference=preference,
        preferences=list(PlanPreference),
        depths=DEPTHS,
        seconds=SECONDS,
        zone=names.zone,
        lang=language_of(request),
        problems=tell(request, problems),
    )


def pct(score: int | None, search: SearchRow) -> float | None:
    """Say how much of what is possible a score is, against the best bound that a search knows."""
    bound = search.quality.bound if search.quality else None
    if score is None or not bound or bound <= 0:
        return None
    return min(1000, 1000 * max(0, score) // bound) / 10


def progress(search: SearchRow) -> list[tuple[Step, float | None]]:
    """Return the last better plans on the way, each as a share of the bound known by then."""
    bounds = [step.bound for step in search.steps if step.bound]
    bound = min(bounds) if bounds else None
    return [
        (step, min(1000, 1000 * max(0, step.score) // bound) / 10 if bound else None)
        for step in search.steps[-STEPS_SHOWN:]
    ]


@router.post("")
async def begin(request: Request, database: Db, who: Coordinator, campaign_id: UUID) -> Response:
    """Begin a search; it goes on beside the pages, which show how far it is."""
    form = await typed(request)
    try:
        preference = form.one("preference", PlanPreference)
        seconds = form.number("seconds")
        form.refuse_mistakes()
        depth = next((d for d in DEPTHS if d == form.text("depth")), DEPTHS[-1])
        async with database.transaction() as tx:
            search_id = await begin_search(campaign_id, depth, seconds, tx)
            if preference is not None:
                await searches.save_preference(tx, campaign_id, preference)
    except RefusedError as refused:
        return await search_page(request, database, who, campaign_id, refused.problems)
    running: set[asyncio.Task[None]] = request.app.state.running
    task = asyncio.create_task(search_plan(campaign_id, search_id, database))
    running.add(task)
    task.add_done_callback(running.discard)
    return see_other(search_path(campaign_id))


@router.post("/stop")
async def stop(database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Ask the search to end with the best plan it has."""
    async with database.transaction() as tx:
        await searches.ask_to_stop(tx, campaign_id)
    return see_other(search_path(campaign_id))


@router.post("/apply")
async def apply(request: Request, database: Db, who: Coordinator, campaign_id: UUID) -> Response:
    """Let the offer take the place of the plan. Nobody is asked by this."""
    form = await typed(request)
    try:
        async with database.transaction() as tx:
            await apply_offer(campaign_id, as_uuid(form.text("search_id")), tx)
    except RefusedError as refused:
        return await search_page(request, database, who, campaign_id, refused.problems)
    return see_other(f"/dispatch/desk/campaigns/{campaign_id}")


@router.post("/leave")
async def leave(database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Leave the offer: the plan stays as it is."""
    async with database.transaction() as tx:
        await searches.forget_search(tx, campaign_id)
    return see_other(f"/dispatch/desk/campaigns/{campaign_id}")
