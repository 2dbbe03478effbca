"""What will happen and when, in scenario time."""

import heapq
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from shared.web import BRUSSELS
from shared.words import Weekday

Act = Callable[[], Awaitable[None]]
MINUTES_IN_HOUR = 60
A_MOMENT = timedelta(minutes=1)
"""Added to now it is the next moment: what the clock brings about has happened by then."""


class Rank(IntEnum):
    """Who goes first when several things happen at the same moment."""

    WORDS = 1
    ANSWER = 2
    MEETING = 3
    START = 4
    RECORD = 5


class Agenda:
    """A queue of acts. A day has few moments: what falls between two waits for the later one."""

    def __init__(
        self,
        moments_min: tuple[int, ...],
        now: datetime,
        weekdays: tuple[Weekday, ...] = tuple(Weekday),
    ) -> None:
        self.now = now
        self._weekdays = {list(Weekday).index(day) for day in weekdays}
        self._moments_min = tuple(sorted(moments_min))
        self._queue: list[tuple[datetime, Rank, str, int, Act]] = []
        self._added = 0

    def put(self, at: datetime, rank: Rank, key: str, act: Act) -> datetime:
        """Plan an act at the first moment from `at` on, now at the earliest; return when.

        Acts of one moment run by rank, then by key: never by the order in which they were planned,
        unless both are equal.
        """
        when = max(self.moment_from(at), self.now)
        self._added += 1
        heapq.heappush(self._queue, (when, rank, key, self._added, act))
        return when

    def moment_from(self, at: datetime) -> datetime:
        """Return the first moment that is not before `at`."""
        local = at.astimezone(BRUSSELS)
        minute = local.hour * MINUTES_IN_HOUR + local.minute
        place = bisect_left(self._moments_min, minute)
        if place < len(self._moments_min) and local.weekday() in self._weekdays:
            return self.on(local.date(), place)
        return self.on(self._day(local.date(), 1), 0)

    def moment_before(self, at: datetime) -> datetime:
        """Return the last moment that is before `at`."""
        local = (at - timedelta(minutes=1)).astimezone(BRUSSELS)
        minute = local.hour * MINUTES_IN_HOUR + local.minute
        earlier = [m for m in self._moments_min if m <= minute]
        if earlier and local.weekday() in self._weekdays:
            return self.on(local.date(), len(earlier) - 1)
        return self.on(self._day(local.date(), -1), -1)

    def _day(self, day: date, step: int) -> date:
        """Return the next or the previous day that has moments."""
        day += timedelta(days=step)
        while day.weekday() not in self._weekdays:
            day += timedelta(days=step)
        return day

    def on(self, day: date, place: int) -> datetime:
        """Return a day's moment by its place; -1 is the last."""
        hour, minute = divmod(self._moments_min[place], MINUTES_IN_HOUR)
        return datetime.combine(day, time(hour, minute), tzinfo=BRUSSELS)

    def next_moment(self) -> datetime | None:
        """Return when the next act is due; None when nothing is planned any more."""
        return self._queue[0][0] if self._queue else None

    def take_due(self) -> tuple[Rank, Act] | None:
        """Take the next act that is due now, and its rank."""
        if self._queue and self._queue[0][0] <= self.now:
            _, rank, _, _, act = heapq.heappop(self._queue)
            return rank, act
        return None
