"""Promised letters are claimed, written, handed over outside any transaction, and marked.

A sender that dies leaves its lease behind; when that ends, another one sends. A mail server cannot
be asked whether it took a letter: where a sender died between handing over and marking, the letter
goes again with the same date and the same Message-ID, by which mailboxes know it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.reporting.rules.letters import RETRY_AFTER
from services.reporting.rules.published import Published
from services.reporting.steps.keep_closing_reports import REPORT, Read
from services.reporting.store import kept_reports, letters
from services.reporting.store.addresses import AddressKeys
from shared.db import Database, Tx
from shared.errors import OutsideError, RefusedError
from shared.mail import Letter

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than a job may live, so that only the dead lose theirs
AT_ONCE = 20  # letters in one turn; the next turn goes on


@dataclass(frozen=True, slots=True, repr=False)
class Addressed:
    """To whom a letter goes, under which key, and by which links they answer."""

    key: UUID
    to: str
    language: str
    confirm: str
    stop: str
    written_at: datetime


WriteReport = Callable[[Addressed, Published, bytes | None], Letter]
"""Writes the letter that tells a seal; with the PDF that is kept, or one that it makes."""
WriteQuestion = Callable[[Addressed], Letter]
"""Writes the letter that asks whoever reads an address for a yes."""
Deliver = Callable[[Letter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What letters are read from, written with, and handed over by."""

    keys: AddressKeys
    read: Read
    write_report: WriteReport
    write_question: WriteQuestion
    deliver: Deliver


async def send_letters(database: Database, desk: Desk) -> int:
    """Send what is due, at most one turn's worth; return how many left.

    A mail server that is away ends the turn: the letter waits, longer each time.
    """
    sent = 0
    for _ in range(AT_ONCE):
        async with database.transaction() as tx:
            claimed = await letters.claim_letter(tx, LEASE)
        if claimed is None:
            break
        address = desk.keys.open(claimed.subscription_id, claimed.address)
        if address is None:  # the house has another secret now: nobody can be written to
            async with database.transaction() as tx:
                await letters.give_back(tx, claimed, None)
            continue
        failure = await send(database, desk, claimed, address)
        async with database.transaction() as tx:
            if failure is None:
                sent += await letters.mark_sent(tx, claimed)
            else:
                await letters.give_back(tx, claimed, next_try(claimed, failure, tx.now))
        if isinstance(failure, OutsideError):
            break
    return sent


async def send(
    database: Database, desk: Desk, claimed: letters.Claimed, address: str
) -> Exception | None:
    """Try once; return what went wrong, None when the mail server took it."""
    who = addressed(desk.keys, claimed, address)
    try:
        async with database.reading() as tx:
            found, pdf = await matter_of(tx, desk, claimed)
        await desk.deliver(await asyncio.to_thread(write, desk, who, found, pdf))
    except Exception as error:
        if not isinstance(error, OutsideError | RefusedError):
            log.exception("cannot write or hand over a report")
        return error
    return None


def addressed(keys: AddressKeys, claimed: letters.Claimed, address: str) -> Addressed:
    return Addressed(
        key=claimed.letter_id,
        to=address,
        language=claimed.language,
        confirm=keys.link("confirm", claimed.subscription_id, claimed.asked_at),
        stop=keys.link("stop", claimed.subscription_id),
        written_at=claimed.made_at,
    )


async def matter_of(
    tx: Tx, desk: Desk, claimed: letters.Claimed
) -> tuple[Published | None, bytes | None]:
    """Read what a letter tells, as it was after its seal or at the end; nothing for a question."""
    if claimed.campaign_id is None:
        return None, None
    found = await desk.read(tx, claimed.campaign_id, None)
    if found.campaign.ended_on is None or found.standing.seal != claimed.seal:
        found = await desk.read(tx, claimed.campaign_id, claimed.seal)
    pdf = await kept_reports.kept_content(
        tx, claimed.campaign_id, claimed.language, REPORT, "pdf", seal=claimed.seal
    )
    return found, pdf


def write(desk: Desk, who: Addressed, found: Published | None, pdf: bytes | None) -> Letter:
    return desk.write_question(who) if found is None else desk.write_report(who, found, pdf)


def next_try(claimed: letters.Claimed, error: Exception, now: datetime) -> datetime | None:
    """Tell when to try again; None when an address is refused for good, or too often in vain."""
    if isinstance(error, RefusedError) or claimed.attempts > len(RETRY_AFTER):
        return None
    return now + RETRY_AFTER[claimed.attempts - 1]
