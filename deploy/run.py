"""What a container runs: one door of one service, or of all four in one process.

`web` answers people, `worker` hears and says facts, `jobs` keeps the clock.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import uvicorn
from celery import Celery
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from deploy.documents import asyncapi
from deploy.wiring import CHORES, buses, webs
from shared.bus import Bus
from shared.jobs import make_celery, poke
from shared.log import start_logging
from shared.settings import HouseSettings, Profile
from shared.web import access_app
from shared.web.answers import answer_http
from shared.web.headers import closed
from shared.web.live import end_streams

HEALTH_EVERY_S = 1.0


def celery_app(settings: HouseSettings, services: Sequence[str]) -> Celery:
    """Build the Celery app with the chores of these services."""
    return make_celery(settings, {name: CHORES[name] for name in services})


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


def worker(services: Sequence[str]) -> None:
    """Hear and say facts until told to stop."""
    start_logging()
    settings = HouseSettings()
    chosen = [bus for name, bus in buses(settings).items() if name in services]
    asyncio.run(_hear_and_say(chosen))


async def _hear_and_say(chosen: Sequence[Bus]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    for bus in chosen:
        await bus.start()
    try:
        while not stop.is_set():
            if not all(bus.tasks_alive() for bus in chosen):
                raise SystemExit(1)  # whoever supervises us starts us afresh
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), HEALTH_EVERY_S)
    finally:
        for bus in chosen:
            await bus.stop()


def jobs(services: Sequence[str], schedule_file: str) -> None:
    """Keep the clock until told to stop: beat and worker in one process.

    With several replicas, exactly one of them may have the beat.
    """
    start_logging()
    app = celery_app(HouseSettings(), services)
    app.worker_main(
        [
            "worker",
            "--beat",
            f"--schedule={schedule_file}",
            "--pool=threads",
            "--concurrency=4",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ]
    )
