"""A person makes an invitation of a draft that an alert made."""

from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.cap_alert import DraftInvitation, check_may_become_invitation
from services.intake.rules.local_day import local_day
from services.intake.steps.receive_invitation import InvitationForm, keep_invitation
from shared.db import Tx
from shared.words import InvitationId, PersonId


async def confirm_draft(
    draft_id: UUID, form: InvitationForm, by: PersonId | None, tx: Tx
) -> InvitationId:
    """Keep the invitation that a person made of a draft; return its id.

    Args:
        draft_id: of the draft.
        form: what the person corrects; what it leaves empty is the draft's.
        by: who.
        tx: of this step.

    Raises:
        MissingError: no such draft.
        RefusedError: an exercise, a test, a cancelled or used draft; or what the alert does not
            say and the person did not add.
    """
    kept = await store.draft_of(tx, draft_id, lock=True)
    invitation_id = form.id or InvitationId(uuid7())
    if not await store.first_asked(tx, invitation_id, "confirmed draft", form, draft_id):
        return invitation_id
    check_may_become_invitation(kept.known)
    await keep_invitation(filled_in(form, kept.content), invitation_id, by, tx)
    await store.note_invited(tx, draft_id, invitation_id)
    return invitation_id


def filled_in(form: InvitationForm, draft: DraftInvitation) -> InvitationForm:
    """Fill what a person left empty with what the alert says."""
    text = draft.texts[0]
    words = (text.headline or text.event, text.description, text.instruction)
    until: date | None = local_day(draft.wanted_until) if draft.wanted_until else None
    said = {
        "crisis": draft.crisis,
        "requester": draft.reference.sender,
        "wanted": "\n".join(word for word in words if word),
        "wanted_from": local_day(draft.wanted_from),
        "wanted_until": until,
        "where": ", ".join(dict.fromkeys(area.description for area in draft.areas)),
    }
    missing = {key: value for key, value in said.items() if not getattr(form, key)}
    return form.model_copy(update=missing)
