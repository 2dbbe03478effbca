"""The factory of every people’s door: life, headers, health."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from pydantic import AwareDatetime, BaseModel, Field

from shared.db import Database, last_fact, sweeps, waiting_facts
from shared.errors import MissingError, OutsideError
from shared.settings import Clock, HouseSettings, Profile
from shared.web import zones
from shared.web.answers import add_error_answers
from shared.web.guard import Db, Operator
from shared.web.headers import closed
from shared.web.languages import UI
from shared.web.openapi import Door
from shared.web.pages import template_environment


class Pulse(BaseModel):
    """How far a service is: facts still to say, facts still to hear, and its last sweeps."""

    service: str
    said: int = Field(description="Number of the last fact staged; unchanged: nothing was said.")
    waiting_to_say: int
    waiting_to_hear: dict[str, int]
    swept_at: dict[str, AwareDatetime]
    chores: list[str]

    @property
    def at_rest(self) -> bool:
        return self.waiting_to_say == 0 and not any(self.waiting_to_hear.values())


class Link(Protocol):
    """What a web app needs of the bus; `shared.bus.BusLink` is one."""

    async def start(self) -> None:
        """Begin to connect."""

    async def stop(self) -> None:
        """Leave."""

    async def poke(self) -> None:
        """Wake the relay: facts were staged."""

    async def lag(self) -> dict[str, int]:
        """Count the facts that each consumer still has to hear."""


class NoLink:
    """For the app that says no facts."""

    async def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to leave."""

    async def poke(self) -> None:
        """Nobody to wake."""

    async def lag(self) -> dict[str, int]:
        """Nothing is heard."""
        return {}


def create_app(  # noqa: PLR0913 - what one app is made of, named
    service: str,
    settings: HouseSettings,
    routers: Sequence[APIRouter],
    *,
    link: Link | None = None,
    chores: Sequence[str] = (),
    readers: Sequence[str] = (),
) -> FastAPI:
    """Build a service's web app; `main.py` mounts it under `/<service>`.

    Args:
        service: also the schema, the template folder and the mount point.
        settings: the service's own, built once in `main.py`.
        routers: of the service's `web.py`.
        link: to the bus, a `shared.bus.BusLink`; the only thing that knows NATS here.
        chores: the names of the service's sweeps, reported by `/api/pulse`.
        readers: database roles that may read less of the service's schema than its own, for
            pages of people from outside; opened as `app.state.readers[role]`.
    """
    development = settings.profile is not Profile.PRODUCTION
    app = Door(
        title=f"Relais · {service}",
        version="1",
        lifespan=life,
        docs_url=None,  # its page loads scripts from elsewhere, which our headers refuse
        redoc_url=None,
        openapi_url="/api/openapi.json" if development else None,
    )
    app.state.service = service
    app.state.settings = settings
    app.state.link = link or NoLink()
    app.state.chores = list(chores)
    app.state.reading_roles = tuple(readers)
    app.state.templates = template_environment(service)
    app.mount("/static", StaticFiles(directory=UI / "static"), name="static")
    app.middleware("http")(add_headers)
    add_error_answers(app)
    own = [health] if service == "access" else [health, zones.router]
    for router in (*own, *routers):
        app.include_router(router)
    return app


@asynccontextmanager
async def life(app: FastAPI) -> AsyncIterator[None]:
    """Open what a running app needs, and give it back."""
    service, settings, link = app.state.service, app.state.settings, app.state.link
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url_of(service), service, settings.clock)
        database.after_commit = link.poke
        stack.push_async_callback(database.close)
        # Real time for sessions, whatever the played clock says.
        access_url = settings.database_url_of("access")
        access = Database(access_url, "access", Clock.SYSTEM, pool_size=3)
        stack.push_async_callback(access.close)
        app.state.readers = {}
        for role in app.state.reading_roles:
            url = settings.database_url_of(role)
            reader = Database(url, service, settings.clock, pool_size=2)
            stack.push_async_callback(reader.close)
            app.state.readers[role] = reader
        await link.start()
        stack.push_async_callback(link.stop)
        app.state.database, app.state.access = database, access
        yield


async def add_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Send the security headers with every answer."""
    return closed(await call_next(request), request.url.path)


health = APIRouter()


@health.get("/live", include_in_schema=False)
async def live(request: Request) -> dict[str, str]:
    """Say that the process runs."""
    return {"service": request.app.state.service}


@health.get("/ready", include_in_schema=False)
async def ready(request: Request, database: Db) -> dict[str, str]:
    """Say that the process can do its work."""
    try:
        async with database.reading():
            return {"service": request.app.state.service}
    except Exception as error:
        raise OutsideError("database") from error


@health.get("/api/pulse")
async def pulse(request: Request, database: Db, _: Operator) -> Pulse:
    """Tell how far the service is; all zeros and fresh sweeps mean that it is at rest."""
    if request.app.state.service == "access":
        raise MissingError("pulse")
    async with database.reading() as tx:
        said, waiting, swept_at = await last_fact(tx), await waiting_facts(tx), await sweeps(tx)
    if waiting:  # a sweep staged them, and jobs do not talk to NATS: whoever asks wakes the relay
        await request.app.state.link.poke()
    return Pulse(
        service=request.app.state.service,
        said=said,
        waiting_to_say=waiting,
        waiting_to_hear=await request.app.state.link.lag(),
        swept_at=swept_at,
        chores=request.app.state.chores,
    )
