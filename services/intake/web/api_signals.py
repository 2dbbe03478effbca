"""What the field signals, and the coordination's answers: for programs."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.intake import store
from services.intake.steps.answer_signal import SignalAnswerForm, answer_signal
from shared.web import Coordinator, Db
from shared.words import CampaignId, SignalAnswer, SignalId, SignalKind, Theme, ZoneId

router = APIRouter(prefix="/api")


class AnswerOut(BaseModel):
    answer: SignalAnswer
    words: str
    answered_at: datetime


class SignalOut(BaseModel):
    """A signal, without its worker: what matters is what the field sees, not who saw it."""

    id: SignalId
    campaign_id: CampaignId | None
    zone_id: ZoneId
    kind: SignalKind
    theme: Theme
    raised_at: datetime
    answers: tuple[AnswerOut, ...]


@router.get("/signals")
async def get_signals(
    database: Db, _: Coordinator, campaign_id: CampaignId | None = None
) -> list[SignalOut]:
    """List the signals, the newest first."""
    async with database.reading() as tx:
        found = await store.list_signals(tx, campaign_id=campaign_id)
    return [
        SignalOut(
            id=one.id,
            campaign_id=one.campaign_id,
            zone_id=one.zone_id,
            kind=one.kind,
            theme=one.theme,
            raised_at=one.raised_at,
            answers=tuple(
                AnswerOut(answer=said.answer, words=said.words, answered_at=said.answered_at)
                for said in one.answers
            ),
        )
        for one in found
    ]


@router.post("/signals/{signal_id}/answer")
async def post_answer(
    database: Db, who: Coordinator, signal_id: UUID, form: SignalAnswerForm
) -> dict[str, SignalAnswer]:
    """Answer a signal; who signalled is told the answer, and the words stay here."""
    async with database.transaction() as tx:
        await answer_signal(signal_id, form, who.person_id, tx)
    return {"answer": form.answer}
