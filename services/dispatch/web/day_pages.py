"""A worker's day: what is asked, what is accepted, what is brought back. For a phone first."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch.rules.local_time import BRUSSELS
from services.dispatch.rules.wording import duration
from services.dispatch.steps.accept_proposal import accept_proposal
from services.dispatch.steps.counter_proposal import counter_proposal
from services.dispatch.steps.decline_proposal import decline_proposal
from services.dispatch.steps.give_opinion import give_opinion
from services.dispatch.steps.hand_back_task import hand_back_task
from services.dispatch.steps.start_task import start_task
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.own_day import read_day
from shared.access import Identity
from shared.db import Database
from shared.errors import Problem, RefusedError
from shared.web import Db, Worker, page, see_other
from shared.words import DeclineReason, Ground, ProposalState, Stance

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
DAY = "/dispatch/"
REFUSED = 409
DECLINE_REASONS = tuple(DeclineReason)


@router.get("/")
async def show_day(request: Request, database: Db, who: Worker) -> Response:
    """Show today: what is asked and what is accepted."""
    return await day_page(request, database, who)


async def day_page(
    request: Request,
    database: Database,
    who: Identity,
    problems: Sequence[Problem] = (),
    at: tuple[UUID, Typed | None] | None = None,
) -> Response:
    """Render the day; a refused answer shows beside what it answers, with what was typed."""
    async with database.reading() as tx:
        day = await read_day(tx, request, who.person_id)
    return page(
        request,
        "day.html",
        REFUSED if problems else 200,
        today=day.today,
        now=day.now,
        known=day.worker is not None,
        late_yes=day.late_yes,
        asked=day.in_state(ProposalState.PROPOSED),
        countered=day.in_state(ProposalState.COUNTERED),
        todays=day.todays(),
        later=day.later(),
        to_record=day.to_record,
        journal=day.journal,
        recorded=day.recorded,
        conflicts=day.conflicts,
        consultations=day.consultations,
        opinions=day.opinions,
        reasons=DECLINE_REASONS,
        stances=tuple(Stance),
        grounds=tuple(Ground),
        duration=duration,
        local=lambda moment: moment.astimezone(BRUSSELS).strftime("%Y-%m-%dT%H:%M"),
        problems=tell(request, problems),
        at=at[0] if at else None,
        typed=at[1] if at else None,
    )


@router.post("/proposals/{proposal_id}/accept")
async def accept(request: Request, database: Db, who: Worker, proposal_id: UUID) -> Response:
    """Say yes, in one tap."""
    try:
        async with database.transaction() as tx:
            await accept_proposal(proposal_id, who.person_id, tx)
    except RefusedError as refused:
        return await day_page(request, database, who, refused.problems, (proposal_id, None))
    return see_other(DAY)


@router.post("/proposals/{proposal_id}/decline")
async def decline(request: Request, database: Db, who: Worker, proposal_id: UUID) -> Response:
    """Say no, with a reason."""
    form = await typed(request)
    try:
        reason = form.one("reason", DeclineReason) or DeclineReason.NO_REASON_GIVEN
        form.refuse_mistakes()
        async with database.transaction() as tx:
            await decline_proposal(proposal_id, who.person_id, reason, tx)
    except RefusedError as refused:
        return await day_page(request, database, who, refused.problems, (proposal_id, form))
    return see_other(DAY)


@router.post("/proposals/{proposal_id}/counter")
async def counter(request: Request, database: Db, who: Worker, proposal_id: UUID) -> Response:
    """Propose another time."""
    form = await typed(request)
    try:
        wished_at = form.moment("wished_at")
        form.refuse_mistakes()
        async with database.transaction() as tx:
            if wished_at is not None:
                await counter_proposal(proposal_id, who.person_id, wished_at, tx)
    except RefusedError as refused:
        return await day_page(request, database, who, refused.problems, (proposal_id, form))
    return see_other(DAY)


@router.post("/proposals/{proposal_id}/hand-back")
async def hand_back(request: Request, database: Db, who: Worker, proposal_id: UUID) -> Response:
    """Give an accepted task back."""
    try:
        async with database.transaction() as tx:
            await hand_back_task(proposal_id, who.person_id, tx)
    except RefusedError as refused:
        return await day_page(request, database, who, refused.problems, (proposal_id, None))
    return see_other(DAY)


@router.post("/tasks/{task_id}/start")
async def start(request: Request, database: Db, who: Worker, task_id: UUID) -> Response:
    """Begin a task."""
    try:
        async with database.transaction() as tx:
            await start_task(task_id, who.person_id, tx)
    except RefusedError as refused:
        return await day_page(request, database, who, refused.problems, (task_id, None))
    return see_other(DAY)


@router.post("/consultations/{consultation_id}/opinion")
async def opine(request: Request, database: Db, who: Worker, consultation_id: UUID) -> Response:
    """Give an opinion on an invitation."""
    form = await typed(request)
    try:
        stance = form.one("stance", Stance)
        form.refuse_mistakes()
        async with database.transaction() as tx:
            if stance is not None:
                grounds = form.several("grounds", Ground)
                await give_opinion(consultation_id, who.person_id, stance, grounds, tx)
    except RefusedError as refused:
        return await day_page(request, database, who, refused.problems, (consultation_id, form))
    return see_other(DAY)
