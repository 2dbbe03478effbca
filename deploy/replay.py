"""Rebuilds reporting's projections from the facts, beside the live ones, and compares the two.

The streams are read while they hold every fact that was said; where they no longer do, a lost
broker or an expired fact, the services' own outboxes are the longer memory. The rebuilt tables
stand next to the live ones until somebody asks for the swap.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from pydantic import ValidationError
from sqlalchemy import text

from services.reporting import store
from shared.bus import SERVICES, connect
from shared.db import Database, Tx
from shared.errors import OutsideError, RelaisError
from shared.events import Event, fact_class
from shared.settings import HouseSettings, sqlalchemy_url

SHADOW = "_new"
BATCH = 2000  # measured in the study of the backbone: more gains nothing
SILENCE_S = 30.0  # a stream that gives nothing for this long is away
CATCH_UP_S = 30.0  # how long the live projection may need to hear what is already said
RETRY_S = 0.2
LATE_COMMIT = timedelta(minutes=5)  # an outbox row may be marked this much after a later one

PROJECTED = {fact.type_name() for fact in store.PROJECTED}


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


@dataclass(slots=True)
class Reading:
    """How far each source was read, which facts came, and which the live side did not hear yet."""

    sources: dict[str, str] = field(default_factory=dict)
    last_seq: dict[str, int] = field(default_factory=dict)
    said_until: dict[str, datetime] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)
    pending: list[Event] = field(default_factory=list)
    unreadable: int = 0


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
                text(f"create unlogged table {table}{SHADOW} (like {table} including all)")
            )
    try:
        yield
    finally:
        async with database.transaction() as tx:
            for statement in drop.split("; "):
                await tx.execute(text(statement))


async def _rebuild(
    database: Database, client: Client, until: datetime | None, *, swap: bool
) -> Rebuilt:
    began_s = time.perf_counter()
    reading = Reading()
    for service in SERVICES:
        reading.sources[service] = await choose_source(database, client, service)
        async for facts in read_facts(database, client, service, reading):
            chosen = [f for f in facts if until is None or f.occurred_at <= until]
            async with database.transaction() as tx:
                await store.project(tx, chosen, SHADOW)
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


# --- where the facts are -------------------------------------------------------------------------


async def choose_source(database: Database, client: Client, service: str) -> str:
    """Say where more of a service's facts are: `stream`, or `outbox` when the stream lost some."""
    async with database.reading() as tx:
        kept = await tx.execute(
            text(f"select count(*) from {service}.outbox where published_at is not null")
        )
        said: int = kept.scalar_one()
    try:
        info = await client.jetstream(timeout=SILENCE_S).stream_info(service.upper())
    except NotFoundError:
        return "outbox"
    return "stream" if info.state.messages >= said else "outbox"


async def read_facts(
    database: Database, client: Client, service: str, reading: Reading
) -> AsyncIterator[list[Event]]:
    """Read a service's facts that were not read before, each once, in batches."""
    if reading.sources[service] == "stream":
        after = reading.last_seq.get(service, 0)
        async for messages in read_stream(client, service, after):
            reading.last_seq[service] = messages[-1].metadata.sequence.stream
            told = [((m.headers or {}).get("ce-type", ""), m.data) for m in messages]
            yield as_facts(told, reading)
        return
    since = reading.said_until.get(service)
    async for rows in read_outbox(database, service, since and since - LATE_COMMIT):
        reading.said_until[service] = max(row[2] for row in rows)
        yield as_facts([(type_name, body.encode()) for type_name, body, _ in rows], reading)


def as_facts(told: Sequence[tuple[str, bytes]], reading: Reading) -> list[Event]:
    """Read the facts that reporting projects and has not seen."""
    facts = []
    for type_name, body in told:
        kind = fact_class(type_name) if type_name in PROJECTED else None
        if kind is None:
            continue
        try:
            fact = kind.model_validate_json(body)
        except ValidationError:
            reading.unreadable += 1
            continue
        if fact.event_id not in reading.seen:
            reading.seen.add(fact.event_id)
            facts.append(fact)
    return facts


async def read_stream(client: Client, service: str, after: int = 0) -> AsyncIterator[list[Msg]]:
    """Read a stream from a sequence number on to what was its end when we came, in batches.

    Raises:
        OutsideError: the stream went silent, or some of it did not arrive.
    """
    js = client.jetstream(timeout=SILENCE_S)
    state = (await js.stream_info(service.upper())).state
    first, last = max(after + 1, state.first_seq), state.last_seq
    if state.messages == 0 or first > last:
        return
    arrived: asyncio.Queue[Msg] = asyncio.Queue(maxsize=2 * BATCH)  # then the server waits
    # Pushed in order, without acknowledgements: three times as fast as fetching, on one CPU.
    subscription = await js.subscribe(
        f"{service}.>",
        stream=service.upper(),
        cb=arrived.put,
        ordered_consumer=True,
        config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=first),
    )
    try:
        position = first - 1
        while position < last:
            batch = [await next_message(arrived)]
            while len(batch) < min(BATCH, last - position) and not arrived.empty():
                batch.append(arrived.get_nowait())
            numbers = [message.metadata.sequence.stream for message in batch]
            # Streams deny deletes, so a gap is a loss on the way and not a missing fact.
            if numbers != list(range(position + 1, position + 1 + len(batch))):
                raise OutsideError("the stream came with gaps")
            position += len(batch)
            yield batch
    finally:
        await subscription.unsubscribe()


async def next_message(arrived: asyncio.Queue[Msg]) -> Msg:
    """Wait for a message, not for ever."""
    try:
        return await asyncio.wait_for(arrived.get(), SILENCE_S)
    except TimeoutError:
        raise OutsideError("the stream went silent") from None


Rows = list[tuple[str, str, datetime]]


async def read_outbox(
    database: Database, service: str, since: datetime | None
) -> AsyncIterator[Rows]:
    """Read a service's outbox: type, body and moment of saying of what was said, in batches."""
    last_id = 0
    while True:
        async with database.reading() as tx:
            found = await tx.execute(
                text(
                    f"select id, type, body, published_at from {service}.outbox"
                    " where id > :last_id and published_at is not null"
                    " and (cast(:since as timestamptz) is null or published_at >= :since)"
                    " order by id limit :most"
                ),
                {"last_id": last_id, "since": since, "most": BATCH},
            )
            rows = found.all()
        if not rows:
            return
        last_id = rows[-1].id
        yield [(row.type, row.body, row.published_at) for row in rows]


# --- how fast ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """A rebuild beside a bare read of the same streams, in the same run."""

    facts: int
    rebuild_facts_per_s: float
    read_messages_per_s: float

    @property
    def ratio(self) -> float:
        """How much of the bare rate is left; the study of the backbone asks for 0.4."""
        return self.rebuild_facts_per_s / self.read_messages_per_s


async def bench_rebuild(settings: HouseSettings) -> Bench:
    """Measure a rebuild of what the streams hold, and reading it without doing anything."""
    client = await connect(settings.nats_url, "relais replay bench")
    try:
        began_s = time.perf_counter()
        messages = 0
        for service in SERVICES:
            async for batch in read_stream(client, service):
                messages += len(batch)
        read_s = time.perf_counter() - began_s
    finally:
        await client.close()
    found = await rebuild(settings)
    return Bench(found.facts, found.facts_per_s, messages / read_s)
