"""`relais demo`: starts everything, plays a crisis through the front door, and stays.

Only two one-time links are made here, as `relais up` makes its first: one for the coordination and
one for the service that moves the clock. Everything else goes through the front door.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn

from deploy.afterwards import look_back
from deploy.engines import EngineError, temporary_folder
from deploy.engines.ports import LOOPBACK
from deploy.engines.state import resident_memory_bytes
from deploy.mailbox import open_mailbox
from deploy.player import (
    Backstage,
    FrontDoor,
    Play,
    Scenario,
    Territory,
    open_backstage,
    read_scenario,
)
from deploy.stage import Show, stage_app
from deploy.summary import count_everything
from deploy.system import System, Wish, start_system
from deploy.territory import (
    DEFAULT_TERRITORY,
    load_pack,
    pack_as_payload,
    pack_as_places,
)
from deploy.where import DEMO_FOLDERS, DEMO_PREFIX
from shared import access
from shared.db import Database
from shared.settings import Clock, HouseSettings, Profile
from shared.words import Role

MEMORY_EVERY_S = 5.0
MEBIBYTE = 1024**2
SESSION_S = 12 * 3600  # whoever looks at a demonstration comes back to it after lunch


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. `speed=0` is as fast as possible; 1 is the scenario's own pace."""

    scenario: str = "energy-2022"
    seed: int = 1
    speed: float = 1.0
    gateway_port: int | None = None
    durable: bool = False
    """Wait for the disk at each commit. What is only played is not kept, and need not."""


@dataclass
class Demo:
    """A running demonstration."""

    request: Request
    scenario: Scenario
    system: System
    show: Show
    door: FrontDoor
    backstage: Backstage
    peak: "Peak"

    @property
    def url(self) -> str:
        return f"{self.system.url}/demo/"

    async def play(self, listen: Callable[[Play], None] = lambda _: None) -> dict[str, Any]:
        """Play the scenario to its end; return what it came to. `listen` may follow the play."""
        began_at_s = time.monotonic()
        play = await self.begin()
        listen(play)
        await play.run()
        return await self.summary(play, time.monotonic() - began_at_s)

    async def begin(self) -> Play:
        """Enter by the front door with two links; nothing has happened yet."""
        settings = self.system.settings
        tokens = {
            "coordination": await first_token(
                settings, Role.COORDINATION, self.scenario.coordination
            ),
            "service": await first_token(settings, Role.SERVICE, "Scenario player"),
        }
        pack = load_pack(DEFAULT_TERRITORY)
        play = await Play.begin(
            self.scenario,
            self.door,
            self.backstage,
            tokens,
            Territory(pack_as_payload(pack), pack_as_places(pack)),
            self.show.mailbox,
            seed=self.request.seed,
            speed=self.request.speed,
        )
        self.show.play = play
        return play

    async def summary(self, play: Play, played_s: float) -> dict[str, Any]:
        """Count everything, in the database and at the front door, and look back once."""
        settings, world = self.system.settings, play.world
        campaigns = [one.campaign_id for one in world.asked if one.case.campaign is not None]
        began_at_s = time.monotonic()
        looking = partial(look_back, settings, world.now, world.seen, self.show.mailbox.keys)
        # Seals are made again by a solver: the page and the mailbox go on meanwhile.
        afterwards = await asyncio.to_thread(lambda: asyncio.run(looking()))
        looked_back_s = time.monotonic() - began_at_s
        counted = await asyncio.to_thread(
            count_everything,
            settings.database_url.get_secret_value(),
            [await world.figures_of(campaign_id) for campaign_id in campaigns],
            afterwards,
        )
        return {
            "scenario": self.scenario.name,
            "seed": self.request.seed,
            **counted,
            "seen": dict(sorted(play.world.seen.counts.items())) | afterwards.counts,
            "resident_memory_peak_mib": round(self.peak.bytes / MEBIBYTE),
            "played_s": round(played_s, 1),
            "looked_back_s": round(looked_back_s, 1),
            "moments": play.moments,
            "requests": self.door.requests,
            "refused": dict(sorted(self.door.refused.items())),
        }


