"""The coordination's desk: the roster, and the campaigns with their steps."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.web import (
    follow_pages,
    match_pages,
    morning_pages,
    search_pages,
    send_pages,
    task_pages,
    what_if_pages,
)
from services.dispatch.web.plan_view import view_plan
from shared.web import Coordinator, Db, page

router = APIRouter(prefix="/desk", default_response_class=HTMLResponse, include_in_schema=False)
router.include_router(match_pages.router)
router.include_router(follow_pages.router)
router.include_router(morning_pages.router)
router.include_router(task_pages.router)
router.include_router(send_pages.router)
router.include_router(search_pages.router)
router.include_router(what_if_pages.router)


@router.get("/")
async def show_desk(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the campaigns, and the way to the team."""
    async with database.reading() as tx:
        campaigns = await store.list_campaigns(tx)
        views = [await view_plan(tx, request, c.frame.campaign_id) for c in campaigns]
    return page(request, "desk.html", views=views)
