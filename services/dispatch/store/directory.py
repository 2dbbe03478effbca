"""The directory of local actors, and imports that wait for a yes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, any_, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.directory.actor import Actor
from services.dispatch.store.tables import actor, actor_import, actor_merged
from shared.db import Tx
from shared.errors import MissingError
from shared.words import ActorCategory, Language, Saturation

Layout = Literal["csv", "hsds"]


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """A file that somebody looks at before it is kept."""

    id: UUID
    layout: Layout
    content: bytes
    made_at: datetime


async def list_actors(tx: Tx, zone_id: str | None = None) -> list[Actor]:
    """List actors by name; those of a zone and of the whole territory when one is given."""
    query = select(actor).order_by(func.lower(actor.c.name), actor.c.id)
    if zone_id is not None:
        here = literal(zone_id) == any_(actor.c.zone_ids)
        query = query.where(or_(here, func.cardinality(actor.c.zone_ids) == 0))
    return [_actor(row) for row in await tx.execute(query)]


async def actor_of(tx: Tx, actor_id: UUID, *, lock: bool = False) -> Actor:
    """Return an actor.

    Raises:
        MissingError: there is none of this id.
    """
    query = select(actor).where(actor.c.id == actor_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise MissingError("actor")
    return _actor(row)


async def merged_into(tx: Tx) -> dict[UUID, UUID]:
    """Tell into which record each merged one went."""
    rows = await tx.execute(select(actor_merged.c.id, actor_merged.c.into_id))
    return {row.id: row.into_id for row in rows}


async def save_actor(tx: Tx, one: Actor) -> None:
    """Save an actor whole."""
    values = {
        "id": one.id,
        "name": one.name,
        "category": one.category.value,
        "zone_ids": list(one.zone_ids),
        "street": one.street,
        "postal_code": one.postal_code,
        "city": one.city,
        "phone": one.phone,
        "email": one.email,
        "website": one.website,
        "languages": [language.value for language in one.languages],
        "hours": one.hours,
        "saturation": one.saturation.value,
        "reported_on": one.reported_on,
        "saved_at": tx.now,
    }
    await tx.execute(
        upsert(actor).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
    )


async def delete_actor(tx: Tx, actor_id: UUID) -> None:
    """Forget an actor; one that is not there is forgotten already."""
    await tx.execute(delete(actor).where(actor.c.id == actor_id))


async def save_merge(tx: Tx, gone_id: UUID, into_id: UUID) -> None:
    """Remember into which record another went, and lead there what led to that one."""
    led_there = actor_merged.c.into_id == gone_id
    await tx.execute(update(actor_merged).where(led_there).values(into_id=into_id))
    await tx.execute(delete(actor).where(actor.c.id == gone_id))
    await tx.execute(insert(actor_merged).values(id=gone_id, into_id=into_id, merged_at=tx.now))


def _actor(row: Row[Any]) -> Actor:
    kept = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    values: dict[str, Any] = {key: kept[key] for key in kept if key != "saved_at"}
    return Actor(
        **values
        | {
            "category": ActorCategory(row.category),
            "zone_ids": tuple(row.zone_ids),
            "languages": tuple(Language(code) for code in row.languages),
            "saturation": Saturation(row.saturation),
        }
    )


# --- imports -------------------------------------------------------------------------------------


async def save_import(tx: Tx, import_id: UUID, layout: Layout, content: bytes) -> None:
    """Keep a file until somebody says yes or leaves it."""
    await tx.execute(
        insert(actor_import).values(id=import_id, layout=layout, content=content, made_at=tx.now)
    )


async def import_of(tx: Tx, import_id: UUID) -> WaitingImport:
    """Return a file that waits.

    Raises:
        MissingError: it was confirmed, left or forgotten.
    """
    row = (await tx.execute(select(actor_import).where(actor_import.c.id == import_id))).first()
    if row is None:
        raise MissingError("import")
    return WaitingImport(row.id, row.layout, row.content, row.made_at)


async def delete_import(tx: Tx, import_id: UUID) -> None:
    """Forget a file."""
    await tx.execute(delete(actor_import).where(actor_import.c.id == import_id))


async def forget_imports(tx: Tx, before: datetime) -> int:
    """Forget files that nobody came back to; return how many."""
    gone = await tx.execute(delete(actor_import).where(actor_import.c.made_at < before))
    return int(gone.rowcount)
