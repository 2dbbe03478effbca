"""Reading one's own letters: what is asked for by mail takes a moment to arrive."""

import asyncio
import re

from deploy.mailbox import Letter
from deploy.player.world import World

ARRIVES_WITHIN_S = 30.0
LOOK_AGAIN_S = 0.05


async def letter_with(world: World, address: str, pattern: str) -> re.Match[str] | None:
    """Find the last letter to an address that holds a pattern; None when none arrives."""
    loop = asyncio.get_running_loop()
    give_up_at_s = loop.time() + ARRIVES_WITHIN_S
    while loop.time() < give_up_at_s:
        for letter in world.mailbox.to(address):
            if found := re.search(pattern, letter.body):
                return found
        await asyncio.sleep(LOOK_AGAIN_S)
    return None


def reports_to(world: World, address: str) -> list[Letter]:
    """List the letters to an address that bring a report, the latest first."""
    return [letter for letter in world.mailbox.to(address) if letter.attached]
