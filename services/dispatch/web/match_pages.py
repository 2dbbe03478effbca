"""A campaign's step "match": who goes where and when, with its reasons, until it is agreed.

Part of the desk: `desk_pages` takes these routes in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch import store
from services.dispatch.rules.local_time import BRUSSELS, local_day, monday_of
from services.dispatch.steps.confirm_plan import confirm_plan
from services.dispatch.steps.explain_task import explain_task
from services.dispatch.store import searches
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.plan_view import PlanView, TaskView, suggest_for, view_plan
from services.dispatch.web.plan_words import WhyShown, grade, names_for, show_why
from shared.access import Identity
from shared.db import Database, Tx, zone_names
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, language_of, page, see_other
from shared.words import WithdrawalReason

router = APIRouter(
    prefix="/campaigns/{campaign_id}",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
NOON = 12
GAPS_SHOWN = 20
WEEK = timedelta(days=7)
WITHDRAWAL_REASONS = (WithdrawalReason.NO_LONGER_NEEDED, WithdrawalReason.TASK_CHANGED)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """The tasks of a morning or an afternoon; what begins at noon is of the afternoon."""

    day: date
    afternoon: bool
    tasks: list[TaskView]


@router.get("")
async def show_campaign(
    request: Request, database: Db, who: Coordinator, campaign_id: UUID
) -> Response:
    """Show one week of a campaign's plan, and what is missing."""
    return await campaign_page(request, database, who, campaign_id)


async def campaign_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    who: Identity,
    campaign_id: UUID,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render a campaign's plan; a refusal shows on top, with what was typed below."""
    async with database.reading() as tx:
        view = await view_plan(tx, request, campaign_id)
        gaps = view.gaps[:GAPS_SHOWN]
        suggested = await suggest_for(tx, request, view, gaps)
        roster = await store.list_roster(tx)
        zones = await zone_names(tx)
        today = local_day(tx.now)
        quality = await searches.quality_of(tx, campaign_id)
        preference = await searches.preference_of(tx, campaign_id)
        search = await searches.search_of(tx, campaign_id)
        why = await asked_why(tx, request, view)
    language = language_of(request)
    monday = shown_week(request, view, today)
    frame = view.campaign.frame
    return page(
        request,
        "plan.html",
        REFUSED if problems else 200,
        view=view,
        gaps=gaps,
        suggested=suggested,
        half_days=half_days(view.tasks, monday),
        monday=monday,
        sunday=monday + WEEK - timedelta(days=1),
        before=monday - WEEK if monday > monday_of(frame.starts_on) else None,
        after=monday + WEEK if monday + WEEK <= frame.ends_on else None,
        until=min(frame.ends_on, max(monday, today) + timedelta(days=6)),
        roster=[(entry.worker.id, entry.worker.name) for entry in roster],
        zones={zone.id: zone.name(language) for zone in zones.values()},
        withdrawal_reasons=WITHDRAWAL_REASONS,
        quality=quality,
        grade=grade(quality) if quality else None,
        preference=preference,
        search=search,
        why=why,
        problems=tell(request, problems),
        typed=form,
    )


async def asked_why(tx: Tx, request: Request, view: PlanView) -> WhyShown | None:
    """Explain the task whose reasons the coordination wants to see, if any."""
    asked = request.query_params
    task_id = next((t.slot.id for t in view.tasks if str(t.slot.id) == asked.get("why")), None)
    if task_id is None:
        return None
    try:
        told = await explain_task(
            view.campaign.frame.campaign_id,
            task_id,
            tx,
            try_levers="change" in asked,
            worker_id=as_uuid(asked["with"]) if "with" in asked else None,
        )
    except MissingError:  # it is past, or that person left the roster: there is nothing to tell
        return None
    return show_why(await names_for(tx, request), told)


def shown_week(request: Request, view: PlanView, today: date) -> date:
    """Choose the Monday of the week to show: asked for, or the first that is not over."""
    frame = view.campaign.frame
    try:
        asked = date.fromisoformat(request.query_params.get("week", ""))
    except ValueError:
        asked = today
    return monday_of(min(max(asked, frame.starts_on), frame.ends_on))


def half_days(tasks: Sequence[TaskView], monday: date) -> list[HalfDay]:
    """Sort a week's tasks by half-day."""

    def half(task: TaskView) -> tuple[date, bool]:
        local = task.slot.starts_at.astimezone(BRUSSELS)
        return local.date(), local.hour >= NOON

    week = [task for task in tasks if monday <= half(task)[0] < monday + WEEK]
    return [
        HalfDay(day, afternoon, list(theirs)) for (day, afternoon), theirs in groupby(week, half)
    ]


def plan_path(campaign_id: UUID) -> str:
    """Say where a campaign's plan is shown."""
    return f"/dispatch/desk/campaigns/{campaign_id}"


@router.post("/confirm")
async def confirm(request: Request, database: Db, who: Coordinator, campaign_id: UUID) -> Response:
    """Agree with the plan until a day: the questions go out."""
    form = await typed(request)
    try:
        until_on, version = form.day("until"), form.number("version")
        form.refuse_mistakes()
        async with database.transaction() as tx:
            if until_on is not None:
                await confirm_plan(campaign_id, version, until_on, tx)
    except RefusedError as refused:
        return await campaign_page(
            request, database, who, campaign_id, problems=refused.problems, form=form
        )
    return see_other(plan_path(campaign_id))
