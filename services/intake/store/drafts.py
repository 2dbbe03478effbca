"""What somebody typed while judging an invitation, before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.intake.store.tables import judgement_draft
from shared.db import Tx
from shared.words import InvitationId, PersonId


@dataclass(frozen=True, slots=True)
class JudgementDraft:
    """Typed values by field. `based_on` is the version of the answers they were typed over."""

    typed: Mapping[str, tuple[str, ...]]
    based_on: int
    saved_at: datetime


async def save_judgement_draft(
    tx: Tx,
    invitation_id: InvitationId,
    typed: Mapping[str, tuple[str, ...]],
    based_on: int,
    by: PersonId | None,
) -> None:
    """Keep what is typed so far, in the place of what was kept before."""
    values = {
        "based_on": based_on,
        "typed": {name: list(given) for name, given in typed.items()},
        "saved_at": tx.now,
        "saved_by": by,
    }
    keep = upsert(judgement_draft).values(invitation_id=invitation_id, **values)
    await tx.execute(
        keep.on_conflict_do_update(index_elements=[judgement_draft.c.invitation_id], set_=values)
    )


async def judgement_draft_of(tx: Tx, invitation_id: UUID) -> JudgementDraft | None:
    """Return what was typed so far about an invitation; None when nothing waits."""
    rows = await tx.execute(
        select(judgement_draft).where(judgement_draft.c.invitation_id == invitation_id)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    typed = {name: tuple(given) for name, given in row.typed.items()}
    return JudgementDraft(typed, row.based_on, row.saved_at)


async def drop_judgement_draft(tx: Tx, invitation_id: InvitationId) -> None:
    """Forget what was typed: it was done."""
    await tx.execute(
        delete(judgement_draft).where(judgement_draft.c.invitation_id == invitation_id)
    )
