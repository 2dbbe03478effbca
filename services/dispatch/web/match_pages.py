"""A campaign's step "match": who goes where and when, changed by hand until it is agreed.

Part of the desk: `desk_pages` takes these routes in. A change by hand may come from a script, which
gets the grid alone, or from a plain form, which gets the page. Nothing here asks anybody anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.offer import compare
from services.dispatch.steps.change_seat import Change, Changed, change_seat
from services.dispatch.steps.keep_seats import keep_seats, let_be_filled
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.look_at_task import must_run
from services.dispatch.steps.rematch_campaign import rematch_campaign
from services.dispatch.store import searches
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.grid_view import BoardShown, half_of, shown_week, view_board
from services.dispatch.web.plan_view import TaskView, view_plan
from services.dispatch.web.plan_words import grade, names_for
from shared.db import Database, Tx
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import TaskId, WorkerId

router = APIRouter(
    prefix="/campaigns/{campaign_id}",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
INSTEAD_SHOWN = 5
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """The tasks of a morning or an afternoon; what begins at noon is of the afternoon."""

    day: date
    afternoon: bool
    tasks: list[TaskView]


@dataclass(frozen=True, slots=True)
class RefusedShown:
    """A change that a rule forbids: about whom, why, and who could instead."""

    task_id: UUID
    take_from: UUID | None
    name: str
    reasons: list[str]
    instead: list[tuple[UUID, str]]


def plan_path(campaign_id: UUID) -> str:
    """Say where a campaign's plan is shown."""
    return f"/dispatch/desk/campaigns/{campaign_id}"


def back_to(campaign_id: UUID, request: Request) -> str:
    """Say where to go after a change: to the week that was looked at."""
    asked = request.query_params
    kept = [(name, asked[name]) for name in ("week", "view") if asked.get(name)]
    return plan_path(campaign_id) + (f"?{urlencode(kept)}" if kept else "")


@router.get("")
async def show_campaign(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Show one week of a campaign's plan."""
    return await campaign_page(request, database, campaign_id)


async def campaign_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    campaign_id: UUID,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
    refused: RefusedShown | None = None,
    moved: str = "",
) -> Response:
    """Render a campaign's plan; a refusal shows on top, with what was typed below.

    A script that changed the grid gets the grid alone; `moved` is the seat that it looks at.
    """
    async with database.reading() as tx:
        board = await view_board(tx, request, campaign_id)
        shown = await _around(tx, request, board)
    status = REFUSED if problems or refused else 200
    return page(
        request,
        "grid.html" if by_script(request) else "plan.html",
        status,
        **shown,
        problems=tell(request, problems),
        typed=form,
        refused=refused,
        moved=moved,
    )


def by_script(request: Request) -> bool:
    """Tell whether htmx asks, and so wants a part of a page."""
    return "HX-Request" in request.headers


async def _around(tx: Tx, request: Request, board: BoardShown) -> dict[str, object]:
    """Read what a page shows around its grid."""
    campaign_id = board.view.campaign.frame.campaign_id
    quality = await searches.quality_of(tx, campaign_id)
    language = language_of(request)
    return {
        "board": board,
        "view": board.view,
        "as_list": request.query_params.get("view") == "list",
        "half_days": half_days(board.view.tasks, board.board.monday),
        "zones": {zone.id: zone.name(language) for zone in board.zones.values()},
        "quality": quality,
        "grade": grade(quality) if quality else None,
        "preference": await searches.preference_of(tx, campaign_id),
        "search": await searches.search_of(tx, campaign_id),
        "changed": _number(request, "changed"),
    }


def _number(request: Request, name: str) -> int | None:
    told = request.query_params.get(name, "")
    return int(told) if told.isascii() and told.isdigit() else None


def half_days(tasks: Sequence[TaskView], monday: date) -> list[HalfDay]:
    """Sort a week's tasks by half-day."""
    week = [t for t in tasks if monday <= half_of(t.slot.starts_at)[0] < monday + WEEK]
    return [
        HalfDay(day, afternoon, list(theirs))
        for (day, afternoon), theirs in groupby(week, lambda task: half_of(task.slot.starts_at))
    ]


