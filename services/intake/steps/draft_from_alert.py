"""An alert becomes a draft, changes one, cancels one, or changes nothing. Never more than that."""

from typing import assert_never
from uuid import UUID

from services.intake import store
from services.intake.gateways.cap import read_cap
from services.intake.rules.cap_alert import (
    CancelDrafts,
    NewDraft,
    NewVersion,
    NothingNew,
    meaning_of,
)
from shared.db import Tx


async def draft_from_alert(xml: bytes, tx: Tx) -> UUID:
    """Read a CAP 1.2 alert and keep what it means; return the draft that it concerns.

    Raises:
        RefusedError: not an alert, or one that asks nothing of us.
    """
    alert = read_cap(xml)
    await tx.wait_for_lock("alerts")
    known = {draft.known.draft_id: draft.known for draft in await store.list_drafts(tx)}

    effect = meaning_of(alert, known.values())

    match effect:
        case NewDraft(draft, follows):
            return await store.save_draft(tx, draft, follows)
        case NewVersion(of, version, draft, also_cancels):
            await store.replace_draft(tx, known[of], draft, version)
            for other in also_cancels:
                await store.cancel_draft(tx, known[other], alert.reference)
            return of
        case CancelDrafts(of):
            for draft_id in of:
                await store.cancel_draft(tx, known[draft_id], alert.reference)
            return of[0]
        case NothingNew(of):
            return of
        case _:
            assert_never(effect)
