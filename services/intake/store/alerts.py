"""Drafts made from alerts. One that is real may become an invitation, by a person's hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, insert, select, update
from uuid_utils.compat import uuid7

from services.intake.rules.cap_alert import (
    AlertReference,
    DraftInvitation,
    DraftState,
    KnownDraft,
    Mark,
)
from services.intake.store.tables import alert_draft
from shared.db import Tx
from shared.errors import MissingError
from shared.words import InvitationId

_NAMED_BY = TypeAdapter(tuple[AlertReference, ...])
_CONTENT = TypeAdapter(DraftInvitation)


@dataclass(frozen=True, slots=True)
class AlertDraft:
    known: KnownDraft
    content: DraftInvitation
    follows: UUID | None
    invitation_id: InvitationId | None
    received_at: datetime


async def list_drafts(tx: Tx) -> Sequence[AlertDraft]:
    """List all drafts, the newest first."""
    rows = await tx.execute(
        select(alert_draft).order_by(alert_draft.c.received_at.desc(), alert_draft.c.id.desc())
    )
    return [_as_draft(row) for row in rows]


async def draft_of(tx: Tx, draft_id: UUID, *, lock: bool = False) -> AlertDraft:
    """Return a draft.

    Raises:
        MissingError: there is none.
    """
    query = select(alert_draft).where(alert_draft.c.id == draft_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise MissingError("alert draft")
    return _as_draft(row)


def _as_draft(row: Row[Any]) -> AlertDraft:
    return AlertDraft(
        known=KnownDraft(
            draft_id=row.id,
            references=_NAMED_BY.validate_python(row.named_by),
            version=row.version,
            mark=Mark(row.mark),
            state=DraftState(row.state),
        ),
        content=_CONTENT.validate_python(row.content),
        follows=row.follows,
        invitation_id=InvitationId(row.invitation_id) if row.invitation_id else None,
        received_at=row.received_at,
    )


async def save_draft(tx: Tx, content: DraftInvitation, follows: UUID | None) -> UUID:
    """Keep a new draft; return its id."""
    draft_id = uuid7()
    await tx.execute(
        insert(alert_draft).values(
            id=draft_id,
            version=1,
            mark=content.mark.value,
            state=DraftState.OPEN.value,
            named_by=_NAMED_BY.dump_python((content.reference,), mode="json"),
            content=_CONTENT.dump_python(content, mode="json"),
            follows=follows,
            received_at=tx.now,
            changed_at=tx.now,
        )
    )
    return draft_id


async def replace_draft(tx: Tx, known: KnownDraft, content: DraftInvitation, version: int) -> None:
    """Let an update replace what a draft says."""
    named = (*known.references, content.reference)
    await tx.execute(
        update(alert_draft)
        .where(alert_draft.c.id == known.draft_id)
        .values(
            version=version,
            named_by=_NAMED_BY.dump_python(named, mode="json"),
            content=_CONTENT.dump_python(content, mode="json"),
            changed_at=tx.now,
        )
    )


async def cancel_draft(tx: Tx, known: KnownDraft, by: AlertReference) -> None:
    """Cancel a draft, and keep which alert did."""
    await tx.execute(
        update(alert_draft)
        .where(alert_draft.c.id == known.draft_id)
        .values(
            state=DraftState.CANCELLED.value,
            named_by=_NAMED_BY.dump_python((*known.references, by), mode="json"),
            changed_at=tx.now,
        )
    )


async def note_invited(tx: Tx, draft_id: UUID, invitation_id: InvitationId) -> None:
    """Note which invitation a person made of a draft."""
    await tx.execute(
        update(alert_draft)
        .where(alert_draft.c.id == draft_id)
        .values(state=DraftState.INVITED.value, invitation_id=invitation_id, changed_at=tx.now)
    )
