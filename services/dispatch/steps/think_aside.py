"""Deciding takes a processor for a while: it happens beside the loop, and not for ever."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from services.dispatch.settings import THINKING_LIMIT_S

T = TypeVar("T")


async def think_aside(decide: Callable[[], T]) -> T:
    """Run a pure decision in a thread, with a time limit.

    Raises:
        TimeoutError: it took longer than `THINKING_LIMIT_S`.
    """
    return await asyncio.wait_for(asyncio.to_thread(decide), THINKING_LIMIT_S)
