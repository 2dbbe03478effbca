"""The page of an invitation: the charter beside it, the consultation, the decision."""

from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.intake import store
from services.intake.rules.charter import CURRENT_CHARTER
from services.intake.rules.invitation import Invitation, reference_of
from services.intake.rules.judgement import WINDOW_MIN
from services.intake.rules.source_text import N_
from services.intake.steps.judge_invitation import judge_invitation
from services.intake.steps.open_consultation import open_consultation
from services.intake.steps.reply_to_objection import ReplyForm, reply_to_objection
from services.intake.web.action_rows import usual_rows
from services.intake.web.api_invitations import decide_and_note
from services.intake.web.forms import Typed, named, told, typed_in
from services.intake.web.judge_form import (
    OF_THE_CHARTER,
    QUESTIONS,
    answers_typed,
    consultation_typed,
    decision_typed,
    judgement_of,
    judgement_typed,
    known_of,
    missing_for_decision,
    read_judged,
    replies_typed,
    to_keep,
)
from shared.access import Identity
from shared.db import Database, zone_names
from shared.errors import Problem, RefusedError, refuse
from shared.web import Coordinator, Db, page, see_other
from shared.words import (
    Decision,
    InvitationId,
)

router = APIRouter()


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
    """Keep everything that the page holds, then do what the button said: consult or decide.

    Without a button it is the page itself that keeps what is typed: the answer is then only what
    a decision still waits for.
    """
    typed = await typed_in(request)
    done = typed.text("do")
    if not done:
        return await keep_draft(request, database, who, invitation_id, typed)
    try:
        await keep_answers(database, who, invitation_id, typed)
        if done == "consult":
            consultation = consultation_typed(typed)
            async with database.transaction() as tx:
                await open_consultation(invitation_id, consultation, who.person_id, tx)
        elif done == "decide":
            await decide_and_note(request, database, who, invitation_id, decision_typed(typed))
    except RefusedError as refused:
        return await invitation_page(request, database, invitation_id, typed, refused.problems)
    place = {"consult": "#consult", "decide": "#decided"}.get(done, "")
    return see_other(f"/intake/invitations/{invitation_id}{place}")


async def keep_draft(
    request: Request,
    database: Database,
    who: Identity,
    invitation_id: InvitationId,
    typed: Typed,
) -> HTMLResponse:
    """Keep what is typed so far, and say what is still missing."""
    async with database.transaction() as tx:
        found = await read_judged(tx, invitation_id)
        if found.decided is None:
            based_on = typed.text("version")
            version = int(based_on) if based_on.isdecimal() else found.version
            await store.save_judgement_draft(
                tx, invitation_id, to_keep(typed), version, who.person_id
            )
            found = await read_judged(tx, invitation_id)
    return page(
        request,
        "judge_missing.html",
        found=found,
        missing=missing_for_decision(found, typed.over(known_of(found))),
    )


async def keep_answers(
    database: Database, who: Identity, invitation_id: InvitationId, typed: Typed
) -> None:
    """Keep the answers to the charter and the replies; the rest waits as a draft.

    Raises:
        MissingError: no such invitation.
        RefusedError: somebody else kept other answers meanwhile, a reply that is no sentence, or
            the decision is taken.
    """
    async with database.transaction() as tx:
        found = await read_judged(tx, invitation_id)
        version = found.version
        rest = to_keep(typed)
        if any(name.startswith("holds_") for name in rest):
            form = judgement_typed(typed)
            same = found.judged is not None and (
                answers_typed(judgement_of(form)) == answers_typed(found.judged.judgement)
                and form.arguments == found.judged.arguments
            )
            if typed.text("version", str(version)) != str(version) and not same:
                raise refuse(
                    "changed_meanwhile",
                    N_(
                        "Quelqu’un d’autre a enregistré des réponses entre-temps\u00a0: elles sont "
                        "montrées sous les vôtres. Relisez, puis enregistrez à nouveau."
                    ),
                )
            version = await judge_invitation(invitation_id, form, who.person_id, tx)
            rest = {name: v for name, v in rest.items() if not name.startswith(OF_THE_CHARTER)}
        if found.decided is None:
            await store.save_judgement_draft(tx, invitation_id, rest, version, who.person_id)
    for opinion_id, reply in replies_typed(typed, found.objections).items():
        async with database.transaction() as tx:
            await reply_to_objection(opinion_id, ReplyForm(reply=reply), who.person_id, tx)


def what_if_path(invitation: Invitation) -> str:
    """Say where the campaign that is asked for can be tried, with what is usual for its crisis."""
    rows = usual_rows(invitation.crisis) if invitation.crisis else {}
    fields: dict[str, str | list[str]] = {
        name: [str(one) for one in value] if isinstance(value, tuple) else str(value)
        for name, value in rows.items()
        if value is not None
    }
    for name, day in (("starts_on", invitation.wanted_from), ("ends_on", invitation.wanted_until)):
        if day is not None:
            fields[name] = day.isoformat()
    fields["zone_ids"] = list(invitation.zone_ids)
    return f"/dispatch/desk/what-if?{urlencode(fields, doseq=True)}"


async def invitation_page(
    request: Request,
    database: Database,
    invitation_id: InvitationId,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render an invitation; what was typed and refused stands where it was typed."""
    async with database.reading() as tx:
        found = await read_judged(tx, invitation_id)
        campaign_id = await store.campaign_from(tx, invitation_id)
        names = await zone_names(tx)
    known = known_of(found)
    shown = typed.over(known) if typed else known
    kept = answers_typed(found.judged.judgement if found.judged else None)
    meanwhile = {}
    if any(problem.slug == "changed_meanwhile" for problem in problems):
        meanwhile = {name: said for name, said in kept.items() if said != shown.text(name)}
        version = (str(found.version),)
        shown = replace(shown, lists={**shown.lists, "version": version})
    return page(
        request,
        "invitation.html",
        422 if problems else 200,
        invitation=found.invitation,
        reference=reference_of(invitation_id),
        zones=[names[z] for z in found.invitation.zone_ids if z in names],
        charter=CURRENT_CHARTER,
        found=found,
        decided=found.decided,
        consultation=found.consultation,
        answered={q.value for q in QUESTIONS if kept[f"sentence_{q.value}"]},
        missing=missing_for_decision(found, shown),
        meanwhile=meanwhile,
        campaign_id=campaign_id,
        what_if=what_if_path(found.invitation),
        decisions=named(request, Decision),
        accelerated_below_days=WINDOW_MIN.days,
        typed=shown,
        too_late=typed if typed and found.decided else None,
        problems=told(request, problems),
    )
