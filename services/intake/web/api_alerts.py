"""Alerts, and the drafts they make: for programs."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.intake import store
from services.intake.rules.cap_alert import DraftState, Mark, has_expired
from services.intake.rules.local_day import local_day
from services.intake.steps.confirm_draft import confirm_draft
from services.intake.steps.draft_from_alert import draft_from_alert
from services.intake.steps.receive_invitation import InvitationForm
from services.intake.web.api_invitations import Made
from shared.web import Coordinator, Db
from shared.words import CrisisKind, InvitationId

router = APIRouter(prefix="/api")


class DraftTextOut(BaseModel):
    language: str
    event: str
    headline: str
    description: str
    instruction: str


class DraftOut(BaseModel):
    """A draft. `state` is draft, exercise, test, cancelled or invited; only a draft can go on."""

    id: UUID
    state: str
    mark: Mark
    version: int
    crisis: CrisisKind
    sender: str
    texts: tuple[DraftTextOut, ...]
    areas: tuple[str, ...]
    wanted_from: date
    wanted_until: date | None
    urgency: str
    severity: str
    certainty: str
    expired: bool
    follows: UUID | None
    invitation_id: InvitationId | None
    received_at: datetime


@router.post("/alerts", status_code=201)
async def post_alert(request: Request, database: Db, _: Coordinator) -> DraftOut:
    """Take a CAP 1.2 alert. It makes at most a draft, and goes no further by itself."""
    xml = await request.body()
    async with database.transaction() as tx:
        draft_id = await draft_from_alert(xml, tx)
        return draft_out(await store.draft_of(tx, draft_id), tx.now)


@router.get("/alerts")
async def get_alerts(database: Db, _: Coordinator) -> list[DraftOut]:
    """List the drafts, the newest first."""
    async with database.reading() as tx:
        return [draft_out(draft, tx.now) for draft in await store.list_drafts(tx)]


@router.post("/alerts/{draft_id}/confirm", status_code=201)
async def post_confirmation(
    database: Db, who: Coordinator, draft_id: UUID, form: InvitationForm
) -> Made:
    """Make an invitation of a draft, with corrections; what is left out is the draft's."""
    async with database.transaction() as tx:
        return Made(id=await confirm_draft(draft_id, form, who.person_id, tx))


def draft_out(draft: store.AlertDraft, now: datetime) -> DraftOut:
    """Show a draft."""
    content = draft.content
    return DraftOut(
        id=draft.known.draft_id,
        state=state_of(draft),
        mark=draft.known.mark,
        version=draft.known.version,
        crisis=content.crisis,
        sender=content.reference.sender,
        texts=tuple(
            DraftTextOut(
                language=text.language,
                event=text.event,
                headline=text.headline,
                description=text.description,
                instruction=text.instruction,
            )
            for text in content.texts
        ),
        areas=tuple(dict.fromkeys(area.description for area in content.areas)),
        wanted_from=local_day(content.wanted_from),
        wanted_until=local_day(content.wanted_until) if content.wanted_until else None,
        urgency=content.urgency,
        severity=content.severity,
        certainty=content.certainty,
        expired=has_expired(content, now),
        follows=draft.follows,
        invitation_id=draft.invitation_id,
        received_at=draft.received_at,
    )


def state_of(draft: store.AlertDraft) -> str:
    """Say in one word what may be done with a draft."""
    match draft.known.state:
        case DraftState.CANCELLED:
            return "cancelled"
        case DraftState.INVITED:
            return "invited"
        case DraftState.OPEN:
            return "draft" if draft.known.mark is Mark.REAL else draft.known.mark.value
