"""A mail server for demonstrations: it keeps what is sent to anybody, and sends nothing on."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.engines.ports import LOOPBACK

KEPT = 2000
LETTER_BYTES_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it arrived. `number` counts from 1 since the start; `key` is its own name."""

    number: int
    to: str
    subject: str
    body: str
    key: str = ""
    attached: tuple[str, ...] = ()
    """The names of the files that came with it."""


class Mailbox:
    """Everybody's letters, the last ones kept. Also the handler that aiosmtpd calls."""

    def __init__(self) -> None:
        self.letters: deque[Letter] = deque(maxlen=KEPT)
        self.received = 0
        self.keys: set[str] = set()
        """Of every letter since the start: what came twice is known for the same."""

    def to(self, address: str) -> list[Letter]:
        """List what somebody was written, of what is kept, the latest first."""
        return [letter for letter in self.letters if letter.to == address]

    def letter(self, number: int) -> Letter | None:
        """Find a letter by its number."""
        return next((letter for letter in self.letters if letter.number == number), None)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a letter."""
        content: Any = envelope.content
        parsed = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
        text = parsed.get_body(("plain",))
        key = str(parsed["message-id"] or "").strip("<>").partition("@")[0]
        self.received += 1
        self.keys.add(key)
        self.letters.appendleft(
            Letter(
                number=self.received,
                to=", ".join(envelope.rcpt_tos),
                subject=str(parsed["subject"] or ""),
                body=text.get_content() if text is not None else "",
                key=key,
                attached=tuple(part.get_filename() or "" for part in parsed.iter_attachments()),
            )
        )
        return "250 kept"


@contextlib.asynccontextmanager
async def open_mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    """Listen on a free loopback port; yield the mailbox and the port."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()

    def answer() -> SMTP:
        return SMTP(
            mailbox,
            hostname="relais.example",
            data_size_limit=LETTER_BYTES_MAX,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = await loop.create_server(answer, LOOPBACK, 0)
    try:
        yield mailbox, server.sockets[0].getsockname()[1]
    finally:
        server.close()
