"""The coordination answers what the field signalled."""

from uuid import UUID

from pydantic import BaseModel, Field

from services.intake import store
from shared.db import Tx
from shared.events import SignalAnswered
from shared.words import PersonId, SignalAnswer

WORDS_MAX_CHARACTERS = 2_000


class SignalAnswerForm(BaseModel):
    """The answer from a closed list, and words that stay in intake."""

    answer: SignalAnswer
    words: str = Field(default="", max_length=WORDS_MAX_CHARACTERS)


async def answer_signal(
    signal_id: UUID, form: SignalAnswerForm, by: PersonId | None, tx: Tx
) -> bool:
    """Keep an answer and tell who signalled; return False when it is the last one again.

    A later answer may follow an earlier one: what was noted may be acted upon.

    Raises:
        MissingError: no such signal.
    """
    signal = await store.signal_of(tx, signal_id, lock=True)
    words = form.words.strip()
    last = signal.answers[-1] if signal.answers else None
    if last is not None and (last.answer, last.words) == (form.answer, words):
        return False
    await store.save_answer(tx, signal, form.answer, words, by)
    if last is None or last.answer is not form.answer:
        await tx.emit(
            SignalAnswered(
                occurred_at=tx.now,
                signal_id=signal.id,
                worker_id=signal.worker_id,
                answer=form.answer,
            )
        )
    return True
