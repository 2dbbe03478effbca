"""From the roster and a campaign's tasks to a matching problem, in wall-clock minutes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from services.dispatch.rules import matching
from services.dispatch.rules.local_time import DAY_MIN, WEEKDAYS, instant, monday_of, wall_minute
from services.dispatch.rules.matching import (
    WEEK_MIN,
    Assignment,
    Instance,
    Lookup,
    Neighbourhood,
    Period,
    Plan,
)
from services.dispatch.rules.matching.model import km_to_min
from services.dispatch.rules.roster import (
    Calendar,
    Frame,
    Holding,
    RosterWorker,
    Slot,
    WeeklyPeriod,
    at_the_meeting,
)
from services.dispatch.rules.time_account import (
    ROLLING_WEEKS,
    full_time_min,
    mission_cap_min,
    rolling_cap_min,
    total_cap_min,
    week_cap_min,
)
from shared.words import ActionKind, WorkerId

Spot = tuple[float, float]
"""Where a zone's middle lies, in km east and north."""

MISSIONS = frozenset(
    {
        ActionKind.ACCOMPANIMENT,
        ActionKind.INTERPRETING,
        ActionKind.BRI_CO,
        ActionKind.PARTNER_TRAINING,
    }
)
"""Kinds of action that follow a person or a joint action, not a neighbourhood (charter)."""
PAIR = 2


def campaign_monday(frame: Frame) -> date:
    """Return the Monday that minute 0 of a campaign's matching problem stands for."""
    return monday_of(frame.starts_on)


def campaign_weeks(frame: Frame) -> int:
    """Count the calendar weeks that a campaign touches."""
    return (monday_of(frame.ends_on) - campaign_monday(frame)).days // 7 + 1


