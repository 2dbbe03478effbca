"""How notes are sealed: AES-256-GCM under a data key, itself sealed under a key of the house.

Three things are needed to read a note: its row, its data key's row, and the house's secret, which
is in no database. Each sealing names what it belongs to, so that a row put in another's place does
not open.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.sealing import KEY_BYTES, keys_of_secret, seal, unseal

BLOCK_BYTES = 256  # texts are filled up to this: the row does not tell how long a note is


@dataclass(frozen=True, slots=True, repr=False)
class NoteKeys:
    """What the house's secret gives for notes: a key that seals keys, and one that hides owners."""

    wrapping: bytes
    naming: bytes

    @classmethod
    def of(cls, secret: str) -> Self:
        """Derive them from `RELAIS_SECRET`, apart from everything else that it is used for."""
        purposes = b"relais dispatch note keys", b"relais dispatch note owners"
        return cls(*keys_of_secret(secret, *purposes))

    def owner(self, worker_id: UUID) -> str:
        """Name whose a note is, for who has the secret only."""
        return hmac.new(self.naming, worker_id.bytes, hashlib.sha256).hexdigest()

    def new_key(self, key_id: UUID, owner: str) -> bytes:
        """Make a data key, sealed."""
        return seal(self.wrapping, AESGCM.generate_key(8 * KEY_BYTES), belongs(key_id, owner))

    def seal_text(
        self, wrapped: bytes, key_id: UUID, owner: str, note_id: UUID, text: str
    ) -> bytes:
        """Seal a note's text under its data key."""
        data = text.encode()
        filled = len(data).to_bytes(4) + data + b"\0" * (-(len(data) + 4) % BLOCK_BYTES)
        key = unseal(self.wrapping, wrapped, belongs(key_id, owner))
        return seal(key, filled, belongs(note_id, owner))

    def open_text(
        self, wrapped: bytes, key_id: UUID, owner: str, note_id: UUID, sealed: bytes
    ) -> str | None:
        """Open a note; None when it cannot be: another secret, another owner, another row."""
        try:
            key = unseal(self.wrapping, wrapped, belongs(key_id, owner))
            filled = unseal(key, sealed, belongs(note_id, owner))
        except InvalidTag:
            return None
        return filled[4 : 4 + int.from_bytes(filled[:4])].decode()


def belongs(row_id: UUID, owner: str) -> bytes:
    return row_id.bytes + owner.encode()
