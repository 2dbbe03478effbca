"""Handing letters to the mail server: plain text, one recipient each.

notify writes to people whose addresses it keeps; the way in writes to an address that somebody just
typed, and keeps none; reporting writes to who subscribed to reports. All hand over here.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, localtime, parseaddr
from uuid import UUID

from shared.errors import OutsideError, refuse
from shared.settings import MailServerSettings

REFUSED_FOR_GOOD = 500  # RFC 5321, 4.2.1: 4yz is worth another try, 5yz is not


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a letter. `media_type` as in `application/pdf`."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter. `key` becomes its Message-ID; its text may hold a secret, so it has no `repr`.

    `written_at` is its date, now when none is given: a letter that is handed over twice, because
    nobody knows whether the first time worked, is then the same to the byte.
    """

    key: UUID
    to: str
    subject: str
    body: str
    attached: Sequence[Attached] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    written_at: datetime | None = None


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
    message["Date"] = format_datetime(letter.written_at or localtime())
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.body, cte="quoted-printable")
    for one in letter.attached:
        kind, _, subtype = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    if letter.attached:
        message.set_boundary(f"=={letter.key.hex}==")
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
