"""What intake brings to the weekly meeting's screen: the invitations that wait for something."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.intake import store
from services.intake.store import marks
from services.intake.web.pages_home import next_of_invitation
from shared.web import Coordinator, Db, live, page

router = APIRouter()


@router.get("/morning/part", response_class=HTMLResponse)
async def show_part(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the open invitations: who asks, for what, and how far they are. No opinion shows."""
    async with database.reading() as tx:
        now = tx.now
        lines = await store.list_invitations(tx)
    return page(
        request,
        "morning_part.html",
        invitations=[
            (line, step.says) for line in lines if (step := next_of_invitation(line, now))
        ],
        now=now,
    )


@router.get("/morning/live")
async def follow_invitations(request: Request, database: Db, _: Coordinator) -> StreamingResponse:
    """Say when an invitation came, or went further."""
    return live(request, database, marks.mark_of_invitations)
