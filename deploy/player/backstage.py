"""Behind the front door: whether a system is at rest, asked often and at little cost.

A play waits for rest about a thousand times. Asked at the front door, that is four requests with a
session each, and took a third of the time in which a whole crisis was played.
"""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from nats.aio.client import Client
from nats.errors import Error as NatsError
from psycopg.rows import dict_row

from deploy.player.front_door import SERVICES
from shared.bus import connect

GLANCE = """
select '{service}' as service,
  (select coalesce(max(id), 0) from {service}.outbox) as said,
  (select count(*) from {service}.outbox where published_at is null) as waiting_to_say,
  (select coalesce(jsonb_object_agg(name, swept_at), '{{}}') from {service}.chore) as swept_at
"""
GLANCES = " union all ".join(GLANCE.format(service=service) for service in SERVICES)


class AwayError(Exception):
    """The database or the bus does not answer just now; the message names it."""


@dataclass(frozen=True, slots=True)
class Glance:
    """How far one service is: `said` grows with each of its facts, others may still hear them."""

    service: str
    said: int
    waiting_to_say: int
    waiting_to_be_heard: dict[str, int]
    """By consumer of this service's facts, those that wait or are being handled included."""
    swept_at: dict[str, datetime]


class Backstage:
    """Reads every service's outbox and chores as the owner of the database, and the bus."""

    def __init__(self, database_url: str, client: Client) -> None:
        self._database_url = database_url
        self._client = client
        self._connection: psycopg.AsyncConnection[dict[str, Any]] | None = None

    async def look(self) -> list[Glance]:
        """Look at every service: at what it said first, then at what is still to be heard.

        Raises:
            AwayError: the database or the bus does not answer.
        """
        try:
            return [await self._glance(row) for row in await self._rows()]
        except psycopg.Error as error:
            await self.leave()
            raise AwayError("the database is away") from error
        except (NatsError, TimeoutError) as error:
            raise AwayError("the bus is away") from error

    async def _rows(self) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._database_url, autocommit=True, row_factory=dict_row
            )
        return await (await self._connection.execute(GLANCES)).fetchall()

    async def _glance(self, row: dict[str, Any]) -> Glance:
        service = row["service"]
        if row["waiting_to_say"]:  # a sweep staged it, and jobs do not talk to NATS: wake the relay
            await self._client.publish(f"poke.{service}", b"")
        consumers = await self._client.jetstream().consumers_info(service.upper())
        return Glance(
            service,
            row["said"],
            row["waiting_to_say"],
            {c.name: (c.num_pending or 0) + (c.num_ack_pending or 0) for c in consumers},
            {name: datetime.fromisoformat(at) for name, at in row["swept_at"].items()},
        )

    async def leave(self) -> None:
        """Let go of the database; the next look comes back to it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                await connection.close()


@asynccontextmanager
async def open_backstage(database_url: str, nats_url: str) -> AsyncIterator[Backstage]:
    """Connect as the owner of the database, and to the bus."""
    client = await connect(nats_url, "relais play")
    backstage = Backstage(database_url, client)
    try:
        yield backstage
    finally:
        await backstage.leave()
        await client.close()
