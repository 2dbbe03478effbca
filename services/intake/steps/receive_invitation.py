"""Somebody invites the team to mobilise."""

from datetime import date

from pydantic import BaseModel
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.invitation import Invitation, check_invitation
from shared.db import Tx, zone_names
from shared.events import InvitationReceived
from shared.words import (
    CampaignId,
    CrisisKind,
    InvitationId,
    PersonId,
    Public,
    Requester,
    ZoneId,
)


class InvitationForm(BaseModel):
    """An invitation as somebody writes it. Nothing is mandatory here: the rule says what misses.

    `asked_by` is the kind of body that asks, `requester` its name in words.
    """

    id: InvitationId | None = None
    asked_by: Requester | None = None
    requester: str = ""
    crisis: CrisisKind | None = None
    wanted: str = ""
    publics: tuple[Public, ...] = ()
    wanted_from: date | None = None
    wanted_until: date | None = None
    where: str = ""
    zone_ids: tuple[ZoneId, ...] = ()
    extends: CampaignId | None = None


async def receive_invitation(form: InvitationForm, by: PersonId | None, tx: Tx) -> InvitationId:
    """Keep an invitation; return its id. The same form under the same id is kept once.

    Raises:
        RefusedError: with every problem at once.
    """
    invitation_id = form.id or InvitationId(uuid7())
    if not await store.first_asked(tx, invitation_id, "invitation", form):
        return invitation_id
    await keep_invitation(form, invitation_id, by, tx)
    return invitation_id


async def keep_invitation(
    form: InvitationForm,
    invitation_id: InvitationId,
    by: PersonId | None,
    tx: Tx,
    *,
    by_requester: bool = False,
) -> None:
    """Check an invitation whose id is claimed, keep it and say so.

    Raises:
        RefusedError: with every problem at once.
        MissingError: the campaign that it extends does not exist.
    """
    if form.extends is not None:
        await store.campaign_of(tx, form.extends)
    asked = Invitation(
        id=invitation_id,
        asked_by=form.asked_by,
        requester=form.requester,
        crisis=form.crisis,
        wanted=form.wanted,
        publics=form.publics,
        wanted_from=form.wanted_from,
        wanted_until=form.wanted_until,
        place=form.where,
        zone_ids=form.zone_ids,
        extends=form.extends,
    )
    check_invitation(asked, await zone_names(tx))
    await store.save_invitation(tx, asked, by, by_requester=by_requester)
    assert asked.asked_by is not None  # noqa: S101 -- for the type checker; the rule saw to it
    assert asked.crisis is not None  # noqa: S101 -- the same
    assert asked.wanted_from is not None  # noqa: S101 -- the same
    assert asked.wanted_until is not None  # noqa: S101 -- the same
    await tx.emit(
        InvitationReceived(
            occurred_at=tx.now,
            invitation_id=invitation_id,
            asked_by=asked.asked_by,
            crisis=asked.crisis,
            wanted_from=asked.wanted_from,
            wanted_until=asked.wanted_until,
        )
    )
