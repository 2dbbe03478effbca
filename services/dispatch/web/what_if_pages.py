"""What if: campaigns tried on a copy, side by side, kept in the address and saved nowhere.

Part of the desk: `desk_pages` takes these routes in. Whoever has the address sees the same tries,
made anew. A campaign that nobody declared yet is tried in the same way, to answer who invites.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from services.dispatch import store
from services.dispatch.rules.planning import Situation
from services.dispatch.rules.what_if import (
    ACTIONS_MAX,
    PEOPLE_MAX,
    PER_WEEK_MAX,
    SHARE_MAX_PCT,
    Difference,
    Tried,
    Wish,
    difference,
    wished_actions,
)
from services.dispatch.rules.wording import Said, duration
from services.dispatch.steps.try_changes import (
    copy_campaign,
    draft_campaigns,
    must_be_possible,
    try_changes,
)
from services.dispatch.store import Campaign
from services.dispatch.web.forms import Typed, tell
from services.dispatch.web.plan_words import names_for
from services.dispatch.web.shown import Names
from services.dispatch.web.what_if_form import kept_as, read_kept, read_wish, rows_of, typed_of
from shared.db import Database, Tx, ZoneName, zone_names
from shared.errors import Problem, RefusedError, refuse
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import ActionKind, Language, Skill, Weekday

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
REFUSED = 409
TRIES_MAX = 3  # beside the plan that stands: four columns still read at 1280 px
TASKS_SHOWN = 6
WEEKS_SHOWN = 2
DRAFT_PATH = "/dispatch/desk/what-if"
SHARE_USUAL_PCT = "40"


@dataclass(slots=True)
class Column:
    """A campaign among those side by side. `wish` is None for the plan that stands."""

    wish: Wish | None
    tried: Tried
    compared: Difference | None
    number: int = 0
    without: str = ""
    again: str = ""


@dataclass(slots=True)
class Asked:
    """What an address asks for: the campaign that is changed, the tries, and what was typed."""

    here: str
    campaign: Campaign | None
    usual: Wish | None
    form: Typed
    kept: list[str]
    wishes: list[Wish] = field(default_factory=list)
    problems: Sequence[Problem] = ()

    @property
    def base(self) -> int:
        """How many actions there are to change."""
        return len(self.usual.actions) if self.usual else 0

    def address(self, kept: Sequence[str], **more: str) -> str:
        query = urlencode([*(("try", one) for one in kept), *more.items()])
        return f"{self.here}?{query}" if query else self.here


@router.get("/campaigns/{campaign_id}/what-if")
async def show_what_if(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> Response:
    """Show what a campaign would do with something changed, beside what it does."""
    return await what_if_page(request, database, campaign_id)


@router.get("/what-if")
async def show_draft(request: Request, database: Db, _: Coordinator) -> Response:
    """Show what a campaign would do that nobody declared; it exists in the form only."""
    return await what_if_page(request, database, None)


async def what_if_page(request: Request, database: Database, campaign_id: UUID | None) -> Response:
    """Take a try into the address, or match all those that it holds."""
    situations: Sequence[Situation] = ()
    async with database.reading() as tx:
        asked = await read_asked(request, tx, campaign_id)
        try:
            asked.wishes = read_kept(asked.kept, asked.base)
            if "typed" in asked.form:
                kept = await with_typed(asked, tx)
                return see_other(asked.address(kept))
        except RefusedError as refused:
            asked.problems = refused.problems
        try:
            if asked.wishes and campaign_id is not None:
                situations = await copy_campaign(campaign_id, asked.wishes, tx)
            elif asked.wishes:
                situations = await draft_campaigns(asked.wishes, tx)
        except RefusedError as refused:
            asked.problems = refused.problems
        names = await names_for(tx, request)
        zones = await zone_names(tx)
    tried: Sequence[Tried] = ()
    try:
        tried = await try_changes(situations) if situations else ()
    except RefusedError as refused:
        asked.problems = refused.problems
    return shown(request, asked, tried, names, zones)


async def read_asked(request: Request, tx: Tx, campaign_id: UUID | None) -> Asked:
    """Read what an address asks for.

    Raises:
        MissingError: no such campaign.
    """
    form = Typed(FormData([*request.query_params.multi_items()]))
    kept = form.texts("try")[:TRIES_MAX]
    if campaign_id is None:
        return Asked(DRAFT_PATH, None, None, form, kept)
    campaign = await store.campaign_of(tx, campaign_id)
    frame = campaign.frame
    usual = Wish(
        frame.starts_on,
        frame.ends_on,
        frozenset(campaign.zone_ids),
        frame.languages_wanted,
        frame.languages_required,
        frame.share_max_pct,
        wished_actions(await store.actions_of(tx, campaign_id)),
    )
    here = f"/dispatch/desk/campaigns/{campaign_id}/what-if"
    return Asked(here, campaign, usual, form, kept)


async def with_typed(asked: Asked, tx: Tx) -> list[str]:
    """Return the tries of the address, with what was typed behind them.

    Raises:
        RefusedError: it cannot be read, cannot be, or is one too many.
    """
    wish = read_wish(asked.form, asked.base)
    await must_be_possible([wish], tx)
    new = kept_as(wish)
    if new in asked.kept:
        return asked.kept
    if len(asked.kept) >= TRIES_MAX:
        raise refuse("too_many_tries", "Trois essais à la fois\u00a0: retirez-en un d’abord.")
    return [*asked.kept, new]


def filled_in(asked: Asked) -> Typed:
    """Choose what the form shows: what was refused, the try to take up, or the campaign."""
    if "typed" in asked.form:
        return asked.form
    number = asked.form.text("from")
    if asked.wishes:
        chosen = int(number) if number.isascii() and number.isdigit() else len(asked.wishes)
        return typed_of(asked.wishes[max(1, min(chosen, len(asked.wishes))) - 1])
    return asked.form if asked.usual is None else typed_of(asked.usual)


def columns(asked: Asked, tried: Sequence[Tried]) -> list[Column]:
    """Set the campaigns side by side: each try beside the plan that stands, or the first one."""
    wishes: list[Wish | None] = [*([] if asked.usual is None else [None]), *asked.wishes]
    found = []
    for number, (wish, one) in enumerate(zip(wishes, tried, strict=True)):
        column = Column(wish, one, difference(tried[0], one) if number else None)
        if wish is not None:
            mine = asked.wishes.index(wish)
            column.number = mine + 1
            others = [kept for n, kept in enumerate(asked.kept) if n != mine]
            column.without = asked.address(others)
            column.again = asked.address(asked.kept, **{"from": str(mine + 1)}) + "#form"
        found.append(column)
    return found


def shown(
    request: Request,
    asked: Asked,
    tried: Sequence[Tried],
    names: Names,
    zones: Mapping[str, ZoneName],
) -> Response:
    """Render the tries and the form."""
    form = filled_in(asked)
    language = language_of(request)
    chosen = set(form.texts("zone_ids")) | (asked.usual.zone_ids if asked.usual else set())

    def named(people: Sequence[UUID] | frozenset[Any]) -> list[str]:
        return sorted(names.worker(who) for who in people)

    def told(said: Sequence[Said]) -> list[str]:
        return names.reasons(said)

    return page(
        request,
        "what_if.html",
        REFUSED if asked.problems else 200,
        campaign=asked.campaign,
        here=asked.here,
        kept=asked.kept,
        usual=asked.usual,
        columns=columns(asked, tried) if tried else [],
        typed=form,
        rows=min(ACTIONS_MAX, rows_of(form) + 1),
        share=form.text("share_max_pct") or SHARE_USUAL_PCT,
        full=len(asked.kept) >= TRIES_MAX,
        tries_max=TRIES_MAX,
        own_zones=sorted((names.zone(zone), zone) for zone in chosen if zone in zones),
        other_zones=by_municipality(zones, chosen, language),
        kinds=list(ActionKind),
        weekdays=list(Weekday),
        skills=list(Skill),
        tongues=list(Language),
        bounds={"share": SHARE_MAX_PCT, "people": PEOPLE_MAX, "week": PER_WEEK_MAX},
        tasks_shown=TASKS_SHOWN,
        weeks_shown=WEEKS_SHOWN,
        worker=names.worker,
        named=named,
        told_reasons=told,
        zone=names.zone,
        duration=duration,
        problems=tell(request, asked.problems),
    )


def by_municipality(
    zones: Mapping[str, ZoneName], but: set[str], language: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """List zones to add, by name, in their municipalities."""
    rest = sorted(
        (zone for zone in zones.values() if zone.id not in but),
        key=lambda zone: (zone.municipality, zone.name(language)),
    )
    return [
        (place, [(zone.name(language), zone.id) for zone in theirs])
        for place, theirs in groupby(rest, lambda zone: zone.municipality)
    ]
