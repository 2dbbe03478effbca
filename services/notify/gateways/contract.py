"""What every channel promises; `tests/contract/test_channels.py` holds each of them to it."""

from typing import Protocol
from uuid import UUID

from services.notify.rules.contacts import ContactPoint
from services.notify.rules.messages import Message
from shared.words import Channel


class Gateway(Protocol):
    """One way to reach people."""

    @property
    def name(self) -> Channel:
        """Say which channel this is."""

    def address_of(self, person: ContactPoint) -> str | None:
        """Find where to reach somebody by this channel; None when they left no such address."""

    async def deliver(self, message: Message, address: str, key: UUID) -> None:
        """Hand a message over; returning means that the other side took responsibility for it.

        The promise:
        - It may be called again with the same `key` after a failure or a crash, and the reader
          then has one message, or two that carry the same key and are recognisable as one.
        - It holds no transaction and keeps nothing between calls.
        - It ends within the settings' time limit.

        Raises:
            OutsideError: the other side is away or asks to come back; worth another try.
            RefusedError: this address is refused and will be refused again.
        """
