"""E-mail by SMTP: plain text, one recipient per message, the delivery's id as Message-ID."""

from typing import Self
from uuid import UUID

from services.notify.rules.contacts import ContactPoint
from services.notify.rules.messages import Message
from services.notify.settings import MailSettings
from shared.mail import Letter, hand_over
from shared.words import Channel


class Email:
    """Hands messages to one mail server."""

    name = Channel.EMAIL

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @classmethod
    def open(cls, settings: MailSettings) -> Self | None:
        """Open when a mail server is configured."""
        return cls(settings) if settings.smtp_host else None

    def address_of(self, person: ContactPoint) -> str | None:
        """Return the address that this person left."""
        return person.email

    async def deliver(self, message: Message, address: str, key: UUID) -> None:
        """Hand over to the mail server, as the contract says."""
        link = self._settings.public_url.rstrip("/") + message.path
        letter = Letter(key, address, message.subject, f"{message.body}\n\n{link}\n")
        await hand_over(self._settings, letter)
