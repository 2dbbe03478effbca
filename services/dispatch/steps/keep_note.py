"""A worker writes something down for themselves. Nobody else ever reads it."""

from datetime import datetime
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.notes import month_of, note_problems
from services.dispatch.store import Note, NoteKeys
from shared.db import Tx
from shared.errors import MissingError, RefusedError


async def keep_note(  # noqa: PLR0913 - a note, and whose
    note_id: UUID,
    worker_id: UUID,
    tx: Tx,
    *,
    campaign_id: UUID | None,
    written_at: datetime,
    text: str,
    keys: NoteKeys,
) -> None:
    """Seal a note and keep it, or what it says now. No fact tells of it.

    Raises:
        MissingError: there is no such campaign, or the id is somebody else's.
        RefusedError: it holds what would identify a resident.
    """
    problems = note_problems(text)
    if problems:
        raise RefusedError(*problems)
    if campaign_id is not None:
        await store.campaign_of(tx, campaign_id)
    written_at = min(written_at, tx.now)  # a phone's clock may run ahead
    month = None if campaign_id else month_of(local_day(written_at))
    written = Note(note_id, campaign_id, month, written_at, text)
    if not await store.save_note(tx, written, worker_id, keys):
        raise MissingError("note")
