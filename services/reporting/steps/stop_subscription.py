"""Somebody wants no letters any more: their address is forgotten at once."""

from services.reporting.store import letters
from services.reporting.store.addresses import AddressKeys
from shared.db import Tx
from shared.errors import MissingError


async def stop_subscription(tx: Tx, keys: AddressKeys, link: str) -> None:
    """Forget a subscription with the link that stands in each of its letters.

    The link of an older letter does it too; a second time finds nothing left to do.

    Raises:
        MissingError: it is no link of ours.
    """
    subscription_id = keys.whose(link)
    if not keys.holds("stop", link, subscription_id):
        raise MissingError("subscription")
    await letters.delete_subscription(tx, subscription_id)
