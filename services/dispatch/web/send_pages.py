"""A campaign's step "send": what leaves to whom, in one screen, and then it leaves.

Part of the desk: `desk_pages` takes these routes in. Nothing leaves before the coordination agrees.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch.rules.consent import answer_by
from services.dispatch.rules.local_time import local_day, monday_of
from services.dispatch.rules.roster import Slot
from services.dispatch.steps.confirm_plan import Leaving, confirm_plan, what_leaves
from services.dispatch.web.forms import Typed, tell, typed
from services.dispatch.web.match_pages import plan_path
from services.dispatch.web.plan_view import PlanView, view_plan
from services.dispatch.web.plan_words import names_for
from services.dispatch.web.shown import Names
from shared.db import Database, zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, page, see_other
from shared.words import CampaignState

router = APIRouter(
    prefix="/campaigns/{campaign_id}/send",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)
REFUSED = 409
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person would be asked: the tasks, and until when they may answer each."""

    worker_id: UUID
    name: str
    asked: list[tuple[Slot, datetime]]

    @property
    def answer_by(self) -> datetime | None:
        """Until when, where that is the same for all of them."""
        moments = {moment for _, moment in self.asked}
        return next(iter(moments)) if len(moments) == 1 else None


@router.get("")
async def show_send(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Show what would leave until a day: asked for, or the end of the first week that waits."""
    return await send_page(request, database, campaign_id)


async def send_page(
    request: Request,
    database: Database,
    campaign_id: UUID,
    *,
    problems: Sequence[Problem] = (),
    form: Typed | None = None,
) -> Response:
    """Render what leaves to whom; a refusal shows on top."""
    async with database.reading() as tx:
        view = await view_plan(tx, request, campaign_id)
        weeks = weeks_of(view)
        wished = form.text("until") if form else request.query_params.get("until", "")
        until = until_of(view, wished, weeks)
        leaving = Leaving({})
        if view.plan is not None and view.campaign.state is CampaignState.RUNNING:
            leaving = await what_leaves(view.campaign, until, tx)
        names = await names_for(tx, request)
        zones = await zone_names(tx)
        letters = letters_of(names, leaving, tx.now)
    return page(
        request,
        "send.html",
        REFUSED if problems else 200,
        view=view,
        until=until,
        weeks=weeks,
        letters=letters,
        leaving=leaving,
        left_out=[(names.worker(s.worker_id), leaving.slots[s.task_id]) for s in leaving.left_out],
        nobody=[
            slot
            for task_id, slot in leaving.slots.items()
            if task_id not in {s.task_id for s in leaving.ask}
        ],
        zones=zones,
        sent=request.query_params.get("sent", ""),
        problems=tell(request, problems),
    )


def weeks_of(view: PlanView) -> list[tuple[date, date]]:
    """List the weeks in which tasks wait to be sent: each Monday, and the last day to send."""
    mondays = {
        monday_of(local_day(task.slot.starts_at))
        for task in view.tasks
        if task.to_come and not task.asked and task.team
    }
    last = view.campaign.frame.ends_on
    return [(monday, min(last, monday + WEEK - timedelta(days=1))) for monday in sorted(mondays)]


def until_of(view: PlanView, wished: str, weeks: Sequence[tuple[date, date]]) -> date:
    """Choose the last day to send: as wished, or the end of the first week that waits."""
    frame = view.campaign.frame
    try:
        chosen = date.fromisoformat(wished)
    except ValueError:
        chosen = weeks[0][1] if weeks else frame.ends_on
    return min(max(chosen, frame.starts_on), frame.ends_on)


def letters_of(names: Names, leaving: Leaving, now: datetime) -> list[Letter]:
    """Write what each person would be asked, by name, the soonest task first."""
    asked: defaultdict[UUID, list[Slot]] = defaultdict(list)
    for suggestion in leaving.ask:
        asked[suggestion.worker_id].append(leaving.slots[suggestion.task_id])

    def written() -> Iterator[Letter]:
        for worker_id, slots in asked.items():
            theirs = sorted(slots, key=lambda slot: slot.starts_at)
            lines = [(slot, answer_by(now, slot.starts_at)) for slot in theirs]
            yield Letter(worker_id, names.worker(worker_id), lines)

    return sorted(written(), key=lambda letter: (letter.name.casefold(), str(letter.worker_id)))


@router.post("")
async def send(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Agree with the plan until a day: the questions go out."""
    form = await typed(request)
    try:
        until_on, version = form.day("until"), form.number("version")
        form.refuse_mistakes()
        async with database.transaction() as tx:
            sent = await confirm_plan(campaign_id, version, until_on or date.min, tx)
    except RefusedError as refused:
        return await send_page(request, database, campaign_id, problems=refused.problems, form=form)
    return see_other(f"{plan_path(campaign_id)}/send?sent={sent.proposed}-{sent.left_out}")
