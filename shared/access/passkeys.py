"""Passkeys (WebAuthn): a device proves who holds it, to this address only.

A passkey is asked to verify its holder (finger, face, code), so it is both steps in one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shared.access.sessions import Identity, hashed
from shared.access.tables import challenge, passkey
from shared.access.trail import note
from shared.db import Tx
from shared.errors import DeniedError, refuse
from shared.words import PersonId

CHALLENGE_LIFE = timedelta(minutes=5)
MOST = 10

Answer = dict[str, Any]
"""What the browser's `credential.toJSON()` gives."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it. `device` is where it was made."""

    credential_id: bytes
    device: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """For whom a passkey is: the host name, and the address with its scheme and port."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Site | None":
        """Read it from the public address; None for a bare IP address, which browsers refuse."""
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        if not host or ":" in host or host.replace(".", "").isdigit():
            return None
        return cls(host, f"{parts.scheme}://{parts.netloc}")


async def ask_for_new(tx: Tx, who: Identity, site: Site, sign_in_name: str) -> dict[str, Any]:
    """Return what the browser needs to make a passkey for this person.

    Raises:
        RefusedError: they have ten already.
    """
    known = await passkeys_of(tx, who.person_id)
    if len(known) >= MOST:
        raise refuse("many_passkeys", "Dix clés d’accès suffisent. Retirez-en une d’abord.")
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Relais",
        user_id=who.person_id.bytes,
        user_name=sign_in_name,
        user_display_name=who.display_name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(k.credential_id) for k in known],
    )
    await _keep(tx, options.challenge, who.person_id)
    return dict(options_to_json_dict(options))


async def keep_new(tx: Tx, who: Identity, site: Site, answer: Answer, device: str) -> None:
    """Keep the passkey that a browser made.

    Raises:
        RefusedError: it answers another question, another address, or did not verify its holder.
    """
    asked = await _use(tx, answer, who.person_id)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=asked,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise refuse("bad_passkey", "Cette clé d’accès n’a pas pu être gardée.") from error
    await tx.execute(
        insert(passkey).values(
            credential_id=made.credential_id,
            person_id=who.person_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            device=device,
            made_at=tx.now,
        )
    )
    await note(tx, "passkey.kept", actor_id=who.person_id, subject_id=who.person_id)


async def ask_who(tx: Tx, site: Site) -> dict[str, Any]:
    """Return what the browser needs to let somebody choose one of their passkeys."""
    options = generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    await _keep(tx, options.challenge, None)
    return dict(options_to_json_dict(options))


async def person_of(tx: Tx, site: Site, answer: Answer) -> PersonId:
    """Return whose passkey answered.

    Raises:
        DeniedError: nobody's, or it answered another question or address.
    """
    asked = await _use(tx, answer, None)
    found = await tx.execute(
        select(passkey)
        .where(passkey.c.credential_id == _bytes_of(answer.get("rawId")))
        .with_for_update()
    )
    known = found.one_or_none()
    if known is None:
        raise DeniedError(signed_in=False)
    try:
        proven = verify_authentication_response(
            credential=answer,
            expected_challenge=asked,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise DeniedError(signed_in=False) from error
    await tx.execute(
        update(passkey)
        .where(passkey.c.credential_id == known.credential_id)
        .values(sign_count=proven.new_sign_count)
    )
    return PersonId(known.person_id)


async def passkeys_of(tx: Tx, person_id: UUID) -> Sequence[Passkey]:
    """List a person's passkeys, the oldest first."""
    rows = await tx.execute(
        select(passkey.c.credential_id, passkey.c.device, passkey.c.made_at)
        .where(passkey.c.person_id == person_id)
        .order_by(passkey.c.made_at, passkey.c.credential_id)
    )
    return [Passkey(row.credential_id, row.device, row.made_at) for row in rows]


async def remove_passkey(tx: Tx, person_id: UUID, credential_id: bytes) -> None:
    """Forget one of this person's passkeys."""
    await tx.execute(
        delete(passkey)
        .where(passkey.c.person_id == person_id)
        .where(passkey.c.credential_id == credential_id)
    )
    await note(tx, "passkey.removed", actor_id=person_id, subject_id=person_id)


async def _keep(tx: Tx, asked: bytes, person_id: UUID | None) -> None:
    await tx.execute(delete(challenge).where(challenge.c.expires_at <= tx.now))
    await tx.execute(
        insert(challenge).values(
            challenge_hash=hashed(asked.hex()),
            person_id=person_id,
            expires_at=tx.now + CHALLENGE_LIFE,
        )
    )


async def _use(tx: Tx, answer: Answer, person_id: UUID | None) -> bytes:
    """Return the question that this answers, and forget it: a question counts once."""
    asked = _challenge_in(answer)
    used = await tx.execute(
        delete(challenge)
        .where(challenge.c.challenge_hash == hashed(asked.hex()))
        .where(challenge.c.expires_at > tx.now)
        .where(challenge.c.person_id.is_not_distinct_from(person_id))
    )
    if not used.rowcount:
        raise DeniedError(signed_in=person_id is not None)
    return asked


def _challenge_in(answer: Answer) -> bytes:
    response = answer.get("response")
    said = _bytes_of(response.get("clientDataJSON") if isinstance(response, dict) else None)
    try:
        spoken = json.loads(said)
    except ValueError:
        return b""
    return _bytes_of(spoken.get("challenge") if isinstance(spoken, dict) else None)


def _bytes_of(value: object) -> bytes:
    try:
        return base64url_to_bytes(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
