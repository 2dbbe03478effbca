"""Busy times from files, and workers' own feeds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.busy_times import Busy
from services.dispatch.rules.feed import FeedEvent
from services.dispatch.store.tables import (
    busy_import,
    calendar_feed,
    commitment,
    feed_event,
    proposal,
    task,
)
from shared.db import Tx
from shared.errors import MissingError
from shared.words import ActionKind, ProposalState


@dataclass(frozen=True, slots=True)
class ImportShown:
    """A calendar that was imported: when, until when it is known, and how many times it takes."""

    id: UUID
    imported_at: datetime
    known_until: datetime
    times: int


async def imports_of(tx: Tx, worker_id: UUID) -> list[ImportShown]:
    """List the calendars that a worker imported, the latest first."""
    rows = await tx.execute(
        select(busy_import, func.count(commitment.c.id).label("times"))
        .outerjoin(commitment, commitment.c.import_id == busy_import.c.id)
        .where(busy_import.c.worker_id == worker_id)
        .group_by(busy_import.c.id)
        .order_by(busy_import.c.imported_at.desc(), busy_import.c.id)
    )
    return [ImportShown(row.id, row.imported_at, row.known_until, row.times) for row in rows]


async def latest_imports(tx: Tx) -> dict[UUID, datetime]:
    """Tell when each worker last brought a calendar."""
    last = func.max(busy_import.c.imported_at).label("last")
    rows = await tx.execute(select(busy_import.c.worker_id, last).group_by(busy_import.c.worker_id))
    return {row.worker_id: row.last for row in rows}


async def imported_ids(tx: Tx, worker_id: UUID) -> dict[UUID, UUID]:
    """Tell with which import each commitment of a worker came; typed ones are not among them."""
    rows = await tx.execute(
        select(commitment.c.id, commitment.c.import_id).where(
            commitment.c.worker_id == worker_id, commitment.c.import_id.is_not(None)
        )
    )
    return {row.id: row.import_id for row in rows}


async def save_import(
    tx: Tx, import_id: UUID, worker_id: UUID, until: datetime, times: Sequence[Busy]
) -> None:
    """Put busy times in the place of what the same import brought before, and of nothing else.

    What is the same stays as it was noted.

    Raises:
        MissingError: the import is another worker's.
    """
    saved = await tx.execute(
        upsert(busy_import)
        .values(id=import_id, worker_id=worker_id, imported_at=tx.now, known_until=until)
        .on_conflict_do_update(
            index_elements=["id"],
            set_={"imported_at": tx.now, "known_until": until},
            where=busy_import.c.worker_id == worker_id,
        )
        .returning(busy_import.c.id)
    )
    if saved.first() is None:
        raise MissingError("import")
    rows = (await tx.execute(select(commitment).where(commitment.c.import_id == import_id))).all()
    wanted = set(times)
    known = {Busy(row.starts_at, row.ends_at): row.id for row in rows}
    gone = [row_id for busy, row_id in known.items() if busy not in wanted]
    if gone:
        await tx.execute(delete(commitment).where(commitment.c.id.in_(gone)))
    new = [busy for busy in times if busy not in known]
    if new:
        await tx.execute(
            insert(commitment),
            [
                {
                    "id": uuid5(import_id, f"{busy.starts_at:%Y%m%dT%H%M%S}/{busy.ends_at:%H%M%S}"),
                    "worker_id": worker_id,
                    "starts_at": busy.starts_at,
                    "ends_at": busy.ends_at,
                    "zone_id": None,
                    "noted_at": tx.now,
                    "import_id": import_id,
                }
                for busy in new
            ],
        )


async def delete_import(tx: Tx, worker_id: UUID, import_id: UUID) -> None:
    """Forget an import and its times; one that is not there is forgotten already."""
    own = (busy_import.c.id == import_id) & (busy_import.c.worker_id == worker_id)
    await tx.execute(delete(busy_import).where(own))


# --- the feed ------------------------------------------------------------------------------------


async def feed_made_at(tx: Tx, worker_id: UUID) -> datetime | None:
    """Tell since when a worker's feed has its address; None when there is none."""
    query = select(calendar_feed.c.made_at).where(calendar_feed.c.worker_id == worker_id)
    made_at: datetime | None = (await tx.execute(query)).scalar_one_or_none()
    return made_at


