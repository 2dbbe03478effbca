"""Who is who and who may do what: accounts, links that let in once, sessions, the audit trail.

The schema `access` belongs to this module alone. Tokens are 256 random bits, kept hashed; what a
browser or a program holds says nothing about its owner. Sessions live in real time, also where a
scenario moves the clock: the people who look at it are real.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import (
    Identity as AutoNumber,
)
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from shared.db import Tx
from shared.errors import DeniedError, MissingError, refuse
from shared.words import PersonId, Role

LINK_LIFE = timedelta(hours=72)  # ASVS 6.5.5 asks less of links that open more; docs/decisions/0013
ISSUED_BYTES = 32

metadata = MetaData()
account = Table(
    "account",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("disabled_at", DateTime(timezone=True)),
)
link = Table(
    "link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("person_id", Uuid, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, AutoNumber(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_id", Uuid),
    Column("action", Text, nullable=False),
    Column("subject_id", Uuid),
    Column("detail", JSONB, nullable=False),
    Column("row_hash", LargeBinary, nullable=False),
)
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instant", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking. `csrf` must come back with every form of a browser's session."""

    person_id: PersonId
    role: Role
    display_name: str
    language: str
    session_id: UUID
    csrf: str


@dataclass(frozen=True, slots=True)
class Account:
    person_id: PersonId
    role: Role
    display_name: str
    language: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class SessionLife:
    """How long a session may stay unused, and how long it may last at all."""

    idle: timedelta
    absolute: timedelta


