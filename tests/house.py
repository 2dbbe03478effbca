"""A whole system for one test module: real engines, every service's doors, in one event loop.

Tests come in by the people's door, as the coordination or as a worker; they may look at the
database, and they run the clock's sweeps themselves.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from starlette.applications import Starlette
from starlette.routing import Mount

from deploy import topology
from deploy.engines import Engines, start_engines
from deploy.run import web_app
from deploy.wiring import CHORES, buses
from shared import access
from shared.access import Stage
from shared.bus import SERVICES, Bus
from shared.db import Database
from shared.settings import Clock, HouseSettings, sqlalchemy_url
from shared.web.guard import session_life
from shared.words import Role
from tests.servers import drop_database, house_settings, migrated_database, test_settings

START = datetime.fromisoformat("2022-01-03T08:00:00+01:00")
SETTLE_LIMIT_S = 30.0


class Door(httpx.ASGITransport):
    """Into the house without a network between. Answers come whole here.

    So a stream of events is left after its first word, as a reader does who closes the page.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        once = httpx.ASGITransport(left_early(self.app), self.raise_app_exceptions)
        return await once.handle_async_request(request)


def left_early(app: Any) -> Any:
    """Wrap an app so that its streams of events end with their first event."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        heard = asyncio.Event()
        is_stream = False

        async def listen(message: Any) -> None:
            nonlocal is_stream
            kinds = dict(message.get("headers", ())).get(b"content-type", b"")
            is_stream = is_stream or kinds.startswith(b"text/event-stream")
            if is_stream and b"event:" in message.get("body", b""):
                await send({**message, "more_body": False})
                heard.set()
                await asyncio.Event().wait()  # nothing more is read
            await send(message)

        answering = asyncio.create_task(app(scope, receive, listen))
        leaving = asyncio.create_task(heard.wait())
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if heard.is_set():
            answering.cancel()
            await asyncio.wait({answering})
        else:
            await answering

    return wrapped


@dataclass
class House:
    """A running system. `people` keeps who was let in, by name."""

    settings: HouseSettings
    buses: dict[str, Bus]
    transport: httpx.ASGITransport
    databases: dict[str, Database]
    people: dict[str, UUID] = field(default_factory=dict)

    async def enter(
        self, role: Role, name: str, person_id: UUID | None = None
    ) -> httpx.AsyncClient:
        """Let somebody in with a link, and return their HTTP client."""
        async with self.databases["access"].transaction() as tx:
            person = await access.create_account(
                tx, role=role, display_name=name, person_id=person_id
            )
            token = await access.make_link(tx, person)
        client = httpx.AsyncClient(transport=self.transport, base_url="http://relais.test")
        answer = await client.post("/access/api/sessions", json={"token": token})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['session']}"
        self.people[name] = person
        return client

    async def enter_half(self, stage: Stage) -> httpx.AsyncClient:
        """Let a coordinator in as far as a stage of coming in."""
        async with self.databases["access"].transaction() as tx:
            person = await access.create_account(tx, role=Role.COORDINATION, display_name="Half in")
            known = await access.open_account(tx, person)
            life = session_life(self.settings)
            token, _ = await access.begin_session(tx, known, life, by="password", stage=stage)
        return httpx.AsyncClient(
            transport=self.transport,
            base_url="http://relais.test",
            headers={"Authorization": f"Bearer {token}"},
        )

    def door(self, service: str) -> FastAPI:
        """Return the web app of a service, or of the way in."""
        mounted: Starlette = self.transport.app  # type: ignore[assignment]  # `deploy.run.web_app` made it
        (found,) = (
            route.app
            for route in mounted.routes
            if isinstance(route, Mount) and route.path == f"/{service}"
        )
        assert isinstance(found, FastAPI)
        return found

    async def at(self, instant: datetime | str) -> None:
        """Move the played clock, run every sweep, and wait until the system is at rest."""
        moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        async with self.databases["access"].transaction() as tx:
            await access.move_clock(tx, moment)
        await self.sweep()

    async def sweep(self) -> None:
        """Run every sweep of every service, then wait until the system is at rest."""
        for service in SERVICES:
            for chore in CHORES[service]:
                await chore.errand(self.databases[chore.role or service])
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing waits to be said or heard."""

        async def at_rest() -> bool:
            said = [await self.said(service) for service in SERVICES]
            for bus in self.buses.values():
                await bus.wake()
                if any((await bus.lag()).values()):
                    return False
            # What was said meanwhile may still wait for those who were asked first.
            if any([await self.waiting(service) for service in SERVICES]):
                return False
            return said == [await self.said(service) for service in SERVICES]

        await eventually(at_rest, "facts still wait")

    async def waiting(self, service: str) -> int:
        rows = await self.rows(
            service, "select count(*) as n from outbox where published_at is null"
        )
        return int(rows[0]["n"])

    async def said(self, service: str) -> int:
        rows = await self.rows(
            service, "select count(*) as n from outbox where published_at is not null"
        )
        return int(rows[0]["n"])

    async def rows(self, schema: str, query: str, **values: Any) -> Sequence[dict[str, Any]]:
        """Read from one service's schema, with its own role."""
        async with self.databases[schema].reading() as tx:
            found = await tx.execute(text(query), values)
            return [dict(row) for row in found.mappings()]

    async def facts(self, type_name: str) -> list[dict[str, Any]]:
        """Return the bodies of the facts of one type that were staged, oldest first."""
        query = "select body::jsonb as body from outbox where type = :type order by id"
        rows = await self.rows(type_name.split(".", maxsplit=1)[0], query, type=type_name)
        return [row["body"] for row in rows]

    def owner_rows(self, query: str) -> Sequence[dict[str, Any]]:
        """Read as the owner of everything, for laws that look across services."""
        engine = create_engine(sqlalchemy_url(self.settings.database_url.get_secret_value()))
        try:
            with engine.connect() as connection:
                return [dict(row) for row in connection.execute(text(query)).mappings()]
        finally:
            engine.dispose()


