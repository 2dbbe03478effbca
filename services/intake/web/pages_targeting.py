"""Parts of the declaration's page that follow the weights: the map's colours, the list, both.

To anybody but the coordination they do not exist. Without scripts the whole page is sent instead.
"""

import json

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.intake import store
from services.intake.web.api_need_index import OnlyCoordination
from services.intake.web.forms import typed_in
from services.intake.web.targeting_view import (
    asked_of_zones,
    compared,
    drawn_classes,
    list_context,
    shades_of,
    targeting_context,
)
from shared.db import Database
from shared.web import Db, page
from shared.words import CrisisKind, InvitationId

router = APIRouter(prefix="/invitations/{invitation_id}/campaign")


async def known(
    database: Database, invitation_id: InvitationId
) -> tuple[CrisisKind, store.Territory]:
    """Read what zones are compared for."""
    async with database.reading() as tx:
        asked = await store.invitation_of(tx, invitation_id)
        territory = await store.current_territory(tx)
    assert asked.crisis is not None  # noqa: S101 -- for the type checker; it was let in
    return asked.crisis, territory


@router.post("/shades")
async def shade(
    request: Request, _: OnlyCoordination, database: Db, invitation_id: InvitationId
) -> Response:
    """Tell the map its colours, and nothing else: this answers while a slider moves."""
    typed = await typed_in(request)
    crisis, territory = await known(database, invitation_id)
    weights, _problems = compared(territory.pack, crisis, typed)
    classes = drawn_classes(territory.pack, shades_of(territory.pack, crisis, weights))
    return Response(headers={"HX-Trigger": json.dumps({"shades": {"classes": classes}})})


@router.post("/zones", response_class=HTMLResponse)
async def list_zones(
    request: Request, _: OnlyCoordination, database: Db, invitation_id: InvitationId
) -> Response:
    """Count the variants by the weights as they stand, and show the list in its groups."""
    typed = await typed_in(request)
    crisis, territory = await known(database, invitation_id)
    listed = list_context(request, territory, crisis, typed)
    return page(request, "targeting_zones.html", invitation={"id": invitation_id}, **listed)


@router.post("/target", response_class=HTMLResponse)
async def target(
    request: Request, _: OnlyCoordination, database: Db, invitation_id: InvitationId
) -> Response:
    """Take the weights, or the zones, that a button named; show weights, map and list."""
    typed = await typed_in(request)
    crisis, territory = await known(database, invitation_id)
    async with database.reading() as tx:
        judged = await store.judgement_of(tx, invitation_id)
    typed = asked_of_zones(typed, territory.pack, crisis) or typed
    shown = targeting_context(request, territory, crisis, judged, typed)
    return page(request, "targeting.html", invitation={"id": invitation_id}, **shown)