def hashed(token: str) -> bytes:
    """Hash a token for keeping. Random tokens need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


async def create_account(
    tx: Tx, *, role: Role, display_name: str, language: str = "fr", person_id: UUID | None = None
) -> PersonId:
    """Create an account, or do nothing when this person has the same one already.

    Raises:
        RefusedError: the id belongs to an account with another role, or the name is empty.
    """
    name = " ".join(display_name.split())
    if not 1 <= len(name) <= 80:  # noqa: PLR2004 - said in the message
        raise refuse("bad_name", "Un nom compte de 1 à 80 caractères.", place="display_name")
    person = PersonId(person_id or uuid7())
    known = await _account(tx, person)
    if known is not None:
        if known.role is not role:
            raise refuse("other_role", "Ce compte existe avec un autre rôle.", place="role")
        return person
    await tx.execute(
        insert(account).values(
            person_id=person,
            role=role.value,
            display_name=name,
            language=language,
            created_at=tx.now,
        )
    )
    await note(tx, "account.created", subject_id=person, detail={"role": role.value})
    return person


async def make_link(tx: Tx, person_id: UUID, *, actor_id: UUID | None = None) -> str:
    """Make a link that lets this person in once; earlier unused ones stop working.

    Raises:
        MissingError: no such account, or it is disabled.
    """
    known = await _account(tx, person_id)
    if known is None or known.disabled:
        raise MissingError("account")
    token = secrets.token_urlsafe(ISSUED_BYTES)
    await tx.execute(delete(link).where(link.c.person_id == person_id, link.c.used_at.is_(None)))
    await tx.execute(
        insert(link).values(
            token_hash=hashed(token),
            person_id=person_id,
            made_at=tx.now,
            expires_at=tx.now + LINK_LIFE,
        )
    )
    await note(tx, "link.made", actor_id=actor_id, subject_id=person_id)
    return token


async def redeem(tx: Tx, token: str, life: SessionLife) -> tuple[str, Identity]:
    """Open a session with a link's token; return the session's token and who entered.

    Raises:
        DeniedError: unknown, used or expired; which one is not told.
    """
    used = await tx.execute(
        update(link)
        .where(link.c.token_hash == hashed(token), link.c.used_at.is_(None))
        .where(link.c.expires_at > tx.now)
        .values(used_at=tx.now)
        .returning(link.c.person_id)
    )
    person_id = used.scalar_one_or_none()
    known = await _account(tx, person_id) if person_id else None
    if known is None or known.disabled:
        raise DeniedError(signed_in=False)
    token, csrf, session_id = (
        secrets.token_urlsafe(ISSUED_BYTES),
        secrets.token_urlsafe(24),
        uuid7(),
    )
    await tx.execute(
        insert(session).values(
            id=session_id,
            token_hash=hashed(token),
            person_id=known.person_id,
            csrf=csrf,
            began_at=tx.now,
            seen_at=tx.now,
            ends_at=tx.now + life.absolute,
        )
    )
    await note(tx, "session.began", actor_id=known.person_id, subject_id=known.person_id)
    who = Identity(
        known.person_id, known.role, known.display_name, known.language, session_id, csrf
    )
    return token, who


async def identify(tx: Tx, token: str, life: SessionLife) -> Identity | None:
    """Tell whose session this is; None when it ended, idled or its account was disabled.

    Notes that it was seen, at most once a minute, so that reading a page rarely writes.
    """
    row = (
        await tx.execute(
            select(
                session.c.id,
                session.c.csrf,
                session.c.seen_at,
                account.c.person_id,
                account.c.role,
                account.c.display_name,
                account.c.language,
            )
            .join(account, account.c.person_id == session.c.person_id)
            .where(session.c.token_hash == hashed(token))
            .where(session.c.ends_at > tx.now, session.c.seen_at > tx.now - life.idle)
            .where(account.c.disabled_at.is_(None))
        )
    ).one_or_none()
    if row is None:
        return None
    if tx.now - row.seen_at > min(timedelta(minutes=1), life.idle / 4):
        await tx.execute(update(session).where(session.c.id == row.id).values(seen_at=tx.now))
    return Identity(row.person_id, Role(row.role), row.display_name, row.language, row.id, row.csrf)


async def end_session(tx: Tx, session_id: UUID) -> None:
    """Sign out: the token is worth nothing from now on."""
    await tx.execute(delete(session).where(session.c.id == session_id))


async def accounts(tx: Tx, role: Role | None = None) -> Sequence[Account]:
    """List accounts by name."""
    query = select(account).order_by(account.c.display_name, account.c.person_id)
    rows = await tx.execute(query if role is None else query.where(account.c.role == role.value))
    return [_as_account(row) for row in rows]


async def _account(tx: Tx, person_id: UUID) -> Account | None:
    row = (await tx.execute(select(account).where(account.c.person_id == person_id))).one_or_none()
    return _as_account(row) if row else None


def _as_account(row: object) -> Account:
    values = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's public name
    return Account(
        person_id=values["person_id"],
        role=Role(values["role"]),
        display_name=values["display_name"],
        language=values["language"],
        disabled=values["disabled_at"] is not None,
    )


# --- the audit trail -----------------------------------------------------------------------------


async def note(
    tx: Tx,
    action: str,
    *,
    actor_id: UUID | None = None,
    subject_id: UUID | None = None,
    detail: dict[str, str] | None = None,
) -> None:
    """Append to the audit trail. Each row's hash covers the row before it."""
    await tx.wait_for_lock("audit")
    last = await tx.execute(select(audit.c.row_hash).order_by(audit.c.number.desc()).limit(1))
    previous: bytes = last.scalar_one_or_none() or b""
    content = audit_content(tx.now, actor_id, action, subject_id, detail or {})
    await tx.execute(
        insert(audit).values(
            at=tx.now,
            actor_id=actor_id,
            action=action,
            subject_id=subject_id,
            detail=detail or {},
            row_hash=hashlib.sha256(previous + content).digest(),
        )
    )


def audit_content(
    at: datetime,
    actor_id: UUID | None,
    action: str,
    subject_id: UUID | None,
    detail: dict[str, str],
) -> bytes:
    """Write a row of the trail in the one form that is hashed."""
    row = [at.isoformat(), str(actor_id), action, str(subject_id), detail]
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode()


# --- the played clock ----------------------------------------------------------------------------


async def move_clock(tx: Tx, instant: datetime) -> None:
    """Move the played clock forward; the web door only offers this outside production.

    Raises:
        RefusedError: backwards. What happened has happened.
    """
    moved = await tx.execute(
        text(
            "insert into clock (id, instant) values (1, :instant)"
            " on conflict (id) do update set instant = excluded.instant"
            " where clock.instant <= excluded.instant returning 1"
        ),
        {"instant": instant},
    )
    if moved.first() is None:
        raise refuse("clock_backwards", "L’horloge ne recule pas.", place="instant")
