"""A funder invites the team by its own hand."""

from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.invitation import check_still_ahead
from services.intake.rules.local_day import local_day
from services.intake.steps.receive_invitation import InvitationForm, keep_invitation
from shared.db import Tx
from shared.words import InvitationId, PersonId, Requester


async def invite_from_outside(form: InvitationForm, by: PersonId, tx: Tx) -> InvitationId:
    """Keep a funder's invitation; return its id. The same form under the same id is kept once.

    Who asks is not the form's to say, and no neighbourhood is chosen from outside.

    Raises:
        RefusedError: with every problem at once; or its last day is past.
        MissingError: the campaign that it extends does not exist.
    """
    asked = form.model_copy(update={"asked_by": Requester.FUNDER, "zone_ids": ()})
    invitation_id = form.id or InvitationId(uuid7())
    if not await store.first_asked(tx, invitation_id, "invitation", asked, by):
        return invitation_id
    check_still_ahead(asked.wanted_until, local_day(tx.now))
    await keep_invitation(asked, invitation_id, by, tx, by_requester=True)
    return invitation_id
