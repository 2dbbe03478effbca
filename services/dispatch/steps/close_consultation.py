"""An invitation was decided upon: nobody is asked about it any more."""

from services.dispatch import store
from shared.db import Tx
from shared.events import InvitationDecided


async def close_consultation(fact: InvitationDecided, tx: Tx) -> None:
    """End the consultations about an invitation."""
    await store.save_decision(tx, fact.invitation_id, fact.occurred_at)
