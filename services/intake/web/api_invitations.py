"""Invitations, their judgement, the consultation of the workers, the decision: for programs."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.intake import store
from services.intake.rules.judgement import Answer
from services.intake.steps.decide_invitation import DecisionForm, decide_invitation
from services.intake.steps.judge_invitation import AnswerForm, JudgementForm, judge_invitation
from services.intake.steps.open_consultation import ConsultationForm, open_consultation
from services.intake.steps.receive_invitation import InvitationForm, receive_invitation
from services.intake.steps.reply_to_objection import ReplyForm, reply_to_objection
from services.intake.web.audit import note
from shared.access import Identity
from shared.db import Database, Tx
from shared.errors import MissingError
from shared.web import Coordinator, Db
from shared.words import (
    Boundary,
    CampaignId,
    ConsultationId,
    CrisisKind,
    Decision,
    Ground,
    InvitationId,
    Law,
    Public,
    Requester,
    Stance,
)

router = APIRouter(prefix="/api")


class Made(BaseModel):
    id: UUID


class JudgementOut(BaseModel):
    version: int
    charter: str
    boundaries: dict[Boundary, AnswerForm]
    laws: dict[Law, AnswerForm]
    arguments: str


class DecisionOut(BaseModel):
    id: UUID
    decision: Decision
    reason: str
    changes: tuple[str, ...]
    charter: str
    accelerated: bool
    decided_at: datetime


class OpinionOut(BaseModel):
    """An opinion without its worker: the coordination answers what is said, not who said it."""

    opinion_id: UUID
    stance: Stance
    grounds: tuple[Ground, ...]
    reply: str | None


class ConsultationOut(BaseModel):
    """A consultation; `opinions` is null while the window is open, for the coordination too."""

    id: ConsultationId
    opens_at: datetime
    closes_at: datetime
    accelerated: bool
    accelerated_because: str
    answered: int
    open: bool
    opinions: tuple[OpinionOut, ...] | None


class InvitationLine(BaseModel):
    id: InvitationId
    asked_by: Requester | None
    requester: str
    crisis: CrisisKind | None
    wanted: str
    publics: tuple[Public, ...]
    wanted_from: date | None
    wanted_until: date | None
    where: str
    zone_ids: tuple[str, ...]
    received_at: datetime
    decision: Decision | None
    campaign_id: CampaignId | None


class InvitationOut(InvitationLine):
    judgement: JudgementOut | None
    decided: DecisionOut | None
    consultation: ConsultationOut | None


@router.post("/invitations", status_code=201)
async def post_invitation(database: Db, who: Coordinator, form: InvitationForm) -> Made:
    """Encode an invitation; the same form under the same id is kept once."""
    async with database.transaction() as tx:
        return Made(id=await receive_invitation(form, who.person_id, tx))


@router.get("/invitations")
async def get_invitations(database: Db, _: Coordinator) -> list[InvitationLine]:
    """List the invitations, the newest first."""
    async with database.reading() as tx:
        return [line_out(line) for line in await store.list_invitations(tx)]


@router.get("/invitations/{invitation_id}")
async def get_invitation(
    database: Db, _: Coordinator, invitation_id: InvitationId
) -> InvitationOut:
    """Show an invitation with its judgement, its consultation and its decision."""
    async with database.reading() as tx:
        lines = [
            line for line in await store.list_invitations(tx) if line.invitation.id == invitation_id
        ]
        if not lines:
            raise MissingError("invitation")
        judged = await store.judgement_of(tx, invitation_id)
        decided = await store.decision_of(tx, invitation_id)
        consultation = await consultation_out(tx, invitation_id)
    return InvitationOut(
        **line_out(lines[0]).model_dump(),
        judgement=JudgementOut(
            version=judged.version,
            charter=judged.judgement.charter,
            boundaries={q: answer_out(a) for q, a in judged.judgement.boundaries.items()},
            laws={q: answer_out(a) for q, a in judged.judgement.laws.items()},
            arguments=judged.arguments,
        )
        if judged
        else None,
        decided=DecisionOut(
            id=decided.id,
            decision=decided.verdict.decision,
            reason=decided.verdict.reason,
            changes=decided.verdict.changes,
            charter=decided.verdict.charter,
            accelerated=decided.verdict.accelerated,
            decided_at=decided.decided_at,
        )
        if decided
        else None,
        consultation=consultation,
    )


@router.put("/invitations/{invitation_id}/judgement")
async def put_judgement(
    database: Db, who: Coordinator, invitation_id: InvitationId, form: JudgementForm
) -> dict[str, int]:
    """Answer the charter's questions, all or some; the answers are kept as they are."""
    async with database.transaction() as tx:
        return {"version": await judge_invitation(invitation_id, form, who.person_id, tx)}


