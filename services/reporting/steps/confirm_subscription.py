"""Whoever reads an address says yes to letters."""

from services.reporting.rules.letters import CONFIRM_WITHIN
from services.reporting.store import letters
from services.reporting.store.addresses import AddressKeys
from shared.db import Tx
from shared.errors import MissingError


async def confirm_subscription(tx: Tx, keys: AddressKeys, link: str) -> None:
    """Begin a subscription with the link of the letter that asked; a second yes changes nothing.

    Raises:
        MissingError: unknown, too late, or no longer wanted; which one is not told.
    """
    known = await letters.subscription(tx, keys.whose(link))
    if (
        known is None
        or not keys.holds("confirm", link, known.subscription_id, known.asked_at)
        or (known.began_at is None and known.asked_at + CONFIRM_WITHIN < tx.now)
    ):
        raise MissingError("subscription")
    await letters.begin_subscription(tx, known.subscription_id)
