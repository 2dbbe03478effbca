"""What if the campaign changed: tried on a copy, shown as a difference, saved nowhere.

Part of the desk: `desk_pages` takes these routes in. The form is a link: whoever has it sees the
same comparison, made anew.
"""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from services.dispatch import store
from services.dispatch.rules.what_if import Comparison, Wish
from services.dispatch.steps.try_changes import try_changes
from services.dispatch.web.forms import Typed, tell
from services.dispatch.web.plan_words import names_for
from shared.db import zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page
from shared.words import Language

router = APIRouter(
    prefix="/campaigns/{campaign_id}/what-if",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
TASKS_SHOWN = 12


@router.get("")
async def show_what_if(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Show the form; once it is filled in, what the changed campaign would do."""
    form = Typed(FormData([*request.query_params.multi_items()]))
    compared: Comparison | None = None
    problems: Sequence[Problem] = ()
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, campaign_id)
        frame = campaign.frame
        wish = Wish(
            frame.starts_on,
            frame.ends_on,
            frozenset(campaign.zone_ids),
            frame.languages_wanted,
            frame.share_max_pct,
        )
        if "share_max_pct" in form:
            try:
                wish = read_wish(form, wish)
                compared = await try_changes(campaign_id, wish, tx)
            except RefusedError as refused:
                problems = refused.problems
        names = await names_for(tx, request)
        zones = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "what_if.html",
        REFUSED if problems else 200,
        campaign=campaign,
        wish=wish,
        compared=compared,
        tasks_shown=TASKS_SHOWN,
        own_zones=[(zone, names.zone(zone)) for zone in campaign.zone_ids],
        other_zones=sorted(
            (
                (zone.id, zone.name(language))
                for zone in zones.values()
                if zone.id not in campaign.zone_ids
            ),
            key=lambda zone: zone[1],
        ),
        languages_known=list(Language),
        zone=names.zone,
        problems=tell(request, problems),
    )


def read_wish(form: Typed, usual: Wish) -> Wish:
    """Read what would be different.

    Raises:
        RefusedError: something could not be read, with every mistake.
    """
    starts_on, ends_on = form.day("starts_on"), form.day("ends_on")
    share_max_pct = form.number("share_max_pct")
    form.refuse_mistakes()
    return Wish(
        starts_on or usual.starts_on,
        ends_on or usual.ends_on,
        frozenset(form.texts("zone_ids")),
        frozenset(form.several("languages_wanted", Language)),
        share_max_pct,
    )
