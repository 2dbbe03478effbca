"""Whom to tell, and by which ways."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from shared.errors import refuse
from shared.words import Channel, PersonId, Role

# Source: the HTML standard's "valid e-mail address", with at least one dot in the domain.
EMAIL = re.compile(
    r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+"
)


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """How somebody wants to be told. The inbox of Relais is always one of the ways."""

    person_id: PersonId
    role: Role
    language: str
    email: str | None = None
    channels: tuple[Channel, ...] = (Channel.INBOX,)

    def ways(self) -> tuple[Channel, ...]:
        """List the channels by which this person is told, the inbox first."""
        wished = dict.fromkeys((Channel.INBOX, *self.channels))
        return tuple(way for way in wished if way is not Channel.EMAIL or self.email is not None)


def unknown_person(person_id: PersonId, role: Role) -> ContactPoint:
    """Stand for somebody who left no contact point: the inbox opens with their account."""
    return ContactPoint(person_id, role, "fr")


def contact_point(
    person_id: PersonId,
    role: Role,
    language: str,
    email: str | None,
    channels: Collection[Channel],
) -> ContactPoint:
    """Check how somebody wants to be told.

    Raises:
        RefusedError: the address is none, or e-mail is wanted without an address.
    """
    address = (email or "").strip() or None
    if address is not None and not EMAIL.fullmatch(address):
        raise refuse("bad_email", "Cette adresse e-mail n’a pas la bonne forme.", place="email")
    if Channel.EMAIL in channels and address is None:
        raise refuse("no_email", "Pour écrire par e-mail, il faut une adresse.", place="email")
    chosen = tuple(way for way in Channel if way in channels or way is Channel.INBOX)
    return ContactPoint(person_id, role, language, address, chosen)
