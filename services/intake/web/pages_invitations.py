"""Encoding an invitation: a new one, of what an alert drafted, or after a campaign."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.local_day import local_day
from services.intake.steps.receive_invitation import InvitationForm, receive_invitation
from services.intake.web.forms import Typed, named, read_as, told, typed_in
from shared.db import Database, zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import (
    CampaignId,
    CrisisKind,
    Public,
    Requester,
)

router = APIRouter()


@router.get("/invitations/new", response_class=HTMLResponse)
async def new_invitation(
    request: Request, database: Db, _: Coordinator, after: CampaignId | None = None
) -> Response:
    """Show an empty invitation, beside the charter; or one that goes on after a campaign."""
    if after is None:
        return await invitation_form(request, database, Typed.of(id=uuid7()))
    async with database.reading() as tx:
        before = await store.campaign_of(tx, after)
        asked = await store.invitation_of(tx, before.invitation_id)
        first = max(before.life.ends_on + timedelta(days=1), local_day(tx.now))
    typed = Typed.of(
        id=uuid7(),
        asked_by=asked.asked_by,
        requester=asked.requester,
        crisis=asked.crisis,
        wanted=asked.wanted,
        publics=before.publics,
        wanted_from=first,
        wanted_until=first + (before.life.ends_on - before.life.starts_on),
        where=asked.place,
        zone_ids=before.zone_ids,
    )
    return await invitation_form(request, database, typed, source=before)


@router.post("/invitations/new")
async def encode_invitation(
    request: Request, database: Db, who: Coordinator, after: CampaignId | None = None
) -> Response:
    """Keep an invitation, or show it again with everything that misses."""
    typed = await typed_in(request)
    try:
        form = invitation_typed(typed)
        async with database.transaction() as tx:
            invitation_id = await receive_invitation(form, who.person_id, tx)
    except RefusedError as refused:
        before = None
        if after is not None:
            async with database.reading() as tx:
                before = await store.campaign_of(tx, after)
        return await invitation_form(request, database, typed, refused.problems, before)
    return see_other(f"/intake/invitations/{invitation_id}")


def invitation_typed(typed: Typed) -> InvitationForm:
    """Read what was typed as an invitation.

    Raises:
        RefusedError: a date or a choice that cannot be read.
    """
    return read_as(
        InvitationForm,
        {
            "id": typed.maybe("id"),
            "asked_by": typed.maybe("asked_by"),
            "requester": typed.text("requester"),
            "crisis": typed.maybe("crisis"),
            "wanted": typed.text("wanted"),
            "publics": typed.all("publics"),
            "wanted_from": typed.maybe("wanted_from"),
            "wanted_until": typed.maybe("wanted_until"),
            "where": typed.text("where"),
            "zone_ids": typed.all("zone_ids"),
        },
    )


async def invitation_form(
    request: Request,
    database: Database,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
    source: store.AlertDraft | store.Campaign | None = None,
) -> HTMLResponse:
    """Render the form of an invitation: a new one, of an alert's draft, or after a campaign."""
    async with database.reading() as tx:
        names = await zone_names(tx)
    language = language_of(request)
    zones = sorted(((z.id, z.name(language)) for z in names.values()), key=lambda z: z[1])
    return page(
        request,
        "invitation_form.html",
        422 if problems else 200,
        typed=typed,
        problems=told(request, problems, dict(zones)),
        zones=zones,
        requesters=named(request, Requester),
        crises=named(request, CrisisKind),
        publics=named(request, Public),
        charter=CURRENT_CHARTER,
        draft=source if isinstance(source, store.AlertDraft) else None,
        before=source if isinstance(source, store.Campaign) else None,
        language=language,
    )
