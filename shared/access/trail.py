"""The audit trail: who did what with whose data. It only grows, and its rows are chained."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select

from shared.access.tables import account, audit
from shared.db import Tx

READ_AGAIN_AFTER = timedelta(hours=12)  # who opens a page ten times in a morning read it once


@dataclass(frozen=True, slots=True)
class TrailLine:
    """What somebody did with a person's data or access. `by` is empty for the machine itself."""

    at: datetime
    action: str
    by: str
    by_role: str
    by_oneself: bool


async def note_reading(tx: Tx, action: str, *, actor_id: UUID, subject_id: UUID) -> None:
    """Note that somebody looked at what is kept of a person; once in half a day."""
    if actor_id == subject_id:
        return
    lately = select(func.count()).where(
        audit.c.action == action,
        audit.c.actor_id == actor_id,
        audit.c.subject_id == subject_id,
        audit.c.at > tx.now - READ_AGAIN_AFTER,
    )
    if not (await tx.execute(lately)).scalar_one():
        await note(tx, action, actor_id=actor_id, subject_id=subject_id)


async def trail_of(tx: Tx, person_id: UUID) -> Sequence[TrailLine]:
    """Return what was done with a person's data and access, by them and by others, newest first."""
    rows = await tx.execute(
        select(audit.c.at, audit.c.action, audit.c.actor_id, account.c.display_name, account.c.role)
        .outerjoin(account, account.c.person_id == audit.c.actor_id)
        .where(audit.c.subject_id == person_id)
        .order_by(audit.c.number.desc())
    )
    return [
        TrailLine(
            row.at,
            row.action,
            row.display_name or "",
            row.role or "",
            row.actor_id == person_id,
        )
        for row in rows
    ]


async def note(
    tx: Tx,
    action: str,
    *,
    actor_id: UUID | None = None,
    subject_id: UUID | None = None,
    detail: dict[str, str] | None = None,
) -> None:
    """Append to the audit trail. Each row's hash covers the row before it."""
    await tx.wait_for_lock("audit")
    last = await tx.execute(select(audit.c.row_hash).order_by(audit.c.number.desc()).limit(1))
    previous: bytes = last.scalar_one_or_none() or b""
    content = audit_content(tx.now, actor_id, action, subject_id, detail or {})
    await tx.execute(
        insert(audit).values(
            at=tx.now,
            actor_id=actor_id,
            action=action,
            subject_id=subject_id,
            detail=detail or {},
            row_hash=hashlib.sha256(previous + content).digest(),
        )
    )


@dataclass(frozen=True, slots=True)
class Trail:
    """What a walk along the trail found; `broken` are the rows that do not follow the one before.

    Rows that were cut off at its end are told by a head that was noted earlier, and is gone.
    """

    rows: int
    head: str
    broken: tuple[int, ...]


async def verify_trail(tx: Tx) -> Trail:
    """Compute every hash of the trail anew."""
    previous, count, broken = b"", 0, list[int]()
    rows = await tx.connection.stream(select(audit).order_by(audit.c.number))
    async for row in rows:
        content = audit_content(row.at, row.actor_id, row.action, row.subject_id, row.detail)
        if hashlib.sha256(previous + content).digest() != row.row_hash:
            broken.append(row.number)
        previous, count = row.row_hash, count + 1
    return Trail(count, previous.hex(), tuple(broken))


def audit_content(
    at: datetime,
    actor_id: UUID | None,
    action: str,
    subject_id: UUID | None,
    detail: dict[str, str],
) -> bytes:
    """Write a row of the trail in the one form that is hashed."""
    row = [at.isoformat(), str(actor_id), action, str(subject_id), detail]
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode()
