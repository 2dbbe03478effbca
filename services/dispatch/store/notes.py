"""Workers' notes for themselves. Every query here stands as one owner; see the migration."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.store.sealing import NoteKeys
from services.dispatch.store.tables import campaign_life, note, note_key
from shared.db import Tx
from shared.words import CampaignState


@dataclass(frozen=True, slots=True)
class Note:
    """What a worker wrote for themselves. `month` is that of a note outside campaigns."""

    id: UUID
    campaign_id: UUID | None
    month: date | None
    written_at: datetime
    text: str = field(repr=False)


async def own_notes(tx: Tx, worker_id: UUID, keys: NoteKeys) -> list[Note]:
    """Return a worker's notes, the last one first. What no longer opens is not there."""
    owner = await _stand_as(tx, worker_id, keys)
    rows = await tx.execute(
        select(note, note_key.c.campaign_id, note_key.c.month, note_key.c.wrapped)
        .join(note_key, note_key.c.id == note.c.key_id)
        .where(note.c.owner == owner)
        .order_by(note.c.written_at.desc(), note.c.id)
    )
    opened = [
        (row, keys.open_text(row.wrapped, row.key_id, owner, row.id, row.sealed)) for row in rows
    ]
    return [
        Note(row.id, row.campaign_id, row.month, row.written_at, told)
        for row, told in opened
        if told is not None
    ]


async def save_note(tx: Tx, written: Note, worker_id: UUID, keys: NoteKeys) -> bool:
    """Save a note, or what it says now; False when its id is somebody else's."""
    owner = await _stand_as(tx, worker_id, keys)
    await tx.wait_for_lock(f"notes {owner}")
    known = await tx.execute(
        select(note.c.key_id, note_key.c.wrapped)
        .join(note_key, note_key.c.id == note.c.key_id)
        .where(note.c.id == written.id)
    )
    key = known.first()
    if key is not None:
        sealed = keys.seal_text(key.wrapped, key.key_id, owner, written.id, written.text)
        await tx.execute(
            update(note)
            .where(note.c.id == written.id)
            .values(sealed=sealed, written_at=written.written_at)
        )
        return True
    key_id, wrapped = await _key_for(tx, owner, written, keys)
    saved = await tx.execute(
        upsert(note)
        .values(
            id=written.id,
            key_id=key_id,
            owner=owner,
            written_at=written.written_at,
            sealed=keys.seal_text(wrapped, key_id, owner, written.id, written.text),
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(note.c.id)
    )
    return saved.first() is not None


async def _key_for(tx: Tx, owner: str, written: Note, keys: NoteKeys) -> tuple[UUID, bytes]:
    """Return the key of a note's campaign or month, made now if it is the first."""
    made = uuid4()
    place = {"owner": owner, "campaign_id": written.campaign_id, "month": written.month}
    await tx.execute(
        upsert(note_key)
        .values(id=made, wrapped=keys.new_key(made, owner), **place)
        .on_conflict_do_nothing(index_elements=list(place))
    )
    found = await tx.execute(
        select(note_key.c.id, note_key.c.wrapped).where(
            *(note_key.c[name].is_not_distinct_from(value) for name, value in place.items())
        )
    )
    row = found.one()
    return row.id, row.wrapped


async def delete_note(tx: Tx, note_id: UUID, worker_id: UUID, keys: NoteKeys) -> None:
    """Delete a note of one's own; nothing happens when there is none. Its key goes with the last.

    A key that opens nothing any more is destroyed: a backup's copy of the note stays closed.
    """
    owner = await _stand_as(tx, worker_id, keys)
    await tx.wait_for_lock(f"notes {owner}")  # a key is not destroyed under a note that comes
    await tx.execute(delete(note).where(note.c.id == note_id))
    used = select(note.c.id).where(note.c.key_id == note_key.c.id).exists()
    await tx.execute(delete(note_key).where(note_key.c.owner == owner, ~used))


async def destroy_note_keys(tx: Tx, closed_before: datetime, month_before: date, most: int) -> int:
    """Destroy the keys of what has been kept long enough, and so the notes; return how many keys.

    Args:
        tx: of the sweep: it stands as nobody and sees no note.
        closed_before: campaigns that closed before this instant.
        month_before: months before this one, of notes outside campaigns.
        most: at a time.
    """
    closed = (
        select(campaign_life.c.campaign_id)
        .where(campaign_life.c.state == CampaignState.CLOSED.value)
        .where(campaign_life.c.since < closed_before)
    )
    due = (
        select(note_key.c.id)
        .where(or_(note_key.c.campaign_id.in_(closed), note_key.c.month < month_before))
        .limit(most)
    )
    destroyed = await tx.execute(delete(note_key).where(note_key.c.id.in_(due)))
    return destroyed.rowcount


async def _stand_as(tx: Tx, worker_id: UUID, keys: NoteKeys) -> str:
    """Let this transaction, and no later one on this connection, see one worker's notes."""
    owner = keys.owner(worker_id)
    await tx.execute(text("select set_config('relais.owner', :owner, true)"), {"owner": owner})
    return owner
