"""Pages of alerts: bringing one in, and making an invitation of a draft, by hand."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.cap_alert import MARK_WORDS
from services.intake.steps.confirm_draft import confirm_draft, filled_in
from services.intake.steps.draft_from_alert import draft_from_alert
from services.intake.steps.receive_invitation import InvitationForm
from services.intake.web.api_alerts import draft_out, state_of
from services.intake.web.forms import Typed, file_in, told, typed_in
from services.intake.web.pages_invitations import invitation_form, invitation_typed
from shared.db import Database
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, page, see_other

router = APIRouter()


@router.get("/alerts", response_class=HTMLResponse)
async def show_alerts(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the drafts that alerts made."""
    return await alerts_page(request, database)


@router.post("/alerts")
async def bring_alert(request: Request, database: Db, _: Coordinator) -> Response:
    """Take an alert from a file or from the text field."""
    typed = await typed_in(request)
    try:
        xml = await file_in(request, "file") or typed.text("xml").encode()
        async with database.transaction() as tx:
            await draft_from_alert(xml, tx)
    except RefusedError as refused:
        return await alerts_page(request, database, typed, refused.problems)
    return see_other("/intake/alerts")


async def alerts_page(
    request: Request,
    database: Database,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render the drafts."""
    async with database.reading() as tx:
        drafts = [draft_out(draft, tx.now) for draft in await store.list_drafts(tx)]
    return page(
        request,
        "alerts.html",
        422 if problems else 200,
        drafts=drafts,
        mark_words=MARK_WORDS,
        typed=typed or Typed(),
        problems=told(request, problems),
    )


@router.get("/alerts/{draft_id}", response_class=HTMLResponse)
async def show_draft(request: Request, database: Db, _: Coordinator, draft_id: UUID) -> Response:
    """Show a draft as the invitation that it would be."""
    async with database.reading() as tx:
        draft = await store.draft_of(tx, draft_id)
    if state_of(draft) != "draft":
        return see_other("/intake/alerts")
    said = filled_in(InvitationForm(), draft.content)
    typed = Typed.of(
        id=uuid7(),
        crisis=said.crisis,
        requester=said.requester,
        wanted=said.wanted,
        wanted_from=said.wanted_from,
        wanted_until=said.wanted_until,
        where=said.where,
    )
    return await invitation_form(request, database, typed, source=draft)


@router.post("/alerts/{draft_id}")
async def confirm(request: Request, database: Db, who: Coordinator, draft_id: UUID) -> Response:
    """Make an invitation of a draft."""
    typed = await typed_in(request)
    try:
        form = invitation_typed(typed)
        async with database.transaction() as tx:
            invitation_id = await confirm_draft(draft_id, form, who.person_id, tx)
    except RefusedError as refused:
        async with database.reading() as tx:
            draft = await store.draft_of(tx, draft_id)
        return await invitation_form(request, database, typed, refused.problems, draft)
    return see_other(f"/intake/invitations/{invitation_id}")