@router.post("/invitations/{invitation_id}/consultation", status_code=201)
async def post_consultation(
    database: Db, who: Coordinator, invitation_id: InvitationId, form: ConsultationForm
) -> Made:
    """Ask the workers; nobody reads what they say before the window closes."""
    async with database.transaction() as tx:
        return Made(id=await open_consultation(invitation_id, form, who.person_id, tx))


@router.get("/invitations/{invitation_id}/consultation")
async def get_consultation(
    database: Db, _: Coordinator, invitation_id: InvitationId
) -> ConsultationOut:
    """Tell how many answered; and once the window has closed, what they said."""
    async with database.reading() as tx:
        found = await consultation_out(tx, invitation_id)
    if found is None:
        raise MissingError("consultation")
    return found


@router.post("/opinions/{opinion_id}/reply")
async def post_reply(
    database: Db, who: Coordinator, opinion_id: UUID, form: ReplyForm
) -> dict[str, str]:
    """Reply to an opinion, before deciding."""
    async with database.transaction() as tx:
        await reply_to_objection(opinion_id, form, who.person_id, tx)
    return {"reply": form.reply.strip()}


@router.post("/invitations/{invitation_id}/decision")
async def post_decision(
    request: Request,
    database: Db,
    who: Coordinator,
    invitation_id: InvitationId,
    form: DecisionForm,
) -> dict[str, Decision]:
    """Accept, adjust or refuse; the same decision again changes nothing."""
    await decide_and_note(request, database, who, invitation_id, form)
    return {"decision": form.decision}


async def decide_and_note(
    request: Request,
    database: Database,
    who: Identity,
    invitation_id: InvitationId,
    form: DecisionForm,
) -> None:
    """Decide, and note in the trail who did."""
    async with database.transaction() as tx:
        if await decide_invitation(invitation_id, form, who.person_id, tx):
            decision = form.decision.value
            await note(request, who, "invitation.decided", invitation_id, decision=decision)


# --- what is shown -------------------------------------------------------------------------------


def line_out(line: store.InvitationLine) -> InvitationLine:
    """Show an invitation in a list."""
    asked = line.invitation
    return InvitationLine(
        id=asked.id,
        asked_by=asked.asked_by,
        requester=asked.requester,
        crisis=asked.crisis,
        wanted=asked.wanted,
        publics=asked.publics,
        wanted_from=asked.wanted_from,
        wanted_until=asked.wanted_until,
        where=asked.place,
        zone_ids=asked.zone_ids,
        received_at=line.received_at,
        decision=line.decision,
        campaign_id=line.campaign_id,
    )


def answer_out(answer: Answer) -> AnswerForm:
    """Show an answer to the charter as it was written."""
    return AnswerForm(holds=answer.respected, sentence=answer.sentence)


async def consultation_out(tx: Tx, invitation_id: InvitationId) -> ConsultationOut | None:
    """Show the consultation on an invitation; the opinions once its window has closed."""
    kept = await store.consultation_on(tx, invitation_id)
    if kept is None:
        return None
    closed = kept.window.has_closed(tx.now)
    readable = await store.opinions_of(tx, kept.id)
    return ConsultationOut(
        id=kept.id,
        opens_at=kept.window.opens_at,
        closes_at=kept.window.closes_at,
        accelerated=kept.window.accelerated,
        accelerated_because=kept.window.accelerated_because,
        answered=await store.answered(tx, kept.id),
        open=kept.window.is_open(tx.now),
        opinions=tuple(
            OpinionOut(
                opinion_id=one.id,
                stance=one.opinion.stance,
                grounds=one.opinion.grounds,
                reply=one.reply or None,
            )
            for one in readable
        )
        if closed
        else None,
    )
