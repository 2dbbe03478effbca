"""The coordination answers what a worker objected."""

from uuid import UUID

from pydantic import BaseModel

from services.intake import store
from services.intake.rules.judgement import problems_of_sentence
from services.intake.rules.source_text import N_
from shared.db import Tx
from shared.errors import Problem, RefusedError, refuse
from shared.words import PersonId


class ReplyForm(BaseModel):
    reply: str = ""


async def reply_to_objection(
    opinion_id: UUID, form: ReplyForm, by: PersonId | None, tx: Tx
) -> None:
    """Keep the reply to an opinion; it may be reworded until the decision.

    Raises:
        MissingError: no such opinion, or its window is still open.
        RefusedError: no reply, too long a one, or the decision is taken.
    """
    consultation = await store.consultation_of_opinion(tx, opinion_id)
    await store.invitation_of(tx, consultation.invitation_id, lock=True)
    words = form.reply.strip()
    known = {one.id: one.reply for one in await store.opinions_of(tx, consultation.id)}
    if known[opinion_id] == words:
        return
    problems = tuple(
        problems_of_sentence(
            words, Problem("no_reply", N_("Répondez en une phrase au moins."), place="reply")
        )
    )
    if problems:
        raise RefusedError(*problems)
    if await store.decision_of(tx, consultation.invitation_id) is not None:
        raise refuse(
            "already_decided",
            N_("La décision est prise : les réponses sur lesquelles elle repose restent."),
            place="reply",
        )
    await store.save_reply(tx, opinion_id, words, by)
