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

from deploy.player.front_door import SERVICES, AnswerError, Visitor

LIMIT_S = 120.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.1


async def move_clock(operator: Visitor, instant: datetime) -> None:
    """Set the clock, which asks for every chore, and wait until the system is at rest."""
    await operator.put("/access/api/clock", {"instant": instant.isoformat()})
    await wait_for_rest(operator, instant)


async def wait_for_rest(operator: Visitor, swept_at: datetime | None = None) -> None:
    """Wait until nothing waits; with `swept_at`, also until every chore ran at that time.

    Raises:
        AnswerError: something still waits after two minutes; the message says what.
    """
    loop = asyncio.get_running_loop()
    give_up_at_s, pause_s = loop.time() + LIMIT_S, FIRST_PAUSE_S
    asked_again_at_s = loop.time() + LIMIT_S / 6
    before: list[int] | None = None
    while True:
        pulses = [await operator.get(f"/{service}/api/pulse") for service in SERVICES]
        busy = [reason for pulse in pulses for reason in unrest(pulse, swept_at)]
        said = [int(pulse["said"]) for pulse in pulses]
        if not busy and said == before:
            return
        before = None if busy else said
        if loop.time() > give_up_at_s:
            raise AnswerError(f"the system does not come to rest: {', '.join(busy)}")
        if swept_at is not None and loop.time() > asked_again_at_s:
            # The hint to sweep may have died with the process that had it.
            await operator.put("/access/api/clock", {"instant": swept_at.isoformat()})
            asked_again_at_s = loop.time() + LIMIT_S / 6
        if busy:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


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
