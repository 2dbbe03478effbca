"""The coordination's desk: a campaign's steps; its own address leads to the team."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from services.dispatch.web import (
    follow_pages,
    kit_pages,
    match_pages,
    morning_pages,
    search_pages,
    send_pages,
    task_pages,
    what_if_pages,
)
from shared.web import Coordinator, see_other

router = APIRouter(prefix="/desk", default_response_class=HTMLResponse, include_in_schema=False)
router.include_router(match_pages.router)
router.include_router(follow_pages.router)
router.include_router(morning_pages.router)
router.include_router(task_pages.router)
router.include_router(send_pages.router)
router.include_router(search_pages.router)
router.include_router(what_if_pages.router)
router.include_router(kit_pages.router)


@router.get("/")
async def show_desk(_: Coordinator) -> Response:
    """Lead to the team; campaigns are on the home page."""
    return see_other("/dispatch/desk/team")
