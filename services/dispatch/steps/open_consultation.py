"""The workers are asked what they think of an invitation."""

from services.dispatch import store
from shared.db import Tx
from shared.events import ConsultationOpened


async def open_consultation(fact: ConsultationOpened, tx: Tx) -> None:
    """Show a consultation to the workers."""
    await store.save_consultation(tx, fact)
