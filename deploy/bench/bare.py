"""Bare baselines: what the engines do with nothing of ours around them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from nats.aio.client import Client
from nats.js.api import StorageType, StreamConfig

from shared.bus import connect

STREAM, SUBJECT = "BENCH", "bench.fact"
IN_FLIGHT = 500  # as many as the relay's batch


async def commits_per_s(database_url: str, body: str, lasts_s: float) -> float:
    """Commit one row of this size after another on one connection, for so many seconds."""
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        await connection.execute("create table public.bench (body text not null)")
        began_s, done = time.perf_counter(), 0
        while time.perf_counter() - began_s < lasts_s:
            await connection.execute("insert into public.bench values (%s)", (body,))
            done += 1
        taken_s = time.perf_counter() - began_s
        await connection.execute("drop table public.bench")
    return done / taken_s


async def publishes_per_s(nats_url: str, body: bytes, lasts_s: float, *, in_flight: int) -> float:
    """Publish to JetStream and wait for each acknowledgement; `in_flight` of them at once."""
    async with scratch_stream(nats_url) as client:
        js = client.jetstream()
        began_s, done = time.perf_counter(), 0
        while time.perf_counter() - began_s < lasts_s:
            async with asyncio.TaskGroup() as together:
                for _ in range(in_flight):
                    together.create_task(js.publish(SUBJECT, body))
            done += in_flight
        return done / (time.perf_counter() - began_s)


@asynccontextmanager
async def scratch_stream(nats_url: str) -> AsyncIterator[Client]:
    """Make a stream on disk beside the real ones, and remove it afterwards."""
    client = await connect(nats_url, "relais bench")
    js = client.jetstream()
    try:
        await js.add_stream(
            StreamConfig(name=STREAM, subjects=["bench.>"], storage=StorageType.FILE)
        )
        yield client
        await js.delete_stream(STREAM)
    finally:
        await client.close()
