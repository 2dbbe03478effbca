"""The facts' door: what one service hears and says, or all four, in one process."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence

from deploy.wiring import buses
from shared.bus import Bus
from shared.log import start_logging
from shared.settings import HouseSettings

HEALTH_EVERY_S = 1.0


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
