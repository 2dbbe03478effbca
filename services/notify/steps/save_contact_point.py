"""Somebody says how they want to be told, or the coordination says it for them."""

from services.notify import store
from services.notify.rules.contacts import ContactPoint
from shared.access import Identity
from shared.db import Tx
from shared.errors import DeniedError
from shared.words import Role


async def save_contact_point(tx: Tx, who: Identity, contact: ContactPoint) -> None:
    """Keep a contact point.

    Raises:
        DeniedError: it is somebody else's, and `who` is not of the coordination; or the role is
            not their own, which would open another role's messages to them.
    """
    own = who.person_id == contact.person_id
    if not (own or who.role is Role.COORDINATION) or (own and contact.role is not who.role):
        raise DeniedError(signed_in=True)
    await store.save_contact(tx, contact)
