"""E-mail by SMTP: plain text, one recipient per message, the delivery's id as Message-ID."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, localtime, parseaddr
from typing import Self
from uuid import UUID

from services.notify.rules.contacts import ContactPoint
from services.notify.rules.messages import Message
from services.notify.settings import MailSettings
from shared.errors import OutsideError, refuse
from shared.words import Channel

REFUSED_FOR_GOOD = 500  # RFC 5321, 4.2.1: 4yz is worth another try, 5yz is not


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
        letter = self._letter(message, address, key)
        try:
            await asyncio.to_thread(self._hand_over, letter)
        except smtplib.SMTPRecipientsRefused as error:
            code = max(code for code, _ in error.recipients.values())
            raise judged(code) from error
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as error:
            raise OutsideError("mail server refuses us, not them") from error
        except smtplib.SMTPResponseException as error:
            raise judged(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise OutsideError("mail server") from error

    def _letter(self, message: Message, address: str, key: UUID) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._settings.smtp_from
        letter["To"] = address
        letter["Subject"] = message.subject
        letter["Date"] = format_datetime(localtime())
        letter["Message-ID"] = f"<{key}@{self._domain}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        link = self._settings.public_url.rstrip("/") + message.path
        letter.set_content(f"{message.body}\n\n{link}\n", cte="quoted-printable")
        return letter

    @property
    def _domain(self) -> str:
        return parseaddr(self._settings.smtp_from)[1].rpartition("@")[2] or "localhost"

    def _hand_over(self, letter: EmailMessage) -> None:
        settings = self._settings
        with smtplib.SMTP(
            settings.smtp_host or "", settings.smtp_port, timeout=settings.smtp_timeout_s
        ) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(letter)


def judged(code: int) -> Exception:
    """Turn a server's answer into what it means for us."""
    if code >= REFUSED_FOR_GOOD:
        return refuse("address_refused", "Le serveur de courrier refuse cette adresse.")
    return OutsideError(f"mail server says {code}")
