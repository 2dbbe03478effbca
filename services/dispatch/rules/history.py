"""A campaign as it was at any minute: what happened, folded into how its tasks stood.

Moments are counts that go up and down and facts that a later one replaces, each with a number that
grows: the board is the same in whichever order they are read. None of them names a person, and a
question that ended without a yes is one word, whoever was asked and whatever was answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.dispatch.rules.consent import Progress, task_state
from shared.words import CampaignState, TaskId, TaskState

MINUTE = timedelta(minutes=1)


class What(StrEnum):
    """What can happen; the table of moments takes no other word."""

    PLANNED = "planned"
    ASKED = "asked"
    TOLD = "told"
    YES = "yes"
    OTHER_TIME = "other_time"
    ENDED = "ended"
    WISH_ENDED = "wish_ended"
    FREED = "freed"
    GAP = "gap"
    FILLED = "filled"
    STARTED = "started"
    DONE = "done"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"
    RECORDED = "recorded"
    CORRECTED = "corrected"
    MATCHED = "matched"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    SUSPENDED = "suspended"
    CLOSED = "closed"


COUNTS: Mapping[What, tuple[int, int, int]] = {
    What.ASKED: (1, 0, 0),
    What.YES: (-1, 0, 1),
    What.OTHER_TIME: (-1, 1, 0),
    What.ENDED: (-1, 0, 0),
    What.WISH_ENDED: (0, -1, 0),
    What.FREED: (0, 0, -1),
}
"""By how much the open questions, the wishes for another time and the yeses change."""
LIVES = {
    What.RUNNING: CampaignState.RUNNING,
    What.SUSPENDED: CampaignState.SUSPENDED,
    What.CLOSED: CampaignState.CLOSED,
}


class Moment(NamedTuple):
    """Something that happened. `number` grows with each; `task_id` is None for the campaign."""

    number: int
    at: datetime
    what: What
    task_id: TaskId | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    people_wanted: int | None = None
    version: int | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class TaskThen:
    """How a task stood. Counts are of questions about this task, never of a person's answers."""

    starts_at: datetime
    ends_at: datetime
    people_wanted: int
    asked: int = 0
    wished: int = 0
    accepted: int = 0
    gap: bool = False
    started: bool = False
    done: bool = False
    not_done: bool = False
    withdrawn: bool = False

    @property
    def state(self) -> TaskState:
        return task_state(
            Progress(
                self.people_wanted,
                accepted=self.accepted,
                asked=self.asked + self.wished,
                started=self.started,
                done=self.done,
                not_done=self.not_done,
                withdrawn=self.withdrawn,
            )
        )


@dataclass(frozen=True, slots=True)
class Board:
    """Every task of a campaign as it stood, and the plan that was known."""

    tasks: Mapping[TaskId, TaskThen] = field(default_factory=dict)
    version: int = 0
    confirmed_until: date | None = None
    life: CampaignState = CampaignState.RUNNING

    def count(self, *states: TaskState) -> int:
        """Count the tasks that stood so."""
        return sum(task.state in states for task in self.tasks.values())


def until(moments: Iterable[Moment], at: datetime) -> list[Moment]:
    """Keep what had happened at an instant, what happened at that very instant included."""
    return [moment for moment in moments if moment.at <= at]


def fold(moments: Iterable[Moment]) -> Board:
    """Put the board together from what had happened, in whichever order it is given.

    A moment about a task of which no plan is known tells nothing.
    """
    tasks: dict[TaskId, TaskThen] = {}
    waiting: dict[TaskId, list[Moment]] = {}
    board = Board()
    for moment in sorted(moments):
        if moment.task_id is None:
            board = _of_campaign(board, moment)
        else:
            waiting.setdefault(moment.task_id, []).append(moment)
    for task_id, theirs in waiting.items():
        task = _of_task(theirs)
        if task is not None:
            tasks[task_id] = task
    return replace(board, tasks=tasks)


def _of_campaign(board: Board, moment: Moment) -> Board:
    if moment.what is What.MATCHED:
        return replace(board, version=moment.version or 0, confirmed_until=None)
    if moment.what is What.CONFIRMED:
        return replace(board, confirmed_until=moment.until_on)
    return replace(board, life=LIVES[moment.what])


OVER = {What.DONE, What.NOT_DONE, What.WITHDRAWN}
"""After these nobody is missing any more."""


def _of_task(moments: Sequence[Moment]) -> TaskThen | None:
    planned = [m for m in moments if m.what is What.PLANNED]
    if not planned:
        return None
    last = planned[-1]
    if last.starts_at is None or last.ends_at is None or last.people_wanted is None:
        raise ValueError(moments)  # the table refuses it
    happened = {m.what for m in moments}
    asked, wished, accepted = (
        sum(COUNTS[m.what][place] for m in moments if m.what in COUNTS) for place in range(3)
    )
    gaps = [m.what for m in moments if m.what in {What.GAP, What.FILLED}]
    return TaskThen(
        last.starts_at,
        last.ends_at,
        last.people_wanted,
        asked,
        wished,
        accepted,
        gap=gaps[-1:] == [What.GAP] and not happened & OVER,
        started=What.STARTED in happened,
        done=What.DONE in happened,
        not_done=What.NOT_DONE in happened and What.DONE not in happened,
        withdrawn=What.WITHDRAWN in happened,
    )


class Event(NamedTuple):
    """What happened in one minute, in one way, to one task or several; or to the campaign."""

    minute: datetime
    what: What
    number: int
    tasks: tuple[TaskId, ...]
    moments: tuple[Moment, ...]


def as_events(moments: Iterable[Moment]) -> list[Event]:
    """Put together what happened in the same minute in the same way, the latest first."""
    found: dict[tuple[datetime, What], list[Moment]] = {}
    for moment in sorted(moments):
        found.setdefault((minute_of(moment.at), moment.what), []).append(moment)
    events = [
        Event(
            minute,
            what,
            theirs[-1].number,
            tuple(dict.fromkeys(m.task_id for m in theirs if m.task_id is not None)),
            tuple(theirs),
        )
        for (minute, what), theirs in found.items()
    ]
    return sorted(events, key=lambda event: (event.minute, event.number), reverse=True)


def minute_of(moment: datetime) -> datetime:
    """Cut an instant to its minute."""
    return moment.replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Span:
    """The minutes of which there is something to see; `ends` is the present, or the last moment."""

    begins: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """How many minutes lie between the first and the last."""
        return int((minute_of(self.ends) - minute_of(self.begins)) / MINUTE)

    def minute(self, number: int) -> datetime:
        """Return the minute of this number, counted from the first; never outside."""
        return minute_of(self.begins) + MINUTE * min(max(number, 0), self.minutes)

    def number(self, at: datetime) -> int:
        """Return the number of a minute, counted from the first; never outside."""
        passed = int((minute_of(at) - minute_of(self.begins)) / MINUTE)
        return min(max(passed, 0), self.minutes)


def span_of(moments: Sequence[Moment], now: datetime, *, closed: bool) -> Span:
    """Say from when until when a campaign can be looked at: a closed one until its last moment."""
    begins = min((m.at for m in moments), default=now)
    last = max((m.at for m in moments), default=now)
    return Span(begins, last if closed else max(now, begins))


def around(moments: Iterable[Moment], at: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the minutes of the last event before a minute and of the first one after it."""
    minutes = {minute_of(m.at) for m in moments}
    here = minute_of(at)
    return (
        max((m for m in minutes if m < here), default=None),
        min((m for m in minutes if m > here), default=None),
    )
