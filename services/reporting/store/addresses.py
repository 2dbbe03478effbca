"""Addresses to which reports are mailed: sealed under the house's secret, opened to write to them.

The two links of a letter, to say yes and to stop, are derived from the secret too, so that no token
is kept: who reads the database can neither write to a subscriber nor answer in their place.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag

from shared.errors import MissingError
from shared.sealing import keys_of_secret, seal, unseal

ID_BYTES = 16
LINK_BYTES = ID_BYTES + 32
What = Literal["confirm", "stop"]


@dataclass(frozen=True, slots=True, repr=False)
class AddressKeys:
    """What the house's secret gives for subscriptions: a key that seals, and one that signs."""

    sealing: bytes
    signing: bytes

    @classmethod
    def of(cls, secret: str) -> Self:
        """Derive them from `RELAIS_SECRET`, apart from everything else that it is used for."""
        return cls(*keys_of_secret(secret, b"relais report addresses", b"relais report links"))

    def seal(self, subscription_id: UUID, address: str) -> bytes:
        """Seal an address; it opens as this subscription's only."""
        return seal(self.sealing, address.encode(), subscription_id.bytes)

    def open(self, subscription_id: UUID, sealed: bytes) -> str | None:
        """Open an address; None when it cannot be: another secret, another subscription."""
        try:
            return unseal(self.sealing, sealed, subscription_id.bytes).decode()
        except InvalidTag:
            return None

    def link(self, what: What, subscription_id: UUID, asked_at: datetime | None = None) -> str:
        """Write what stands in a letter's link. A yes is to what was asked at `asked_at` only."""
        return base64.urlsafe_b64encode(
            subscription_id.bytes + self._mac(what, subscription_id, asked_at)
        ).decode()

    def whose(self, link: str) -> UUID:
        """Return whose a link says that it is; `holds` tells whether that is so.

        Raises:
            MissingError: it is no link of ours.
        """
        return UUID(bytes=_raw(link)[:ID_BYTES])

    def holds(
        self, what: What, link: str, subscription_id: UUID, asked_at: datetime | None = None
    ) -> bool:
        """Tell whether a link was written for this subscription, and for this."""
        own = self._mac(what, subscription_id, asked_at)
        return hmac.compare_digest(_raw(link), subscription_id.bytes + own)

    def _mac(self, what: What, subscription_id: UUID, asked_at: datetime | None) -> bytes:
        about = f"{what} {subscription_id} {asked_at.isoformat() if asked_at else ''}"
        return hmac.new(self.signing, about.encode(), hashlib.sha256).digest()


def _raw(link: str) -> bytes:
    try:
        raw = base64.b64decode(link.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError as error:  # no base64, or no ASCII
        raise MissingError("subscription") from error
    if len(raw) != LINK_BYTES:
        raise MissingError("subscription")
    return raw
