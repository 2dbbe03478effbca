"""Handing letters to the mail server: plain text, one recipient each.

notify writes to people whose addresses it keeps; the way in writes to an address that somebody just
typed, and keeps none. Both hand over here.
"""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime, parseaddr
from uuid import UUID

from shared.errors import OutsideError, refuse
from shared.settings import MailServerSettings

REFUSED_FOR_GOOD = 500  # RFC 5321, 4.2.1: 4yz is worth another try, 5yz is not


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter. `key` becomes its Message-ID; its text may hold a secret, so it has no `repr`."""

    key: UUID
    to: str
    subject: str
    body: str


async def hand_over(settings: MailServerSettings, letter: Letter) -> None:
    """Give a letter to the mail server; returning means that the server answers for it.

    Raises:
        OutsideError: the server is away, refuses us, or asks to come back.
        RefusedError: it refuses this address, and will again.
    """
    try:
        await asyncio.to_thread(_hand_over, settings, _message(settings, letter))
    except smtplib.SMTPRecipientsRefused as error:
        raise judged(max(code for code, _ in error.recipients.values())) from error
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPSenderRefused) as error:
        raise OutsideError("mail server refuses us, not them") from error
    except smtplib.SMTPResponseException as error:
        raise judged(error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        raise OutsideError("mail server") from error


def judged(code: int) -> Exception:
    """Turn a server's answer into what it means for us."""
    if code >= REFUSED_FOR_GOOD:
        return refuse("address_refused", "Le serveur de courrier refuse cette adresse.")
    return OutsideError(f"mail server says {code}")


def _message(settings: MailServerSettings, letter: Letter) -> EmailMessage:
    domain = parseaddr(settings.smtp_from)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage()
    message["From"] = settings.smtp_from
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(letter.body, cte="quoted-printable")
    return message


def _hand_over(settings: MailServerSettings, message: EmailMessage) -> None:
    with smtplib.SMTP(
        settings.smtp_host or "", settings.smtp_port, timeout=settings.smtp_timeout_s
    ) as server:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)
