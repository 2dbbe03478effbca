"""People whom an OpenID provider proves: by its own id for them, or by an e-mail it verified."""

from uuid import UUID

from sqlalchemy import insert, select

from shared.access.accounts import Account, find_account, hashed_email
from shared.access.tables import account, outside_identity
from shared.access.trail import note
from shared.db import Tx
from shared.errors import DeniedError, refuse


async def account_of(tx: Tx, issuer: str, subject: str, verified_email: str | None) -> Account:
    """Return the account of whom the provider proved; it is known by `subject` from then on.

    The role is the account's own: no provider gives one.

    Raises:
        DeniedError: nobody invited this person, or their account is closed.
    """
    known = select(outside_identity.c.person_id).where(
        outside_identity.c.issuer == issuer, outside_identity.c.subject == subject
    )
    person_id = (await tx.execute(known)).scalar_one_or_none()
    if person_id is None and verified_email:
        person_id = await _bind_by_email(tx, issuer, subject, verified_email)
    found = await find_account(tx, person_id) if person_id else None
    if found is None or found.disabled:
        raise DeniedError(signed_in=False)
    return found


async def bind(tx: Tx, person_id: UUID, issuer: str, subject: str) -> None:
    """Say that this account is whom the provider calls `subject`.

    Raises:
        RefusedError: the provider's person has another account already.
    """
    taken = select(outside_identity.c.person_id).where(
        outside_identity.c.issuer == issuer, outside_identity.c.subject == subject
    )
    owner = (await tx.execute(taken)).scalar_one_or_none()
    if owner == person_id:
        return
    if owner is not None:
        raise refuse("identity_taken", "Cette identité appartient déjà à un autre compte.")
    await tx.execute(
        insert(outside_identity).values(issuer=issuer, subject=subject, person_id=person_id)
    )
    await note(tx, "identity.bound", actor_id=person_id, subject_id=person_id)


async def _bind_by_email(tx: Tx, issuer: str, subject: str, email: str) -> UUID | None:
    """Find who was invited under this e-mail and is not bound yet; bind them."""
    bound = select(outside_identity.c.person_id)
    invited = select(account.c.person_id).where(
        account.c.invited_as == hashed_email(email), account.c.person_id.not_in(bound)
    )
    person_id: UUID | None = (await tx.execute(invited)).scalar_one_or_none()
    if person_id is not None:
        await bind(tx, person_id, issuer, subject)
    return person_id
