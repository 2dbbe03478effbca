"""Which operations of phones took effect; see the migration for what is not kept."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.store.tables import operation
from shared.db import Tx


async def claim_operation(tx: Tx, key: str, fingerprint: str) -> str | None:
    """Claim an operation for this transaction; None when it is new, else its known fingerprint.

    Two sendings at once: the second waits for the first to commit, or takes its place.
    """
    claimed = await tx.execute(
        upsert(operation)
        .values(key=key, fingerprint=fingerprint, taken_at=tx.now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(operation.c.key)
    )
    if claimed.first() is not None:
        return None
    known = await tx.execute(select(operation.c.fingerprint).where(operation.c.key == key))
    return str(known.scalar_one())


async def forget_operations(tx: Tx, before: datetime, most: int) -> int:
    """Forget what was taken before an instant; return how many."""
    old = select(operation.c.key).where(operation.c.taken_at < before).limit(most)
    forgotten = await tx.execute(delete(operation).where(operation.c.key.in_(old)))
    return forgotten.rowcount
