"""The coordination answered a signal: the page on which its campaign is followed shows it."""

from services.dispatch.store import following
from shared.db import Tx
from shared.events import SignalAnswered


async def note_answer(fact: SignalAnswered, tx: Tx) -> None:
    """Keep the answer; of several, the latest, in whichever order they are heard."""
    await following.save_answer(tx, fact.signal_id, fact.answer, fact.occurred_at)
