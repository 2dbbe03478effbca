"""A worker's time: the host partner's share, own commitments, campaigns. For that worker only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from services.dispatch.rules.local_time import instant, local_day, monday_of, wall_minute
from services.dispatch.rules.roster import (
    Commitment,
    RosterWorker,
    WeeklyPeriod,
    at_the_meeting,
)

ROLLING_WEEKS = 4  # Source: law 3, "over a rolling four weeks"
FULL_TIME_MIN = 38 * 60  # Source: Belgian law of 10 August 2001, a full time is 38 hours a week


def host_share_min(worker: RosterWorker, weeks: int = 1) -> int:
    """Return the host partner's minutes, rounded up: the rounding is theirs too."""
    return -(-worker.weekly_min * weeks * worker.host_share_pct // 100)


def week_cap_min(worker: RosterWorker) -> int:
    """Return the most that campaigns and commitments may take in one week."""
    return worker.weekly_min - host_share_min(worker)


def mission_cap_min(worker: RosterWorker) -> int:
    """Return the most that campaigns and commitments may take in any four weeks."""
    return worker.weekly_min * ROLLING_WEEKS - host_share_min(worker, ROLLING_WEEKS)


def rolling_cap_min(worker: RosterWorker, share_max_pct: int) -> int:
    """Return the most that campaigns may take in any four weeks."""
    return worker.weekly_min * ROLLING_WEEKS * share_max_pct // 100


def total_cap_min(worker: RosterWorker, share_max_pct: int, weeks: int) -> int:
    """Return the most that one campaign of so many weeks may take at all.

    Counts at least four weeks: a short campaign may use a whole rolling window.
    """
    return worker.weekly_min * max(ROLLING_WEEKS, weeks) * share_max_pct // 100


def full_time_min(full_time_equivalents: float) -> int:
    """Return the minutes a week of so many full-time equivalents."""
    return int(full_time_equivalents * FULL_TIME_MIN)


@dataclass(frozen=True, slots=True)
class Charge:
    """A campaign's task in a worker's week: its duration and the way there and back."""

    on: date
    minutes: int


@dataclass(frozen=True, slots=True)
class WeekAccount:
    """One week of one worker, in minutes."""

    monday: date
    weekly_min: int
    host_partner_min: int
    commitments_min: int
    campaigns_min: int
    campaigns_four_weeks_min: int

    @property
    def left_min(self) -> int:
        taken = self.host_partner_min + self.commitments_min + self.campaigns_min
        return max(0, self.weekly_min - taken)


def time_account(  # noqa: PLR0913 - all that takes of a week, and which weeks
    worker: RosterWorker,
    commitments: Iterable[Commitment],
    charges: Iterable[Charge],
    monday: date,
    weeks: int,
    *,
    meeting: WeeklyPeriod | None = None,
) -> list[WeekAccount]:
    """Account for some weeks from a Monday on. The four weeks of a line end with its own week.

    The team's meeting is a commitment of every week.
    """
    met_min = sum(p.ends_min - p.starts_min for p in at_the_meeting(worker, meeting))
    own: defaultdict[date, int] = defaultdict(lambda: met_min)
    for commitment in commitments:
        for day, minutes in _by_day(commitment):
            own[monday_of(day)] += minutes
    campaigns: defaultdict[date, int] = defaultdict(int)
    for charge in charges:
        campaigns[monday_of(charge.on)] += charge.minutes
    lines = []
    for number in range(weeks):
        week = monday + timedelta(weeks=number)
        four = sum(campaigns[week - timedelta(weeks=n)] for n in range(ROLLING_WEEKS))
        lines.append(
            WeekAccount(
                week, worker.weekly_min, host_share_min(worker), own[week], campaigns[week], four
            )
        )
    return lines


def _by_day(commitment: Commitment) -> Iterable[tuple[date, int]]:
    day = local_day(commitment.starts_at)
    while instant(day, 0) < commitment.ends_at:
        begins = max(commitment.starts_at, instant(day, 0))
        ends = min(commitment.ends_at, instant(day, 1440))
        monday = monday_of(day)
        yield day, wall_minute(monday, ends) - wall_minute(monday, begins)
        day += timedelta(days=1)
