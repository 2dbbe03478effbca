"""Deliveries: what was promised to whom, and how far it got. The row is the queue and the truth."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import TypeAdapter
from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.notify.rules.contacts import ContactPoint
from services.notify.rules.messages import Matter, MessageKind
from shared.db import Tx
from shared.words import Channel, DeliveryId, NotifyFailure, PersonId, ProposalId

MATTER: TypeAdapter[Matter] = TypeAdapter(Matter)
PROMISE = """
insert into delivery (delivery_id, event_id, person_id, channel, kind, proposal_id, matter,
  made_at, next_try_at)
select (d ->> 'delivery_id')::uuid, :event_id, (d ->> 'person_id')::uuid, d ->> 'channel', :kind,
  :proposal_id, cast(:matter as jsonb), :now, :next_try_at
from jsonb_array_elements(cast(:to as jsonb)) as d
on conflict {target}
"""
ONCE = "(delivery_id) do nothing"
INTO_THE_OPEN_ONE = """(person_id, channel)
  where kind = 'tasks_open' and state = 'due' and lease_id is null do nothing"""
# Leases are about processes, so they follow the server's own clock, never a played one.
CLAIM = """
update delivery set state = 'leased', attempts = attempts + 1, lease_id = :lease_id,
  lease_until = clock_timestamp() + :lease
where delivery_id in (
  select delivery_id from delivery
  where channel = any(:channels) and (
    (state = 'due' and next_try_at <= :now)
    or (state = 'leased' and lease_until < clock_timestamp()))
  order by next_try_at, delivery_id limit :most for update skip locked)
returning delivery_id, person_id, channel, kind, proposal_id, matter, attempts, lease_id
"""


@dataclass(frozen=True, slots=True)
class News:
    """What a fact gives to tell."""

    event_id: UUID
    kind: MessageKind
    matter: Matter
    proposal_id: ProposalId | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may send until its lease ends."""

    delivery_id: DeliveryId
    person_id: PersonId
    channel: Channel
    kind: MessageKind
    proposal_id: ProposalId | None
    matter: Matter
    attempts: int
    lease_id: UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in somebody's inbox."""

    delivery_id: DeliveryId
    kind: MessageKind
    matter: Matter
    sent_at: datetime
    read_at: datetime | None


async def promise(tx: Tx, news: News, people: Iterable[ContactPoint]) -> None:
    """Write a delivery for each person and channel; the same fact makes the same deliveries."""
    await _write(tx, news, people, tx.now, ONCE)


async def promise_digest(
    tx: Tx, news: News, people: Iterable[ContactPoint], not_before: datetime
) -> None:
    """Promise one message about open tasks, unless one is waiting already."""
    await _write(tx, news, people, not_before, INTO_THE_OPEN_ONE)


async def _write(
    tx: Tx, news: News, people: Iterable[ContactPoint], next_try_at: datetime, target: str
) -> None:
    to = [
        {
            "delivery_id": str(uuid5(news.event_id, f"{person.person_id}/{way}")),
            "person_id": str(person.person_id),
            "channel": way.value,
        }
        for person in people
        for way in person.ways()
    ]
    if to:
        await tx.execute(
            text(PROMISE.format(target=target)),
            {
                "event_id": news.event_id,
                "kind": news.kind.value,
                "proposal_id": news.proposal_id,
                "matter": MATTER.dump_json(news.matter, exclude_defaults=True).decode(),
                "to": json.dumps(to),
                "now": tx.now,
                "next_try_at": next_try_at,
            },
        )


async def settle_messages(tx: Tx, proposal_id: UUID) -> None:
    """A proposal has its answer, whichever: nothing stays of the messages that asked for it.

    A letter that was kept, beside no confirmation, would tell who said no. One that is being sent
    at this moment goes when its sender marks it.
    """
    await tx.execute(
        text("delete from delivery where proposal_id = :id and state <> 'leased'"),
        {"id": proposal_id},
    )
    await tx.execute(
        text("update delivery set proposal_id = null, state = 'cancelled' where proposal_id = :id"),
        {"id": proposal_id},
    )


async def cancel_other_channels(tx: Tx, channels: Collection[Channel]) -> None:
    """Cancel what waits for a channel that is not offered: it must not surprise anybody later."""
    await tx.execute(
        text(
            "update delivery set state = 'cancelled'"
            " where state = 'due' and channel <> all(:channels)"
        ),
        {"channels": [way.value for way in channels]},
    )


async def drop_abandoned(tx: Tx) -> None:
    """Forget what was cancelled while it was being sent, when its sender died or gave up."""
    await tx.execute(
        text("delete from delivery where state = 'cancelled' and lease_until < clock_timestamp()")
    )


