"""What a campaign that is tried would do: whom it asks, what blocks, what it costs.

Hours beside a name are those of weeks to come, so that nobody is asked beyond their week: a matter
of calendars. Nothing here is about what anybody did.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from services.dispatch.rules.instance import PAIR, campaign_weeks, task_min
from services.dispatch.rules.local_time import local_day, monday_of
from services.dispatch.rules.matching import Watch, explain
from services.dispatch.rules.plan_search import FULL, Teams, plan_teams, standing_plan
from services.dispatch.rules.planning import Situation
from services.dispatch.rules.reasons import told_of
from services.dispatch.rules.roster import RosterWorker, Slot
from services.dispatch.rules.time_account import FULL_TIME_MIN
from services.dispatch.rules.wording import Said
from shared.words import ActionKind, TaskId, WorkerId

BLOCKED_EXPLAINED = 12  # groups of tasks; a page with more is a wrong campaign, not twelve holes
NEAREST_SHOWN = 2
Done: TypeAlias = Mapping[TaskId, Collection[WorkerId]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan does, all people together."""

    tasks: int
    tasks_with_team: int
    zone_weeks: int  # zones times the weeks in which something is planned there
    zone_weeks_reached: int
    language_tasks: int  # whose team speaks a language that is wanted or required
    street_min: int
    cost_min: int  # ways included
    full_time_equivalents: float  # over the weeks in which something is planned
    busiest_full_time_equivalents: float  # in the week that takes most
    of_bound_pct: float | None


@dataclass(frozen=True, slots=True)
class WeekAsked:
    """Who has something to do in a week, by name, and how long with the ways, in minutes."""

    monday: date
    people: tuple[tuple[WorkerId, int], ...]

    @property
    def sum_min(self) -> int:
        return sum(minutes for _, minutes in self.people)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Tasks of one kind in one zone without a team: what they miss, and who came nearest."""

    kind: ActionKind
    zone_id: str
    tasks: int
    missing: tuple[Said, ...]
    nearest: tuple[tuple[WorkerId, tuple[Said, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """A campaign, matched on a copy."""

    slots: tuple[Slot, ...]
    done: frozenset[TaskId]
    told: frozenset[TaskId]  # tasks that somebody holds, was asked about, or is kept for
    figures: Figures
    weeks: tuple[WeekAsked, ...]
    blocked: tuple[Blocked, ...]

    @property
    def people(self) -> frozenset[WorkerId]:
        return frozenset(who for week in self.weeks for who, _ in week.people)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a try does otherwise than the plan it is compared with."""

    gained: tuple[Slot, ...]  # tasks that only the try does
    lost: tuple[Slot, ...]
    told_outside: int  # tasks of `told` that would not be any more
    joined: frozenset[WorkerId]
    left: frozenset[WorkerId]


def try_all(situations: Sequence[Situation], watch: Watch) -> tuple[Tried, ...]:
    """Match some campaigns, each as if it were alone, with the same effort."""
    return tuple(_try(situation, watch) for situation in situations)


def difference(before: Tried, after: Tried) -> Difference:
    """Compare a try with another, or with the campaign as it is."""

    def only(of: Tried, beside: Tried) -> tuple[Slot, ...]:
        found = [s for s in of.slots if s.id in of.done and s.id not in beside.done]
        return tuple(sorted(found, key=lambda s: (s.starts_at, s.zone_id)))

    return Difference(
        gained=only(after, before),
        lost=only(before, after),
        told_outside=len(before.told - {slot.id for slot in after.slots}),
        joined=after.people - before.people,
        left=before.people - after.people,
    )


def _try(situation: Situation, watch: Watch) -> Tried:
    teams = plan_teams(situation, watch=watch)
    people: defaultdict[TaskId, set[WorkerId]] = defaultdict(set)
    planned = {slot.id: slot for slot in situation.slots}
    told = {held.task_id for held in situation.calendar.holdings} & planned.keys()
    for suggested in teams.suggestions:
        people[suggested.task_id].add(suggested.worker_id)
    for held in situation.calendar.holdings:
        if held.task_id in planned:
            people[held.task_id].add(held.worker_id)
    least = {slot.id: min(slot.people_wanted, PAIR) for slot in situation.slots}
    done = {task: who for task, who in people.items() if len(who) >= least[task]}
    weeks = _weeks(situation, people)
    return Tried(
        situation.slots,
        frozenset(done),
        frozenset(told),
        _figures(situation, teams, done, weeks),
        weeks,
        _blocked(situation, teams, done),
    )


