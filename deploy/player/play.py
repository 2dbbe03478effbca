"""Plays a scenario through the front door, moment by moment."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deploy.mailbox import Mailbox
from deploy.player.agenda import Rank
from deploy.player.around import fill_directory
from deploy.player.backstage import Backstage
from deploy.player.desk import Desk
from deploy.player.front_door import FrontDoor
from deploy.player.opening import invite_outsiders, invite_team, load_territory, open_world
from deploy.player.phone import Phone
from deploy.player.rest import Rest
from deploy.player.scenario import Scenario
from deploy.player.world import World

AFTERWARDS = timedelta(hours=1)
DESK = (Rank.WORDS, Rank.MEETING)
"""What the coordination does, it does with everything heard that was said before."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory pack as intake reads it, and its zones as every service knows them."""

    pack: dict[str, Any]
    places: list[dict[str, Any]]


class Play:
    """A scenario on its way. `progress` goes from 0 to 1; `finished` is set at the end."""

    def __init__(
        self, world: World, backstage: Backstage, territory: Territory, speed: float
    ) -> None:
        self.world = world
        self.backstage = backstage
        self.territory = territory
        self.speed = speed
        self.finished = False
        self.phones: dict[str, Phone] = {}
        self.moments = 0
        self._begins_at = world.scenario.pace.starts_at
        self._ends_at = world.ends_at

    @classmethod
    async def begin(  # noqa: PLR0913, PLR0917 - what a play is made of
        cls,
        scenario: Scenario,
        door: FrontDoor,
        backstage: Backstage,
        tokens: Mapping[str, str],
        territory: Territory,
        mailbox: Mailbox,
        *,
        seed: int,
        speed: float,
    ) -> "Play":
        """Enter by the front door; nothing has happened yet."""
        world = await open_world(scenario, seed, door, tokens, mailbox)
        return cls(world, backstage, territory, speed)

    @property
    def progress(self) -> float:
        whole = self._ends_at - self._begins_at
        return min(1.0, (self.world.now - self._begins_at) / whole)

    async def run(self, until: datetime | None = None) -> None:
        """Set the scene and play until nothing is left on the agenda before `until`."""
        world = self.world
        rest = Rest(world.operator, self.backstage)
        await rest.move_clock(world.now)
        await load_territory(world, self.territory.pack, self.territory.places)
        self.phones = await invite_team(world)
        await fill_directory(world)
        await invite_outsiders(world)
        desk = Desk(world, self.phones)
        desk.plan_everything()
        began_at_s = asyncio.get_running_loop().time()
        while (moment := world.agenda.next_moment()) is not None:
            if until is not None and moment > until:
                return
            await self._wait_until_due(moment, began_at_s)
            world.agenda.now = moment
            self.moments += 1
            await rest.move_clock(moment)
            settled = True
            while (due := world.agenda.take_due()) is not None:
                rank, act = due
                if rank in DESK and not settled:
                    await rest.settle()
                await act()
                settled = False
            world.tell_counts()
            await rest.settle()
        world.agenda.now += AFTERWARDS
        await rest.move_clock(world.now)
        self.finished = True

    async def _wait_until_due(self, moment: datetime, began_at_s: float) -> None:
        if not self.speed:
            return
        share = (moment - self._begins_at) / (self._ends_at - self._begins_at)
        due_at_s = began_at_s + share * self.world.scenario.pace.lasts_s / self.speed
        await asyncio.sleep(max(0.0, due_at_s - asyncio.get_running_loop().time()))