@asynccontextmanager
async def open_demo(
    request: Request, tell: Callable[[str], None], scenario: Scenario | None = None
) -> AsyncIterator[Demo]:
    """Start the engines, the services, the mailbox and the demonstration's page.

    `scenario` is played instead of the one that the request names.

    Raises:
        ScenarioError: there is no such scenario, or it breaks the format.
        EngineError: something did not start, or the named database is in use.
    """
    scenario = scenario or read_scenario(request.scenario)
    async with AsyncExitStack() as stack:
        mailbox, smtp_port = await stack.enter_async_context(open_mailbox())
        show = Show(scenario, mailbox)
        stage_port = await stack.enter_async_context(serve_stage(show))
        wish = Wish(
            data_dir=temporary_folder(DEMO_FOLDERS, DEMO_PREFIX),
            keep=False,
            durable=request.durable,
            profile=Profile.DEMO,
            clock=Clock.SCENARIO,
            gateway_port=request.gateway_port,
            env={
                "RELAIS_SMTP_HOST": LOOPBACK,
                "RELAIS_SMTP_PORT": str(smtp_port),
                "RELAIS_SMTP_STARTTLS": "false",
                "RELAIS_SMTP_FROM": "Relais <relais@relais.example>",
                "RELAIS_SESSION_IDLE_S": str(SESSION_S),
                "RELAIS_SESSION_ABSOLUTE_S": str(SESSION_S),
            },
            upstreams={"demo": f"{LOOPBACK}:{stage_port}"},
        )
        system = await asyncio.to_thread(start_system, wish, None, tell)
        stack.push_async_callback(asyncio.to_thread, system.stop)
        await refuse_if_used(system.settings)
        door = await stack.enter_async_context(FrontDoor(system.url))
        settings = system.settings
        backstage = await stack.enter_async_context(
            open_backstage(settings.database_url.get_secret_value(), settings.nats_url)
        )
        peak = await stack.enter_async_context(watch_memory(system))
        yield Demo(request, scenario, system, show, door, backstage, peak)


async def first_token(settings: HouseSettings, role: Role, name: str) -> str:
    """Make the one-time link of somebody whom nobody inside could invite; return its token."""
    database = Database(settings.database_url_of("access"), "access")
    try:
        async with database.transaction() as tx:
            person = await access.create_account(tx, role=role, display_name=name)
            return await access.make_link(tx, person)
    finally:
        await database.close()


async def refuse_if_used(settings: HouseSettings) -> None:
    """Keep a scenario out of a database in which real people work.

    Raises:
        EngineError: somebody has an account there.
    """
    database = Database(settings.database_url_of("access"), "access")
    try:
        async with database.reading() as tx:
            known = await access.accounts(tx)
    finally:
        await database.close()
    if known:
        raise EngineError(
            "The database of RELAIS_DATABASE_URL has people in it. A scenario is only played in an"
            " empty one: name another, or unset RELAIS_DATABASE_URL to let the demo start its own."
        )


class StageServer(uvicorn.Server):
    """A server that leaves Ctrl-C to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serve_stage(show: Show) -> AsyncIterator[int]:
    """Serve the demonstration's page on a free loopback port; yield the port."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        config = uvicorn.Config(
            stage_app(show), access_log=False, log_config=None, server_header=False, lifespan="off"
        )
        server = StageServer(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            server.force_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await serving


@dataclass
class Peak:
    """The most memory that the whole system took at once, in bytes."""

    bytes: int = 0


@asynccontextmanager
async def watch_memory(system: System) -> AsyncIterator[Peak]:
    """Measure now and then what every process of the system takes, this one included."""
    peak = Peak()

    async def measure() -> None:
        while True:
            taken = await asyncio.to_thread(memory_bytes, system)
            peak.bytes = max(peak.bytes, taken)
            await asyncio.sleep(MEMORY_EVERY_S)

    measuring = asyncio.create_task(measure())
    try:
        yield peak
    finally:
        measuring.cancel()


def memory_bytes(system: System) -> int:
    """Add up the memory of every process of a system and of this one, shared pages once."""
    return resident_memory_bytes([os.getpid(), *system.engines.pids().values()])
