"""Who wants reports by mail, and the letters to them. The row is the queue and the truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.reporting.rules.letters import Rhythm, Sealed, Subscription, Told, letter_id
from shared.db import Tx

BRUSSELS = ZoneInfo("Europe/Brussels")
# Leases are about processes, so they follow the server's own clock, never a played one.
CLAIM = """
update report_letter l set state = 'leased', attempts = attempts + 1, lease_id = :lease_id,
  lease_until = clock_timestamp() + :lease
from report_subscription s
where s.subscription_id = l.subscription_id and letter_id = (
  select letter_id from report_letter
  where (state = 'due' and next_try_at <= :now)
    or (state = 'leased' and lease_until < clock_timestamp())
  order by next_try_at, letter_id limit 1 for update skip locked)
returning l.letter_id, l.subscription_id, l.campaign_id, l.seal, l.made_at, l.attempts,
  l.lease_id, s.language, s.address, s.asked_at
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A subscription as it is kept. `address` is sealed."""

    subscription_id: UUID
    person_id: UUID
    rhythm: Rhythm
    language: str
    address: bytes
    asked_at: datetime
    began_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that this process may send until its lease ends. `seal` is None in the first one."""

    letter_id: UUID
    subscription_id: UUID
    campaign_id: UUID | None
    seal: int | None
    made_at: datetime
    attempts: int
    lease_id: UUID
    language: str
    address: bytes
    asked_at: datetime


async def subscriptions(tx: Tx) -> list[Row]:
    """List everybody who wants letters, also who has not said yes yet."""
    return await _rows(tx, "true", {})


async def subscription_of(tx: Tx, person_id: UUID) -> Row | None:
    """Return what somebody subscribed to."""
    found = await _rows(tx, "person_id = :id", {"id": person_id})
    return found[0] if found else None


async def subscription(tx: Tx, subscription_id: UUID) -> Row | None:
    """Return a subscription by its id."""
    found = await _rows(tx, "subscription_id = :id", {"id": subscription_id})
    return found[0] if found else None


async def _rows(tx: Tx, which: str, values: Mapping[str, Any]) -> list[Row]:
    found = await tx.execute(
        text(
            "select subscription_id, person_id, rhythm, language, address, asked_at, began_at"
            f" from report_subscription where {which} order by asked_at, subscription_id"
        ),
        values,
    )
    return [
        Row(
            row.subscription_id,
            row.person_id,
            Rhythm(row.rhythm),
            row.language,
            row.address,
            row.asked_at,
            row.began_at,
        )
        for row in found
    ]


async def save_subscription(tx: Tx, row: Row) -> None:
    """Keep what somebody wants in the place of what they wanted before."""
    await tx.execute(
        text("delete from report_subscription where person_id = :id and subscription_id <> :own"),
        {"id": row.person_id, "own": row.subscription_id},
    )
    await tx.execute(
        text(
            "insert into report_subscription (subscription_id, person_id, rhythm, language,"
            " address, asked_at, began_at) values (:subscription_id, :person_id, :rhythm,"
            " :language, :address, :asked_at, :began_at)"
            " on conflict (subscription_id) do update set rhythm = excluded.rhythm,"
            " language = excluded.language"
        ),
        {
            "subscription_id": row.subscription_id,
            "person_id": row.person_id,
            "rhythm": row.rhythm.value,
            "language": row.language,
            "address": row.address,
            "asked_at": row.asked_at,
            "began_at": row.began_at,
        },
    )


async def begin_subscription(tx: Tx, subscription_id: UUID) -> None:
    """Note the yes of whoever reads the address; a second yes changes nothing."""
    await tx.execute(
        text(
            "update report_subscription set began_at = :now"
            " where subscription_id = :id and began_at is null"
        ),
        {"id": subscription_id, "now": tx.now},
    )


async def delete_subscription(tx: Tx, subscription_id: UUID) -> None:
    """Forget a subscription, its address and its letters."""
    await tx.execute(
        text("delete from report_subscription where subscription_id = :id"),
        {"id": subscription_id},
    )


async def delete_unconfirmed(tx: Tx, asked_before: datetime) -> int:
    """Forget addresses that nobody confirmed."""
    gone = await tx.execute(
        text("delete from report_subscription where began_at is null and asked_at < :before"),
        {"before": asked_before},
    )
    return gone.rowcount


