"""One week of a campaign as a grid: who goes where on which half-day, beside what is theirs.

The grid is for deciding before anything is sent. What a week's missions cost somebody in hours is a
calendar matter; nothing here counts answers, and nobody is put in an order by any figure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from services.dispatch.rules.instance import Spot, campaign_weeks, task_min
from services.dispatch.rules.local_time import (
    BRUSSELS,
    DAY_MIN,
    WEEKDAYS,
    local_day,
    monday_of,
    wall_minute,
)
from services.dispatch.rules.roster import (
    Calendar,
    Frame,
    RosterWorker,
    Slot,
    WeeklyPeriod,
    at_the_meeting,
)
from services.dispatch.rules.time_account import (
    ROLLING_WEEKS,
    Charge,
    rolling_cap_min,
    time_account,
    total_cap_min,
)
from services.dispatch.rules.wording import Said
from shared.words import WorkerId

NOON_MIN = 12 * 60
LONG_MIN = 60  # a period that goes less than this beyond noon is of one half-day only
WEEK = timedelta(days=7)
WORKDAYS = 5
HalfDay: TypeAlias = tuple[date, bool]
"""A day, and whether it is its afternoon; what begins at noon is of the afternoon."""
Mark = Literal["host", "team", "own", "away", "elsewhere"]
SeatState = Literal["suggested", "proposed", "accepted"]


@dataclass(frozen=True, slots=True)
class SeatAt:
    """Somebody's place in a task of this campaign, and what a rule has against it by now."""

    slot: Slot
    worker_id: WorkerId
    state: SeatState
    why: tuple[Said, ...] = ()
    kept: bool = False
    conflict: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A half-day of somebody: missions of this campaign, and what else takes their time.

    Marks say that something is there, never what: `elsewhere` is another campaign's task.
    """

    seats: tuple[SeatAt, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """What this campaign asks of somebody in a week, ways included, and what is left, in minutes.

    `left_min`: what campaigns may still take of them that week, within every cap.
    """

    asked_min: int
    left_min: int


@dataclass(frozen=True, slots=True)
class Row:
    worker: RosterWorker
    cells: Mapping[HalfDay, Cell]
    hours: Hours

    @property
    def seats(self) -> tuple[SeatAt, ...]:
        return tuple(s for half in sorted(self.cells) for s in self.cells[half].seats)

    @property
    def open_seats(self) -> tuple[SeatAt, ...]:
        """Those that nobody was asked about yet."""
        return tuple(seat for seat in self.seats if seat.state == "suggested")


@dataclass(frozen=True, slots=True)
class Free:
    """A task with seats that nobody has."""

    slot: Slot
    missing: int
    asked: bool


@dataclass(frozen=True, slots=True)
class WeekBoard:
    """Rows by name: first those of the campaign (a seat in it, or at home there), then the rest."""

    monday: date
    days: tuple[date, ...]
    campaign_rows: tuple[Row, ...]
    other_rows: tuple[Row, ...]
    free: Mapping[HalfDay, tuple[Free, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.campaign_rows, *self.other_rows)


@dataclass(frozen=True, slots=True)
class Campaigning:
    """What a campaign's week is read from."""

    frame: Frame
    zone_ids: Collection[str]
    calendar: Calendar
    zones: Mapping[str, Spot]


def half_of(moment: datetime) -> HalfDay:
    """Say on which half-day something begins."""
    local = moment.astimezone(BRUSSELS)
    return local.date(), local.hour * 60 + local.minute >= NOON_MIN


def week_board(
    campaigning: Campaigning, seats: Sequence[SeatAt], free: Sequence[Free], monday: date
) -> WeekBoard:
    """Draw a week.

    Args:
        campaigning: the campaign, the whole roster and its calendars.
        seats: every seat of the campaign, of all weeks.
        free: the tasks that miss somebody, of all weeks.
        monday: which week.
    """
    calendar = campaigning.calendar
    seated: defaultdict[WorkerId, list[SeatAt]] = defaultdict(list)
    for seat in seats:
        seated[seat.worker_id].append(seat)
    own_tasks = {seat.slot.id for seat in seats} | {one.slot.id for one in free}
    marks = _marks(calendar, monday, own_tasks)
    open_halves: defaultdict[HalfDay, list[Free]] = defaultdict(list)
    for one in free:
        half = half_of(one.slot.starts_at)
        if monday <= half[0] < monday + WEEK:
            open_halves[half].append(one)
    mine, rest = list[Row](), list[Row]()
    for worker in sorted(calendar.workers, key=lambda w: (w.name.casefold(), str(w.id))):
        theirs = seated[worker.id]
        cells: defaultdict[HalfDay, list[SeatAt]] = defaultdict(list)
        for seat in sorted(theirs, key=lambda s: (s.slot.starts_at, str(s.slot.id))):
            half = half_of(seat.slot.starts_at)
            if monday <= half[0] < monday + WEEK:
                cells[half].append(seat)
        row = Row(
            worker,
            {
                half: Cell(tuple(cells[half]), tuple(marks[worker.id].get(half, ())))
                for half in {*cells, *marks[worker.id]}
            },
            hours_of(campaigning, worker, theirs, monday),
        )
        ours = bool(theirs) or worker.home_zone in campaigning.zone_ids
        (mine if ours else rest).append(row)
    return WeekBoard(
        monday,
        _days(
            monday,
            [
                *open_halves,
                *(
                    half
                    for row in (*mine, *rest)
                    for half, cell in row.cells.items()
                    if cell.seats or set(cell.marks) - {"away"}
                ),
            ],
        ),
        tuple(mine),
        tuple(rest),
        {half: tuple(theirs) for half, theirs in open_halves.items()},
    )


