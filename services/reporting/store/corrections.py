"""The one correction a year: what was told of it, and which differences that covers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from services.reporting.rules.ledger import Adjustment, Correction
from shared.db import Tx


class KnownLedger(NamedTuple):
    ledger_id: str
    campaign_id: UUID
    described: Mapping[str, object]


async def is_told(tx: Tx, year: int) -> bool:
    """Tell whether a year's correction stands already."""
    found = await tx.execute(
        text("select exists (select from published_correction where year = :year)"),
        {"year": year},
    )
    return bool(found.scalar_one())


async def sealed_until(tx: Tx, day: date) -> list[KnownLedger]:
    """Return the ledgers in which something was sealed until a day."""
    found = await tx.execute(
        text(
            "select ledger_id, campaign_id, described from ledger_policy p where exists (select"
            " from ledger_block b where b.ledger_id = p.ledger_id and b.day <= :day)"
            " order by ledger_id"
        ),
        {"day": day},
    )
    return [KnownLedger(row.ledger_id, row.campaign_id, row.described) for row in found]


async def told_before(tx: Tx) -> list[Adjustment]:
    """Return every difference that earlier years told."""
    found = await tx.execute(
        text(
            "select outcome_id, worker_id, actions, contacts from correction_told"
            " order by year, outcome_id"
        )
    )
    return [
        Adjustment(row.outcome_id, str(row.worker_id), row.actions, row.contacts) for row in found
    ]


async def publish_correction(
    tx: Tx, year: int, day: date, found: Correction, changes: Sequence[Adjustment]
) -> None:
    """Publish a year's figures, and keep which differences each covers; the others wait."""
    await tx.execute(
        text(
            "insert into published_correction (year, day, actions, contacts)"
            " values (:year, :day, :actions, :contacts)"
        ),
        {"year": year, "day": day, **found._asdict()},
    )
    rows = [
        {
            "year": year,
            "outcome_id": change.outcome_id,
            "worker_id": UUID(change.worker),
            "actions": 0 if found.actions is None else change.actions,
            "contacts": 0 if found.contacts is None else change.contacts,
        }
        for change in changes
    ]
    if rows and (found.actions, found.contacts) != (None, None):
        await tx.execute(
            text(
                "insert into correction_told (year, outcome_id, worker_id, actions, contacts)"
                " values (:year, :outcome_id, :worker_id, :actions, :contacts)"
            ),
            rows,
        )
