"""What dispatch knows of people, campaigns and tasks when it decides."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from services.dispatch.rules.local_time import of_the_week
from shared.words import ActionKind, CampaignId, Language, Skill, TaskId, Weekday, WorkerId


@dataclass(frozen=True, slots=True)
class WeeklyPeriod:
    """A half-open stretch of every week, in minutes after midnight in Brussels."""

    weekday: Weekday
    starts_min: int
    ends_min: int


@dataclass(frozen=True, slots=True)
class RosterWorker:
    """An outreach worker. `host_share_pct` of `weekly_min` belongs to the host partner."""

    id: WorkerId
    name: str
    home_zone: str
    weekly_min: int
    host_partner: str | None = None
    host_share_pct: int = 20
    travel_max_min: int = 45
    working: tuple[WeeklyPeriod, ...] = ()
    host_periods: tuple[WeeklyPeriod, ...] = ()
    languages: frozenset[Language] = frozenset()
    skills: frozenset[Skill] = frozenset()
    kinds_refused: frozenset[ActionKind] = frozenset()


def lies_across(weekly: WeeklyPeriod, starts_at: datetime, ends_at: datetime) -> bool:
    """Tell whether something of one day lies across a stretch of every week."""
    day, begins = of_the_week(starts_at)
    length_min = int((ends_at - starts_at).total_seconds()) // 60
    return (
        day is weekly.weekday
        and begins < weekly.ends_min
        and weekly.starts_min < begins + length_min
    )


def at_the_meeting(worker: RosterWorker, meeting: WeeklyPeriod | None) -> tuple[WeeklyPeriod, ...]:
    """Return when in a week somebody is at the team's meeting: while they work for the team.

    Nobody comes outside of their hours, or in the host partner's.
    """
    if meeting is None:
        return ()

    def that_day(periods: Iterable[WeeklyPeriod]) -> list[WeeklyPeriod]:
        mine = (period for period in periods if period.weekday is meeting.weekday)
        return sorted(mine, key=lambda period: period.starts_min)

    found = []
    for works in that_day(worker.working):
        begins = max(works.starts_min, meeting.starts_min)
        ends = min(works.ends_min, meeting.ends_min)
        for host in that_day(worker.host_periods):
            if begins < min(host.starts_min, ends):
                found.append((begins, min(host.starts_min, ends)))
            begins = max(begins, host.ends_min)
        if begins < ends:
            found.append((begins, ends))
    return tuple(WeeklyPeriod(meeting.weekday, begins, ends) for begins, ends in found)


@dataclass(frozen=True, slots=True)
class Commitment:
    """A worker's own appointment, half-open; without a place it is in the home zone."""

    worker_id: WorkerId
    starts_at: datetime
    ends_at: datetime
    zone_id: str | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away; both are included."""

    worker_id: WorkerId
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Holding:
    """A task that somebody accepted, or that is proposed to them."""

    worker_id: WorkerId
    task_id: TaskId
    campaign_id: CampaignId
    zone_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """The roster with everything that takes its time. `meeting` is the whole team's, weekly."""

    workers: tuple[RosterWorker, ...]
    commitments: tuple[Commitment, ...] = ()
    absences: tuple[Absence, ...] = ()
    holdings: tuple[Holding, ...] = ()
    meeting: WeeklyPeriod | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What a campaign may ask for at all. `ends_on` is its last day, included."""

    campaign_id: CampaignId
    starts_on: date
    ends_on: date
    share_max_pct: int
    full_time_equivalents_max: float | None = None
    languages_wanted: frozenset[Language] = frozenset()
    languages_required: frozenset[Language] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """One task: a kind of action in a zone, from `starts_at` until `ends_at`."""

    id: TaskId
    campaign_id: CampaignId
    kind: ActionKind
    zone_id: str
    starts_at: datetime
    ends_at: datetime
    people_wanted: int
    weekdays: tuple[Weekday, ...] = ()
    skill: Skill | None = None
    partners: tuple[str, ...] = field(default=())

    @property
    def duration_min(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60
