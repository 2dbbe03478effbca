"""A worker's day: what is asked, what is accepted, what is brought back. For a phone first."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.local_time import BRUSSELS, DAY_MIN, instant, local_day
from services.dispatch.rules.outcomes import NO_OUTCOME_AFTER
from services.dispatch.rules.wording import duration
from services.dispatch.steps.accept_proposal import accept_proposal
from services.dispatch.steps.counter_proposal import counter_proposal
from services.dispatch.steps.decline_proposal import decline_proposal
from services.dispatch.steps.give_opinion import give_opinion
from services.dispatch.steps.hand_back_task import hand_back_task
from services.dispatch.steps.start_task import start_task
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.own_view import OwnTask, own_entry, view_own
from shared.access import Identity
from shared.db import Database, Tx
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
        today = local_day(tx.now)
        proposals = await store.own_proposals(tx, who.person_id, instant(today, 0))
        mine = await view_own(tx, request, who.person_id, proposals)
        unheard = await store.unrecorded(
            tx, who.person_id, tx.now - 2 * NO_OUTCOME_AFTER, instant(today, 0)
        )
        to_record = await view_own(tx, request, who.person_id, unheard)
        recorded = await store.own_contributions(
            tx, who.person_id, [task.proposal.task_id for task in mine]
        )
        conflicts = await own_conflicts(tx, who.person_id, mine)
        own = await store.own_opinions(tx, who.person_id)
        asked = [c for c in await store.list_consultations(tx) if c.is_open(tx.now)]
        known = await own_entry(tx, who.person_id) is not None
        now = tx.now
    accepted = [task for task in mine if task.proposal.state is ProposalState.ACCEPTED]
    midnight = instant(today, DAY_MIN)
    return page(
        request,
        "day.html",
        REFUSED if problems else 200,
        today=today,
        now=now,
        known=known,
        asked=[t for t in mine if t.proposal.state is ProposalState.PROPOSED],
        countered=[t for t in mine if t.proposal.state is ProposalState.COUNTERED],
        todays=[t for t in accepted if t.proposal.starts_at < midnight],
        later=[t for t in accepted if t.proposal.starts_at >= midnight],
        to_record=[t for t in to_record if t.proposal.ends_at <= instant(today, 0)],
        recorded=recorded,
        conflicts=conflicts,
        consultations=asked,
        opinions=own,
        reasons=DECLINE_REASONS,
        stances=tuple(Stance),
        grounds=tuple(Ground),
        duration=duration,
        local=lambda moment: moment.astimezone(BRUSSELS).strftime("%Y-%m-%dT%H:%M"),
        problems=tell(request, problems),
        at=at[0] if at else None,
        typed=at[1] if at else None,
    )


async def own_conflicts(tx: Tx, worker_id: UUID, mine: Sequence[OwnTask]) -> set[UUID]:
    """Return the accepted tasks that lie across something of one's own, by proposal."""
    own = [c.commitment for c in await store.commitments_of(tx, worker_id, tx.now)]
    away = [a.absence for a in await store.absences_of(tx, worker_id, local_day(tx.now))]
    return {
        p.id
        for p in (task.proposal for task in mine)
        if p.state is ProposalState.ACCEPTED
        and (
            any(c.starts_at < p.ends_at and p.starts_at < c.ends_at for c in own)
            or any(a.from_on <= local_day(p.starts_at) <= a.until_on for a in away)
        )
    }


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
