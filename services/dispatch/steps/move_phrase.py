"""The coordination puts the phrases of a kit in the order in which they are said."""

from uuid import UUID

from services.dispatch.store import kit
from shared.db import Tx


async def move_phrase(campaign_id: UUID, phrase_id: UUID, tx: Tx, *, up: bool) -> None:
    """Move a phrase one place up or down; at the end of the list it stays.

    Raises:
        MissingError: no such phrase in this campaign.
    """
    await kit.move_phrase(tx, campaign_id, phrase_id, up=up)
