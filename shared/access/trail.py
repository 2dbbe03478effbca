"""The audit trail: who did what with whose data. It only grows, and its rows are chained."""

import hashlib
import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from shared.access.tables import audit
from shared.db import Tx


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
