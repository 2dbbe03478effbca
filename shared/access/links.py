"""Links: somebody who is invited gets one; it opens once, and then is worth nothing.

A host partner's link is another thing: it has no account to sign in to, so the link itself is what
it comes back with, until it expires or a new one is made. docs/decisions/0023.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update

from shared.access.accounts import Account, forget_proofs, may_start_afresh, open_account
from shared.access.sessions import (
    ISSUED_BYTES,
    Identity,
    SessionLife,
    Stage,
    begin_session,
    hashed,
)
from shared.access.tables import account, link
from shared.access.trail import note
from shared.db import Tx
from shared.errors import DeniedError, MissingError, refuse
from shared.words import PersonId, Role

LINK_LIFE = timedelta(hours=72)
PARTNER_LINK_LIFE = timedelta(days=90)


async def make_link(tx: Tx, person_id: UUID, *, actor_id: UUID | None = None) -> str:
    """Make a link that lets this person in once; earlier unused ones stop working.

    A host partner's opens as often as it is clicked, for 90 days or until the next one is made.
    `actor_id` is who asks; None is whoever holds the machine.

    Raises:
        MissingError: no such account, or it is closed.
        RefusedError: this person has come in by their own means, and only the administration may
            start them afresh: whoever makes a link could open it, and give somebody else's consent.
    """
    known = await open_account(tx, person_id)
    if actor_id is not None and not await may_start_afresh(tx, actor_id, person_id):
        message = (
            "Cette personne a déjà son accès. Seule l’administration peut lui donner un"
            " nouveau lien."
        )
        raise refuse("has_access", message, place="person_id")
    standing = known.role is Role.HOST_PARTNER
    token = secrets.token_urlsafe(ISSUED_BYTES)
    earlier = delete(link).where(link.c.person_id == person_id)
    await tx.execute(earlier if standing else earlier.where(link.c.used_at.is_(None)))
    await tx.execute(
        insert(link).values(
            token_hash=hashed(token),
            person_id=person_id,
            made_at=tx.now,
            expires_at=tx.now + (PARTNER_LINK_LIFE if standing else LINK_LIFE),
        )
    )
    await note(tx, "link.made", actor_id=actor_id, subject_id=person_id)
    return token


async def open_link(tx: Tx, token: str) -> Account:
    """Use up a link; return whose it was.

    Raises:
        DeniedError: unknown, used or expired; which one is not told.
    """
    partners = select(account.c.person_id).where(account.c.role == Role.HOST_PARTNER.value)
    used = await tx.execute(
        update(link)
        .where(link.c.token_hash == hashed(token), link.c.expires_at > tx.now)
        .where(or_(link.c.used_at.is_(None), link.c.person_id.in_(partners)))
        .values(used_at=tx.now)
        .returning(link.c.person_id)
    )
    person_id: PersonId | None = used.scalar_one_or_none()
    if person_id is None:
        raise DeniedError(signed_in=False)
    try:
        return await open_account(tx, person_id)
    except MissingError:
        raise DeniedError(signed_in=False) from None


async def redeem(
    tx: Tx,
    token: str,
    life: SessionLife,
    *,
    only: Collection[Role] = frozenset(Role),
    device: str = "",
) -> tuple[str, Identity]:
    """Open a session with a link's token; return the session's token and who entered.

    Raises:
        DeniedError: unknown, used, expired, or of a role that is not among `only`; which one is
            not told.
    """
    known = await open_link(tx, token)
    if known.role not in only:
        raise DeniedError(signed_in=False)
    return await begin_session(tx, known, life, by="link", device=device)


async def begin_set_up(
    tx: Tx, token: str, life: SessionLife, *, device: str = ""
) -> tuple[str, Identity]:
    """Open the page on which somebody chooses how to come in; what they had before is forgotten.

    A host partner has nothing to choose and is let in. A program exchanges its token elsewhere.

    Raises:
        DeniedError: unknown, used, expired, or a program's; which one is not told.
    """
    known = await open_link(tx, token)
    if known.role is Role.HOST_PARTNER:
        return await begin_session(tx, known, life, by="link", device=device)
    if known.role is Role.SERVICE:
        raise DeniedError(signed_in=False)
    await forget_proofs(tx, known.person_id)
    return await begin_session(tx, known, life, by="link", stage=Stage.SET_UP, device=device)