async def eventually(
    condition: Callable[[], Awaitable[bool]], complaint: str, limit_s: float = SETTLE_LIMIT_S
) -> None:
    """Wait for a condition, looking again every 20 ms."""
    try:
        async with asyncio.timeout(limit_s):
            while not await condition():  # noqa: ASYNC110 - the condition is elsewhere
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(complaint) from None


@asynccontextmanager
async def a_house(engines: Engines, **settings: object) -> AsyncIterator[House]:
    """Start every service over a fresh database and a NATS of its own; the clock is at `START`."""
    database_url = migrated_database(engines)
    nats = start_engines(
        postgres=False, valkey=False, nats=True, durable=False, settings=test_settings()
    )
    with nats as own_nats:
        async with AsyncExitStack() as stack:
            stack.callback(drop_database, engines, database_url)
            values = house_settings(
                database_url,
                nats_url=own_nats.nats_url,
                valkey_url=engines.valkey_url,
                **settings,
            )
            databases = {name: open_database(values, name) for name in ("access", *SERVICES)}
            databases["sealer"] = open_database(values, "sealer", "reporting")
            for database in databases.values():
                stack.push_async_callback(database.close)
            async with databases["access"].transaction() as tx:
                await access.move_clock(tx, START)
            await topology.apply(values)
            running = buses(values)
            for bus in running.values():
                await bus.start()
                stack.push_async_callback(bus.stop)
            app = web_app(values, SERVICES)
            await stack.enter_async_context(app.router.lifespan_context(app))
            yield House(values, running, Door(app), databases)


def open_database(values: HouseSettings, role: str, schema: str = "") -> Database:
    clock = Clock.SYSTEM if role == "access" else values.clock
    return Database(values.database_url_of(role), schema or role, clock, pool_size=3)


def a_client_id() -> str:
    """Make an id as a phone would."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))
