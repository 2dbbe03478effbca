"""Streams that tell a page that something changed: server-sent events, without what changed.

The page then asks for its part anew, as the person who reads it may see it at that moment. A stream
starts with `changed`, so that a page which lost its connection is right again by coming back.
"""

import asyncio
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse

from shared.db import Database, Tx, is_away
from shared.web.guard import is_still_in

LOOK_EVERY_S = 0.5
ALIVE_EVERY = 30  # looks between two signs of life, so that nothing between cuts a quiet stream
WHO_EVERY = 20  # looks between two questions whether the reader is still signed in
RETRY_MS = 1000
Mark = Callable[[Tx], Awaitable[str]]
"""Reads a short text that differs whenever the page would: counts and latest moments."""

_open: weakref.WeakSet[asyncio.Event] = weakref.WeakSet()


def end_streams() -> None:
    """End every stream of this process, which stops: browsers come back by themselves."""
    for ends in _open:
        ends.set()


def live(request: Request, database: Database, mark: Mark) -> StreamingResponse:
    """Answer with a stream that says `changed` whenever the mark differs from the last one.

    Call it behind a guard: it only watches that whoever passed is still signed in.
    """
    return StreamingResponse(
        _changes(request, database, mark),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _changes(request: Request, database: Database, mark: Mark) -> AsyncIterator[str]:
    ends = asyncio.Event()
    _open.add(ends)
    last: str | None = None
    looks = 0
    yield f"retry: {RETRY_MS}\n\n"
    while not ends.is_set():
        try:
            if looks % WHO_EVERY == WHO_EVERY - 1 and not await is_still_in(request):
                return
            async with database.reading() as tx:
                now = await mark(tx)
        except Exception as error:
            if not is_away(error):
                raise
            now = last or ""  # the database is away: the page keeps what it shows
        if now != last:
            last = now
            yield "event: changed\ndata:\n\n"
        elif looks % ALIVE_EVERY == 0:
            yield ": alive\n\n"
        looks += 1
        try:
            await asyncio.wait_for(ends.wait(), LOOK_EVERY_S)
        except TimeoutError:
            continue
