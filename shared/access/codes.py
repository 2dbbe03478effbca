"""The second step by a code: from an app (RFC 6238), or one of ten codes on paper."""

import base64
import hashlib
import hmac
import secrets
from uuid import UUID

import pyotp
from cryptography.fernet import Fernet
from sqlalchemy import delete, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.access.sessions import hashed
from shared.access.tables import one_time_code, recovery_code
from shared.access.trail import note
from shared.db import Tx
from shared.errors import refuse

ISSUER = "Relais"
STEP_S = 30
DRIFT_STEPS = 1  # a phone's clock may be half a minute off
RECOVERY_CODES = 10
RECOVERY_GROUPS, RECOVERY_GROUP = 4, 4  # 16 characters of 32: 80 bits


def seal_of(secret: str) -> Fernet:
    """Return the seal under which the apps' keys are kept: the database alone opens none."""
    key = hmac.new(secret.encode(), b"one-time codes", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))


async def offer_app(tx: Tx, person_id: UUID, seal: Fernet) -> str:
    """Draw a key for an app; it counts once a code of it was given. Returns it in base32."""
    key = pyotp.random_base32()
    pending = {"pending": seal.encrypt(key.encode())}
    await tx.execute(
        upsert(one_time_code)
        .values(person_id=person_id, last_counter=0, **pending)
        .on_conflict_do_update(index_elements=["person_id"], set_=pending)
    )
    return key


async def offered_app(tx: Tx, person_id: UUID, seal: Fernet) -> str | None:
    """Return the key that was offered and not confirmed; None when there is none."""
    query = select(one_time_code.c.pending).where(one_time_code.c.person_id == person_id)
    pending = (await tx.execute(query)).scalar_one_or_none()
    return seal.decrypt(pending).decode() if pending else None


def app_address(key: str, sign_in_name: str) -> str:
    """Write the address that an app reads from the picture."""
    return pyotp.TOTP(key).provisioning_uri(name=sign_in_name, issuer_name=ISSUER)


async def confirm_app(tx: Tx, person_id: UUID, code: str, seal: Fernet) -> None:
    """Take the app into use, for a code that it shows now.

    Raises:
        RefusedError: it does not show this code, or no app was offered.
    """
    key = await offered_app(tx, person_id, seal)
    counter = _counter(key, code, tx.now.timestamp(), after=0) if key else None
    if key is None or counter is None:
        raise refuse("wrong_code", "Ce code n’est pas le bon, ou plus.", place="code")
    await tx.execute(
        update(one_time_code)
        .where(one_time_code.c.person_id == person_id)
        .values(sealed=one_time_code.c.pending, pending=None, last_counter=counter)
    )
    await note(tx, "code.taken_into_use", actor_id=person_id, subject_id=person_id)


async def use_code(tx: Tx, person_id: UUID, code: str, seal: Fernet) -> str | None:
    """Take a code as the second proof; tell which kind it was, None when it is wrong.

    A code counts once, from the app and from paper alike.
    """
    plain = "".join(code.split()).replace("-", "").upper()
    if len(plain) == RECOVERY_GROUPS * RECOVERY_GROUP:
        used = await tx.execute(
            delete(recovery_code)
            .where(recovery_code.c.person_id == person_id)
            .where(recovery_code.c.code_hash == hashed(plain))
        )
        return "recovery" if used.rowcount else None
    kept = await tx.execute(
        select(one_time_code.c.sealed, one_time_code.c.last_counter)
        .where(one_time_code.c.person_id == person_id, one_time_code.c.sealed.is_not(None))
        .with_for_update()
    )
    row = kept.one_or_none()
    if row is None:
        return None
    key = seal.decrypt(row.sealed).decode()
    counter = _counter(key, plain, tx.now.timestamp(), after=row.last_counter)
    if counter is None:
        return None
    await tx.execute(
        update(one_time_code)
        .where(one_time_code.c.person_id == person_id)
        .values(last_counter=counter)
    )
    return "app"


async def draw_recovery_codes(tx: Tx, person_id: UUID) -> list[str]:
    """Draw ten new codes for paper; the earlier ones open no longer. They are never shown again."""
    await tx.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    codes = [_draw() for _ in range(RECOVERY_CODES)]
    rows = [{"code_hash": hashed(code.replace("-", "")), "person_id": person_id} for code in codes]
    await tx.execute(plain_insert(recovery_code), rows)
    await note(tx, "recovery.drawn", actor_id=person_id, subject_id=person_id)
    return codes


def _counter(key: str, code: str, now_s: float, *, after: int) -> int | None:
    current = int(now_s) // STEP_S
    for counter in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        shown = pyotp.HOTP(key).at(counter)
        if counter > after and secrets.compare_digest(shown.encode(), code.strip().encode()):
            return counter
    return None


def _draw() -> str:
    groups = (pyotp.random_base32()[:RECOVERY_GROUP] for _ in range(RECOVERY_GROUPS))
    return "-".join(groups)
