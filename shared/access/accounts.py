"""Accounts: who exists, in which role, and what each has to prove who they are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, insert, select, update
from uuid_utils.compat import uuid7

from shared.access.tables import (
    account,
    link,
    mailed_link,
    one_time_code,
    outside_identity,
    passkey,
    password,
    recovery_code,
    session,
)
from shared.access.trail import note
from shared.db import Tx
from shared.errors import MissingError, refuse
from shared.words import PersonId, Role

NEEDS_A_SECOND_STEP = frozenset({Role.COORDINATION, Role.ADMINISTRATOR})
NAME_LENGTH = 80
EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in. `partner_id` is set for a host partner only.

    `has_address`: an e-mail is known by its hash, by which a provider or a letter may find them.
    """

    person_id: PersonId
    role: Role
    display_name: str
    language: str
    disabled: bool
    partner_id: str | None = None
    has_address: bool = False


@dataclass(frozen=True, slots=True)
class Proofs:
    """What an account has to prove who comes; numbers of things, no thing itself."""

    password: bool
    codes: bool
    passkeys: int
    recovery_codes: int
    outside: bool

    @property
    def any(self) -> bool:
        return self.password or self.outside

    @property
    def second_step(self) -> bool:
        return self.codes or self.passkeys > 0

    def enough_for(self, role: Role) -> bool:
        """Tell whether this role may come in with them."""
        if self.outside:
            return True
        second = self.second_step and self.recovery_codes > 0
        return self.password and (second or role not in NEEDS_A_SECOND_STEP)


async def create_account(  # noqa: PLR0913 - what an account is; all by name
    tx: Tx,
    *,
    role: Role,
    display_name: str,
    language: str = "fr",
    person_id: UUID | None = None,
    email: str | None = None,
    partner_id: str | None = None,
) -> PersonId:
    """Create an account, or do nothing when this person has the same one already.

    An OpenID provider may recognise the person by `email`, of which a hash is kept. Who invites
    gives it, never the person, who could otherwise name somebody else's. `partner_id` is a host
    partner's, the only one whose periods it may see.

    Raises:
        RefusedError: the id belongs to an account with another role, the name is empty, or the
            e-mail is none or belongs to somebody else.
    """
    name = " ".join(display_name.split())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise refuse("bad_name", "Un nom compte de 1 à 80 caractères.", place="display_name")
    person = PersonId(person_id or uuid7())
    known = await find_account(tx, person)
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
            invited_as=await _free_hash_of(tx, email) if email else None,
            partner_id=partner_id if role is Role.HOST_PARTNER else None,
        )
    )
    await note(tx, "account.created", subject_id=person, detail={"role": role.value})
    return person


async def give_address(tx: Tx, person_id: UUID, email: str, *, actor_id: UUID) -> Account:
    """Keep the hash of an e-mail for somebody; what letters to an earlier one opened ends.

    Raises:
        MissingError: no such account, or it is closed.
        RefusedError: the e-mail is none or belongs to somebody else; or this person has come in by
            their own means, and whoever asks is not the administration: whoever names an address
            could be the one who reads it.
    """
    known = await open_account(tx, person_id)
    if not await may_start_afresh(tx, actor_id, person_id):
        message = (
            "Cette personne a déjà son accès. Seule l’administration peut lui donner une adresse."
        )
        raise refuse("has_access", message, place="person_id")
    address = await _free_hash_of(tx, email, but=person_id)
    changed = update(account).where(account.c.person_id == person_id)
    await tx.execute(changed.values(invited_as=address))
    await tx.execute(delete(mailed_link).where(mailed_link.c.person_id == person_id))
    by_letter = delete(session).where(session.c.person_id == person_id, session.c.reads_only)
    await tx.execute(by_letter)
    await note(tx, "account.address_given", actor_id=actor_id, subject_id=person_id)
    return known


async def may_start_afresh(tx: Tx, actor_id: UUID, person_id: UUID) -> bool:
    """Tell whether somebody may open another way in for this person.

    Whoever opens one could use it, and give somebody else's consent: once a person comes in by
    their own means, the administration alone may.
    """
    if not (await proofs_of(tx, person_id)).any:
        return True
    asking = select(account.c.role).where(account.c.person_id == actor_id)
    return (await tx.execute(asking)).scalar_one_or_none() == Role.ADMINISTRATOR.value


async def _free_hash_of(tx: Tx, email: str, but: UUID | None = None) -> bytes:
    plain = plain_email(email)
    local, _, domain = plain.rpartition("@")
    if not local or "." not in domain or len(plain) > EMAIL_LENGTH or any(map(str.isspace, plain)):
        raise refuse("bad_email", "Cette adresse n’est pas une adresse e-mail.", place="email")
    taken = exists().where(
        account.c.invited_as == hashed_email(plain), account.c.person_id.is_distinct_from(but)
    )
    if (await tx.execute(select(taken))).scalar_one():
        raise refuse("email_taken", "Cette adresse est celle d’une autre personne.", place="email")
    return hashed_email(plain)


