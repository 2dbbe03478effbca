"""Where facts are read again: from the streams, or from the services' own outboxes.

The streams are read while they hold every fact that was said; where they no longer do, a lost
broker or an expired fact, the outboxes are the longer memory.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
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
from shared.db import Database
from shared.errors import OutsideError
from shared.events import Event, fact_class

BATCH = 2000  # measured in the study of the backbone: more gains nothing
SILENCE_S = 30.0  # a stream that gives nothing for this long is away
LATE_COMMIT = timedelta(minutes=5)  # an outbox row may be marked this much after a later one

PROJECTED = {fact.type_name() for fact in store.PROJECTED}


@dataclass(slots=True)
class Reading:
    """How far each source was read, which facts came, and which the live side did not hear yet."""

    sources: dict[str, str] = field(default_factory=dict)
    last_seq: dict[str, int] = field(default_factory=dict)
    said_until: dict[str, datetime] = field(default_factory=dict)
    seen: set[UUID] = field(default_factory=set)
    pending: list[Event] = field(default_factory=list)
    unreadable: int = 0


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
            # Streams deny deletes, so a gap is a loss on the way and not a missing fact. Messages
            # come in order, so the first and the last tell; reading each number costs a tenth.
            if (number_of(batch[0]), number_of(batch[-1])) != (position + 1, position + len(batch)):
                raise OutsideError("the stream came with gaps")
            position += len(batch)
            yield batch
    finally:
        await subscription.unsubscribe()


def number_of(message: Msg) -> int:
    """Return a message's place in its stream."""
    return int(message.metadata.sequence.stream)


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
