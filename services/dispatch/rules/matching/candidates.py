"""Who could take which start of which task: an instance with everybody impossible pruned away.

All hard rules about one person are settled here, so calendars never enter an engine: not
interfering is structural. Engines count people and tasks by place in a list (sorted by id), so
order of input never matters.
"""

from collections.abc import Iterable
from functools import lru_cache
from math import isnan
from typing import NamedTuple

import numpy as np

from .constraints import HARD, away_reason
from .model import (
    DAY_MIN,
    DOOR_MIN,
    MIN_PER_KM,
    ORDINARY_WORK,
    ROLLING_WEEKS,
    STEP_MIN,
    WEEK_MIN,
    Id,
    Instance,
    Lookup,
    Task,
    Worker,
    id_key,
)
from .preferences import SOFT
from .rule import Ask, MemberCost, MemberRule, TeamRule

HOME, FREE, RELIEF, SUPPORT = 0, 1, 2, 3  # why a candidate may work in the zone
ZONE_STATUS = {
    "home": HOME,
    "mission": FREE,
    "language": FREE,
    "skill": FREE,
    "relief": RELIEF,
    "support": SUPPORT,
}

# Rules that this module applies by its own, faster means; every other rule is asked as it is.
COMPILED_HARD = frozenset(
    {
        "declined",
        "refuses-kind",
        "too-far",
        "absent",
        "not-working",
        "host-partner",
        "team-meeting",
        "calendar",
        "calendar-travel",
        "overlap",
        "day-limit",
        "week-cap",
        "total-cap",
        "rolling-cap",
        "host-share",
        "zone",
        "team-size",
        "language",
        "skill",
    }
)
COMPILED_COST = frozenset({"travel", "away", "relief"})


class Member(NamedTuple):
    """One worker for one task, start left aside."""

    worker: int
    zone: int  # HOME, FREE, RELIEF or SUPPORT
    req: int  # required languages spoken, as bits of the task's sorted list
    want: int  # wanted languages spoken, likewise
    skilled: bool
    charged_min: int
    cost_min: int  # travel, leaving the zone: what does not depend on the rest of the plan


class Option(NamedTuple):
    """One admissible start of a task, with the people who could take part."""

    start: int
    end: int
    day: int
    week: int
    members: list[Member]
    most: int  # the most that a team can add to the value of the task, in units of the blend


@lru_cache(maxsize=65_536)
def _bits(asked: frozenset[str], spoken: frozenset[str]) -> int:
    """Return which of the asked languages are spoken, as bits of their sorted list."""
    return sum(1 << k for k, lang in enumerate(sorted(asked)) if lang in spoken)


Blocked = dict[int, list[tuple[int, int, int]]]


