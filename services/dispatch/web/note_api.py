"""A worker's notes for themselves. The one route that opens them, for who wrote them."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.dispatch import store
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.notes import last_day, month_of
from services.dispatch.store import NoteKeys
from shared.web import Db, Worker, language_of
from shared.web.guard import settings_of
from shared.web.languages import local_formats

router = APIRouter()


class PhoneNote(BaseModel):
    """What somebody wrote for themselves, and until when it is kept."""

    note_id: UUID
    campaign_id: UUID | None
    campaign: str
    day: str
    kept_until: str
    text: str = Field(repr=False)


class PhoneNotes(BaseModel):
    """Somebody's notes, the last one first; `person_id` says whose, for a phone that is shared."""

    person_id: UUID
    notes: list[PhoneNote]


def note_keys(request: Request) -> NoteKeys:
    """Return what seals and opens notes in this house."""
    return NoteKeys.of(settings_of(request).secret.get_secret_value())


@router.get("/api/notes")
async def get_notes(request: Request, database: Db, who: Worker) -> PhoneNotes:
    """Return the notes of the worker who asks, opened. Nobody else can ask for them."""
    async with database.reading() as tx:
        notes = await store.own_notes(tx, who.person_id, note_keys(request))
        campaigns = {c.frame.campaign_id: c for c in await store.list_campaigns(tx)}
    language = language_of(request)
    day = local_formats(language)["day_of_year"]
    shown = []
    for note in notes:
        about = next((c for id_, c in campaigns.items() if id_ == note.campaign_id), None)
        month = note.month or month_of(local_day(note.written_at))
        shown.append(
            PhoneNote(
                note_id=note.id,
                campaign_id=note.campaign_id,
                campaign=(about.name(language) or "") if about else "",
                day=day(note.written_at),
                kept_until=day(last_day(about.frame.ends_on if about else None, month)),
                text=note.text,
            )
        )
    return PhoneNotes(person_id=who.person_id, notes=shown)
