"""Sessions: opaque, kept hashed, with an end; each belongs to a device that one can send away.

Sessions live in real time, also where a scenario moves the clock: the people who look at it are
real.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from uuid_utils.compat import uuid7

from shared.access.accounts import Account
from shared.access.tables import account, session
from shared.access.trail import note
from shared.db import Tx
from shared.words import PersonId, Role

ISSUED_BYTES = 32
UNFINISHED_IDLE = timedelta(minutes=10)  # an opened invitation waits no longer; ASVS 6.5.5
UNFINISHED_LIFE = timedelta(hours=1)
READING_LIFE = timedelta(hours=8)


class Stage(StrEnum):
    """How far somebody has come: only `full` opens the house.

    `set_up` may only choose how to come in, `second_step` may only give the second proof.
    """

    FULL = "full"
    SET_UP = "set_up"
    SECOND_STEP = "second_step"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. `csrf` must come back with every form of a browser's session.

    Who `reads_only` came in by a link that was mailed: such a session changes nothing, but for
    what a route opens to it by name.
    """

    person_id: PersonId
    role: Role
    display_name: str
    language: str
    session_id: UUID
    csrf: str
    stage: Stage = Stage.FULL
    partner_id: str | None = None
    reads_only: bool = False


@dataclass(frozen=True, slots=True)
class SessionLife:
    """How long a session may stay unused, and how long it may last at all."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody is signed in. `name` is a browser and a system, never more."""

    session_id: UUID
    name: str
    began_at: datetime
    seen_at: datetime


def hashed(token: str) -> bytes:
    """Hash a token for keeping. Random tokens need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


async def begin_session(  # noqa: PLR0913 - what a session is; most by name
    tx: Tx,
    who: Account,
    life: SessionLife,
    *,
    by: str,
    stage: Stage = Stage.FULL,
    device: str = "",
    reads_only: bool = False,
) -> tuple[str, Identity]:
    """Open a session; return its token, told nowhere else, and who entered.

    `by` is what proved who it is, for the audit trail: `link`, `password`, `passkey` …
    """
    token, csrf = secrets.token_urlsafe(ISSUED_BYTES), secrets.token_urlsafe(24)
    session_id = uuid7()
    lasts = life.absolute if stage is Stage.FULL else UNFINISHED_LIFE
    if reads_only:
        lasts = min(lasts, READING_LIFE)
    await tx.execute(delete(session).where(session.c.ends_at <= tx.now))
    await tx.execute(
        insert(session).values(
            id=session_id,
            token_hash=hashed(token),
            person_id=who.person_id,
            stage=stage.value,
            device=device,
            csrf=csrf,
            began_at=tx.now,
            seen_at=tx.now,
            ends_at=tx.now + lasts,
            reads_only=reads_only,
        )
    )
    action = "session.began" if stage is Stage.FULL else f"session.{stage.value}"
    await note(tx, action, actor_id=who.person_id, subject_id=who.person_id, detail={"by": by})
    return token, Identity(
        who.person_id,
        who.role,
        who.display_name,
        who.language,
        session_id,
        csrf,
        stage,
        who.partner_id,
        reads_only,
    )


async def identify(tx: Tx, token: str, life: SessionLife, *, used: bool = True) -> Identity | None:
    """Tell whose session this is; None when it ended, idled or its account was closed.

    One that only reads does not idle: it ends sooner, and shows what is published.

    Notes that it was used, at most once a minute, so that reading a page rarely writes. A page
    that looks by itself whether something changed does not count as use.
    """
    row = (
        await tx.execute(
            select(
                session.c.id,
                session.c.csrf,
                session.c.seen_at,
                session.c.stage,
                session.c.reads_only,
                account.c.person_id,
                account.c.role,
                account.c.display_name,
                account.c.language,
                account.c.partner_id,
            )
            .join(account, account.c.person_id == session.c.person_id)
            .where(session.c.token_hash == hashed(token))
            .where(session.c.ends_at > tx.now, _awake(tx, life))
            .where(account.c.disabled_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    stage = Stage(row.stage)
    if stage is not Stage.FULL and row.seen_at <= tx.now - UNFINISHED_IDLE:
        return None
    if used and tx.now - row.seen_at > min(timedelta(minutes=1), life.idle / 4):
        await tx.execute(update(session).where(session.c.id == row.id).values(seen_at=tx.now))
    return Identity(
        row.person_id,
        Role(row.role),
        row.display_name,
        row.language,
        row.id,
        row.csrf,
        stage,
        row.partner_id,
        row.reads_only,
    )


def _awake(tx: Tx, life: SessionLife) -> ColumnElement[bool]:
    return or_(session.c.reads_only, session.c.seen_at > tx.now - life.idle)


async def end_session(tx: Tx, session_id: UUID) -> None:
    """Sign out: the token is worth nothing from now on."""
    await tx.execute(delete(session).where(session.c.id == session_id))


async def devices_of(tx: Tx, person_id: UUID, life: SessionLife) -> Sequence[Device]:
    """List where this person is signed in, the last used first."""
    rows = await tx.execute(
        select(session.c.id, session.c.device, session.c.began_at, session.c.seen_at)
        .where(session.c.person_id == person_id, session.c.stage == Stage.FULL.value)
        .where(session.c.ends_at > tx.now, _awake(tx, life))
        .order_by(session.c.seen_at.desc(), session.c.id)
    )
    return [Device(row.id, row.device, row.began_at, row.seen_at) for row in rows]


async def end_sessions_of(
    tx: Tx, person_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> int:
    """Sign a person out: of one session, of all but one, or of all; return how many ended."""
    query = delete(session).where(session.c.person_id == person_id)
    if only is not None:
        query = query.where(session.c.id == only)
    if but is not None:
        query = query.where(session.c.id != but)
    ended = (await tx.execute(query)).rowcount
    if ended:
        detail = {"sessions": str(ended)}
        await note(tx, "session.revoked", actor_id=person_id, subject_id=person_id, detail=detail)
    return ended
