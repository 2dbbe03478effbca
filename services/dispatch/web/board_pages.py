"""The board of a campaign: every task by day and neighbourhood, now or as it was at any minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.dispatch import store
from services.dispatch.rules.history import (
    MINUTE,
    Board,
    Event,
    Moment,
    Span,
    TaskThen,
    around,
    as_events,
    fold,
    minute_of,
    span_of,
    until,
)
from services.dispatch.rules.local_time import BRUSSELS, local_day, monday_of
from services.dispatch.rules.roster import Slot
from services.dispatch.store import Campaign, moments
from services.dispatch.web.shown import Names
from shared.db import Tx, zone_names
from shared.web import Coordinator, Db, language_of, live, page
from shared.web.charts import strip
from shared.words import CampaignState, TaskId, TaskState

router = APIRouter(prefix="/desk", default_response_class=HTMLResponse, include_in_schema=False)
EVENTS_SHOWN, PLACES_NAMED = 18, 2
STRIP_PARTS = 160
WEEK = timedelta(days=7)
WORKING_DAYS = 5
STEPS = (
    ("day-back", -24 * 60),
    ("hour-back", -60),
    ("minute-back", -1),
    ("minute-on", 1),
    ("hour-on", 60),
    ("day-on", 24 * 60),
)


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task on the board. `names`: whose yes stands to this day. `others`: yeses of no name."""

    id: TaskId
    slot: Slot
    then: TaskThen
    names: list[str]
    others: int

    @property
    def missing(self) -> int:
        """How many people are neither asked nor have said yes, once somebody was asked."""
        here = self.then.accepted + self.then.asked
        return max(0, self.then.people_wanted - here) if self.then.gap else 0


@dataclass(frozen=True, slots=True)
class Line:
    """A neighbourhood's tasks, day by day."""

    zone: str
    days: list[list[TaskShown]]


@dataclass(frozen=True, slots=True)
class WeekShown:
    """A week that can be chosen, and how many of its tasks were sure or done."""

    monday: date
    tasks: int
    sure: int


@dataclass(frozen=True, slots=True)
class EventShown:
    """What happened, and to which tasks when they are few."""

    event: Event
    tasks: list[tuple[Slot, str]]
    zones: int


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything that a board's page shows."""

    campaign: Campaign
    board: Board
    at: datetime
    is_now: bool
    outside: bool
    span: Span
    events: list[EventShown]
    earlier: int
    before: datetime | None
    after: datetime | None
    monday: date
    days: list[date]
    lines: list[Line]
    weeks: list[WeekShown]
    missing: int
    ticks: list[int]

    @property
    def number(self) -> int:
        """Where the slider stands."""
        return self.span.number(self.at)

    @property
    def local(self) -> str:
        """Write the minute as a field for date and hour does."""
        return as_local(self.at)

    @property
    def first(self) -> str:
        return as_local(self.span.begins)

    @property
    def last(self) -> str:
        return as_local(self.span.ends)

    @property
    def steps(self) -> list[tuple[str, str | None]]:
        """Where the buttons lead; None where there is nothing more to see."""
        return [(name, self._step(minutes)) for name, minutes in STEPS]

    def _step(self, minutes: int) -> str | None:
        there = self.span.minute(self.number + minutes)
        return as_local(there) if there != minute_of(self.at) else None


def as_local(moment: datetime) -> str:
    """Write a minute on the wall of Brussels: `2022-01-05T10:30`."""
    return moment.astimezone(BRUSSELS).strftime("%Y-%m-%dT%H:%M")


def asked_minute(request: Request, span: Span) -> tuple[datetime, bool]:
    """Read which minute is asked for; the last one when none is, or when it cannot be read.

    The second value says that it lies outside of what can be seen, or is no minute.
    """
    asked = request.query_params
    if asked.get("minute"):
        number = asked["minute"]
        if number.isascii() and number.isdigit():
            return span.minute(int(number[:9])), False
        return minute_of(span.ends), True
    if not asked.get("at"):
        return minute_of(span.ends), False
    try:
        wished = datetime.fromisoformat(asked["at"])
        at = (wished if wished.tzinfo else wished.replace(tzinfo=BRUSSELS)).astimezone(
            span.begins.tzinfo
        )
        inside = span.minute(span.number(at))
    except (ValueError, OverflowError):
        return minute_of(span.ends), True
    return inside, inside != minute_of(at)


