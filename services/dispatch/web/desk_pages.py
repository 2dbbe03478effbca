"""The coordination's desk: the roster and the campaigns, and what fills a campaign's gaps."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.steps.agree_counter import agree_counter
from services.dispatch.steps.propose_task import propose_task
from services.dispatch.steps.withdraw_proposal import withdraw_proposal
from services.dispatch.web import (
    follow_pages,
    match_pages,
    morning_pages,
    search_pages,
    what_if_pages,
)
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.forms import typed
from services.dispatch.web.match_pages import WITHDRAWAL_REASONS, campaign_page, plan_path
from services.dispatch.web.plan_view import view_plan
from shared.db import zone_names
from shared.errors import RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import WithdrawalReason

router = APIRouter(prefix="/desk", default_response_class=HTMLResponse, include_in_schema=False)
router.include_router(match_pages.router)
router.include_router(follow_pages.router)
router.include_router(morning_pages.router)
router.include_router(search_pages.router)
router.include_router(what_if_pages.router)


@router.get("/")
async def show_desk(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the campaigns and the roster."""
    async with database.reading() as tx:
        campaigns = await store.list_campaigns(tx)
        views = [await view_plan(tx, request, c.frame.campaign_id) for c in campaigns]
        roster = await store.list_roster(tx)
        zones = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "desk.html",
        views=views,
        roster=roster,
        zones={zone.id: zone.name(language) for zone in zones.values()},
    )


@router.post("/campaigns/{campaign_id}/tasks/{task_id}/propose")
async def propose(
    request: Request, database: Db, who: Coordinator, campaign_id: UUID, task_id: UUID
) -> Response:
    """Ask somebody for a task."""
    form = await typed(request)
    try:
        async with database.transaction() as tx:
            await propose_task(task_id, as_uuid(form.text("worker_id")), tx)
    except RefusedError as refused:
        return await campaign_page(
            request, database, who, campaign_id, problems=refused.problems, form=form
        )
    return see_other(plan_path(campaign_id))


@router.post("/campaigns/{campaign_id}/proposals/{proposal_id}/agree")
async def agree(
    request: Request, database: Db, who: Coordinator, campaign_id: UUID, proposal_id: UUID
) -> Response:
    """Agree with another time."""
    try:
        async with database.transaction() as tx:
            await agree_counter(proposal_id, tx)
    except RefusedError as refused:
        return await campaign_page(request, database, who, campaign_id, problems=refused.problems)
    return see_other(plan_path(campaign_id))


@router.post("/campaigns/{campaign_id}/proposals/{proposal_id}/withdraw")
async def withdraw(
    request: Request, database: Db, who: Coordinator, campaign_id: UUID, proposal_id: UUID
) -> Response:
    """Take a question back."""
    form = await typed(request)
    try:
        reason = form.one("reason", WithdrawalReason)
        form.refuse_mistakes()
        async with database.transaction() as tx:
            await withdraw_proposal(proposal_id, reason or WITHDRAWAL_REASONS[0], tx)
    except RefusedError as refused:
        return await campaign_page(
            request, database, who, campaign_id, problems=refused.problems, form=form
        )
    return see_other(plan_path(campaign_id))
