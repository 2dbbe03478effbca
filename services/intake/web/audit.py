"""Who decided what, in the audit trail."""

from uuid import UUID

from fastapi import Request

from shared import access
from shared.access import Identity
from shared.db import Database


async def note(
    request: Request, who: Identity, action: str, subject_id: UUID, **detail: str
) -> None:
    """Append to the trail before the step commits: rather a line too many than one missing."""
    doors: Database = request.app.state.access
    async with doors.transaction() as trail:
        await access.note(
            trail, action, actor_id=who.person_id, subject_id=subject_id, detail=detail
        )
