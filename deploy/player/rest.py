"""Moves the played clock and waits until the system is at rest.

At rest means: nothing waits to be said or heard, and every chore has found nothing left to do at
the new time. One look is not enough, because a fact may hop from a service that is looked at later
to one that was looked at before. Two looks that both find everything quiet, with no fact said in
between, are: what was not heard at the first look would be heard, or answered with a fact, by the
second.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from deploy.player.backstage import AwayError, Backstage, Glance
from deploy.player.front_door import SERVICES, AnswerError, Visitor

LIMIT_S = 120.0
ASK_AGAIN_S = 20.0
# Looking earlier would cost the system more than it would tell us.
SWEEPS_TAKE_S, FACTS_TAKE_S = 0.05, 0.02
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.2
Chores = Mapping[str, Sequence[str]]
"""By service, the names of what it does by itself."""


class Rest:
    """Looks at the system as its operator; remembers what had been said at the last quiet look."""

    def __init__(self, operator: Visitor, backstage: Backstage) -> None:
        self._operator = operator
        self._backstage = backstage
        self._chores: Chores = {}
        self._quiet_at: list[int] | None = None

    async def move_clock(self, instant: datetime) -> None:
        """Set the clock, which asks for every chore, and wait until the system is at rest."""
        await self._ask_for_sweeps(instant)
        await asyncio.sleep(SWEEPS_TAKE_S)
        await self.wait(instant)

    async def settle(self) -> None:
        """Let what was just said be heard, before the clock moves on or the next one acts."""
        await asyncio.sleep(FACTS_TAKE_S)
        await self.wait(looks=1)

    async def wait(self, swept_at: datetime | None = None, *, looks: int = 2) -> None:
        """Wait until nothing waits; with `swept_at`, also until every chore ran at that time.

        `looks=1` is enough where a fact that is still on its way does no harm.

        Raises:
            AnswerError: something still waits after two minutes; the message says what.
        """
        loop = asyncio.get_running_loop()
        give_up_at_s, pause_s = loop.time() + LIMIT_S, FIRST_PAUSE_S
        ask_again_at_s = loop.time() + ASK_AGAIN_S
        while True:
            said, busy = await self._look(swept_at)
            if not busy and (looks == 1 or said == self._quiet_at):
                self._quiet_at = said
                return
            self._quiet_at = None if busy else said
            if loop.time() > give_up_at_s:
                raise AnswerError(f"the system does not come to rest: {', '.join(busy)}")
            if swept_at is not None and loop.time() > ask_again_at_s:
                # The hint to sweep may have died with the process that had it.
                await self._ask_for_sweeps(swept_at)
                ask_again_at_s = loop.time() + ASK_AGAIN_S
            if busy:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)

    async def _look(self, swept_at: datetime | None) -> tuple[list[int], list[str]]:
        """Look at every service; tell what each has said so far, and what is still to do."""
        chores = await self._known_chores() if swept_at is not None else {}
        try:
            glances = await self._backstage.look()
        except AwayError as error:
            return [], [str(error)]
        busy = [what for glance in glances for what in unrest(glance, swept_at, chores)]
        return [glance.said for glance in glances], busy

    async def _known_chores(self) -> Chores:
        if not self._chores:
            pulses = {s: await self._operator.get(f"/{s}/api/pulse") for s in SERVICES}
            self._chores = {service: pulse["chores"] for service, pulse in pulses.items()}
        return self._chores

    async def _ask_for_sweeps(self, instant: datetime) -> None:
        await self._operator.put("/access/api/clock", {"instant": instant.isoformat()})


def unrest(glance: Glance, swept_at: datetime | None, chores: Chores) -> list[str]:
    """Name what a service still has to say, what others still have to hear, and its late chores."""
    service, heard = glance.service, glance.waiting_to_be_heard
    found = [f"{service} has {glance.waiting_to_say} to say"] * bool(glance.waiting_to_say)
    found += [f"{name} has {number} to hear" for name, number in heard.items() if number]
    if swept_at is not None:
        ran = glance.swept_at
        late = [name for name in chores[service] if name not in ran or ran[name] < swept_at]
        found += [f"{service}'s {name} has not run" for name in late]
    return found
