"""Exports are made campaign by campaign: each is a commit, so that a crash loses one at most.

Whoever goes on after a crash begins with the first campaign that is not written yet.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.reporting.store import exports
from services.reporting.store.exports import Export
from shared.db import Database, Tx
from shared.events import ExportMade
from shared.words import ExportId, PersonId

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)  # longer than a job may live, so that only the dead lose theirs
TURN_S = 60.0  # then the next turn goes on; a job may live 110 s
ATTEMPTS_MAX = 8  # turns in vain, or processes that died over it
KEPT = timedelta(days=7)

Gather = Callable[[Tx, str, UUID], Awaitable[Any]]
"""Reads what is told of a campaign: the select of its pages."""
WriteFiles = Callable[[Any, str], Sequence[tuple[str, bytes]]]
"""Writes what was gathered as files, each with its path in the archive. Slow."""


async def make_exports(database: Database, gather: Gather, write: WriteFiles) -> int:
    """Make what is asked for until the turn is over; return how many exports became ready."""
    ends_at_s = asyncio.get_running_loop().time() + TURN_S
    ready = 0
    while asyncio.get_running_loop().time() < ends_at_s:
        async with database.transaction() as tx:
            await exports.forget_exports(tx, tx.now - KEPT)
            claimed = await exports.claim_export(tx, LEASE)
        if claimed is None:
            break
        try:
            ready += await make(database, claimed, gather, write, ends_at_s)
        except Exception:
            log.exception("an export cannot be made")
            async with database.transaction() as tx:
                if claimed.attempts >= ATTEMPTS_MAX:
                    await exports.finish_export(tx, claimed, failed=True)
                else:
                    await exports.let_go(tx, claimed)
            break
    return ready


async def make(
    database: Database, claimed: Export, gather: Gather, write: WriteFiles, ends_at_s: float
) -> int:
    """Write the campaigns that are left; return 1 when it is whole, and say so."""
    for place, campaign_id in enumerate(claimed.campaigns):
        if place < claimed.done:
            continue
        if asyncio.get_running_loop().time() >= ends_at_s:
            async with database.transaction() as tx:
                await exports.let_go(tx, claimed)
            return 0
        async with database.reading() as tx:
            found = await gather(tx, claimed.language, campaign_id)
        files = await asyncio.to_thread(write, found, claimed.language)
        async with database.transaction() as tx:
            if not await exports.save_files(tx, claimed, place + 1, files, LEASE):
                return 0  # forgotten meanwhile, or another has it
    async with database.transaction() as tx:
        if not await exports.finish_export(tx, claimed):
            return 0
        await tx.emit(
            ExportMade(
                occurred_at=tx.now,
                export_id=ExportId(claimed.export_id),
                for_id=PersonId(claimed.person_id),
            )
        )
    return 1
