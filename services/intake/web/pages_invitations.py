"""Pages of an invitation: encoding it, judging it by the charter with the workers, deciding."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.judgement import WINDOW_MIN, Answer
from services.intake.steps.decide_invitation import DecisionForm
from services.intake.steps.judge_invitation import JudgementForm, judge_invitation
from services.intake.steps.open_consultation import ConsultationForm, open_consultation
from services.intake.steps.receive_invitation import InvitationForm, receive_invitation
from services.intake.steps.reply_to_objection import ReplyForm, reply_to_objection
from services.intake.web.api_invitations import consultation_out, decide_and_note
from services.intake.web.forms import Typed, local_moment, named, read_as, told, typed_in
from shared.access import Identity
from shared.db import Database, zone_names
from shared.errors import Problem, RefusedError
from shared.web import BRUSSELS, Coordinator, Db, language_of, page, see_other
from shared.words import (
    CrisisKind,
    Decision,
    InvitationId,
    Public,
    Requester,
    Stance,
)

router = APIRouter()

OBJECTIONS = (Stance.AGAINST, Stance.WITH_CONDITIONS)


# --- a new one -----------------------------------------------------------------------------------


@router.get("/invitations/new", response_class=HTMLResponse)
async def new_invitation(request: Request, database: Db, _: Coordinator) -> Response:
    """Show an empty invitation, beside the charter."""
    return await invitation_form(request, database, Typed.of(id=uuid7()))


@router.post("/invitations/new")
async def encode_invitation(request: Request, database: Db, who: Coordinator) -> Response:
    """Keep an invitation, or show it again with everything that misses."""
    typed = await typed_in(request)
    try:
        form = invitation_typed(typed)
        async with database.transaction() as tx:
            invitation_id = await receive_invitation(form, who.person_id, tx)
    except RefusedError as refused:
        return await invitation_form(request, database, typed, refused.problems)
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
    draft: store.AlertDraft | None = None,
) -> HTMLResponse:
    """Render the form of an invitation, for a new one or for a draft that an alert made."""
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
        draft=draft,
    )


# --- an invitation, with everything that happens to it -------------------------------------------


@router.get("/invitations/{invitation_id}", response_class=HTMLResponse)
async def show_invitation(
    request: Request, database: Db, _: Coordinator, invitation_id: InvitationId
) -> Response:
    """Show an invitation: charter, consultation, objections, decision."""
    return await invitation_page(request, database, invitation_id)


@router.post("/invitations/{invitation_id}")
async def work_on_invitation(
    request: Request, database: Db, who: Coordinator, invitation_id: InvitationId
) -> Response:
    """Do what the button said: judge, consult, reply or decide. One address for all of them."""
    typed = await typed_in(request)
    done = typed.text("do")
    try:
        match done:
            case "judge":
                await _judge(database, who, invitation_id, typed)
            case "consult":
                await _consult(database, who, invitation_id, typed)
            case "reply":
                await _reply(database, who, typed)
            case "decide":
                await _decide(request, database, who, invitation_id, typed)
            case _:
                pass
    except RefusedError as refused:
        return await invitation_page(request, database, invitation_id, typed, refused.problems)
    return see_other(f"/intake/invitations/{invitation_id}#{done}")


async def _judge(
    database: Database, who: Identity, invitation_id: InvitationId, typed: Typed
) -> None:
    answers = {
        question.value: {
            "holds": {"yes": True, "no": False}.get(typed.text(f"holds_{question.value}")),
            "sentence": typed.text(f"sentence_{question.value}"),
        }
        for question in (*CURRENT_CHARTER.boundaries, *CURRENT_CHARTER.laws)
    }
    form = read_as(
        JudgementForm,
        {
            "boundaries": {q.value: answers[q.value] for q in CURRENT_CHARTER.boundaries},
            "laws": {q.value: answers[q.value] for q in CURRENT_CHARTER.laws},
            "arguments": typed.text("arguments"),
        },
    )
    async with database.transaction() as tx:
        await judge_invitation(invitation_id, form, who.person_id, tx)


async def _consult(
    database: Database, who: Identity, invitation_id: InvitationId, typed: Typed
) -> None:
    form = read_as(
        ConsultationForm,
        {
            "id": typed.maybe("consultation_id"),
            "closes_at": local_moment(typed.text("closes_at")),
            "accelerated_because": typed.text("accelerated_because"),
        },
    )
    async with database.transaction() as tx:
        await open_consultation(invitation_id, form, who.person_id, tx)


async def _reply(database: Database, who: Identity, typed: Typed) -> None:
    opinion = read_as(_OpinionNamed, {"opinion_id": typed.text("opinion_id")}).opinion_id
    form = ReplyForm(reply=typed.text(f"reply_{opinion}"))
    async with database.transaction() as tx:
        await reply_to_objection(opinion, form, who.person_id, tx)


class _OpinionNamed(ReplyForm):
    opinion_id: UUID


async def _decide(
    request: Request,
    database: Database,
    who: Identity,
    invitation_id: InvitationId,
    typed: Typed,
) -> None:
    form = read_as(
        DecisionForm,
        {
            "decision": typed.maybe("decision"),
            "reason": typed.text("reason"),
            "changes": typed.text("changes").splitlines(),
        },
    )
    await decide_and_note(request, database, who, invitation_id, form)


async def invitation_page(
    request: Request,
    database: Database,
    invitation_id: InvitationId,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render an invitation; what was typed and refused stands where it was typed."""
    async with database.reading() as tx:
        now = tx.now
        invitation = await store.invitation_of(tx, invitation_id)
        judged = await store.judgement_of(tx, invitation_id)
        decided = await store.decision_of(tx, invitation_id)
        consultation = await consultation_out(tx, invitation_id)
        campaign_id = await store.campaign_from(tx, invitation_id)
        names = await zone_names(tx)
    language = language_of(request)
    soon = (now + WINDOW_MIN + timedelta(days=1)).astimezone(BRUSSELS)
    known = Typed.of(
        consultation_id=uuid7(),
        closes_at=soon.strftime("%Y-%m-%dT18:00"),
        arguments=judged.arguments if judged else "",
        **_answers_typed(judged),
        **{f"reply_{o.opinion_id}": o.reply for o in (consultation.opinions or ())}
        if consultation
        else {},
    )
    opinions = consultation.opinions if consultation else None
    return page(
        request,
        "invitation.html",
        422 if problems else 200,
        invitation=invitation,
        zones=[names[z].name(language) if z in names else z for z in invitation.zone_ids],
        charter=CURRENT_CHARTER,
        judged=judged,
        decided=decided,
        consultation=consultation,
        opinions=opinions,
        objections=[o for o in (opinions or ()) if o.stance in OBJECTIONS],
        campaign_id=campaign_id,
        decisions=named(request, Decision),
        accelerated_below_days=WINDOW_MIN.days,
        typed=typed.over(known) if typed else known,
        problems=told(request, problems),
    )


def _answers_typed(judged: store.KeptJudgement | None) -> dict[str, str]:
    if judged is None:
        return {}
    answers: dict[str, Answer] = {
        question.value: answer
        for answered in (judged.judgement.boundaries, judged.judgement.laws)
        for question, answer in answered.items()
    }
    said = {True: "yes", False: "no", None: ""}
    return {f"holds_{q}": said[a.respected] for q, a in answers.items()} | {
        f"sentence_{q}": a.sentence for q, a in answers.items()
    }
