"""Creates and upgrades the streams and consumers on NATS. Services only check theirs.

A service that created its own would quietly keep what an older one had made, or undo what a newer
one needs (docs/decisions/0008).
"""

from nats.aio.client import Client
from nats.js.errors import NotFoundError
from sqlalchemy import update

from deploy.wiring import buses
from shared.bus import SERVICES, Hearing, connect, drift, stream_config
from shared.db import Database, outbox
from shared.settings import HouseSettings


async def apply(settings: HouseSettings) -> list[str]:
    """Make every stream and consumer as the code describes it; return what was done.

    A consumer that nobody in the code listens with any more is removed.
    """
    client = await connect(settings.nats_url, "relais topology")
    try:
        return [*await apply_streams(client), *await apply_consumers(client, hearings(settings))]
    finally:
        await client.close()


async def check(settings: HouseSettings) -> list[str]:
    """Name what differs between the code and the server; empty means none."""
    client = await connect(settings.nats_url, "relais topology")
    try:
        return [*await stream_drift(client), *await drift(client, hearings(settings))]
    finally:
        await client.close()


def hearings(settings: HouseSettings) -> list[Hearing]:
    """List what every service hears."""
    return [hearing for bus in buses(settings).values() for hearing in bus.hearings]


async def apply_streams(client: Client) -> list[str]:
    """Create or update the stream of each service."""
    js, done = client.jetstream(), []
    for service in SERVICES:
        config = stream_config(service)
        try:
            await js.stream_info(service.upper())
        except NotFoundError:
            await js.add_stream(config)
            done.append(f"stream {service.upper()} created")
        else:
            await js.update_stream(config)
    return done


async def stream_drift(client: Client) -> list[str]:
    """Compare the streams with the code; name each field that differs."""
    js, found = client.jetstream(), []
    for service in SERVICES:
        try:
            theirs = (await js.stream_info(service.upper())).config.as_dict()
        except NotFoundError:
            found.append(f"{service.upper()}: missing")
            continue
        ours = {k: v for k, v in stream_config(service).as_dict().items() if v is not None}
        found += [f"{service.upper()}.{k}" for k, v in ours.items() if theirs.get(k) != v]
    return found


async def apply_consumers(client: Client, wanted: list[Hearing]) -> list[str]:
    """Create or update each durable consumer; remove those that the code forgot."""
    js, done = client.jetstream(), []
    before = set(await drift(client, wanted))
    for hearing in wanted:
        await js.add_consumer(hearing.stream, hearing.config)
    done += [f"consumer {name}" for name in sorted(before)]
    names = {(hearing.stream, hearing.durable) for hearing in wanted}
    for service in SERVICES:
        stream = service.upper()
        for info in await js.consumers_info(stream):
            durable = info.config.durable_name
            if durable and durable.split("-")[0] in SERVICES and (stream, durable) not in names:
                await js.delete_consumer(stream, durable)
                done.append(f"consumer {durable} removed")
    return done


async def republish(settings: HouseSettings) -> list[tuple[str, int]]:
    """Mark every fact that the outboxes keep as unsaid, so that the relays fill lost streams again.

    What was heard before is absorbed by the inboxes. Returns how many facts each service says.
    """
    told = []
    for service in SERVICES:
        database = Database(settings.database_url_of(service), service, settings.clock)
        try:
            async with database.transaction() as tx:
                marked = await tx.execute(update(outbox).values(published_at=None))
                told.append((service, marked.rowcount))
        finally:
            await database.close()
    return told
