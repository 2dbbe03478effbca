"""The coordination answers the charter's questions about an invitation."""

from pydantic import BaseModel, Field

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.judgement import Answer, Judgement
from services.intake.rules.source_text import N_
from shared.db import Tx
from shared.errors import refuse
from shared.words import Boundary, InvitationId, Law, PersonId

TEXT_MAX_CHARACTERS = 10_000


class AnswerForm(BaseModel):
    """Whether a boundary or a law holds (None: not answered yet), and why in a sentence."""

    holds: bool | None = None
    sentence: str = Field(default="", max_length=TEXT_MAX_CHARACTERS)


class JudgementForm(BaseModel):
    """The answers so far. What is left out is not answered."""

    boundaries: dict[Boundary, AnswerForm] = {}
    laws: dict[Law, AnswerForm] = {}
    arguments: str = Field(default="", max_length=TEXT_MAX_CHARACTERS)


async def judge_invitation(
    invitation_id: InvitationId, form: JudgementForm, by: PersonId | None, tx: Tx
) -> int:
    """Keep the answers as they are, complete or not; return their version.

    Raises:
        MissingError: no such invitation.
        RefusedError: the decision was taken; the answers it rests on stay.
    """
    await store.invitation_of(tx, invitation_id, lock=True)
    given = Judgement(
        CURRENT_CHARTER.version,
        {question: _answer(said) for question, said in form.boundaries.items()},
        {question: _answer(said) for question, said in form.laws.items()},
    )
    arguments = form.arguments.strip()
    if await store.decision_of(tx, invitation_id) is not None:
        last = await store.judgement_of(tx, invitation_id)
        if last is not None and (last.judgement, last.arguments) == (given, arguments):
            return last.version
        raise refuse(
            "already_decided",
            N_("La décision est prise : les réponses sur lesquelles elle repose restent."),
            place="judgement",
        )
    return await store.save_judgement(tx, invitation_id, given, arguments, by)


def _answer(form: AnswerForm) -> Answer:
    return Answer(form.holds, form.sentence.strip())