def plain_email(email: str) -> str:
    """Write an e-mail in the one form that is hashed; whoever writes to it uses this form too.

    Lower case makes one letter of several (`K`, the Kelvin sign, becomes `k`): a letter to what was
    typed could reach another domain than the one that was invited.
    """
    return email.strip().lower()


def hashed_email(email: str) -> bytes:
    """Return what is kept of an e-mail: enough to recognise it, not to write to it."""
    return hashlib.sha256(plain_email(email).encode()).digest()


async def is_invited_as(tx: Tx, person_id: UUID, email: str) -> bool:
    """Tell whether this person was invited under this e-mail."""
    query = select(account.c.invited_as).where(account.c.person_id == person_id)
    known = (await tx.execute(query)).scalar_one_or_none()
    return known is not None and bytes(known) == hashed_email(email)


async def accounts(tx: Tx, role: Role | None = None) -> Sequence[Account]:
    """List accounts by name."""
    query = select(account).order_by(account.c.display_name, account.c.person_id)
    rows = await tx.execute(query if role is None else query.where(account.c.role == role.value))
    return [_as_account(row) for row in rows]


async def find_account(tx: Tx, person_id: UUID) -> Account | None:
    """Return somebody's account; None when there is none."""
    row = (await tx.execute(select(account).where(account.c.person_id == person_id))).one_or_none()
    return _as_account(row) if row else None


async def open_account(tx: Tx, person_id: UUID) -> Account:
    """Return an account that is not closed.

    Raises:
        MissingError: no such account, or it is closed.
    """
    known = await find_account(tx, person_id)
    if known is None or known.disabled:
        raise MissingError("account")
    return known


async def close_account(tx: Tx, person_id: UUID, *, actor_id: UUID) -> None:
    """Let this person in no longer: every session ends now, and no link of theirs opens.

    Raises:
        MissingError: no such account.
        RefusedError: one's own account, or the last one of the coordination.
    """
    known = await find_account(tx, person_id)
    if known is None:
        raise MissingError("account")
    if person_id == actor_id:
        raise refuse("own_account", "On ne ferme pas son propre accès.", place="person_id")
    if known.role is Role.COORDINATION:
        await tx.wait_for_lock("coordination")
        left = [a for a in await accounts(tx, Role.COORDINATION) if not a.disabled]
        if [a.person_id for a in left] == [person_id]:
            raise refuse(
                "last_coordinator", "La coordination garde au moins un accès.", place="person_id"
            )
    disabled = update(account).where(account.c.person_id == person_id)
    await tx.execute(disabled.where(account.c.disabled_at.is_(None)).values(disabled_at=tx.now))
    await tx.execute(delete(session).where(session.c.person_id == person_id))
    await tx.execute(delete(link).where(link.c.person_id == person_id, link.c.used_at.is_(None)))
    await note(tx, "account.closed", actor_id=actor_id, subject_id=person_id)


async def reopen_account(tx: Tx, person_id: UUID, *, actor_id: UUID) -> None:
    """Let this person in again, with what they had."""
    reopened = update(account).where(account.c.person_id == person_id)
    await tx.execute(reopened.values(disabled_at=None))
    await note(tx, "account.reopened", actor_id=actor_id, subject_id=person_id)


async def proofs_of(tx: Tx, person_id: UUID) -> Proofs:
    """Tell what this person has to prove who they are."""

    def count(table: Any) -> Any:
        rows = select(func.count()).select_from(table)
        return rows.where(table.c.person_id == person_id).scalar_subquery()

    confirmed = exists().where(
        one_time_code.c.person_id == person_id, one_time_code.c.sealed.is_not(None)
    )
    row = (
        await tx.execute(
            select(
                count(password).label("password"),
                confirmed.label("codes"),
                count(passkey).label("passkeys"),
                count(recovery_code).label("recovery_codes"),
                count(outside_identity).label("outside"),
            )
        )
    ).one()
    return Proofs(
        bool(row.password), row.codes, row.passkeys, row.recovery_codes, bool(row.outside)
    )


async def forget_proofs(tx: Tx, person_id: UUID) -> None:
    """Forget everything with which this person could come in, and end their sessions."""
    for table in (password, one_time_code, recovery_code, passkey, outside_identity, session):
        await tx.execute(delete(table).where(table.c.person_id == person_id))


def _as_account(row: Row[Any]) -> Account:
    return Account(
        person_id=row.person_id,
        role=Role(row.role),
        display_name=row.display_name,
        language=row.language,
        disabled=row.disabled_at is not None,
        partner_id=row.partner_id,
        has_address=row.invited_as is not None,
    )
