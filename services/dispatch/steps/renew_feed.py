"""A worker asks for an address of their feed: a new one, and the old one opens nothing more."""

import hashlib
import secrets
from uuid import UUID

from services.dispatch import store
from services.dispatch.store import calendars
from shared.db import Tx

TOKEN_BYTES = 32  # 256 bits: nobody guesses it, whatever they try


async def renew_feed(worker_id: UUID, tx: Tx) -> str:
    """Return the secret part of the new address. It is shown once: only its hash is kept.

    Raises:
        MissingError: they are not on the roster.
    """
    await store.lock_worker(tx, worker_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await calendars.save_feed(tx, worker_id, hashed(token))
    return token


def hashed(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
