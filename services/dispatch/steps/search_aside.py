"""A long search runs in a process of its own: pages go on being answered, and it can be stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from services.dispatch.rules.matching import Progress, Watch

T = TypeVar("T")
TOLD_EVERY_S, LOOK_EVERY_S = 0.2, 0.5


class SearchDiedError(Exception):
    """The process of a search ended without an answer."""


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    found: T


async def search_aside(
    search: Callable[[Watch], T],
    look: Callable[[Progress | None], Awaitable[bool]],
    limit_s: float,
) -> T:
    """Run a search in a process of its own; whatever happens here, that process ends too.

    Args:
        search: what can be pickled: a module's function, or a `functools.partial` of one.
        look: told the best so far every half second; True asks the search to end with it.
        limit_s: after this, the process is killed.

    Raises:
        TimeoutError: it took longer than `limit_s`.
        SearchDiedError: it ended without an answer.
    """
    context = get_context("spawn")  # a fork would copy our connections and our event loop
    here, there = context.Pipe()
    child = context.Process(target=_search, args=(search, there), daemon=True)
    await asyncio.to_thread(child.start)
    there.close()
    best: Progress | None = None
    try:
        async with asyncio.timeout(limit_s):
            while True:
                looked = asyncio.get_running_loop().time()
                while asyncio.get_running_loop().time() - looked < LOOK_EVERY_S:
                    if not await asyncio.to_thread(here.poll, LOOK_EVERY_S):
                        continue
                    message = here.recv()
                    if isinstance(message, _Answer):
                        found: T = message.found
                        return found
                    best = message
                if await look(best):
                    with suppress(OSError):  # it answers at this moment
                        here.send(None)
    except EOFError as gone:
        raise SearchDiedError from gone
    finally:
        child.kill()
        await asyncio.to_thread(child.join)
        here.close()


def _search(search: Callable[[Watch], T], there: Connection) -> None:
    told_s = -TOLD_EVERY_S

    def tell(progress: Progress) -> None:
        nonlocal told_s
        if progress.seconds - told_s >= TOLD_EVERY_S:
            told_s = progress.seconds
            there.send(progress)

    there.send(_Answer(search(Watch(tell, there.poll))))
