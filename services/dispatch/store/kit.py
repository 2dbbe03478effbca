"""Leaflets and phrases of each campaign."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.kit import Leaflet, Phrase
from services.dispatch.store.tables import leaflet, phrase, phrase_said, proposal, task
from shared.db import Tx
from shared.errors import MissingError
from shared.words import CampaignId, Language

WITHOUT_CONTENT = [
    *(column for column in leaflet.c if column.name != "content"),
    func.octet_length(leaflet.c.content).label("size_bytes"),
]


@dataclass(frozen=True, slots=True)
class LeafletFile:
    """A leaflet's bytes, of the type that they begin as."""

    leaflet: Leaflet
    media_type: str
    content: bytes


async def leaflets_of(tx: Tx, campaign_ids: Collection[UUID]) -> dict[UUID, list[Leaflet]]:
    """List the leaflets of campaigns, by title."""
    rows = await tx.execute(
        select(*WITHOUT_CONTENT)
        .where(leaflet.c.campaign_id.in_(campaign_ids))
        .order_by(leaflet.c.title, leaflet.c.id)
    )
    found: defaultdict[UUID, list[Leaflet]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(_leaflet(row))
    return found


async def leaflet_of(tx: Tx, campaign_id: UUID, leaflet_id: UUID) -> Leaflet | None:
    """Return one leaflet of a campaign; None when it has none of this id."""
    own = (leaflet.c.id == leaflet_id) & (leaflet.c.campaign_id == campaign_id)
    row = (await tx.execute(select(*WITHOUT_CONTENT).where(own))).first()
    return _leaflet(row) if row else None


async def file_of(tx: Tx, leaflet_id: UUID) -> LeafletFile:
    """Return a leaflet's file.

    Raises:
        MissingError: there is no such leaflet, or it is a link.
    """
    query = select(*WITHOUT_CONTENT, leaflet.c.content).where(leaflet.c.id == leaflet_id)
    row = (await tx.execute(query)).first()
    if row is None or row.content is None:
        raise MissingError("leaflet")
    return LeafletFile(_leaflet(row), row.media_type, row.content)


async def save_leaflet(tx: Tx, one: Leaflet, content: bytes | None) -> None:
    """Save a leaflet under its client-made id.

    Raises:
        MissingError: the id is another campaign's.
    """
    values = {
        "title": one.title,
        "language": one.language.value,
        "link": one.link,
        "media_type": one.media_type,
        "content": content,
        "saved_at": tx.now,
    }
    saved = await tx.execute(
        upsert(leaflet)
        .values(id=one.id, campaign_id=one.campaign_id, **values)
        .on_conflict_do_update(
            index_elements=["id"], set_=values, where=leaflet.c.campaign_id == one.campaign_id
        )
        .returning(leaflet.c.id)
    )
    if saved.first() is None:
        raise MissingError("leaflet")


async def delete_leaflet(tx: Tx, campaign_id: UUID, leaflet_id: UUID) -> None:
    """Forget a leaflet; one that is not there is forgotten already."""
    own = (leaflet.c.id == leaflet_id) & (leaflet.c.campaign_id == campaign_id)
    await tx.execute(delete(leaflet).where(own))


async def phrases_of(tx: Tx, campaign_ids: Collection[UUID]) -> dict[UUID, list[Phrase]]:
    """List the phrases of campaigns, in their order: as they were added, until they are moved."""
    rows = (
        await tx.execute(
            select(phrase).where(phrase.c.campaign_id.in_(campaign_ids)).order_by(phrase.c.place)
        )
    ).all()
    ids = [row.id for row in rows]
    said: defaultdict[UUID, list[tuple[Language, str]]] = defaultdict(list)
    for row in await tx.execute(
        select(phrase_said).where(phrase_said.c.phrase_id.in_(ids)).order_by(phrase_said.c.language)
    ):
        said[row.phrase_id].append((Language(row.language), row.said))
    found: defaultdict[UUID, list[Phrase]] = defaultdict(list)
    for row in rows:
        own = Phrase(row.id, CampaignId(row.campaign_id), row.fr, tuple(said[row.id]))
        found[row.campaign_id].append(own)
    return found


async def save_phrase(tx: Tx, one: Phrase) -> None:
    """Save a phrase and its translations whole, in its place.

    Raises:
        MissingError: the id is another campaign's.
    """
    saved = await tx.execute(
        upsert(phrase)
        .values(id=one.id, campaign_id=one.campaign_id, fr=one.fr, saved_at=tx.now)
        .on_conflict_do_update(
            index_elements=["id"],
            set_={"fr": one.fr},
            where=phrase.c.campaign_id == one.campaign_id,
        )
        .returning(phrase.c.id)
    )
    if saved.first() is None:
        raise MissingError("phrase")
    await tx.execute(delete(phrase_said).where(phrase_said.c.phrase_id == one.id))
    if one.said:
        rows = [
            {"phrase_id": one.id, "language": language.value, "said": text}
            for language, text in one.said
        ]
        await tx.execute(insert(phrase_said), rows)


async def move_phrase(tx: Tx, campaign_id: UUID, phrase_id: UUID, *, up: bool) -> None:
    """Let a phrase change places with the one before it, or after it; the first stays the first.

    Raises:
        MissingError: no such phrase in this campaign.
    """
    rows = (
        await tx.execute(
            select(phrase.c.id, phrase.c.place)
            .where(phrase.c.campaign_id == campaign_id)
            .order_by(phrase.c.place)
            .with_for_update()
        )
    ).all()
    at = next((number for number, row in enumerate(rows) if row.id == phrase_id), None)
    if at is None:
        raise MissingError("phrase")
    there = at - 1 if up else at + 1
    if not 0 <= there < len(rows):
        return
    for one, other in ((rows[at], rows[there]), (rows[there], rows[at])):
        await tx.execute(update(phrase).where(phrase.c.id == one.id).values(place=other.place))


async def delete_phrase(tx: Tx, campaign_id: UUID, phrase_id: UUID) -> None:
    """Forget a phrase; one that is not there is forgotten already."""
    own = (phrase.c.id == phrase_id) & (phrase.c.campaign_id == campaign_id)
    await tx.execute(delete(phrase).where(own))


async def campaigns_asking(tx: Tx, worker_id: UUID) -> set[UUID]:
    """Tell which campaigns have asked a worker for something that still stands."""
    rows = await tx.execute(
        select(task.c.campaign_id)
        .distinct()
        .join(proposal, proposal.c.task_id == task.c.id)
        .where(
            proposal.c.worker_id == worker_id,
            proposal.c.state.in_(["proposed", "countered", "accepted"]),
        )
    )
    return {row.campaign_id for row in rows}


def _leaflet(row: Row[Any]) -> Leaflet:
    return Leaflet(
        row.id,
        CampaignId(row.campaign_id),
        row.title,
        Language(row.language),
        row.link,
        row.media_type,
        row.size_bytes,
    )
