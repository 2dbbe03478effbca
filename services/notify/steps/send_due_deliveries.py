"""What was promised is kept: due deliveries are claimed, sent outside any transaction, and marked.

A sender that dies leaves its lease behind; when it ends, another one sends again with the same
key. A delivery leaves at least once, and the channel makes two of one key recognisable as one.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

from services.notify import store
from services.notify.gateways import Gateway
from services.notify.rules.contacts import unknown_person
from services.notify.rules.messages import MessageKind, Tongue, write
from services.notify.rules.retries import next_try
from services.notify.store import Claimed
from shared.db import Database, Tx, zone_names
from shared.errors import OutsideError, RefusedError
from shared.events import NotificationFailed, RaqNotified
from shared.words import Channel, DeliveryId, NotifyFailure, Role

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)  # longer than a job may live, so that only the dead lose theirs
AT_ONCE = 20
TURN_S = 60.0  # then the next turn goes on; a job may live 110 s

TongueOf = Callable[[str, Mapping[str, str]], Tongue]
"""Gives the tongue of a language, with the names of places in it."""


async def send_due_deliveries(
    database: Database, gateways: Mapping[Channel, Gateway], tongue_of: TongueOf
) -> int:
    """Send until nothing is due or the turn is over; return how many left.

    A channel whose other side is away is left alone until the next turn.
    """
    ends_at_s = asyncio.get_running_loop().time() + TURN_S
    away: set[Channel] = set()
    sent = 0
    while asyncio.get_running_loop().time() < ends_at_s:
        async with database.transaction() as tx:
            await store.drop_abandoned(tx)
            await store.cancel_other_channels(tx, gateways)
            claimed = await store.claim_due(tx, set(gateways) - away, AT_ONCE, LEASE)
            zones = await zone_names(tx) if claimed else {}
        if not claimed:
            break
        tongues = {
            language: tongue_of(language, {i: zone.name(language) for i, zone in zones.items()})
            for language in ("fr", "nl", "en")
        }
        for one in claimed:
            if one.channel in away:
                async with database.transaction() as tx:
                    await store.give_back(tx, one, tx.now, counts_as_try=False)
                continue
            failure = await send(database, gateways[one.channel], one, tongues)
            if isinstance(failure, OutsideError):
                away.add(one.channel)
            async with database.transaction() as tx:
                sent += await mark(tx, one, failure)
    return sent


async def send(
    database: Database, gateway: Gateway, one: Claimed, tongues: Mapping[str, Tongue]
) -> Exception | NotifyFailure | None:
    """Try once; return what went wrong, None when the other side took it."""
    async with database.reading() as tx:
        contact = await store.contact_of(tx, one.person_id)
    person = contact or unknown_person(one.person_id, Role.WORKER)
    address = gateway.address_of(person)
    if address is None:
        return NotifyFailure.NO_CONTACT_POINT
    try:
        message = write(one.kind, one.matter, tongues[person.language])
        await gateway.deliver(message, address, one.delivery_id)
    except Exception as error:
        if not isinstance(error, OutsideError | RefusedError):
            log.exception("cannot write or hand over %s", one.kind)
        return error
    return None


async def mark(tx: Tx, one: Claimed, failure: Exception | NotifyFailure | None) -> int:
    """Note how a try ended and tell the facts; return 1 when the message left."""
    if one.proposal_id is not None:
        # Whoever hears an answer takes the proposal first and its deliveries then; so do we.
        await store.hold_proposal(tx, one.proposal_id)
    if failure is None:
        if not await store.mark_sent(tx, one):
            return 0
        if one.kind is MessageKind.TASK_PROPOSED and one.proposal_id is not None:
            await store.mark_told(tx, one.proposal_id)
            await tx.emit(
                RaqNotified(
                    occurred_at=tx.now,
                    delivery_id=said_as(),
                    proposal_id=one.proposal_id,
                    channel=one.channel,
                )
            )
        return 1
    reason = final_reason(failure)
    again_at = next_try(one.attempts, tx.now) if reason is None else None
    if again_at is not None:
        await store.give_back(tx, one, again_at)
        return 0
    reason = reason or NotifyFailure.GAVE_UP
    if await store.mark_failed(tx, one, reason):
        await tx.emit(
            NotificationFailed(
                occurred_at=tx.now,
                delivery_id=said_as(),
                proposal_id=one.proposal_id,
                channel=one.channel,
                reason=reason,
            )
        )
    return 0


def said_as() -> DeliveryId:
    """Make the id under which facts speak of a delivery, once: it leads back to nobody.

    A delivery's own id is made of its person's: whoever hears a proposal told under it, and later
    declined, could try every worker until the id fits.
    """
    return DeliveryId(uuid4())


def final_reason(failure: Exception | NotifyFailure) -> NotifyFailure | None:
    """Say why another try is pointless; None when it is not."""
    if isinstance(failure, NotifyFailure):
        return failure
    return NotifyFailure.REFUSED_BY_PROVIDER if isinstance(failure, RefusedError) else None
