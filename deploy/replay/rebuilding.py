"""Rebuilds reporting's projections from the facts, beside the live ones, and compares the two.

The rebuilt tables stand next to the live ones until somebody asks for the swap.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from nats.aio.client import Client
from sqlalchemy import text

from deploy.replay.sources import Reading, choose_source, read_facts
from services.reporting import store
from shared.bus import SERVICES, connect
from shared.db import Database, Tx
from shared.errors import RelaisError
from shared.events import Event
from shared.settings import HouseSettings, sqlalchemy_url

SHADOW = "_new"
CATCH_UP_S = 30.0  # how long the live projection may need to hear what is already said
RETRY_S = 0.2


class ReplayError(RelaisError):
    """A rebuild that must not go on; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found.

    `facts` are those that were read and projected, each once; `live_facts` those that the live
    projection has seen. `same` is None when only a part was rebuilt.
    """

    facts: int
    unreadable: int
    seconds: float
    sources: Mapping[str, str]
    checksum: str
    live_facts: int
    live_checksum: str
    same: bool | None
    swapped: bool

    @property
    def facts_per_s(self) -> float:
        return self.facts / self.seconds if self.seconds else 0.0

    def lines(self) -> list[str]:
        """Say it to a person."""
        sources = ", ".join(f"{service} from its {name}" for service, name in self.sources.items())
        told = [
            f"{self.facts} facts in {self.seconds:.1f} s: {self.facts_per_s:,.0f} facts/s",
            f"read: {sources}",
            f"rebuilt  {self.checksum}",
        ]
        if self.unreadable:
            told.append(f"{self.unreadable} facts could not be read and were left out")
        if self.same is None:
            return [*told, "only a part was rebuilt: nothing to compare"]
        told.append(f"live     {self.live_checksum}")
        if self.same:
            told.append("the same, byte for byte")
        elif self.facts < self.live_facts:
            told.append(
                f"DIFFERENT: the live projection saw {self.live_facts} facts; the others are older"
                " than the streams and the outboxes, so a rebuild would lose them"
            )
        else:
            told.append("DIFFERENT: `relais replay --swap` puts the rebuilt tables in place")
        return [*told, "swapped"] if self.swapped else told


async def rebuild(
    settings: HouseSettings, until: datetime | None = None, *, swap: bool = False
) -> Rebuilt:
    """Rebuild every projection into tables of their own, and compare them with the live ones.

    Args:
        settings: of the system; its database's owner makes the tables.
        until: leave out facts that occurred later. Then nothing is compared or swapped.
        swap: put the rebuilt rows in place of the live ones, in one transaction.

    Raises:
        ReplayError: another rebuild runs, or the swap would lose facts.
        OutsideError: a stream went silent.
    """
    url = sqlalchemy_url(settings.database_url.get_secret_value())
    database = Database(url, "reporting", settings.clock, pool_size=3)
    client = await connect(settings.nats_url, "relais replay")
    try:
        async with database.transaction() as guard:
            if not await guard.lock("rebuild"):
                raise ReplayError("Another rebuild is running. Wait until it ends.")
            async with shadow_tables(database):
                return await _rebuild(database, client, until, swap=swap)
    finally:
        await client.close()
        await database.close()


@asynccontextmanager
async def shadow_tables(database: Database) -> AsyncIterator[None]:
    """Make empty tables beside the live ones, and drop them at the end."""
    tables = (*store.PROJECTION_TABLES, "progress")
    drop = "; ".join(f"drop table if exists {table}{SHADOW}" for table in tables)
    async with database.transaction() as tx:
        for table in tables:
            await tx.execute(text(f"drop table if exists {table}{SHADOW}"))
            await tx.execute(  # unlogged: a crash throws them away, which is what we want
                text(
                    f"create unlogged table {table}{SHADOW}"
                    f" (like {table} including all excluding indexes)"
                )
            )
            await tx.execute(  # what pages search by is left out: nobody reads these rows
                text(f"alter table {table}{SHADOW} add primary key ({await key_of(tx, table)})")
            )
    try:
        yield
    finally:
        async with database.transaction() as tx:
            for statement in drop.split("; "):
                await tx.execute(text(statement))


async def key_of(tx: Tx, table: str) -> str:
    """Name the columns of a table's primary key."""
    found = await tx.execute(
        text(
            "select string_agg(a.attname, ', ' order by a.attnum) from pg_index i"
            " join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)"
            " where i.indrelid = cast(:table as regclass) and i.indisprimary"
        ),
        {"table": table},
    )
    return str(found.scalar_one())


