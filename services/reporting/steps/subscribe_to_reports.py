"""Somebody wants reports by mail, or something else than before."""

from uuid import UUID

from uuid_utils.compat import uuid7

from services.reporting.rules.letters import Rhythm
from services.reporting.store import letters
from services.reporting.store.addresses import AddressKeys
from shared.db import Tx


async def subscribe_to_reports(  # noqa: PLR0913 - a wish has these parts
    tx: Tx,
    keys: AddressKeys,
    person_id: UUID,
    *,
    email: str,
    rhythm: Rhythm,
    language: str,
    proven: bool,
) -> bool:
    """Keep a subscription; return whether the address is still to be confirmed by a letter.

    Args:
        tx: of the page.
        keys: that seal the address.
        person_id: who wants it; they have one subscription, for all campaigns.
        email: in the form that is written to.
        rhythm: how often.
        language: of the letters.
        proven: whether this is the address under which they were invited.
    """
    await tx.wait_for_lock(f"subscription {person_id}")
    known = await letters.subscription_of(tx, person_id)
    if known is not None and keys.open(known.subscription_id, known.address) == email:
        subscription_id, asked_at, began_at = known.subscription_id, known.asked_at, known.began_at
        is_new = False
    else:
        subscription_id, asked_at, began_at = uuid7(), tx.now, tx.now if proven else None
        is_new = True
    row = letters.Row(
        subscription_id,
        person_id,
        rhythm,
        language,
        keys.seal(subscription_id, email),
        asked_at,
        began_at,
    )
    await letters.save_subscription(tx, row)
    if is_new and began_at is None:
        await letters.promise_question(tx, subscription_id)
    return began_at is None
