"""Verifies what only grows: ledgers by their chains, anchors and sums, and the audit trail."""

from dataclasses import dataclass

from services.reporting.rules.ledger import History, LedgerError, verify
from services.reporting.store import ledger as kept
from shared.access import Trail, verify_trail
from shared.db import Database
from shared.settings import Clock, HouseSettings


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of one ledger. No problem: nothing was changed, lost or moved."""

    ledger_id: str
    blocks: int
    audit_rows: int
    head: str
    problems: tuple[str, ...]


async def verify_ledgers(settings: HouseSettings) -> list[Verified]:
    """Check every ledger as the sealer sees it."""
    database = Database(settings.database_url_of("sealer"), "reporting", settings.clock)
    try:
        async with database.reading() as tx:
            found = []
            for ledger_id in await kept.ledger_ids(tx):
                problems: list[str] = []
                lengths: dict[str, int] = {}
                for chain in (kept.BLOCKS, kept.AUDIT):
                    links = await kept.chain_of(tx, ledger_id, chain)
                    anchors = await kept.anchors_of(tx, ledger_id, chain)
                    problems += [f"{chain}: {problem}" for problem in verify(links, anchors)]
                    lengths[chain] = len(links)
                try:
                    History.of(await kept.blocks_of(tx, ledger_id))
                except LedgerError as error:
                    problems += error.problems
                head = await kept.head(tx, ledger_id)
                found.append(
                    Verified(
                        ledger_id,
                        lengths[kept.BLOCKS],
                        lengths[kept.AUDIT],
                        head.head,
                        tuple(problems),
                    )
                )
            return found
    finally:
        await database.close()


async def verify_audit_trail(settings: HouseSettings) -> Trail:
    """Check that no row of the trail was changed, taken out or put in between."""
    database = Database(settings.database_url_of("access"), "access", Clock.SYSTEM)
    try:
        async with database.reading() as tx:
            return await verify_trail(tx)
    finally:
        await database.close()