class OneAhead:
    """Writes a batch while the next one is read: the database and we each have a core."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing: asyncio.Task[None] | None = None

    async def write(self, facts: Sequence[Event]) -> None:
        """Wait until the batch before is written, and begin this one."""
        await self.finish()
        self._writing = asyncio.create_task(self._write(facts))

    async def finish(self) -> None:
        """Wait until everything is written.

        Raises:
            Exception: whatever came between.
        """
        if self._writing is not None:
            await self._writing

    async def _write(self, facts: Sequence[Event]) -> None:
        async with self._database.transaction() as tx:
            await store.project(tx, facts, SHADOW)


async def _rebuild(
    database: Database, client: Client, until: datetime | None, *, swap: bool
) -> Rebuilt:
    began_s = time.perf_counter()
    reading, ahead = Reading(), OneAhead(database)
    for service in SERVICES:
        reading.sources[service] = await choose_source(database, client, service)
        async for facts in read_facts(database, client, service, reading):
            await ahead.write([f for f in facts if until is None or f.occurred_at <= until])
    await ahead.finish()
    seconds = time.perf_counter() - began_s
    if until is not None:
        async with database.reading() as tx:
            return await report(tx, reading, seconds, compared=False, swapped=False)
    give_up_at_s = time.monotonic() + CATCH_UP_S
    while True:
        last_try = time.monotonic() >= give_up_at_s
        async with database.transaction() as tx:
            await hold_still(tx)
            await catch_up(database, client, reading, tx)
            level = await store.facts_projected(tx) >= await store.facts_projected(tx, SHADOW)
            if level or last_try:
                found = await report(tx, reading, seconds, compared=True, swapped=swap)
                if swap:
                    await put_in_place(tx, found)
                return found
        await asyncio.sleep(RETRY_S)


async def report(
    tx: Tx, reading: Reading, seconds: float, *, compared: bool, swapped: bool
) -> Rebuilt:
    """Count and hash both sides."""
    checksum = await store.projection_checksum(tx, SHADOW)
    live = await store.projection_checksum(tx)
    return Rebuilt(
        facts=await store.facts_projected(tx, SHADOW),
        unreadable=reading.unreadable,
        seconds=seconds,
        sources=reading.sources,
        checksum=checksum,
        live_facts=await store.facts_projected(tx),
        live_checksum=live,
        same=checksum == live if compared else None,
        swapped=swapped,
    )


async def hold_still(tx: Tx) -> None:
    """Keep the live projection from moving until the commit; pages can still be read."""
    tables = ", ".join(store.PROJECTION_TABLES)  # in the order in which a projection takes them
    await tx.execute(text(f"lock table {tables} in share row exclusive mode"))


async def catch_up(database: Database, client: Client, reading: Reading, tx: Tx) -> None:
    """Project what the live side heard since the reading; what it has not heard can wait."""
    for service in SERVICES:
        async for facts in read_facts(database, client, service, reading):
            reading.pending += facts
    heard = await tx.execute(
        text(
            "select event_id from inbox where event_id = any(:ids)"
            " and consumer like 'reporting-project\\_facts-%'"
        ),
        {"ids": [fact.event_id for fact in reading.pending]},
    )
    known = {row.event_id for row in heard}
    await store.project(tx, [f for f in reading.pending if f.event_id in known], SHADOW)
    reading.pending = [f for f in reading.pending if f.event_id not in known]


async def put_in_place(tx: Tx, found: Rebuilt) -> None:
    """Replace the live rows by the rebuilt ones; who looks sees the one or the other.

    What the live side hears later, and is in the rebuilt rows already, changes nothing there.

    Raises:
        ReplayError: the rebuilt rows know fewer facts than the live ones.
    """
    if found.facts < found.live_facts:
        raise ReplayError(
            f"The streams and outboxes hold {found.facts} facts and the live projection saw"
            f" {found.live_facts}: a swap would lose some, so nothing was replaced."
        )
    await tx.execute(  # when a figure first appeared is not a fact: it is kept
        text(
            f"update contribution{SHADOW} as rebuilt set projected_at = live.projected_at"
            " from contribution as live where live.contribution_id = rebuilt.contribution_id"
        )
    )
    for table in store.PROJECTION_TABLES:
        await tx.execute(text(f"truncate {table}"))
        await tx.execute(text(f"insert into {table} select * from {table}{SHADOW}"))