class Candidates:
    """An instance in the engines' terms: `tasks[t]`, `workers[w]`, `options[t]`."""

    def __init__(self, instance: Instance, only: Iterable[Id] | None = None) -> None:
        """Prune an instance; `only`: the tasks that may still change (others get no options)."""
        self.instance = instance
        self.lookup = Lookup(instance)
        self.weights = instance.weights
        self.workers: list[Worker] = sorted(instance.workers, key=lambda w: id_key(w.id))
        self.tasks: list[Task] = sorted(instance.tasks, key=lambda t: id_key(t.id))
        self.worker_at: dict[Id, int] = {w.id: i for i, w in enumerate(self.workers)}
        self.task_at: dict[Id, int] = {t.id: i for i, t in enumerate(self.tasks)}
        zones = sorted(instance.neighbourhoods, key=lambda n: id_key(n.id))
        self.zone_at: dict[Id, int] = {n.id: i for i, n in enumerate(zones)}
        self.zone_ids: list[Id] = [n.id for n in zones]
        self.zone_of = [self.zone_at[t.zone] for t in self.tasks]
        self.need = [zones[z].need for z in self.zone_of]
        self._x = np.array([np.nan if n.x is None else n.x for n in zones])
        self._y = np.array([np.nan if n.y is None else n.y for n in zones])
        self._rows: dict[int, list[int]] = {}
        self._near: dict[int, list[int]] = {}
        self._home = [self.zone_at[w.home] for w in self.workers]
        self._reach = np.array([w.max_travel_min for w in self.workers])
        self._series = {
            s: i
            for i, s in enumerate(
                sorted({t.series for t in self.tasks if t.series is not None}, key=id_key)
            )
        }
        self.series = [-1 if t.series is None else self._series[t.series] for t in self.tasks]
        self._added = [
            rule for rule in HARD if isinstance(rule, MemberRule) and rule.code not in COMPILED_HARD
        ]
        self.added_team_rules = [
            rule for rule in HARD if isinstance(rule, TeamRule) and rule.code not in COMPILED_HARD
        ]
        self._added_costs = [
            rule for rule in SOFT if isinstance(rule, MemberCost) and rule.code not in COMPILED_COST
        ]
        self._calendars = [self._calendar(w) for w in self.workers]
        self.week_left, self.windows, self.day_left = self._room()
        # The most that one task may take of a person, by week.
        self._most_left = [
            [
                min(
                    worker.total_cap_min,
                    left[week],
                    *(() if windows is None else windows[week : week + ROLLING_WEEKS]),
                )
                for week in range(instance.weeks)
            ]
            for worker, left, windows in zip(
                self.workers, self.week_left, self.windows, strict=True
            )
        ]
        self._members: list[dict[int, Member]] = [{} for _ in self.tasks]
        wanted = set(self.task_at) if only is None else set(only)
        self.options: list[list[Option]] = [
            self._options(t) if task.id in wanted else [] for t, task in enumerate(self.tasks)
        ]

    def _most(self, task: Task, members: list[Member]) -> int:
        """Return the most that a team of these people can add to the value of a task."""
        weights, spoken, at_home = self.weights, 0, False
        for m in members:
            spoken |= m.want
            at_home = at_home or m.zone == HOME
        points = weights.lang * spoken.bit_count() + weights.home * at_home
        for place in range(task.min_team + 1, min(task.pref_team, len(members)) + 1):
            points += weights.second if place == 2 else weights.third  # noqa: PLR2004 -- second
        cheapest = sorted(m.cost_min for m in members)[: task.min_team]
        return weights.quality * points - weights.cost * sum(cheapest)

    def option(self, t: int, start: int, members: list[Member]) -> Option:
        """Return one start of a task with the people who could take part."""
        task = self.tasks[t]
        end = start + task.duration_min
        day, week = start // DAY_MIN, start // WEEK_MIN
        return Option(start, end, day, week, members, self._most(task, members))

    # -- travel

    def point(self, zone: int) -> tuple[float, float] | None:
        """Return where a zone is on the map, in km; None: not on it."""
        x, y = float(self._x[zone]), float(self._y[zone])
        return None if isnan(x) or isnan(y) else (x, y)

    def travel_row(self, zone: int) -> list[int]:
        """Return minutes from one zone to every zone, in the order of `zone_ids`."""
        row = self._rows.get(zone)
        if row is None:
            if self.instance.travel is not None:
                here = self.zone_ids[zone]
                row = [self.lookup.travel_min(here, there) for there in self.zone_ids]
            else:
                km = np.hypot(self._x - self._x[zone], self._y - self._y[zone])
                steps = np.ceil((DOOR_MIN + MIN_PER_KM * km) / STEP_MIN - 1e-9)
                row = np.where(np.isnan(steps), 0, STEP_MIN * steps).astype(int).tolist()
                row[zone] = 0
            self._rows[zone] = row
        return row

    # -- what a person's own week leaves

    def _calendar(self, worker: Worker) -> tuple[dict[int, list[tuple[int, int]]], Blocked]:
        """Return working periods by day, and blocked times by day (start, end, place or -1)."""
        work, blocked = dict[int, list[tuple[int, int]]](), Blocked()
        for start, end in worker.work:
            for day in range(start // DAY_MIN, (end - 1) // DAY_MIN + 1):
                work.setdefault(day, []).append((start, end))
        taken = [(start, end, -1) for start, end in worker.absences]
        taken += [
            (start, end, self.zone_at[worker.home if place is None else place])
            for start, end, place, _ in worker.busy
        ]
        for entry in sorted(taken):
            # An end at midnight belongs to the next day too: the trip to a task begins then.
            for day in range(entry[0] // DAY_MIN, entry[1] // DAY_MIN + 1):
                blocked.setdefault(day, []).append(entry)
        return work, blocked

    def _room(self) -> tuple[list[list[int]], list[list[int] | None], list[dict[int, int]]]:
        """Return what each person's caps leave: by week, by window of four weeks, by day."""
        weeks, windows, days = list[list[int]](), list[list[int] | None](), []
        horizon = self.instance.weeks
        for worker in self.workers:
            other = dict[int, int]()
            for week, minutes in worker.other_min:
                other[week] = other.get(week, 0) + minutes
            weeks.append([worker.week_cap_min - other.get(k, 0) for k in range(horizon)])
            committed, taken = dict[int, int](), dict[int, int]()
            for start, end, _, kind in worker.busy:
                if kind in ORDINARY_WORK:
                    week = start // WEEK_MIN
                    committed[week] = committed.get(week, 0) + end - start
                elif kind == "campaign":
                    taken[start // DAY_MIN] = taken.get(start // DAY_MIN, 0) + 1
            days.append({d: self.weights.tasks_a_day - n for d, n in taken.items()})
            windows.append(self._windows(worker, other, committed))
        return weeks, windows, days

    def _windows(
        self, worker: Worker, other: dict[int, int], committed: dict[int, int]
    ) -> list[int] | None:
        """Return minutes left in each four weeks in a row; the first window ends with week 0."""
        if worker.rolling_cap_min is None and worker.mission_cap_min is None:
            return None
        out = []
        for first in range(1 - ROLLING_WEEKS, self.instance.weeks):
            span = range(first, first + ROLLING_WEEKS)
            left = []
            if worker.rolling_cap_min is not None:
                left.append(worker.rolling_cap_min)
            if worker.mission_cap_min is not None:
                left.append(worker.mission_cap_min - sum(committed.get(k, 0) for k in span))
            out.append(min(left) - sum(other.get(k, 0) for k in span))
        return out

    # -- who could

    def near(self, zone: int) -> list[int]:
        """Return the workers whose range reaches a zone."""
        found = self._near.get(zone)
        if found is None:
            minutes = np.array(self.travel_row(zone))[self._home]
            found = self._near[zone] = np.flatnonzero(minutes <= self._reach).tolist()
        return found

    def member(self, t: int, w: int) -> Member:
        """Return what a worker brings to a task and costs it, whether or not the rules allow it."""
        member = self._members[t].get(w)
        if member is None:
            member = self._members[t][w] = self._make(t, w)
        return member

    def _make(self, t: int, w: int) -> Member:
        task, worker, zone = self.tasks[t], self.workers[w], self.zone_of[t]
        status = HOME
        if self._home[w] != zone:
            self.settle_home_able(t)
            status = ZONE_STATUS[away_reason(self.lookup, worker, task)]
        far_min = self.travel_row(zone)[self._home[w]]
        cost_min = 0
        if status != HOME:
            cost_min = 2 * far_min + self.weights.away_min
            if status == RELIEF:
                cost_min += self.weights.relief_min
        for rule in self._added_costs:
            cost_min += rule.cost_min(Ask(self.lookup, worker, task, task.starts[0]))
        return Member(
            w,
            status,
            _bits(task.req_langs, worker.langs) if task.req_langs else 0,
            _bits(task.want_langs, worker.langs) if task.want_langs else 0,
            task.skill is not None and task.skill in worker.skills,
            task.duration_min + 2 * far_min,
            cost_min,
        )

    def _free(self, pool: Iterable[int], zone: int, start: int, end: int) -> list[int]:
        """Return whose week and calendar leave a time free, travel included."""
        day, row, calendars, free = start // DAY_MIN, self.travel_row(zone), self._calendars, []
        for w in pool:
            work, blocked = calendars[w]
            for a, b in work.get(day, ()):
                if a <= start and end <= b:
                    break
            else:
                continue
            for a, b, where in blocked.get(day, ()):
                if a < end and start < b:
                    break
                if where >= 0:
                    gap = start - b if b <= start else a - end
                    if gap < row[where] and (b if b <= start else a) // DAY_MIN == day:
                        break
            else:
                free.append(w)
        return free

    def _alone(self, pool: Iterable[int], t: int, start: int) -> list[int]:
        """Return who has the minutes, what else they do for this campaign left aside."""
        row, home, able = self.travel_row(self.zone_of[t]), self._home, []
        duration_min = self.tasks[t].duration_min
        week, day = start // WEEK_MIN, start // DAY_MIN
        for w in pool:
            if self._most_left[w][week] >= duration_min + 2 * row[home[w]]:
                left = self.day_left[w]
                if not left or left.get(day, 1) > 0:
                    able.append(w)
        return able

    def settle_home_able(self, t: int) -> None:
        """Answer "could somebody of the zone?" by this module's faster means."""
        task = self.tasks[t]
        if task.id not in self.lookup.home_able:
            homes = [self.worker_at[home.id] for home in self.lookup.homes(task.zone)]
            pool = [w for w in self._pool(t) if w in homes] if homes else []
            self.lookup.home_able[task.id] = any(
                self._able(t, pool, start) for start in task.starts
            )

    def _pool(self, t: int) -> list[int]:
        task = self.tasks[t]
        return [
            w
            for w in self.near(self.zone_of[t])
            if task.kind not in self.workers[w].refuses
            and (self.workers[w].id, task.id) not in self.instance.declined
        ]

    def _able(self, t: int, pool: list[int], start: int) -> list[int]:
        task, zone = self.tasks[t], self.zone_of[t]
        able = self._free(self._alone(pool, t, start), zone, start, start + task.duration_min)
        for rule in self._added:
            able = [
                w
                for w in able
                if rule.judge(Ask(self.lookup, self.workers[w], task, start)) is None
            ]
        return able

    def members_at(self, t: int, start: int) -> list[Member]:
        """Return who could take part at any start, admissible or not."""
        return [self.member(t, w) for w in self._able(t, self._pool(t), start)]

    def _options(self, t: int) -> list[Option]:
        task, zone, pool = self.tasks[t], self.zone_of[t], self._pool(t)
        free = {start: self._able(t, pool, start) for start in sorted(task.starts)}
        self.lookup.home_able[task.id] = any(
            self._home[w] == zone for able in free.values() for w in able
        )
        options = []
        for start, able in free.items():
            members = [self.member(t, w) for w in able]
            if self._startable(task, members):
                options.append(self.option(t, start, members))
        return options

    @staticmethod
    def _startable(task: Task, members: list[Member]) -> bool:
        """Tell whether a team could exist (necessary, not sufficient)."""
        if not any(m.zone == HOME for m in members):
            members = [m for m in members if m.zone != SUPPORT]
        spoken, skilled = 0, False
        for m in members:
            spoken |= m.req
            skilled = skilled or m.skilled
        return (
            len(members) >= task.min_team
            and spoken == (1 << len(task.req_langs)) - 1
            and (task.skill is None or skilled)
        )
