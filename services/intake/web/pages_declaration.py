"""The page on which a campaign is declared. To anybody but the coordination it does not exist."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.campaign import LENGTH_MAX, SHARE_DEFAULT_PCT
from services.intake.rules.targeting import preset_key_for
from services.intake.steps.declare_campaign import DeclarationForm
from services.intake.web.api_campaigns import declare_and_note
from services.intake.web.api_need_index import OnlyCoordination
from services.intake.web.forms import Typed, minutes_of, named, read_as, told, typed_in, words_in
from services.intake.web.targeting_form import HANDS_FOR, RETAINED, WEIGH, weights_typed
from services.intake.web.targeting_view import asked_of_zones, targeting_context
from shared.db import Database
from shared.errors import Problem, RefusedError
from shared.web import Db, language_of, page, see_other
from shared.words import (
    ActionKind,
    InvitationId,
    Language,
    Public,
    Skill,
    Weekday,
)

router = APIRouter()

ROWS_AT_FIRST, ROWS_MORE, ROWS_MAX = 3, 2, 20


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
        rows=ROWS_AT_FIRST,
    )
    return await declaration_page(request, database, invitation_id, typed)


@router.post("/invitations/{invitation_id}/campaign")
async def declare(
    request: Request, who: OnlyCoordination, database: Db, invitation_id: InvitationId
) -> Response:
    """Declare, compare the zones again, or give more lines, as the button said."""
    typed = await typed_in(request)
    go = typed.text("go")
    if go == "more":
        rows = min(ROWS_MAX, rows_of(typed) + ROWS_MORE)
        typed = replace(typed, lists={**typed.lists, "rows": (str(rows),)})
    if go in {"more", "compare"} or go.startswith(WEIGH) or go == RETAINED:
        return await declaration_page(request, database, invitation_id, typed)
    try:
        form = read_as(DeclarationForm, declaration_typed(typed, invitation_id))
        campaign_id = await declare_and_note(request, database, who, form)
    except RefusedError as refused:
        return await declaration_page(request, database, invitation_id, typed, refused.problems)
    return see_other(f"/intake/campaigns/{campaign_id}")


def rows_of(typed: Typed) -> int:
    """Say how many lines the table of actions has."""
    written = typed.text("rows")
    return min(ROWS_MAX, int(written)) if written.isdecimal() else ROWS_AT_FIRST


def declaration_typed(typed: Typed, invitation_id: InvitationId) -> dict[str, Any]:
    """Gather a declaration from its fields."""
    chosen = typed.all("zone")
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
            action_typed(typed, row) for row in range(rows_of(typed)) if typed.text(f"kind_{row}")
        ],
        "partners": words_in(typed.text("partners")),
        "share_max_pct": typed.text("share_max_pct") or 0,
        "full_time_equivalents_max": typed.maybe("full_time_equivalents_max"),
        "weights": weights_typed(typed),
        "zones": {
            "chosen": chosen,
            "reason": typed.text("zones_reason"),
            "contradictions": typed.starting("against_"),
        },
    }


def action_typed(typed: Typed, row: int) -> dict[str, Any]:
    """Gather one line of the table of actions."""
    return {
        "kind": typed.text(f"kind_{row}"),
        "per_zone_per_week": typed.text(f"quantity_{row}") or 0,
        "weekdays": typed.all(f"weekdays_{row}"),
        "starts_min": minutes_of(typed.text(f"starts_{row}")),
        "duration_min": typed.text(f"duration_{row}") or 0,
        "people_wanted": typed.text(f"people_{row}") or 0,
        "zone_ids": words_in(typed.text(f"zones_{row}")),
        "skill": typed.maybe(f"skill_{row}"),
        "partners": words_in(typed.text(f"partners_{row}")),
        "from_on": typed.maybe(f"from_{row}"),
        "until_on": typed.maybe(f"until_{row}"),
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
        rows=rows_of(typed),
        publics=named(request, Public),
        spoken=named(request, Language),
        kinds=named(request, ActionKind),
        weekdays=named(request, Weekday),
        skills=named(request, Skill),
        weeks_max=LENGTH_MAX.days // 7,
        problems=told(request, problems, zones),
        **targeting,
    )
