"""The funder's pages: it invites, has a receipt, and sees how far its invitations are.

What it reads is what was written for it: where an invitation stands, and the coordination's reason.
No opinion, no answer to the charter, no neighbourhood.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.invitation import answer_due_on, reference_of
from services.intake.rules.local_day import local_day
from services.intake.rules.source_text import N_
from services.intake.steps.invite_from_outside import invite_from_outside
from services.intake.steps.receive_invitation import InvitationForm
from services.intake.web.forms import Typed, named, read_as, told, typed_in
from shared.access import Identity
from shared.db import Database, Tx
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Db, Funder, language_of, page, see_other, translate
from shared.words import CampaignId, CrisisKind, Decision, InvitationId, Public

router = APIRouter(prefix="/funder")

Step = Literal["received", "consulting", "deciding", "decided"]

GO_ON = N_("Poursuivre la campagne « %(name)s » après sa fin.")
SAME_PLACES = N_("Là où se déroule la campagne « %(name)s ».")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an invitation is. `late`: the day by which it was to be answered is past."""

    step: Step
    due_on: date
    late: bool
    reference: str
    accepted: bool


@router.get("", response_class=HTMLResponse)
async def invite_page(
    request: Request, database: Db, who: Funder, extends: CampaignId | None = None
) -> Response:
    """Show the charter's boundaries, a form beside them, and what was sent before."""
    async with database.reading() as tx:
        typed = await prefilled(request, tx, who, extends)
    return await form_page(request, database, who, typed)


@router.post("")
async def invite(request: Request, database: Db, who: Funder) -> Response:
    """Keep an invitation and show its receipt; or show it again with everything that misses."""
    typed = await typed_in(request)
    try:
        form = form_typed(typed)
        async with database.transaction() as tx:
            invitation_id = await invite_from_outside(form, who.person_id, tx)
    except RefusedError as refused:
        return await form_page(request, database, who, typed, refused.problems)
    return see_other(f"/intake/funder/invitations/{invitation_id}")


@router.get("/invitations/{sent_id}", response_class=HTMLResponse)
async def receipt(request: Request, database: Db, who: Funder, sent_id: InvitationId) -> Response:
    """Show a receipt: what was asked, by when an answer comes, and how far it is."""
    async with database.reading() as tx:
        now = tx.now
        sent = await store.invitations_sent_by(tx, who.person_id)
        found = next((one for one in sent if one.invitation.id == sent_id), None)
        if found is None:
            raise MissingError("invitation")
        extends = found.invitation.extends
        before = await store.campaign_of(tx, extends) if extends else None
    return page(
        request,
        "funder_receipt.html",
        sent=found,
        standing=standing_of(found, now),
        before=before,
        language=language_of(request),
    )


async def form_page(
    request: Request,
    database: Database,
    who: Identity,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render the form, with the campaign that it would extend, and what was sent before."""
    async with database.reading() as tx:
        now = tx.now
        sent = await store.invitations_sent_by(tx, who.person_id)
        before = await campaign_named(tx, typed)
    return page(
        request,
        "funder_invite.html",
        422 if problems else 200,
        typed=typed,
        problems=told(request, problems),
        crises=named(request, CrisisKind),
        publics=named(request, Public),
        charter=CURRENT_CHARTER,
        before=before,
        sent=[(one, standing_of(one, now)) for one in sent],
        language=language_of(request),
    )


async def campaign_named(tx: Tx, typed: Typed) -> store.Campaign | None:
    """Find the campaign that a form would extend; None when it names none."""
    named_id = typed.maybe("extends")
    try:
        return await store.campaign_of(tx, CampaignId(UUID(named_id))) if named_id else None
    except (MissingError, ValueError):
        return None


async def prefilled(request: Request, tx: Tx, who: Identity, extends: CampaignId | None) -> Typed:
    """Fill what is known: the organisation's name, and what a campaign needs to go on.

    Words of an earlier invitation are given back to whoever wrote them, and to nobody else.

    Raises:
        MissingError: no such campaign.
    """
    sent = await store.invitations_sent_by(tx, who.person_id)
    requester = sent[0].invitation.requester if sent else ""
    if extends is None:
        return Typed.of(id=uuid7(), requester=requester)
    before = await store.campaign_of(tx, extends)
    own = next((one.invitation for one in sent if one.campaign_id == extends), None)
    first = max(before.life.ends_on + timedelta(days=1), local_day(tx.now))
    language = language_of(request)
    name = {"name": before.name(language)}
    return Typed.of(
        id=uuid7(),
        extends=extends,
        requester=requester,
        crisis=before.crisis,
        wanted=own.wanted if own else translate(language, GO_ON, name),
        publics=before.publics,
        wanted_from=first,
        wanted_until=first + (before.life.ends_on - before.life.starts_on),
        where=own.place if own and own.place else translate(language, SAME_PLACES, name),
    )


def form_typed(typed: Typed) -> InvitationForm:
    """Read what was typed.

    Raises:
        RefusedError: a date or a choice that cannot be read.
    """
    return read_as(
        InvitationForm,
        {
            "id": typed.maybe("id"),
            "requester": typed.text("requester"),
            "crisis": typed.maybe("crisis"),
            "wanted": typed.text("wanted"),
            "publics": typed.all("publics"),
            "wanted_from": typed.maybe("wanted_from"),
            "wanted_until": typed.maybe("wanted_until"),
            "where": typed.text("where"),
            "extends": typed.maybe("extends"),
        },
    )


def standing_of(sent: store.SentInvitation, now: datetime) -> Standing:
    """Tell how far an invitation is, and by when it is answered."""
    due_on = answer_due_on(sent.received_at, sent.consultation_closes_at)
    closes_at = sent.consultation_closes_at
    step: Step
    if sent.decision is not None:
        step = "decided"
    elif closes_at is None:
        step = "received"
    else:
        step = "consulting" if now < closes_at else "deciding"
    return Standing(
        step,
        due_on,
        late=sent.decision is None and local_day(now) > due_on,
        reference=reference_of(sent.invitation.id),
        accepted=sent.decision not in {None, Decision.REFUSE},
    )
