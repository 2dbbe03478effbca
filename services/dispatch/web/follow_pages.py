"""A campaign while it runs, live: answers, gaps, other times that people wish, who was not reached.

Part of the desk: `desk_pages` takes these routes in.
"""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.dispatch import store
from services.dispatch.steps.agree_counter import agree_counter
from services.dispatch.steps.propose_task import propose_task
from services.dispatch.steps.withdraw_proposal import withdraw_proposal
from services.dispatch.store import following
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.follow_view import by_kind, places, view_follow
from services.dispatch.web.forms import Typed, tell, typed
from shared.db import Database, Tx
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, live, page, see_other
from shared.words import SignalAnswer, WithdrawalReason

router = APIRouter(
    prefix="/campaigns/{campaign_id}/follow",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
REASONS = (WithdrawalReason.NO_LONGER_NEEDED, WithdrawalReason.TASK_CHANGED)


def follow_path(campaign_id: UUID) -> str:
    """Say where a campaign is followed."""
    return f"/dispatch/desk/campaigns/{campaign_id}/follow"


@router.get("")
async def show_follow(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Show a campaign that runs."""
    return await follow_page(request, database, campaign_id)


@router.get("/part")
async def show_part(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Show what changes of that page, for the page that follows it."""
    return await follow_page(request, database, campaign_id, template="follow_part.html")


@router.get("/live")
async def follow_live(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> StreamingResponse:
    """Say when something of a campaign changed."""
    async with database.reading() as tx:
        await store.campaign_of(tx, campaign_id)

    async def mark(tx: Tx) -> str:
        return await following.mark_of(tx, campaign_id)

    return live(request, database, mark)


async def follow_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    campaign_id: UUID,
    *,
    template: str = "follow.html",
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render a campaign that runs; a refusal shows on top, with what was chosen below."""
    async with database.reading() as tx:
        view = await view_follow(tx, request, campaign_id)
    language = language_of(request)
    return page(
        request,
        template,
        REFUSED if problems else 200,
        view=view,
        here=follow_path(campaign_id),
        name=view.plan.campaign.name(language),
        zones={zone.id: zone.name(language) for zone in view.zones.values()},
        counts=by_kind(view.to_come),
        places=places,
        withdrawal_reasons=REASONS,
        answers=tuple(SignalAnswer),
        problems=tell(request, problems),
        typed=form,
    )


@router.post("/propose")
async def propose(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Ask somebody for a task that misses one."""
    form = await typed(request)
    task_id, worker_id = as_uuid(form.text("task_id")), as_uuid(form.text("worker_id"))
    try:
        async with database.transaction() as tx:
            await propose_task(task_id, worker_id, tx)
    except RefusedError as refused:
        return await refused_page(request, database, campaign_id, refused, form)
    return see_other(f"{follow_path(campaign_id)}#task-{task_id}")


@router.post("/agree")
async def agree(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Agree with another time that somebody wishes: the task moves, and is asked anew."""
    form = await typed(request)
    try:
        async with database.transaction() as tx:
            proposal = await store.proposal_of(tx, as_uuid(form.text("proposal_id")))
            await agree_counter(proposal.id, tx)
    except RefusedError as refused:
        return await refused_page(request, database, campaign_id, refused, form)
    return see_other(f"{follow_path(campaign_id)}#task-{proposal.task_id}")


@router.post("/withdraw")
async def withdraw(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Take a question back, with a reason; also one for which another time is wished."""
    form = await typed(request)
    try:
        reason = form.one("reason", WithdrawalReason)
        form.refuse_mistakes()
        async with database.transaction() as tx:
            proposal = await store.proposal_of(tx, as_uuid(form.text("proposal_id")))
            await withdraw_proposal(proposal.id, reason or REASONS[0], tx)
    except RefusedError as refused:
        return await refused_page(request, database, campaign_id, refused, form)
    return see_other(f"{follow_path(campaign_id)}#task-{proposal.task_id}")


async def refused_page(
    request: Request, database: Database, campaign_id: UUID, refused: RefusedError, form: Typed
) -> Response:
    """Render the page again with what was refused on top."""
    return await follow_page(request, database, campaign_id, problems=refused.problems, form=form)