def hours_of(
    campaigning: Campaigning, worker: RosterWorker, seats: Iterable[SeatAt], monday: date
) -> Hours:
    """Say what a week's missions ask of somebody, and what campaigns may still take of them.

    A conflict is no mission: its seat takes nothing.
    """
    frame, calendar = campaigning.frame, campaigning.calendar
    seats = [seat for seat in seats if not seat.conflict]

    def charge(zone_id: str, starts_at: datetime, ends_at: datetime) -> Charge:
        length_min = wall_minute(monday, ends_at) - wall_minute(monday, starts_at)
        cost_min = task_min(worker.home_zone, zone_id, length_min, campaigning.zones)
        return Charge(local_day(starts_at), cost_min)

    mine = [charge(s.slot.zone_id, s.slot.starts_at, s.slot.ends_at) for s in seats]
    known = {seat.slot.id for seat in seats}
    others = [
        (held.campaign_id, charge(held.zone_id, held.starts_at, held.ends_at))
        for held in calendar.holdings
        if held.worker_id == worker.id and held.task_id not in known
    ]
    charges = [*mine, *(c for _, c in others)]
    lines = time_account(
        worker,
        [own for own in calendar.commitments if own.worker_id == worker.id],
        charges,
        monday,
        ROLLING_WEEKS,
        meeting=calendar.meeting,
    )
    campaign_min = sum(c.minutes for c in mine)
    campaign_min += sum(c.minutes for its, c in others if its == frame.campaign_id)
    weeks, share_pct = campaign_weeks(frame), frame.share_max_pct
    left_min = min(
        lines[0].left_min,
        total_cap_min(worker, share_pct, weeks) - campaign_min,
        *(rolling_cap_min(worker, share_pct) - line.campaigns_four_weeks_min for line in lines),
    )
    asked_min = sum(c.minutes for c in mine if monday_of(c.on) == monday)
    return Hours(asked_min, max(0, left_min))


def _days(monday: date, halves: Iterable[HalfDay]) -> tuple[date, ...]:
    """Five days; the weekend too when something is there."""
    last = max((day for day, _ in halves), default=monday)
    number = max(WORKDAYS, (last - monday).days + 1)
    return tuple(monday + timedelta(days=n) for n in range(number))


def _marks(
    calendar: Calendar, monday: date, own_tasks: Collection[object]
) -> defaultdict[WorkerId, dict[HalfDay, list[Mark]]]:
    """Mark the half-days of a week that something of somebody's own takes, once per kind."""
    found: defaultdict[WorkerId, dict[HalfDay, list[Mark]]] = defaultdict(dict)
    week_min = 7 * DAY_MIN

    def mark(who: WorkerId, what: Mark, begins: int, ends: int) -> None:
        for half in _halves(monday, max(0, begins), min(week_min, ends)):
            known = found[who].setdefault(half, [])
            if what not in known:
                known.append(what)

    for away in calendar.absences:
        begins = (away.from_on - monday).days * DAY_MIN
        mark(away.worker_id, "away", begins, (away.until_on - monday).days * DAY_MIN + DAY_MIN)
    for worker in calendar.workers:
        weekly: list[tuple[Mark, WeeklyPeriod]] = [("host", each) for each in worker.host_periods]
        weekly += [("team", each) for each in at_the_meeting(worker, calendar.meeting)]
        for what, period in weekly:
            day_min = WEEKDAYS.index(period.weekday) * DAY_MIN
            mark(worker.id, what, day_min + period.starts_min, day_min + period.ends_min)
    for own in calendar.commitments:
        begins, ends = wall_minute(monday, own.starts_at), wall_minute(monday, own.ends_at)
        mark(own.worker_id, "own", begins, ends)
    for held in calendar.holdings:
        if held.task_id not in own_tasks:
            begins, ends = wall_minute(monday, held.starts_at), wall_minute(monday, held.ends_at)
            mark(held.worker_id, "elsewhere", begins, ends)
    return found


def _halves(monday: date, begins: int, ends: int) -> Iterable[HalfDay]:
    """Yield the half-days that a stretch of a week touches for an hour, or for most of it."""
    if ends <= begins:
        return
    touched: dict[HalfDay, int] = {}
    for day in range(begins // DAY_MIN, (ends - 1) // DAY_MIN + 1):
        noon, night = day * DAY_MIN + NOON_MIN, (day + 1) * DAY_MIN
        when = monday + timedelta(days=day)
        touched[when, False] = min(ends, noon) - max(begins, day * DAY_MIN)
        touched[when, True] = min(ends, night) - max(begins, noon)
    most = max(touched.values())
    yield from (half for half, minutes in touched.items() if minutes >= min(LONG_MIN, most))
