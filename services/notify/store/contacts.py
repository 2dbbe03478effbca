"""How to reach people: the only place in Relais with their addresses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.notify.rules.contacts import ContactPoint
from shared.db import Tx
from shared.words import Channel, PersonId, Role

COLUMNS = "person_id, role, language, email, channels"


async def save_contact(tx: Tx, contact: ContactPoint) -> None:
    """Keep how somebody wants to be told; what was known before is replaced."""
    await tx.execute(
        text(
            f"insert into contact_point ({COLUMNS}, changed_at)"
            " values (:person_id, :role, :language, :email, :channels, :now)"
            " on conflict (person_id) do update set role = excluded.role,"
            " language = excluded.language, email = excluded.email,"
            " channels = excluded.channels, changed_at = excluded.changed_at"
        ),
        {
            "person_id": contact.person_id,
            "role": contact.role.value,
            "language": contact.language,
            "email": contact.email,
            "channels": [way.value for way in contact.channels],
            "now": tx.now,
        },
    )


async def contact_of(tx: Tx, person_id: UUID) -> ContactPoint | None:
    """Return how to reach one person; None when they left nothing."""
    found = await tx.execute(
        text(f"select {COLUMNS} from contact_point where person_id = :id"), {"id": person_id}
    )
    row = found.mappings().one_or_none()
    return as_contact(row) if row else None


async def contacts_in_role(tx: Tx, role: Role) -> Sequence[ContactPoint]:
    """List everybody in a role who left a contact point."""
    rows = await tx.execute(
        text(f"select {COLUMNS} from contact_point where role = :role order by person_id"),
        {"role": role.value},
    )
    return [as_contact(row) for row in rows.mappings()]


async def forget_person(tx: Tx, person_id: UUID) -> None:
    """Erase somebody: their addresses, what they were told, and what was proposed to them."""
    of = {"id": person_id}
    await tx.execute(text("delete from contact_point where person_id = :id"), of)
    await tx.execute(text("delete from delivery where person_id = :id"), of)
    await tx.execute(
        text(
            "update proposal set person_id = null, forgotten = true, campaign_id = null,"
            " zone_id = null, kind = null, starts_at = null, ends_at = null where person_id = :id"
        ),
        of,
    )


def as_contact(row: Any) -> ContactPoint:
    """Read a contact point."""
    return ContactPoint(
        person_id=PersonId(row["person_id"]),
        role=Role(row["role"]),
        language=row["language"],
        email=row["email"],
        channels=tuple(Channel(way) for way in row["channels"]),
    )
