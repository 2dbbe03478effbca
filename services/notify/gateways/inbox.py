"""The inbox of Relais: a message is there as soon as its delivery is marked as sent."""

from typing import Self
from uuid import UUID

from services.notify.rules.contacts import ContactPoint
from services.notify.rules.messages import Message
from services.notify.settings import MailSettings
from shared.words import Channel


class Inbox:
    """Keeps the promise by having nothing outside: the delivery's own row is the message."""

    name = Channel.INBOX

    @classmethod
    def open(cls, _: MailSettings) -> Self | None:
        """Open; the inbox needs no settings."""
        return cls()

    def address_of(self, person: ContactPoint) -> str | None:
        """Everybody with an account has an inbox."""
        return str(person.person_id)

    async def deliver(self, message: Message, address: str, key: UUID) -> None:
        """Do nothing: the page shows deliveries that are sent, written in the reader's language."""