async def claim_due(
    tx: Tx, channels: Collection[Channel], most: int, lease: timedelta
) -> list[Claimed]:
    """Claim deliveries that are due, or that a sender left behind; nobody else gets them."""
    rows = await tx.execute(
        text(CLAIM),
        {
            "channels": [way.value for way in channels],
            "most": most,
            "lease": lease,
            "lease_id": uuid7(),
            "now": tx.now,
        },
    )
    return [
        Claimed(
            delivery_id=DeliveryId(row["delivery_id"]),
            person_id=PersonId(row["person_id"]),
            channel=Channel(row["channel"]),
            kind=MessageKind(row["kind"]),
            proposal_id=row["proposal_id"],
            matter=MATTER.validate_python(row["matter"]),
            attempts=row["attempts"],
            lease_id=row["lease_id"],
        )
        for row in rows.mappings()
    ]


async def mark_sent(tx: Tx, claimed: Claimed) -> bool:
    """Note that it left; False when another lease did.

    When it was cancelled meanwhile, it left all the same, and nothing of it is kept.
    """
    of = {"id": claimed.delivery_id, "lease_id": claimed.lease_id}
    cancelled = await tx.execute(
        text(
            "delete from delivery where delivery_id = :id and lease_id = :lease_id"
            " and state = 'cancelled' returning 1"
        ),
        of,
    )
    if cancelled.first() is not None:
        return True
    marked = await tx.execute(
        text(
            "update delivery set state = 'sent', sent_at = :now, lease_until = null"
            " where delivery_id = :id and lease_id = :lease_id"
            " and state = 'leased' returning 1"
        ),
        {**of, "now": tx.now},
    )
    return marked.first() is not None


async def give_back(
    tx: Tx, claimed: Claimed, next_try_at: datetime, *, counts_as_try: bool = True
) -> None:
    """Put it back among those that are due, unless it was cancelled meanwhile."""
    await tx.execute(
        text(
            "update delivery set state = 'due', next_try_at = :next_try_at, lease_until = null,"
            " attempts = attempts - :refund"
            " where delivery_id = :id and lease_id = :lease_id and state = 'leased'"
        ),
        {
            "id": claimed.delivery_id,
            "lease_id": claimed.lease_id,
            "next_try_at": next_try_at,
            "refund": 0 if counts_as_try else 1,
        },
    )


async def mark_failed(tx: Tx, claimed: Claimed, reason: NotifyFailure) -> bool:
    """Note that it will never arrive; False when it was cancelled or sent meanwhile."""
    marked = await tx.execute(
        text(
            "update delivery set state = 'failed', failure = :reason, lease_until = null"
            " where delivery_id = :id and lease_id = :lease_id and state = 'leased' returning 1"
        ),
        {"id": claimed.delivery_id, "lease_id": claimed.lease_id, "reason": reason.value},
    )
    return marked.first() is not None


async def inbox_of(tx: Tx, person_id: UUID, most: int = 200) -> Sequence[Letter]:
    """List somebody's messages, the latest first."""
    rows = await tx.execute(
        text(
            "select delivery_id, kind, matter, sent_at, read_at from delivery"
            " where person_id = :id and channel = 'inbox' and state in ('sent', 'read')"
            " order by sent_at desc, made_at desc, delivery_id limit :most"
        ),
        {"id": person_id, "most": most},
    )
    return [
        Letter(
            delivery_id=DeliveryId(row["delivery_id"]),
            kind=MessageKind(row["kind"]),
            matter=MATTER.validate_python(row["matter"]),
            sent_at=row["sent_at"],
            read_at=row["read_at"],
        )
        for row in rows.mappings()
    ]


async def mark_read(tx: Tx, person_id: UUID, delivery_id: UUID) -> bool:
    """Note that somebody read their own message; False when they have none of this id."""
    marked = await tx.execute(
        text(
            "update delivery set state = 'read', read_at = coalesce(read_at, :now)"
            " where delivery_id = :id and person_id = :person_id and channel = 'inbox'"
            " and state in ('sent', 'read') returning 1"
        ),
        {"id": delivery_id, "person_id": person_id, "now": tx.now},
    )
    return marked.first() is not None


async def count_deliveries(tx: Tx, state: str | None) -> Sequence[dict[str, Any]]:
    """Count deliveries by state, channel and kind of message; never by person."""
    rows = await tx.execute(
        text(
            "select state, channel, kind, count(*)::int as deliveries from delivery"
            " where cast(:state as text) is null or state = :state"
            " group by 1, 2, 3 order by 1, 2, 3"
        ),
        {"state": state},
    )
    return [dict(row) for row in rows.mappings()]
