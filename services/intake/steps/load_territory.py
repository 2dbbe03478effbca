"""A territory pack becomes the one that counts."""

from services.intake import store
from services.intake.rules.territory.payload import pack_from_payload
from shared.db import Tx
from shared.words import PersonId


async def load_territory(payload: object, by: PersonId | None, tx: Tx) -> int:
    """Keep a territory pack; return its version. The same pack again changes nothing.

    Raises:
        RefusedError: with everything that is wrong with the pack, each with its place.
    """
    return await store.save_territory(tx, pack_from_payload(payload), by)
