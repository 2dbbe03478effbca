"""One database, one schema and one role per service, one transaction per step.

A step gets a `Tx`: what it executes, the facts that it emits and the mark that a fact was heard
are one commit. Nobody calls `commit`.
"""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Double,
    Executable,
    Identity,
    Integer,
    MetaData,
    Pool,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.events import Event
from shared.settings import Clock

metadata = MetaData()

outbox = Table(  # facts to say; kept after they were said, so that a lost broker can be rebuilt
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("cause_id", Uuid),
    Column("staged_at", DateTime(timezone=True), server_default=func.clock_timestamp()),
    Column("published_at", DateTime(timezone=True)),
)
inbox = Table(  # facts heard; `repeats` counts the duplicates that were absorbed
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("heard_at", DateTime(timezone=True), server_default=func.clock_timestamp()),
    Column("repeats", Integer, nullable=False, server_default="0"),
)
dead_letter = Table(  # facts that a consumer could not take; a human decides
    "dead_letter",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("event_id", Uuid),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default="dead"),  # dead redrive redriven discarded
    Column("died_at", DateTime(timezone=True), server_default=func.clock_timestamp()),
    Column("settled_at", DateTime(timezone=True)),
)
chore = Table(  # when each sweep last found nothing left to do, on the clock that counts
    "chore",
    metadata,
    Column("name", Text, primary_key=True),
    Column("swept_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), server_default=func.clock_timestamp()),
)

zone = Table(  # how neighbourhoods are called and where they lie; facts carry their ids only
    "zone",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name_fr", Text, nullable=False),
    Column("name_nl", Text, nullable=False),
    Column("municipality", Text, nullable=False),
    Column("x_km", Double, nullable=False),
    Column("y_km", Double, nullable=False),
)

partner = Table(  # how partner organisations are called, where a service shows them
    "partner",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)
PARTNERS_0001 = """
create table partner (
  id text primary key,
  name text not null check (length(name) between 1 and 80)
);
"""

HOUSE_0001 = """
create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null unique,
  type text not null,
  subject text not null,
  body text not null,
  cause_id uuid,
  staged_at timestamptz not null default clock_timestamp(),
  published_at timestamptz
);
create index outbox_waiting on outbox (id) where published_at is null;
create index outbox_said on outbox (published_at) where published_at is not null;
create table inbox (
  consumer text not null,
  event_id uuid not null,
  heard_at timestamptz not null default clock_timestamp(),
  repeats integer not null default 0,
  primary key (consumer, event_id)
);
create table dead_letter (
  id bigint generated always as identity primary key,
  consumer text not null,
  event_id uuid,
  type text not null,
  subject text not null,
  body text not null,
  error text not null,
  attempts integer not null,
  state text not null default 'dead' check (state in ('dead','redrive','redriven','discarded')),
  died_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz
);
create index dead_letter_open on dead_letter (id) where state in ('dead','redrive');
create table zone (
  id text primary key,
  name_fr text not null,
  name_nl text not null,
  municipality text not null,
  x_km double precision not null,
  y_km double precision not null
);
create table chore (
  name text primary key,
  swept_at timestamptz not null,
  finished_at timestamptz not null default clock_timestamp()
);
"""
"""What the first migration of every service creates. Frozen: a change is a new migration."""


def run_script(connection: Connection, script: str) -> None:
    """Run several statements of a migration at once, which prepared statements cannot."""
    driver = connection.connection.driver_connection
    if driver is None:
        msg = "the connection is closed"
        raise RuntimeError(msg)
    driver.execute(script)


def utc_now() -> datetime:
    """Tell the machine's time. Steps and rules use `tx.now` instead: their clock is a setting."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


class Tx:
    """What a step may touch: statements, the time, and the facts that it wants to tell."""

    def __init__(self, connection: AsyncConnection, now: datetime, cause: UUID | None) -> None:
        self._connection = connection
        self.now = now
        self.cause = cause
        self.emitted = 0

    async def execute(
        self,
        statement: Executable,
        values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Execute one statement in this transaction."""
        result: CursorResult[Any] = await self._connection.execute(statement, values)
        return result

    async def emit(self, *events: Event) -> None:
        """Stage facts; they leave with this transaction's commit, or not at all."""
        rows = [
            {
                "event_id": event.event_id,
                "type": event.type_name(),
                "subject": event.subject,
                "body": event.model_dump_json(),
                "cause_id": self.cause,
            }
            for event in events
        ]
        if rows:
            await self._connection.execute(insert(outbox), rows)
            self.emitted += len(rows)

    async def first_time(self, consumer: str, event_ids: Iterable[UUID]) -> set[UUID]:
        """Claim facts for a consumer; return those that it had not heard before."""
        wanted = [{"consumer": consumer, "event_id": i} for i in dict.fromkeys(event_ids)]
        claim = upsert(inbox).values(wanted)
        claimed = await self._connection.execute(
            claim.on_conflict_do_update(
                index_elements=[inbox.c.consumer, inbox.c.event_id],
                set_={"repeats": inbox.c.repeats + 1},
            ).returning(inbox.c.event_id, inbox.c.repeats)
        )
        return {row.event_id for row in claimed if row.repeats == 0}

    async def lock(self, name: str) -> bool:
        """Take a lock of this name until the commit; False when somebody else holds it."""
        key = zlib.crc32(name.encode())
        taken = await self._connection.execute(
            text("select pg_try_advisory_xact_lock(hashtext(current_schema()), :key)"),
            {"key": key - 2**31},
        )
        return bool(taken.scalar_one())

    async def wait_for_lock(self, name: str) -> None:
        """Wait for a lock of this name and hold it until the commit."""
        await self._connection.execute(
            text("select pg_advisory_xact_lock(hashtext(current_schema()), :key)"),
            {"key": zlib.crc32(name.encode()) - 2**31},
        )

    @property
    def connection(self) -> AsyncConnection:
        """The connection itself, for what `execute` cannot do: COPY and streams of rows."""
        return self._connection


class Database:
    """One schema, reached with its own role.

    Args:
        url: from `HouseSettings.database_url_of(schema)`.
        schema: the only one on the search path.
        clock: whose time `tx.now` is.
        pool_size: connections kept; twice as many may be open for a moment. The runbook's table
            adds them up against the server's `max_connections`.
    """

    def __init__(
        self,
        url: str,
        schema: str,
        clock: Clock = Clock.SYSTEM,
        *,
        poolclass: type[Pool] | None = None,
        pool_size: int = 5,
    ) -> None:
        self.schema = schema
        self.clock = clock
        self.after_commit: Callable[[], Awaitable[None]] | None = None
        options: dict[str, Any] = (
            {"poolclass": poolclass}
            if poolclass
            else {
                "pool_size": pool_size,
                "max_overflow": pool_size,
                "pool_pre_ping": True,
            }
        )
        self.engine: AsyncEngine = create_async_engine(
            url,
            connect_args={
                "options": f"-csearch_path={schema} -ctimezone=UTC",
                "application_name": f"relais {schema}",
                "connect_timeout": 5,
            },
            **options,
        )

    @asynccontextmanager
    async def transaction(self, *, cause: UUID | None = None) -> AsyncIterator[Tx]:
        """Begin; commit when the block ends, roll back when it raises."""
        async with self.engine.begin() as connection:
            tx = Tx(connection, await self._now(connection), cause)
            yield tx
        if tx.emitted and self.after_commit is not None:
            await self.after_commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """Begin a transaction that the server keeps from writing; for pages and queries."""
        async with self.engine.begin() as connection:
            await connection.execute(
                text("set transaction isolation level repeatable read read only")
            )
            yield Tx(connection, await self._now(connection), None)

    async def _now(self, connection: AsyncConnection) -> datetime:
        if self.clock is Clock.SYSTEM:
            return utc_now()
        played = await connection.execute(text("select instant from access.clock"))
        instant: datetime | None = played.scalar_one_or_none()
        return instant if instant is not None else utc_now()

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Tell whether the database is away or overloaded, so that the same work may pass later."""
    if isinstance(error, PoolTimeoutError | ConnectionError):
        return True
    if not isinstance(error, DBAPIError) or isinstance(error, DataError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    # Classes: 08 connection, 53 resources, 57 operator, 40 serialisation and deadlocks.
    return error.connection_invalidated or state[:2] in {"08", "53", "57", "40"} or not state


def does_not_fit(error: DBAPIError) -> bool:
    """Tell whether a value was sent that PostgreSQL cannot keep.

    A NUL character (the driver refuses it, without a state), a number or a date beyond what a
    column holds, or a character of no encoding.
    """
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, DataError) and state in {
        None,
        "22003",
        "22007",
        "22008",
        "22021",
        "22P05",
    }


async def waiting_facts(tx: Tx) -> int:
    """Count the facts that have not left yet."""
    counted = await tx.execute(
        select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
    )
    return int(counted.scalar_one())


async def last_fact(tx: Tx) -> int:
    """Return the number of the last fact that was staged: it grows with each, and never shrinks."""
    last = await tx.execute(select(func.coalesce(func.max(outbox.c.id), 0)))
    return int(last.scalar_one())


async def swept(tx: Tx, name: str) -> None:
    """Note that a sweep found nothing left to do at this transaction's time."""
    note = upsert(chore).values(name=name, swept_at=tx.now)
    await tx.execute(
        note.on_conflict_do_update(
            index_elements=[chore.c.name],
            set_={"swept_at": tx.now, "finished_at": func.clock_timestamp()},
        )
    )


async def sweeps(tx: Tx) -> dict[str, datetime]:
    """Tell when each sweep last found nothing left to do."""
    rows = await tx.execute(select(chore.c.name, chore.c.swept_at))
    return {row.name: row.swept_at for row in rows}


@dataclass(frozen=True, slots=True)
class ZoneName:
    """A neighbourhood as people call it, and its middle in km east and north of a corner."""

    id: str
    name_fr: str
    name_nl: str
    municipality: str
    x_km: float
    y_km: float

    def name(self, language: str) -> str:
        """Return the Dutch name to who reads Dutch, the French one to everybody else."""
        return self.name_nl if language == "nl" else self.name_fr


async def save_zones(tx: Tx, zones: Sequence[ZoneName]) -> None:
    """Replace what is known of these zones; the others stay, because old facts name them."""
    for place in zones:
        values = asdict(place)
        await tx.execute(
            upsert(zone).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        )


async def zone_names(tx: Tx) -> dict[str, ZoneName]:
    """Return every known zone by its id."""
    rows = await tx.execute(select(zone).order_by(zone.c.id))
    return {row.id: ZoneName(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public name


async def save_partners(tx: Tx, names: Mapping[str, str]) -> None:
    """Keep how partners are called, by id; the others stay."""
    for partner_id, name in names.items():
        values = {"id": partner_id, "name": name}
        await tx.execute(
            upsert(partner).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        )


async def partner_names(tx: Tx) -> dict[str, str]:
    """Return how every known partner is called."""
    return {row.id: row.name for row in await tx.execute(select(partner))}
