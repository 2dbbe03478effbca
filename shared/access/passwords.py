"""Passwords: long, not easily guessed, kept with Argon2id."""

import asyncio
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # the library has no types

from shared.access.tables import password
from shared.access.trail import note
from shared.db import Tx
from shared.errors import Problem, RefusedError
from shared.words import PersonId

SHORTEST, LONGEST = 12, 200
HARD_ENOUGH = 3  # of 4: more than 10^8 guesses, says zxcvbn
JUDGED_LENGTH = 72  # zxcvbn's own limit
NAME_SHORTEST, NAME_LONGEST = 3, 120
KNOWN_WORDS = ("relais", "bruxelles", "brussel", "motdepasse", "wachtwoord", "soleil", "bonjour")

_hasher = PasswordHasher()  # Argon2id with the parameters of RFC 9106, low memory


def plain_name(name: str) -> str:
    """Write a sign-in name as it is compared: neither case nor spaces around it count."""
    return " ".join(name.split()).lower()


def password_problems(secret: str, about: tuple[str, ...]) -> list[Problem]:
    """Tell why a password will not do. `about` is what everybody knows of this person."""
    if len(secret) < SHORTEST:
        message = "Un mot de passe compte au moins 12 caractères. Une phrase fait très bien."
        return [Problem("short_password", message, place="password")]
    if len(secret) > LONGEST:
        message = "Un mot de passe compte au plus 200 caractères."
        return [Problem("long_password", message, place="password")]
    known = [word for each in (*about, *KNOWN_WORDS) for word in (each, *each.split())]
    if zxcvbn(secret[:JUDGED_LENGTH], user_inputs=known)["score"] < HARD_ENOUGH:
        message = "Ce mot de passe se devine vite. Prenez plusieurs mots sans lien entre eux."
        return [Problem("guessable_password", message, place="password")]
    return []


async def choose_password(
    tx: Tx, person_id: UUID, sign_in_name: str, secret: str, about: tuple[str, ...] = ()
) -> None:
    """Keep a person's sign-in name and password; what they had before opens no longer.

    Raises:
        RefusedError: the name is taken or too short, the password short or easily guessed.
    """
    name = plain_name(sign_in_name)
    problems = password_problems(secret, (name, *about))
    if not NAME_SHORTEST <= len(name) <= NAME_LONGEST:
        message = "Un nom d’utilisateur compte de 3 à 120 caractères."
        problems.append(Problem("bad_sign_in_name", message, place="sign_in_name"))
    other = select(password.c.person_id).where(
        password.c.sign_in_name == name, password.c.person_id != person_id
    )
    if (await tx.execute(other)).first() is not None:
        message = "Ce nom est déjà pris. Choisissez-en un autre."
        problems.append(Problem("name_taken", message, place="sign_in_name"))
    if problems:
        raise RefusedError(*problems)
    kept = {"sign_in_name": name, "hash": await _hash(secret), "set_at": tx.now}
    await tx.execute(
        upsert(password)
        .values(person_id=person_id, **kept)
        .on_conflict_do_update(index_elements=["person_id"], set_=kept)
    )
    await note(tx, "password.chosen", actor_id=person_id, subject_id=person_id)


async def sign_in_name_of(tx: Tx, person_id: UUID) -> str | None:
    """Return the name with which this person signs in; None before they chose one."""
    chosen = select(password.c.sign_in_name).where(password.c.person_id == person_id)
    return (await tx.execute(chosen)).scalar_one_or_none()


async def person_with(tx: Tx, sign_in_name: str, secret: str) -> PersonId | None:
    """Return whose name and password these are; None when they are nobody's.

    A name that nobody has takes as long as one that somebody has.
    """
    found = (
        await tx.execute(
            select(password.c.person_id, password.c.hash).where(
                password.c.sign_in_name == plain_name(sign_in_name)
            )
        )
    ).one_or_none()
    kept = found.hash if found else await asyncio.to_thread(_nobodys_hash)
    right = await asyncio.to_thread(_matches, kept, secret[:LONGEST])
    if not right or found is None:
        return None
    if _hasher.check_needs_rehash(kept):
        again = update(password).where(password.c.person_id == found.person_id)
        await tx.execute(again.values(hash=await _hash(secret)))
    return PersonId(found.person_id)


async def _hash(secret: str) -> str:
    return await asyncio.to_thread(_hasher.hash, secret)


def _matches(kept: str, secret: str) -> bool:
    try:
        return _hasher.verify(kept, secret)
    except VerificationError:
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")