def _weeks(situation: Situation, people: Done) -> tuple[WeekAsked, ...]:
    workers: dict[WorkerId, RosterWorker] = {w.id: w for w in situation.calendar.workers}
    found: defaultdict[date, defaultdict[WorkerId, int]] = defaultdict(lambda: defaultdict(int))
    for slot in situation.slots:
        for who in people.get(slot.id, ()):
            if who in workers:
                home = workers[who].home_zone
                cost = task_min(home, slot.zone_id, slot.duration_min, situation.zones)
                found[monday_of(local_day(slot.starts_at))][who] += cost

    def by_name(one: tuple[WorkerId, int]) -> tuple[str, str]:
        return workers[one[0]].name.casefold(), str(one[0])

    return tuple(
        WeekAsked(monday, tuple(sorted(found[monday].items(), key=by_name)))
        for monday in sorted(found)
    )


def _figures(situation: Situation, teams: Teams, done: Done, weeks: Sequence[WeekAsked]) -> Figures:
    def cell(slot: Slot) -> tuple[str, date]:
        return slot.zone_id, monday_of(local_day(slot.starts_at))

    spoken = {worker.id: worker.languages for worker in situation.calendar.workers}
    wanted = situation.frame.languages_wanted | situation.frame.languages_required
    of_plan = [slot for slot in situation.slots if slot.id in done]
    mondays = {monday_of(local_day(slot.starts_at)) for slot in situation.slots}
    cost_min = sum(week.sum_min for week in weeks)
    over_weeks = len(mondays) or campaign_weeks(situation.frame)
    return Figures(
        tasks=len(situation.slots),
        tasks_with_team=len(done),
        zone_weeks=len({cell(slot) for slot in situation.slots}),
        zone_weeks_reached=len({cell(slot) for slot in of_plan}),
        language_tasks=sum(
            any(wanted & spoken.get(who, frozenset()) for who in done[slot.id]) for slot in of_plan
        ),
        street_min=sum(slot.duration_min * len(done[slot.id]) for slot in of_plan),
        cost_min=cost_min,
        full_time_equivalents=_full_time(cost_min / over_weeks),
        busiest_full_time_equivalents=_full_time(max((w.sum_min for w in weeks), default=0)),
        of_bound_pct=teams.quality.of_bound_pct,
    )


def _full_time(minutes: float) -> float:
    """Say minutes a week as full-time equivalents, to a tenth; what is something is never 0."""
    return max(0.1, round(minutes / FULL_TIME_MIN, 1)) if minutes else 0.0


def _blocked(situation: Situation, teams: Teams, done: Done) -> tuple[Blocked, ...]:
    """Say why tasks have no team: one of each kind and zone speaks for the others."""
    groups: defaultdict[tuple[str, str, bool], list[Slot]] = defaultdict(list)
    for slot in situation.slots:
        if slot.id not in done:
            full = teams.unmatched.get(slot.id, {}).get("text") == FULL
            groups[slot.kind.value, slot.zone_id, full].append(slot)
    if not groups:
        return ()
    instance = situation.instance()
    plan = standing_plan(situation, instance, teams.suggestions)
    most_first = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    found = []
    for number, ((_, zone_id, full), slots) in enumerate(most_first):
        kind, count = slots[0].kind, len(slots)
        if full:
            found.append(Blocked(kind, zone_id, count, ({"text": FULL, "params": {}},)))
            continue
        if number >= BLOCKED_EXPLAINED:
            found.append(Blocked(kind, zone_id, count, ()))
            continue
        told = explain(instance, plan, str(slots[0].id))
        missing = [message for start in told.starts for message in start.missing]
        near = told.almost[:NEAREST_SHOWN]
        found.append(
            Blocked(
                kind,
                zone_id,
                count,
                tuple(told_of(situation, message) for message in missing or [told.summary]),
                tuple(
                    (
                        WorkerId(UUID(str(miss.worker))),
                        tuple(told_of(situation, refusal) for refusal in miss.blocked_by),
                    )
                    for miss in near
                    if miss.blocked_by
                ),
            )
        )
    return tuple(found)