async def delete_closed(tx: Tx) -> int:
    """Forget the subscriptions of whoever may not come in any more, and their letters."""
    gone = await tx.execute(
        text(
            "delete from report_subscription"
            " where person_id in (select person_id from access.closed_access)"
        )
    )
    return gone.rowcount


async def sealed_campaigns(tx: Tx) -> list[Sealed]:
    """Return each campaign that has published something, with its last seal."""
    found = await tx.execute(
        text(
            "select p.campaign_id, max(b.seq) as seal, max(b.day) as sealed_on, e.day as ended_on"
            " from ledger_block b join ledger_policy p using (ledger_id)"
            " left join public_close e using (ledger_id)"
            " where b.view = 'total' group by p.campaign_id, e.day order by p.campaign_id"
        )
    )
    return [Sealed(row.campaign_id, row.seal, row.sealed_on, row.ended_on) for row in found]


async def told(tx: Tx) -> dict[tuple[UUID, UUID], Told]:
    """Return by subscription and campaign the last seal that is told, sent or not yet."""
    found = await tx.execute(
        text(
            "select distinct on (subscription_id, campaign_id) subscription_id, campaign_id, seal,"
            " made_at from report_letter where campaign_id is not null"
            " order by subscription_id, campaign_id, seal desc"
        )
    )
    return {
        (row.subscription_id, row.campaign_id): Told(
            row.seal, row.made_at.astimezone(BRUSSELS).date()
        )
        for row in found
    }


async def promise_report(tx: Tx, wants: Subscription, campaign: Sealed) -> int:
    """Write the row of a letter, in the place of one that still waits with older figures."""
    of_it = {"subscription_id": wants.subscription_id, "campaign_id": campaign.campaign_id}
    await tx.execute(
        text(
            "delete from report_letter where subscription_id = :subscription_id"
            " and campaign_id = :campaign_id and state = 'due' and seal < :seal"
        ),
        {**of_it, "seal": campaign.seal},
    )
    made = await tx.execute(
        text(
            "insert into report_letter (letter_id, subscription_id, campaign_id, seal, made_at,"
            " next_try_at) values (:letter_id, :subscription_id, :campaign_id, :seal, :now, :now)"
            " on conflict do nothing"
        ),
        {
            **of_it,
            "letter_id": letter_id(wants.subscription_id, campaign.campaign_id, campaign.seal),
            "seal": campaign.seal,
            "now": tx.now,
        },
    )
    return made.rowcount


async def promise_question(tx: Tx, subscription_id: UUID) -> None:
    """Write the row of the letter that asks whoever reads an address for a yes."""
    await tx.execute(
        text(
            "insert into report_letter (letter_id, subscription_id, made_at, next_try_at)"
            " values (:letter_id, :subscription_id, :now, :now)"
        ),
        {"letter_id": uuid7(), "subscription_id": subscription_id, "now": tx.now},
    )


async def claim_letter(tx: Tx, lease: timedelta) -> Claimed | None:
    """Claim one letter that is due, or that a sender left behind; nobody else gets it."""
    found = await tx.execute(text(CLAIM), {"lease_id": uuid7(), "lease": lease, "now": tx.now})
    row = found.one_or_none()
    return Claimed(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


async def mark_sent(tx: Tx, letter: Claimed) -> bool:
    """Note that a letter left; False when another lease has it, or nobody wants it any more."""
    marked = await tx.execute(
        text(
            "update report_letter set state = 'sent', sent_at = :now, lease_until = null"
            " where letter_id = :id and lease_id = :lease_id returning 1"
        ),
        {"id": letter.letter_id, "lease_id": letter.lease_id, "now": tx.now},
    )
    return marked.first() is not None


async def give_back(tx: Tx, letter: Claimed, next_try_at: datetime | None) -> None:
    """Put a letter back among those that are due; give it up when there is no next try."""
    await tx.execute(
        text(
            "update report_letter set state = :state, lease_until = null,"
            " next_try_at = coalesce(:next_try_at, next_try_at)"
            " where letter_id = :id and lease_id = :lease_id and state = 'leased'"
        ),
        {
            "id": letter.letter_id,
            "lease_id": letter.lease_id,
            "state": "failed" if next_try_at is None else "due",
            "next_try_at": next_try_at,
        },
    )
