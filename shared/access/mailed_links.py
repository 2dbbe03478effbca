"""Links that a funder asks for by e-mail: ten minutes, once, in the browser that asked.

Nothing but a hash of the address is kept here; who asks types it, and the letter goes to what was
typed, as it was hashed. docs/decisions/0034.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select

from shared.access.accounts import Account, find_account, hashed_email
from shared.access.sessions import ISSUED_BYTES, hashed
from shared.access.tables import account, mailed_link
from shared.access.trail import note
from shared.db import Tx
from shared.errors import DeniedError
from shared.words import Role

MAILED_LINK_LIFE = timedelta(minutes=10)  # ASVS 5.0.0, 6.5.5
MAY_COME_BY_MAIL = frozenset({Role.FUNDER})


@dataclass(frozen=True, slots=True, repr=False)
class Mailed:
    """What is to be mailed, and in which language. `token` opens a session: no log hears of it."""

    token: str
    language: str


async def make_mailed_link(tx: Tx, email: str, browser: str) -> Mailed | None:
    """Make a link for whom this address was invited as; None when that is no funder.

    Links that were made before open until they expire: letters overtake one another.

    Args:
        tx: of the way in.
        email: as it is written to.
        browser: what the browser that asks keeps, and must show when the link is opened.
    """
    await tx.execute(delete(mailed_link).where(mailed_link.c.expires_at <= tx.now))
    invited = select(account).where(
        account.c.invited_as == hashed_email(email),
        account.c.role.in_([role.value for role in MAY_COME_BY_MAIL]),
        account.c.disabled_at.is_(None),
    )
    known = (await tx.execute(invited)).one_or_none()
    if known is None:
        await note(tx, "mailed_link.nobody")
        return None
    token = secrets.token_urlsafe(ISSUED_BYTES)
    await tx.execute(
        insert(mailed_link).values(
            token_hash=hashed(token),
            person_id=known.person_id,
            browser_hash=hashed(browser),
            made_at=tx.now,
            expires_at=tx.now + MAILED_LINK_LIFE,
        )
    )
    await note(tx, "mailed_link.made", subject_id=known.person_id)
    return Mailed(token, known.language)


async def open_mailed_link(tx: Tx, token: str, browser: str) -> Account:
    """Use up a link that was mailed; return whose it was.

    Raises:
        DeniedError: unknown, used, expired, asked for by another browser, or of somebody who comes
            in no longer; which one is not told.
    """
    used = await tx.execute(
        delete(mailed_link)
        .where(mailed_link.c.token_hash == hashed(token), mailed_link.c.expires_at > tx.now)
        .where(mailed_link.c.browser_hash == hashed(browser))
        .returning(mailed_link.c.person_id)
    )
    person_id = used.scalar_one_or_none()
    known = await find_account(tx, person_id) if person_id else None
    if known is None or known.disabled or known.role not in MAY_COME_BY_MAIL:
        raise DeniedError(signed_in=False)
    await tx.execute(delete(mailed_link).where(mailed_link.c.person_id == known.person_id))
    return known