async def view_board(tx: Tx, request: Request, campaign_id: UUID) -> BoardView:
    """Put together how a campaign stood at the minute that is asked for.

    Raises:
        MissingError: no such campaign.
    """
    campaign = await store.campaign_of(tx, campaign_id)
    happened = await moments.moments_of(tx, campaign_id)
    closed = campaign.state is CampaignState.CLOSED
    span = span_of(happened, tx.now, closed=closed)
    at, outside = asked_minute(request, span)
    is_now = at >= minute_of(span.ends)
    known = happened if is_now else until(happened, at + MINUTE - timedelta(microseconds=1))
    board = fold(known)
    slots = {row.slot.id: row.slot for row in await store.list_tasks(tx, campaign_id)}
    yeses = await moments.standing_yeses(
        tx, campaign_id, max(tx.now, at) if is_now else at + MINUTE
    )
    names = Names(request, await store.worker_names(tx), await zone_names(tx))
    shown = [
        show_task(names, slots[task_id], then, yeses.get(task_id, ()))
        for task_id, then in board.tasks.items()
        if task_id in slots
    ]
    monday = asked_week(request, campaign, at)
    before, after = around(happened, at)
    events = as_events(known)
    return BoardView(
        campaign=campaign,
        board=board,
        at=at,
        is_now=is_now,
        outside=outside,
        span=span,
        events=[show_event(names, event, slots) for event in events[:EVENTS_SHOWN]],
        earlier=max(0, len(events) - EVENTS_SHOWN),
        before=before,
        after=after,
        monday=monday,
        days=days_of(shown, monday),
        lines=lines_of(names, campaign, shown, monday),
        weeks=weeks_of(campaign, shown),
        missing=sum(task.missing > 0 for task in shown),
        ticks=ticks(happened, span),
    )


def show_task(names: Names, slot: Slot, then: TaskThen, yeses: Sequence[UUID]) -> TaskShown:
    named = [names.worker(worker_id) for worker_id in yeses][: then.accepted]
    return TaskShown(slot.id, slot, then, named, then.accepted - len(named))


def show_event(names: Names, event: Event, slots: Mapping[TaskId, Slot]) -> EventShown:
    theirs = [slots[task_id] for task_id in event.tasks if task_id in slots]
    few = theirs if len(theirs) <= PLACES_NAMED else []
    return EventShown(
        event,
        [(slot, names.zone(slot.zone_id)) for slot in few],
        len({slot.zone_id for slot in theirs}),
    )


def asked_week(request: Request, campaign: Campaign, at: datetime) -> date:
    """Choose the week to show: the one that is asked for, else the one of the minute."""
    try:
        asked = date.fromisoformat(request.query_params.get("week", ""))
    except ValueError:
        asked = local_day(at)
    frame = campaign.frame
    return monday_of(min(max(asked, frame.starts_on), frame.ends_on))


def days_of(shown: Sequence[TaskShown], monday: date) -> list[date]:
    """List the days of a week: those of the weekend only when there is a task on one."""
    busy = {local_day(task.then.starts_at) for task in shown}
    week = [monday + timedelta(days=number) for number in range(7)]
    return [day for day in week if day.weekday() < WORKING_DAYS or day in busy]


def lines_of(
    names: Names, campaign: Campaign, shown: Sequence[TaskShown], monday: date
) -> list[Line]:
    """Sort a week's tasks by neighbourhood and day; each has a line, also without tasks."""
    days = days_of(shown, monday)
    zones = {*campaign.zone_ids, *(task.slot.zone_id for task in shown)}
    lines = []
    for zone_id in sorted(zones, key=lambda zone_id: names.zone(zone_id).casefold()):
        here = sorted(
            (task for task in shown if task.slot.zone_id == zone_id),
            key=lambda task: (task.then.starts_at, task.id),
        )
        week = [[task for task in here if local_day(task.then.starts_at) == day] for day in days]
        lines.append(Line(names.zone(zone_id), week))
    return lines


def weeks_of(campaign: Campaign, shown: Sequence[TaskShown]) -> list[WeekShown]:
    """List the weeks of a campaign."""
    sure = {TaskState.STAFFED, TaskState.STARTED, TaskState.DONE}
    found = []
    monday = monday_of(campaign.frame.starts_on)
    while monday <= campaign.frame.ends_on:
        theirs = [t for t in shown if monday <= local_day(t.then.starts_at) < monday + WEEK]
        found.append(WeekShown(monday, len(theirs), sum(t.then.state in sure for t in theirs)))
        monday += WEEK
    return found


def ticks(happened: Sequence[Moment], span: Span) -> list[int]:
    """Count what happened in each part of the time that the slider goes over."""
    counts = [0] * STRIP_PARTS
    for moment in happened:
        counts[
            min(STRIP_PARTS - 1, STRIP_PARTS * span.number(moment.at) // max(1, span.minutes))
        ] += 1
    return counts


@router.get("/campaigns/{campaign_id}/board")
async def show_board(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Show every task by day and neighbourhood, and a control that goes back in time."""
    return await board_page(request, database, campaign_id, "board.html")


@router.get("/campaigns/{campaign_id}/board/part")
async def show_part(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> Response:
    """Show the board of a minute alone: what moving the slider asks for."""
    return await board_page(request, database, campaign_id, "board_part.html")


async def board_page(request: Request, database: Db, campaign_id: UUID, template: str) -> Response:
    async with database.reading() as tx:
        view = await view_board(tx, request, campaign_id)
    return page(
        request,
        template,
        view=view,
        here=f"/dispatch/desk/campaigns/{campaign_id}",
        name=view.campaign.name(language_of(request)),
        week=request.query_params.get("week", ""),
        ticks=strip(view.ticks),
        counted=[(state, view.board.count(state)) for state in TaskState],
    )


@router.get("/campaigns/{campaign_id}/board/live")
async def follow_board(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> StreamingResponse:
    """Say when something happened to the campaign."""

    async def mark(tx: Tx) -> str:
        return str(await moments.last_moment(tx, campaign_id))

    return live(request, database, mark)
