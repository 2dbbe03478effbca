"""The field signalled something."""

from services.intake import store
from shared.db import Tx
from shared.events import SignalRaised


async def hear_signal(fact: SignalRaised, tx: Tx) -> None:
    """Keep a signal for the coordination to answer."""
    await store.save_signal(tx, fact)
