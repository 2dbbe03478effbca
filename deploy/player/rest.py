"""Moves the played clock and waits until the system is at rest.

At rest means: nothing waits to be said or heard, and every chore has found nothing left to do at
the new time. One look is not enough, because a fact may hop from a service that is looked at later
to one that was looked at before. Two looks that both find everything quiet, with no fact said in
between, are: what was not heard at the first look would be heard, or answered with a fact, by the
second.
"""

import asyncio
from datetime import datetime
from typing import Any

from deploy.player.front_door import AnswerError, Visitor

BUSIEST_FIRST = ("notify", "dispatch", "reporting", "intake")
LIMIT_S = 120.0
ASK_AGAIN_S = 20.0
# Looking earlier would cost the system more than it would tell us.
SWEEPS_TAKE_S, FACTS_TAKE_S = 0.1, 0.05
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.03, 0.2


class Rest:
    """Looks at the system as its operator; remembers what had been said at the last quiet look."""

    def __init__(self, operator: Visitor) -> None:
        self._operator = operator
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
        """Look at each service until one is busy."""
        said: list[int] = []
        for service in BUSIEST_FIRST:
            pulse = await self._operator.get(f"/{service}/api/pulse")
            busy = unrest(pulse, swept_at)
            if busy:
                return said, busy
            said.append(int(pulse["said"]))
        return said, []

    async def _ask_for_sweeps(self, instant: datetime) -> None:
        await self._operator.put("/access/api/clock", {"instant": instant.isoformat()})


def unrest(pulse: dict[str, Any], swept_at: datetime | None) -> list[str]:
    """Name what a service still has to do."""
    service = pulse["service"]
    found = [f"{service} has {pulse['waiting_to_say']} to say"] * bool(pulse["waiting_to_say"])
    found += [f"{name} has {n} to hear" for name, n in pulse["waiting_to_hear"].items() if n]
    if swept_at is not None:
        ran = {name: datetime.fromisoformat(at) for name, at in pulse["swept_at"].items()}
        late = [name for name in pulse["chores"] if name not in ran or ran[name] < swept_at]
        found += [f"{service}'s {name} has not run" for name in late]
    return found
