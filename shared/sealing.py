"""How what the database must not tell lies there: AES-256-GCM under keys of the house's secret.

Each sealing names what it belongs to, so that a row put in another's place does not open.
"""

import os
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12  # Source: NIST SP 800-38D; random ones are safe below 2^32 uses of a key


def keys_of_secret(secret: str, *purposes: bytes) -> Iterator[bytes]:
    """Derive a key for each purpose from `RELAIS_SECRET`, apart from all else it is used for."""
    for purpose in purposes:
        yield HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


def seal(key: bytes, data: bytes, belongs_to: bytes) -> bytes:
    """Seal bytes; the answer begins with its nonce."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, belongs_to)


def unseal(key: bytes, sealed: bytes, belongs_to: bytes) -> bytes:
    """Open what was sealed.

    Raises:
        InvalidTag: another key, another belonging, or other bytes.
    """
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], belongs_to)
