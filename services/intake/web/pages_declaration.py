"""The page on which a campaign is declared. To anybody but the coordination it does not exist."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.campaign import LENGTH_MAX, SHARE_DEFAULT_PCT
from services.intake.rules.targeting import preset_key_for
from services.intake.steps.declare_campaign import DeclarationForm
from services.intake.web.action_rows import (
    REMOVE,
    action_rows,
    action_typed,
    actions_part,
    rows_of,
    usual_rows,
    with_row,
    without_row,
)
from services.intake.web.api_campaigns import declare_and_note
from services.intake.web.api_need_index import OnlyCoordination
from services.intake.web.forms import Typed, named, partners_in, read_as, told, typed_in
from services.intake.web.targeting_form import HANDS_FOR, RETAINED, WEIGH, weights_typed
from services.intake.web.targeting_view import asked_of_zones, targeting_context
from shared.db import Database, partner_names
from shared.errors import Problem, RefusedError
from shared.web import Db, language_of, page, see_other
from shared.words import (
    InvitationId,
    Language,
    Public,
)

router = APIRouter()


@router.get("/invitations/{invitation_id}/campaign", response_class=HTMLResponse)
async def new_campaign(
    request: Request, who: OnlyCoordination, database: Db, invitation_id: InvitationId
) -> Response:
    """Show the declaration of a campaign, filled with what the invitation says."""
    async with database.reading() as tx:
        asked = await store.invitation_of(tx, invitation_id)
        existing = await store.campaign_from(tx, invitation_id)
        territory = await store.current_territory(tx)
    if existing is not None:
        return see_other(f"/intake/campaigns/{existing}")
    assert asked.crisis is not None  # noqa: S101 -- for the type checker; it was let in
    typed = Typed.of(
        id=uuid7(),
        starts_on=asked.wanted_from,
        ends_on=asked.wanted_until,
        publics=asked.publics,
        zone=asked.zone_ids,
        share_max_pct=SHARE_DEFAULT_PCT,
        preset=preset_key_for(asked.crisis),
        k=min(len(asked.zone_ids) or HANDS_FOR, len(territory.pack.zones)),
        **usual_rows(asked.crisis),
    )
    return await declaration_page(request, database, invitation_id, typed)


@router.post("/invitations/{invitation_id}/campaign")
async def declare(
    request: Request, who: OnlyCoordination, database: Db, invitation_id: InvitationId
) -> Response:
    """Declare, compare the zones again, or give more lines, as the button said."""
    typed = await typed_in(request)
    go = typed.text("go")
    if go == "more" or go.startswith(REMOVE):
        changed = with_row(typed) if go == "more" else without_row(typed, go.removeprefix(REMOVE))
        if "hx-request" in request.headers:
            return actions_part(request, changed)
        return await declaration_page(request, database, invitation_id, changed)
    if go == "compare" or go.startswith(WEIGH) or go == RETAINED:
        return await declaration_page(request, database, invitation_id, typed)
    try:
        async with database.reading() as tx:
            known = await partner_names(tx)
        form = read_as(DeclarationForm, declaration_typed(typed, invitation_id, known))
        campaign_id = await declare_and_note(request, database, who, form)
    except RefusedError as refused:
        return await declaration_page(request, database, invitation_id, typed, refused.problems)
    return see_other(f"/intake/campaigns/{campaign_id}")


def declaration_typed(
    typed: Typed, invitation_id: InvitationId, known: Mapping[str, str]
) -> dict[str, Any]:
    """Gather a declaration from its fields. A partner keeps the name by which it is `known`."""
    chosen = typed.all("zone")
    partners = partners_in(typed.text("partners"), known)
    return {
        "id": typed.maybe("id"),
        "invitation_id": invitation_id,
        "name_fr": typed.text("name_fr"),
        "name_nl": typed.text("name_nl"),
        "starts_on": typed.maybe("starts_on"),
        "ends_on": typed.maybe("ends_on"),
        "publics": typed.all("publics"),
        "languages_wanted": typed.all("languages_wanted"),
        "languages_required": typed.all("languages_required"),
        "actions": [
            action_typed(typed, row, {**partners, **known})
            for row in range(rows_of(typed))
            if typed.text(f"kind_{row}")
        ],
        "partners": tuple(partners),
        "partner_names": {key: name for key, name in partners.items() if key not in known and key},
        "share_max_pct": typed.text("share_max_pct") or 0,
        "full_time_equivalents_max": typed.maybe("full_time_equivalents_max"),
        "weights": weights_typed(typed),
        "zones": {
            "chosen": chosen,
            "reason": typed.text("zones_reason"),
            "contradictions": typed.starting("against_"),
        },
    }


async def declaration_page(
    request: Request,
    database: Database,
    invitation_id: InvitationId,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render the declaration, with the zones compared by the weights that were chosen."""
    async with database.reading() as tx:
        asked = await store.invitation_of(tx, invitation_id)
        decided = await store.decision_of(tx, invitation_id)
        territory = await store.current_territory(tx)
        judged = await store.judgement_of(tx, invitation_id)
        partners = await partner_names(tx)
    language = language_of(request)
    assert asked.crisis is not None  # noqa: S101 -- for the type checker; it was let in
    typed = asked_of_zones(typed, territory.pack, asked.crisis) or typed
    targeting = targeting_context(request, territory, asked.crisis, judged, typed)
    zones = {zone.id: zone.name(language) for zone in territory.pack.zones}
    return page(
        request,
        "declaration.html",
        422 if problems else 200,
        invitation=asked,
        decided=decided,
        zones=zones,
        partners=sorted(partners.values(), key=str.casefold),
        publics=named(request, Public),
        spoken=named(request, Language),
        weeks_max=LENGTH_MAX.days // 7,
        problems=told(request, problems, zones),
        **(targeting | action_rows(request, typed)),
    )
