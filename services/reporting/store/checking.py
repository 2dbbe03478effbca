"""Whether two projections of the same facts are the same, byte for byte."""

import hashlib

from sqlalchemy import text

from services.reporting.store.projecting import PROJECTION_TABLES
from shared.db import Tx

# When a row came says nothing about the facts; a rebuild comes later by its nature.
LINES = """
select string_agg(line, '' order by line)
from (select md5((to_jsonb(t) - 'projected_at')::text) as line from {table} t) as lines
"""


async def projection_checksum(tx: Tx, suffix: str = "") -> str:
    """Hash every projection; equal for the same facts, whatever their order and the machine."""
    whole = hashlib.sha256()
    for table in PROJECTION_TABLES:
        lines = await tx.execute(text(LINES.format(table=f"{table}{suffix}")))
        whole.update(f"{table}:{lines.scalar_one() or ''}\n".encode())
    return whole.hexdigest()


async def facts_projected(tx: Tx, suffix: str = "") -> int:
    """Count the facts that the projections have seen, each once."""
    counted = await tx.execute(text(f"select coalesce(sum(facts), 0) from progress{suffix}"))
    return int(counted.scalar_one())
