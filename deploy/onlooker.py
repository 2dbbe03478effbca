"""Somebody who looks at a demonstration on its way: what pictures and Lighthouse have in common."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from deploy.demo import Demo, Request, open_demo
from deploy.player import Play

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

UNTIL = datetime.fromisoformat("2022-02-22T09:00:00+01:00")
"""A Tuesday morning in the middle of the energy crisis of 2022: a market stall is under way."""
BUSY = "amina"
"""Who works at that stall in the scenario."""
FUNDER = "funder"
"""The Common Community Commission, which pays for the team's work."""


@dataclass
class Onlooker:
    """A demonstration that stands still, and ways in."""

    demo: Demo
    play: Play

    @property
    def url(self) -> str:
        return self.demo.system.url

    @property
    def campaign_id(self) -> str:
        return str(self.play.world.campaign_id)

    async def session_of(self, key: str) -> str:
        """Enter as the coordination, the funder or a worker of the scenario; return the session."""
        world = self.play.world
        desk = world.coordination
        if key == "coordination":
            name, role, reads, known = world.scenario.coordination, key, "fr", desk.person_id
        elif key == FUNDER:
            funder = world.scenario.funder
            name, role, reads, known = funder.name, key, "fr", world.scenario.id_of(key)
        else:
            person = world.scenario.person(key)
            name, role, reads, known = person.name, "worker", "fr", world.workers[key].person_id
        _, token = await desk.link_for(role, name, reads, known)
        async with httpx.AsyncClient(base_url=self.url) as client:
            entered = await client.post("/access/api/sessions", json={"token": token})
        entered.raise_for_status()
        return str(entered.json()["session"])

    async def first_open(self, paths: tuple[str, ...], session: str) -> str | None:
        """Return the first of these pages that there is."""
        cookies = {"__Host-sid": session}
        async with httpx.AsyncClient(base_url=self.url, cookies=cookies) as client:
            for path in paths:
                there = path.replace("{campaign}", self.campaign_id)
                there = there.replace(
                    "{invitation}", str(self.play.world.scenario.id_of("invitation"))
                )
                if (await client.get(there)).status_code == httpx.codes.OK:
                    return there
        return None


def session_cookie(url: str, session: str) -> "SetCookieParam":
    """Return a session as a browser at this address keeps it."""
    return {
        "name": "__Host-sid",
        "value": session,
        "domain": urlsplit(url).hostname or "",
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
    }


@asynccontextmanager
async def look_on(tell: Callable[[str], None], until: datetime = UNTIL) -> AsyncIterator[Onlooker]:
    """Play the demonstration as fast as possible until a moment, and hold it there."""
    async with open_demo(Request(speed=0.0), tell) as demo:
        tell("Playing until that moment")
        play = await demo.begin()
        await play.run(until)
        yield Onlooker(demo, play)