def build_instance(
    frame: Frame,
    slots: Sequence[Slot],
    calendar: Calendar,
    zones: Mapping[str, Spot],
    declined: Collection[tuple[UUID, UUID]] = (),
) -> Instance:
    """Write the matching problem of some tasks of a campaign.

    Holdings on one of `slots` become fixed assignments. All others, of whichever campaign, take
    their worker's time and count against the campaigns' share.

    Args:
        frame: the campaign.
        slots: the tasks to decide about; other tasks of the campaign need not be there.
        calendar: the whole roster, because a zone's own people come first.
        zones: where zones lie; one that is not there has no travel time.
        declined: (worker, task) pairs that said no.
    """
    monday = campaign_monday(frame)
    weeks = campaign_weeks(frame)
    wanted = {slot.id for slot in slots}
    mine = [held for held in calendar.holdings if held.task_id in wanted]
    elsewhere = [held for held in calendar.holdings if held.task_id not in wanted]
    places = _neighbourhoods(slots, calendar, zones)
    bare = Instance(frame_name(frame), weeks, places, (), ())
    needed = {wall_minute(monday, slot.starts_at) // WEEK_MIN for slot in slots}
    people = _People(frame, calendar, Lookup(bare), sorted(needed), elsewhere)
    return replace(
        bare,
        workers=tuple(people.worker(worker) for worker in calendar.workers),
        tasks=tuple(as_task(frame, slot) for slot in slots),
        declined=frozenset((str(who), str(what)) for who, what in declined),
        fixed=_facts(monday, mine),
    )


def frame_name(frame: Frame) -> str:
    """Name a problem by its campaign: an id, so that it may be logged."""
    return str(frame.campaign_id)


def as_task(frame: Frame, slot: Slot) -> matching.Task:
    """Say a task in the matcher's terms: pairs and threes, alone only where one is wanted."""
    return matching.Task(
        id=str(slot.id),
        zone=slot.zone_id,
        kind=slot.kind.value,
        duration_min=slot.duration_min,
        starts=(wall_minute(campaign_monday(frame), slot.starts_at),),
        min_team=min(slot.people_wanted, PAIR),
        pref_team=slot.people_wanted,
        req_langs=frozenset(language.value for language in frame.languages_required),
        want_langs=frozenset(language.value for language in frame.languages_wanted),
        skill=slot.skill.value if slot.skill else None,
        series=f"{slot.kind.value}/{slot.zone_id}",
        mission=slot.kind in MISSIONS,
    )


def _facts(monday: date, holdings: Iterable[Holding]) -> tuple[Assignment, ...]:
    teams: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for held in holdings:
        key = (str(held.task_id), wall_minute(monday, held.starts_at))
        teams[key].append(str(held.worker_id))
    return tuple(
        Assignment(task, start, tuple(sorted(team))) for (task, start), team in teams.items()
    )


def _neighbourhoods(
    slots: Iterable[Slot], calendar: Calendar, zones: Mapping[str, Spot]
) -> tuple[Neighbourhood, ...]:
    named = {slot.zone_id for slot in slots}
    named |= {worker.home_zone for worker in calendar.workers}
    named |= {c.zone_id for c in calendar.commitments if c.zone_id is not None}
    named |= {held.zone_id for held in calendar.holdings}
    found = []
    for zone_id in sorted(named):
        x_km, y_km = zones.get(zone_id, (None, None))
        found.append(Neighbourhood(zone_id, x=x_km, y=y_km))
    return tuple(found)


class _People:
    """Turns the roster into the matcher's workers."""

    def __init__(
        self,
        frame: Frame,
        calendar: Calendar,
        lookup: Lookup,
        weeks: Sequence[int],
        holdings: Iterable[Holding],
    ) -> None:
        self.frame = frame
        self.monday = campaign_monday(frame)
        self.horizon = campaign_weeks(frame)
        self.lookup = lookup
        self.weeks = weeks
        self.meeting = calendar.meeting
        self.taken: defaultdict[UUID, list[matching.Commitment]] = defaultdict(list)
        self.away: defaultdict[UUID, list[Period]] = defaultdict(list)
        self.other: defaultdict[UUID, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        for own in calendar.commitments:
            self.taken[own.worker_id].append(
                matching.Commitment(
                    wall_minute(self.monday, own.starts_at),
                    wall_minute(self.monday, own.ends_at),
                    own.zone_id,
                )
            )
        for absence in calendar.absences:
            begins = wall_minute(self.monday, instant(absence.from_on, 0))
            ends = wall_minute(self.monday, instant(absence.until_on, DAY_MIN))
            self.away[absence.worker_id].append(Period(begins, ends))
        homes = {worker.id: worker.home_zone for worker in calendar.workers}
        for held in holdings:
            self._hold(held, homes)

    def _hold(self, held: Holding, homes: Mapping[WorkerId, str]) -> None:
        if held.worker_id not in homes:
            return
        begins = wall_minute(self.monday, held.starts_at)
        ends = wall_minute(self.monday, held.ends_at)
        self.taken[held.worker_id].append(
            matching.Commitment(begins, ends, held.zone_id, "campaign")
        )
        way_min = self.lookup.travel_min(homes[held.worker_id], held.zone_id)
        self.other[held.worker_id][begins // WEEK_MIN] += ends - begins + 2 * way_min

    def worker(self, worker: RosterWorker) -> matching.Worker:
        share_pct = self.frame.share_max_pct
        hosts = [
            matching.Commitment(start, end, None, "host")
            for start, end in self._every_week(worker.host_periods, self.weeks)
        ]
        meetings = [
            matching.Commitment(start, end, None, "team")
            for start, end in self._every_week(
                at_the_meeting(worker, self.meeting),
                range(1 - ROLLING_WEEKS, self.horizon + ROLLING_WEEKS - 1),
            )
        ]
        return matching.Worker(
            id=str(worker.id),
            home=worker.home_zone,
            langs=frozenset(language.value for language in worker.languages),
            skills=frozenset(skill.value for skill in worker.skills),
            week_cap_min=week_cap_min(worker),
            total_cap_min=total_cap_min(worker, share_pct, self.horizon),
            max_travel_min=worker.travel_max_min,
            work=tuple(self._every_week(worker.working, self.weeks)),
            busy=tuple(sorted([*self.taken[worker.id], *hosts, *meetings], key=lambda c: c[:2])),
            refuses=frozenset(kind.value for kind in worker.kinds_refused),
            absences=tuple(sorted(self.away[worker.id])),
            rolling_cap_min=rolling_cap_min(worker, share_pct),
            mission_cap_min=mission_cap_min(worker),
            other_min=tuple(sorted(self.other[worker.id].items())),
        )

    def _every_week(self, periods: Iterable[WeeklyPeriod], weeks: Iterable[int]) -> list[Period]:
        return [
            Period(
                week * WEEK_MIN + WEEKDAYS.index(p.weekday) * DAY_MIN + p.starts_min,
                week * WEEK_MIN + WEEKDAYS.index(p.weekday) * DAY_MIN + p.ends_min,
            )
            for week in weeks
            for p in sorted(periods, key=lambda p: (WEEKDAYS.index(p.weekday), p.starts_min))
        ]


def spent_min(
    frame: Frame, instance: Instance, holdings: Iterable[Holding], but: Collection[UUID] = ()
) -> dict[int, int]:
    """Add up, by week, what a campaign's holdings take of everybody; `but` these tasks."""
    lookup, spent = Lookup(instance), defaultdict[int, int](int)
    for held in holdings:
        worker = lookup.workers.get(str(held.worker_id))
        if held.campaign_id != frame.campaign_id or held.task_id in but or worker is None:
            continue
        begins = wall_minute(campaign_monday(frame), held.starts_at)
        ends = wall_minute(campaign_monday(frame), held.ends_at)
        way_min = lookup.travel_min(worker.home, held.zone_id)
        spent[begins // WEEK_MIN] += ends - begins + 2 * way_min
    return dict(spent)


def within_full_time(
    frame: Frame, instance: Instance, plan: Plan, spent: Mapping[int, int]
) -> tuple[Assignment, ...]:
    """Return the assignments that a campaign's full-time equivalents leave room for.

    Weeks are filled fairly: each zone gets its first task before any zone gets a second one.
    Tasks that people were told about stay and count; `spent` is what tasks outside of the
    instance take, by week.
    """
    if frame.full_time_equivalents_max is None:
        return plan.assignments
    lookup = Lookup(instance)
    told = {fact.task for fact in plan.fixed}
    room_min = full_time_min(frame.full_time_equivalents_max)
    left_min = {week: room_min - spent.get(week, 0) for week in range(instance.weeks)}
    kept = [row for row in plan.assignments if row.task in told]
    for row in (*kept, *plan.incomplete):
        left_min[row.start // WEEK_MIN] -= cost_min(lookup, row)
    turns: defaultdict[tuple[int, matching.Id], int] = defaultdict(int)
    waiting = []
    for row in sorted(plan.assignments, key=lambda a: (a.start, str(a.task))):
        if row.task not in told:
            place = (row.start // WEEK_MIN, lookup.tasks[row.task].zone)
            waiting.append((turns[place], row))
            turns[place] += 1
    for _, row in sorted(waiting, key=lambda w: (w[1].start // WEEK_MIN, w[0], w[1].start)):
        week, minutes = row.start // WEEK_MIN, cost_min(lookup, row)
        if minutes <= left_min[week]:
            left_min[week] -= minutes
            kept.append(row)
    return tuple(sorted(kept, key=lambda a: (a.start, str(a.task))))


def task_min(home_zone: str, zone_id: str, duration_min: int, zones: Mapping[str, Spot]) -> int:
    """Return the minutes that a task costs somebody: its duration, and the way there and back."""
    if home_zone == zone_id:
        return duration_min
    here, there = (
        Neighbourhood(zone, x=spot[0], y=spot[1]) if spot else Neighbourhood(zone)
        for zone, spot in ((home_zone, zones.get(home_zone)), (zone_id, zones.get(zone_id)))
    )
    return duration_min + 2 * km_to_min(here, there)


def cost_min(lookup: Lookup, row: Assignment) -> int:
    """Return the minutes that an assignment takes of its whole team, travel included."""
    task = lookup.tasks[row.task]
    return sum(lookup.charged_min(lookup.workers[who], task) for who in row.team)


def since(frame: Frame) -> date:
    """Return the first day whose tasks still count in a rolling window of this campaign."""
    return campaign_monday(frame) - timedelta(weeks=3)


def until(frame: Frame) -> date:
    """Return the last day whose tasks count in a rolling window of this campaign."""
    return campaign_monday(frame) + timedelta(weeks=campaign_weeks(frame) + 3)