@router.post("/seats")
async def change(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Give a seat to somebody else, fill a free one, or leave one empty."""
    form = await typed(request)
    wish = Change(
        TaskId(as_uuid(form.text("task_id"))),
        _worker(form.text("take_from")),
        _worker(form.text("give_to")),
    )
    try:
        version = form.number("version")
        form.refuse_mistakes()
        async with database.transaction() as tx:
            changed = await change_seat(campaign_id, wish, version, tx)
    except RefusedError as refused:
        return await campaign_page(
            request, database, campaign_id, problems=refused.problems, form=form
        )
    if changed.refused:
        async with database.reading() as tx:
            told = await show_refused(tx, request, wish, changed)
        return await campaign_page(
            request, database, campaign_id, form=form, refused=told, moved=seat_of(wish)
        )
    if by_script(request):
        moved = f"seat-{wish.task_id}-{wish.give_to or 'free'}"
        return await campaign_page(request, database, campaign_id, moved=moved)
    return see_other(back_to(campaign_id, request))


def seat_of(wish: Change) -> str:
    """Name the place of the grid from which a seat was taken."""
    return f"seat-{wish.task_id}-{wish.take_from or 'free'}"


def _worker(told: str) -> WorkerId | None:
    return WorkerId(as_uuid(told)) if told else None


async def show_refused(tx: Tx, request: Request, wish: Change, changed: Changed) -> RefusedShown:
    """Write why somebody cannot have a seat, and who could."""
    names = await names_for(tx, request)
    return RefusedShown(
        wish.task_id,
        wish.take_from,
        names.worker(wish.give_to),
        names.reasons(changed.refused),
        [(c.worker_id, names.worker(c.worker_id)) for c in changed.instead[:INSTEAD_SHOWN]],
    )


@router.post("/keep")
async def keep(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Keep somebody's missions of a week when the plan is made anew, or no longer."""
    form = await typed(request)
    worker, task = _worker(form.text("worker_id")), form.text("task_id")
    try:
        async with database.transaction() as tx:
            if worker is None:
                await let_be_filled(campaign_id, as_uuid(task), tx)
            else:
                sight = await look_at_campaign(tx, campaign_id)
                view = await view_plan(tx, request, campaign_id)
                monday = shown_week(request, view, local_day(tx.now))
                of_week = {
                    slot.id
                    for slot in sight.situation.slots
                    if monday <= local_day(slot.starts_at) < monday + WEEK
                }
                seats = {
                    (s.task_id, s.worker_id)
                    for s in sight.suggestions
                    if s.worker_id == worker
                    and (str(s.task_id) == task if task else s.task_id in of_week)
                }
                await keep_seats(campaign_id, seats, tx, keep=form.text("keep") != "0")
    except RefusedError as refused:
        return await campaign_page(
            request, database, campaign_id, problems=refused.problems, form=form
        )
    if by_script(request):
        return await campaign_page(
            request, database, campaign_id, moved=f"keep-{worker}" if worker else ""
        )
    return see_other(back_to(campaign_id, request))


@router.post("/rematch")
async def rematch(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Make the plan anew around what is kept, asked and accepted; say how many tasks changed."""
    try:
        async with database.transaction() as tx:
            must_run(await store.campaign_of(tx, campaign_id))
            before = (await look_at_campaign(tx, campaign_id)).suggestions
            await rematch_campaign(campaign_id, tx)
            after = (await look_at_campaign(tx, campaign_id)).suggestions
    except RefusedError as refused:
        return await campaign_page(request, database, campaign_id, problems=refused.problems)
    found = compare(before, after)
    number = len(found.gained) + len(found.lost) + len(found.changed)
    path = back_to(campaign_id, request)
    return see_other(f"{path}{'&' if '?' in path else '?'}changed={number}")
