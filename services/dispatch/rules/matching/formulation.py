"""The matching problem as rows of a linear program in booleans, for whatever a state leaves open.

Variables: `y[t, start]` the task runs at that start, `x[t, start, w]` that person is in its team,
and helpers: a cell is reached, a wanted language is spoken, a second or third person is there,
somebody of the zone is there, minutes above the tiers of a person's cap, a person takes part in a
series. Calendars do not appear: who is not free is no candidate.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .candidates import HOME, SUPPORT, Member, Option
from .model import ROLLING_WEEKS, Task
from .state import State

Var = int
Entry = tuple[int, int, int, int, Var]  # start, end, zone, task, x: one possibility of a day
INFINITE = float("inf")


@dataclass(slots=True)
class Rows:
    """A linear program: upper bounds of variables (1: boolean), rows, a value to maximise."""

    upper: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[Var] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def var(self, value: float = 0, upper: int = 1) -> Var:
        self.upper.append(upper)
        self.value.append(value)
        return len(self.upper) - 1

    def row(
        self, columns: Sequence[Var], factors: Iterable[float], low: float, high: float
    ) -> None:
        self.columns.extend(columns)
        self.factors.extend(factors)
        self.starts.append(len(self.columns))
        self.low.append(low)
        self.high.append(high)

    def at_most(self, columns: Sequence[Var], limit: float = 1) -> None:
        self.row(columns, [1] * len(columns), -INFINITE, limit)

    def implies(self, one: Var, other: Var) -> None:
        self.row((one, other), (1, -1), -INFINITE, 0)

    def needs_any(self, one: Var, others: Sequence[Var]) -> None:
        """Allow `one` only with at least one of the others."""
        self.row((*others, one), [1] * len(others) + [-1], 0, INFINITE)


class Formulation:
    """The rows for some tasks of a state. What the state holds stays; they must not be in it."""

    def __init__(
        self,
        state: State,
        tasks: Sequence[int],
        *,
        keep_value: Mapping[tuple[int, int, int], int] | None = None,
        must: Iterable[int] = (),
    ) -> None:
        """Write the rows.

        Args:
            state: what is already decided, and the room it leaves.
            tasks: what may change.
            keep_value: added to the worth of (task, start, worker): the price of disturbing
            somebody.
            must: tasks that have to be done.
        """
        self.state, self.tasks = state, tasks
        self.keep_value, self.must = keep_value or {}, frozenset(must)
        self.rows = Rows()
        self.x: dict[tuple[int, int, int], Var] = {}
        self.y: dict[tuple[int, int], Var] = {}
        self.day_limits: dict[int, int] = {}  # row -> worker, for explanations
        self.caps: dict[int, tuple[int, frozenset[int]]] = {}  # row -> worker, weeks
        self._any: list[tuple[Var, list[Var]]] = []
        self._count: list[tuple[list[Var], list[Var], list[Var], int]] = []
        self._over: list[tuple[Var, list[Var], list[int], int]] = []
        self._days: dict[tuple[int, int], list[Entry]] = defaultdict(list)
        self._loads: dict[int, list[tuple[int, Var, int]]] = defaultdict(list)  # (week, x, minutes)
        self._cells: dict[tuple[int, int], list[Var]] = defaultdict(list)
        self._series: dict[tuple[int, int], list[list[Var]]] = defaultdict(list)
        for t in self.tasks:
            self._task(t)
        self._cell_rows()
        self._taking_part = {at: self._series_rows(groups) for at, groups in self._series.items()}
        for (w, day), items in sorted(self._days.items()):
            self._day_rows(w, day, items)
        for w, terms in sorted(self._loads.items()):
            self._load_rows(w, terms)

    # -- one task

    def _team_of(self, option: Option, task: Task) -> list[Member]:
        """Return who could still be in a team at a start, with what the state holds."""
        state = self.state
        zone = state.c.zone_at[task.zone]
        fitting = [m for m in option.members if state.may_join(m, option, zone)]
        if not any(m.zone == HOME for m in fitting):
            fitting = [m for m in fitting if m.zone != SUPPORT]
        spoken = 0
        for m in fitting:
            spoken |= m.req
        if (
            len(fitting) < task.min_team
            or spoken != (1 << len(task.req_langs)) - 1
            or (task.skill is not None and not any(m.skilled for m in fitting))
        ):
            return []
        return fitting

    def _task(self, t: int) -> None:  # noqa: C901 -- one task's rows, top to bottom
        state, rows, weights = self.state, self.rows, self.state.weights
        c, task = state.c, state.c.tasks[t]
        most = max(task.min_team, task.pref_team)
        worth = weights.depth * c.need[t] * task.importance + weights.mandatory * task.mandatory
        ys, members_x, home_x = list[Var](), list[Var](), list[Var]()
        per_worker = defaultdict[int, list[Var]](list)
        spoken = defaultdict[int, list[Var]](list)
        for option in c.options[t]:
            team = self._team_of(option, task)
            if not team:
                continue
            y = self.y[t, option.start] = rows.var(worth)
            ys.append(y)
            cell = (c.zone_of[t], option.week)
            if not state.cells.get(cell):
                self._cells[cell].append(y)
            xs = [self._x(t, option, m) for m in team]
            for m, x in zip(team, xs, strict=True):
                per_worker[m.worker].append(x)
                for k in range(len(task.want_langs)):
                    if m.want >> k & 1:
                        spoken[k].append(x)
                if most > 1:
                    rows.implies(x, y)
            self._team_rows(task, team, xs, y)
            home_x += [x for m, x in zip(team, xs, strict=True) if m.zone == HOME]
            members_x += xs
        if not ys:
            return
        if len(ys) > 1 or t in self.must:
            rows.row(ys, [1] * len(ys), 1 if t in self.must else -INFINITE, 1)
        self._quality(task, ys, members_x, home_x, spoken)
        if c.series[t] >= 0:
            for w, xs in per_worker.items():
                if not state.in_series.get((c.series[t], w)):
                    self._series[c.series[t], w].append(xs)

    def _x(self, t: int, option: Option, m: Member) -> Var:
        c = self.state.c
        value: float = -self.state.weights.cost * m.cost_min
        value += self.keep_value.get((t, option.start, m.worker), 0)
        x = self.rows.var(value)
        self.x[t, option.start, m.worker] = x
        self._days[m.worker, option.day].append((option.start, option.end, c.zone_of[t], t, x))
        self._loads[m.worker].append((option.week, x, m.charged_min))
        return x

    def _team_rows(self, task: Task, team: Sequence[Member], xs: Sequence[Var], y: Var) -> None:
        rows, most = self.rows, max(task.min_team, task.pref_team)
        ones = [1.0] * len(xs)
        if task.min_team == most:
            rows.row((*xs, y), (*ones, -most), 0, 0)
        else:
            rows.row((*xs, y), (*ones, -task.min_team), 0, INFINITE)
            rows.row((*xs, y), (*ones, -most), -INFINITE, 0)
        for k in range(len(task.req_langs)):
            rows.needs_any(y, [x for m, x in zip(team, xs, strict=True) if m.req >> k & 1])
        if task.skill is not None:
            rows.needs_any(y, [x for m, x in zip(team, xs, strict=True) if m.skilled])
        at_home = [x for m, x in zip(team, xs, strict=True) if m.zone == HOME]
        for m, x in zip(team, xs, strict=True):
            if m.zone == SUPPORT:
                rows.needs_any(x, at_home)

    def _quality(
        self,
        task: Task,
        ys: list[Var],
        xs: list[Var],
        home_x: list[Var],
        spoken: Mapping[int, list[Var]],
    ) -> None:
        rows, weights = self.rows, self.state.weights
        if home_x and weights.home:
            helper = rows.var(weights.quality * weights.home)
            rows.needs_any(helper, home_x)
            self._any.append((helper, home_x))
        for _, speakers in sorted(spoken.items()):
            helper = rows.var(weights.quality * weights.lang)
            rows.needs_any(helper, speakers)
            self._any.append((helper, speakers))
        extra = [
            rows.var(weights.quality * self.state.step(place))
            for place in range(task.min_team + 1, task.pref_team + 1)
        ]
        if extra:
            for one, two in pairwise(extra):
                rows.implies(two, one)
            factors = [1] * len(xs) + [-task.min_team] * len(ys) + [-1] * len(extra)
            rows.row((*xs, *ys, *extra), factors, 0, INFINITE)
            self._count.append((extra, xs, ys, task.min_team))

    # -- what tasks share

    def _cell_rows(self) -> None:
        c, weights = self.state.c, self.state.weights
        for (zone, _), ys in sorted(self._cells.items()):
            need = c.lookup.neighbourhoods[c.zone_ids[zone]].need
            helper = self.rows.var(weights.cover * need)
            self.rows.needs_any(helper, ys)
            self._any.append((helper, ys))

    def _day_rows(self, w: int, day: int, items: list[Entry]) -> None:
        """Forbid overlaps in one person's day (cliques first, then pairs), and too many tasks."""
        state = self.state
        left = state.c.day_left[w].get(day, state.weights.tasks_a_day)
        left -= len(state.days[w].get(day, ()))
        if len({item[3] for item in items}) > left:
            self.day_limits[len(self.rows.low)] = w
            self.rows.at_most([item[4] for item in items], left)
        if len(items) < 2 or left < 2:  # noqa: PLR2004 -- two tasks can conflict, one cannot
            return
        items.sort()
        number, covered = len(items), set[tuple[int, int]]()
        clash = [
            [b for b in range(a + 1, number) if self._clash(items[a], items[b])]
            for a in range(number)
        ]
        for a in range(number):
            clique = [a]
            for b in clash[a]:
                if all(b in clash[q] or items[q][3] == items[b][3] for q in clique):
                    clique.append(b)
            pairs = {(p, q) for p in clique for q in clique if p < q}
            if len({items[q][3] for q in clique}) > 1 and not pairs <= covered:
                self._clique_row(w, [items[q] for q in clique])
                covered |= pairs
            for b in clash[a]:
                if items[a][3] != items[b][3] and (a, b) not in covered:
                    self.rows.at_most([items[a][4], items[b][4]])

    def _clique_row(self, w: int, clique: list[Entry]) -> None:
        """Allow one of a clique; in one series, only to somebody who takes part in it (tighter)."""
        xs = [entry[4] for entry in clique]
        series = {self.state.c.series[entry[3]] for entry in clique}
        helper = self._taking_part.get((next(iter(series)), w)) if len(series) == 1 else None
        if helper is None:
            self.rows.at_most(xs)
        else:
            self.rows.row((*xs, helper), [1] * len(xs) + [-1], -INFINITE, 0)

    def _clash(self, one: Entry, two: Entry) -> bool:
        """Tell whether two entries of a day exclude each other (starts of one task always do)."""
        if one[3] == two[3]:
            return True
        return two[0] < one[1] + self.state.c.travel_row(one[2])[two[2]]

    def _load_rows(self, w: int, terms: list[tuple[int, Var, int]]) -> None:
        state, rows, weights = self.state, self.rows, self.state.weights
        xs, minutes = [x for _, x, _ in terms], [m for _, _, m in terms]
        total = sum(minutes)
        every = frozenset(week for week, _, _ in terms)
        limits = [(every, state.cap[w] - state.load[w])]
        limits += [(frozenset({week}), state.week_left[w][week]) for week in sorted(every)]
        windows = state.windows[w]
        if windows is not None:
            for k, left in enumerate(windows):
                inside = frozenset(week for week in every if k - ROLLING_WEEKS < week <= k)
                limits.append((inside, left))
        for weeks, left in limits:
            some = [q for q in terms if q[0] in weeks]
            if sum(q[2] for q in some) > left:
                self.caps[len(rows.low)] = (w, weeks)
                rows.row([q[1] for q in some], [q[2] for q in some], -INFINITE, max(0, left))
        for tier, factor in ((state.tier1[w], 1), (state.tier2[w], 2)):
            room = max(0, tier - state.load[w])
            if total > room:
                # Minutes above a tier now do not change; only those that would be added cost.
                over = rows.var(-weights.cost * factor, upper=total)
                self.caps[len(rows.low)] = (w, every)
                rows.row((*xs, over), (*minutes, -1), -INFINITE, room)
                self._over.append((over, xs, minutes, room))

    def _series_rows(self, groups: list[list[Var]]) -> Var:
        weights = self.state.weights
        helper = self.rows.var(-weights.cost * weights.series_min)
        for xs in groups:
            self.rows.row((*xs, helper), [1] * len(xs) + [-1], -INFINITE, 0)
        self._any.append((helper, [x for xs in groups for x in xs]))
        return helper

    # -- between plans and values

    def values(self, plan: Mapping[int, tuple[int, tuple[int, ...]]]) -> list[float]:
        """Return the value of every variable for a plan of these tasks: a warm start."""
        values = [0.0] * len(self.rows.upper)
        for t in self.tasks:
            if t in plan:
                start, team = plan[t]
                values[self.y[t, start]] = 1
                for w in team:
                    values[self.x[t, start, w]] = 1
        for helper, others in self._any:
            values[helper] = float(any(values[v] for v in others))
        for extra, xs, ys, least in self._count:
            beyond = sum(values[v] for v in xs) - least * sum(values[v] for v in ys)
            for k, helper in enumerate(extra):
                values[helper] = float(beyond > k)
        for over, xs, minutes, room in self._over:
            load = sum(m * values[v] for v, m in zip(xs, minutes, strict=True))
            values[over] = max(0.0, load - room)
        return values

    def plan(self, values: Sequence[float]) -> dict[int, tuple[int, tuple[int, ...]]]:
        """Return the plan that the values of a solution describe."""
        teams = defaultdict[tuple[int, int], list[int]](list)
        for (t, start, w), x in self.x.items():
            if values[x] > 0.5:  # noqa: PLR2004 -- a boolean, as a solver writes it
                teams[t, start].append(w)
        return {t: (start, tuple(sorted(team))) for (t, start), team in teams.items()}