async def save_feed(tx: Tx, worker_id: UUID, token_hash: bytes) -> None:
    """Give a feed an address; the one before opens nothing any more."""
    values = {"token_hash": token_hash, "made_at": tx.now}
    await tx.execute(
        upsert(calendar_feed)
        .values(worker_id=worker_id, **values)
        .on_conflict_do_update(index_elements=["worker_id"], set_=values)
    )


async def delete_feed(tx: Tx, worker_id: UUID) -> None:
    """Close a feed, and forget what it said."""
    await tx.execute(delete(calendar_feed).where(calendar_feed.c.worker_id == worker_id))
    await tx.execute(delete(feed_event).where(feed_event.c.worker_id == worker_id))


async def feed_owner(tx: Tx, token_hash: bytes) -> UUID:
    """Tell whose feed has this address, and hold it until the commit.

    Raises:
        MissingError: nobody's.
    """
    query = select(calendar_feed.c.worker_id).where(calendar_feed.c.token_hash == token_hash)
    owner: UUID | None = (await tx.execute(query.with_for_update())).scalar_one_or_none()
    if owner is None:
        raise MissingError("feed")
    return owner


async def accepted_events(tx: Tx, worker_id: UUID, since: datetime) -> list[FeedEvent]:
    """List the tasks that a worker has accepted and that end after an instant."""
    rows = await tx.execute(
        select(proposal.c.id, task.c.kind, task.c.zone_id, proposal.c.starts_at, proposal.c.ends_at)
        .join(task, task.c.id == proposal.c.task_id)
        .where(
            proposal.c.worker_id == worker_id,
            proposal.c.state == ProposalState.ACCEPTED.value,
            proposal.c.ends_at > since,
        )
    )
    return [
        FeedEvent(row.id, ActionKind(row.kind), row.zone_id, row.starts_at, row.ends_at)
        for row in rows
    ]


async def said_events(tx: Tx, worker_id: UUID) -> dict[UUID, FeedEvent]:
    """Return what a worker's feed said last."""
    rows = await tx.execute(select(feed_event).where(feed_event.c.worker_id == worker_id))
    return {
        row.proposal_id: FeedEvent(
            row.proposal_id,
            ActionKind(row.kind),
            row.zone_id,
            row.starts_at,
            row.ends_at,
            row.cancelled,
            row.sequence,
            row.changed_at,
        )
        for row in rows
    }


async def save_said(
    tx: Tx, worker_id: UUID, before: Collection[FeedEvent], after: Sequence[FeedEvent]
) -> None:
    """Keep what a feed says now."""
    kept = {event.proposal_id for event in after}
    gone = [event.proposal_id for event in before if event.proposal_id not in kept]
    if gone:
        await tx.execute(delete(feed_event).where(feed_event.c.proposal_id.in_(gone)))
    same = set(before)
    for event in after:
        if event in same:
            continue
        values = {
            "kind": event.kind.value,
            "zone_id": event.zone_id,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "cancelled": event.cancelled,
            "sequence": event.sequence,
            "changed_at": event.changed_at,
        }
        await tx.execute(
            upsert(feed_event)
            .values(proposal_id=event.proposal_id, worker_id=worker_id, **values)
            .on_conflict_do_update(index_elements=["proposal_id"], set_=values)
        )


async def forget_cancelled(tx: Tx, ended_before: datetime) -> int:
    """Forget cancellations of tasks that ended before an instant; return how many."""
    gone = await tx.execute(
        delete(feed_event).where(feed_event.c.cancelled, feed_event.c.ends_at < ended_before)
    )
    return int(gone.rowcount)
