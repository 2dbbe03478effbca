"""The people's door: pages and programs of one service, or of all four, in one process.

What else a container may run: `hearing.py` hears and says facts, `clock.py` keeps the clock.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from deploy.clock import celery_app
from deploy.documents import asyncapi
from deploy.wiring import webs
from shared.jobs import poke
from shared.log import start_logging
from shared.settings import HouseSettings, Profile
from shared.web import access_app
from shared.web.answers import answer_http
from shared.web.headers import closed
from shared.web.live import end_streams


def web_app(settings: HouseSettings, services: Sequence[str]) -> Starlette:
    """Mount the people's doors of these services, and the way in, on one origin."""
    clockwork = celery_app(settings, services)

    async def after_clock() -> None:
        await asyncio.to_thread(poke, clockwork)

    theirs = webs(settings)
    doors: dict[str, FastAPI] = {name: theirs[name] for name in services}
    doors["access"] = access_app(settings, after_clock)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in doors.values():  # Starlette does not run the lifespan of what it mounts
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def home(request: Request) -> Response:
        first = "/intake/" if "intake" in doors else "/access/sign-in"
        return closed(RedirectResponse(first), request.url.path)

    async def live(request: Request) -> Response:
        return closed(JSONResponse({"doors": sorted(doors)}), request.url.path)

    async def facts(_: Request) -> JSONResponse:
        return JSONResponse(asyncapi(settings))

    development = settings.profile is not Profile.PRODUCTION

    async def nowhere(request: Request, error: Exception) -> Response:
        request.scope["app"] = doors["access"]  # which has templates; this app has none
        return closed(await answer_http(request, error), request.url.path)

    return Starlette(
        exception_handlers={404: nowhere},
        routes=[
            Route("/", home),
            Route("/live", live),
            *([Route("/asyncapi.json", facts)] if development else []),
            *(Mount(f"/{name}", app) for name, app in doors.items()),
        ],
        lifespan=life,
    )


def web(services: Sequence[str], host: str, port: int) -> None:
    """Answer people until told to stop."""
    start_logging()
    settings = HouseSettings()
    # No access log: a path says who looked at what, and the audit trail is the place for that.
    config = uvicorn.Config(
        web_app(settings, services),
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    Doors(config).run()


class Doors(uvicorn.Server):
    """A server whose open streams end with it; otherwise it would wait for them in vain."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_streams()
        await super().shutdown(sockets)
