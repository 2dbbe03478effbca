"""One task of a plan before it is sent: why these people, who else could, and what blocks others.

Part of the desk: `desk_pages` takes these routes in. The plain way to change a seat by hand.
"""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.dispatch.rules.seats import Choice, choices
from services.dispatch.rules.week_board import SeatAt
from services.dispatch.steps.explain_task import explain_task
from services.dispatch.steps.look_at_campaign import Sight, look_at_campaign
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.grid_view import BoardShown, half_of, sentence, view_board
from services.dispatch.web.plan_words import names_for, show_why
from services.dispatch.web.shown import Names
from shared.errors import MissingError
from shared.web import Coordinator, Db, page
from shared.words import TaskId, WorkerId

router = APIRouter(
    prefix="/campaigns/{campaign_id}/tasks/{task_id}",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)


@router.get("")
async def show_task(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, task_id: UUID
) -> Response:
    """Show a task: its team and why, who else could take a seat, and what blocks the others.

    `seat`: whose seat is looked at; `with` and `change` ask for what is solved on a click.
    """
    asked = request.query_params
    async with database.reading() as tx:
        board = await view_board(tx, request, campaign_id)
        task = next((t for t in board.view.tasks if t.slot.id == task_id), None)
        if task is None:
            raise MissingError("task")
        names = await names_for(tx, request)
        why = able = unable = None
        seat = next((m for m in task.team if str(m.worker_id) == asked.get("seat")), None)
        if task.to_come:
            told = await explain_task(
                campaign_id,
                task_id,
                tx,
                try_levers="change" in asked,
                worker_id=as_uuid(asked["with"]) if "with" in asked else None,
            )
            why = show_why(names, told)
        if task.to_come and not task.asked:
            sight = await look_at_campaign(tx, campaign_id)
            found = await for_seat(sight, TaskId(task_id), seat.worker_id if seat else None)
            able = [show_choice(names, c) for c in found if not c.blocked_by]
            unable = [show_choice(names, c) for c in found if c.blocked_by]
    return page(
        request,
        "task.html",
        board=board,
        task=task,
        seat=seat,
        why=why,
        able=able,
        unable=unable,
        hours={row.row.worker.id: row.left for _, group in board.groups for row in group},
        against=against(names, board, task_id),
        week=half_of(task.slot.starts_at)[0],
    )


@router.get("/able")
async def tell_able(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID, task_id: UUID
) -> Response:
    """Tell a script what keeps each person from a seat: an empty text when nothing does."""
    async with database.reading() as tx:
        sight = await look_at_campaign(tx, campaign_id)
        if TaskId(task_id) not in {slot.id for slot in sight.situation.slots}:
            raise MissingError("task")
        told = request.query_params.get("seat", "")
        found = await for_seat(sight, TaskId(task_id), as_uuid(told) if told else None)
        names = await names_for(tx, request)
    return JSONResponse({str(c.worker_id): sentence(names.reasons(c.blocked_by)) for c in found})


async def for_seat(sight: Sight, task_id: TaskId, seat: UUID | None) -> list[Choice]:
    """Ask the rules about everybody for a seat of a task; the team stays as it is beside it."""
    instead_of = None if seat is None else WorkerId(seat)
    return await think_aside(
        lambda: choices(sight.situation, sight.suggestions, task_id, instead_of)
    )


def show_choice(names: Names, choice: Choice) -> tuple[UUID, str, str, str]:
    """Write who could have a seat, what speaks for them, and what keeps them from it."""
    return (
        choice.worker_id,
        names.worker(choice.worker_id),
        sentence(names.reasons(choice.why)),
        sentence(names.reasons(choice.blocked_by)),
    )


def against(names: Names, board: BoardShown, task_id: UUID) -> dict[UUID, str]:
    """Write what a rule has against people of a task's team by now."""
    seats: list[SeatAt] = [c.seat for c in board.conflicts if c.seat.slot.id == task_id]
    return {seat.worker_id: sentence(names.reasons(seat.conflict)) for seat in seats}
