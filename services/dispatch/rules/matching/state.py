"""A plan being made: hard rules and objective, kept up to date one assignment at a time."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from .candidates import HOME, SUPPORT, Candidates, Member, Option
from .constraints import team_refusals
from .model import DAY_MIN, ROLLING_WEEKS, WEEK_MIN, Assignment, in_order
from .rule import TeamAsk

# Larger than any objective of one task: what makes the greedy team look first at what it must have.
MUST = 10**9


class Item(NamedTuple):
    """A task in somebody's day."""

    start: int
    end: int
    zone: int
    task: int


class Insertion(NamedTuple):
    """A task, its start and its team, and what they would add to the objective."""

    gain: int
    start: int
    team: tuple[int, ...]


class State:
    """A plan being made. Only `add`, `hold` and `drop` change it; `value` is its blended score."""

    def __init__(self, candidates: Candidates) -> None:
        self.c = c = candidates
        weights = self.weights = c.weights
        self.plan: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.held: dict[int, tuple[int, tuple[int, ...]]] = {}  # facts with an incomplete team
        self.days: list[dict[int, list[Item]]] = [{} for _ in c.workers]
        self.week_left = [list(left) for left in c.week_left]
        self.windows = [None if w is None else list(w) for w in c.windows]
        self.load = [0] * len(c.workers)
        self.cap = [w.total_cap_min for w in c.workers]
        self.tier1 = [cap * weights.tier1_pct // 100 for cap in self.cap]
        self.tier2 = [cap * weights.tier2_pct // 100 for cap in self.cap]
        self.cells: dict[tuple[int, int], int] = {}
        self.in_series: dict[tuple[int, int], int] = {}
        self.value = 0
        # What a minute of somebody seems to cost beside the objective while teams are chosen: what
        # else could have been done with it. Never counted in `value`.
        self.price = [0.0] * len(c.workers)

    # -- one more assignment: may it be, what would it cost

    def may_join(self, m: Member, option: Option, zone: int) -> bool:
        """Tell whether one more task fits beside what a person holds."""
        w, charged_min, week = m.worker, m.charged_min, option.week
        if self.load[w] + charged_min > self.cap[w] or self.week_left[w][week] < charged_min:
            return False
        windows = self.windows[w]
        if windows is not None and min(windows[week : week + ROLLING_WEEKS]) < charged_min:
            return False
        items = self.days[w].get(option.day)
        return not items or self._fits_day(w, items, option, zone)

    def _fits_day(self, w: int, items: Sequence[Item], option: Option, zone: int) -> bool:
        if len(items) >= self.c.day_left[w].get(option.day, self.weights.tasks_a_day):
            return False
        row = self.c.travel_row(zone)
        for item in items:
            far_min = row[item.zone]
            if item.start < option.end + far_min and option.start < item.end + far_min:
                return False
        return True

    def _tiers(self, w: int, load_min: int) -> int:
        return max(0, load_min - self.tier1[w]) + 2 * max(0, load_min - self.tier2[w])

    def member_cost(self, t: int, m: Member) -> int:
        """Return what one person on one task adds to the cost now, in units of the blend."""
        w, load_min = m.worker, self.load[m.worker]
        cost_min = m.cost_min + self._tiers(w, load_min + m.charged_min) - self._tiers(w, load_min)
        series = self.c.series[t]
        if series >= 0 and not self.in_series.get((series, w)):
            cost_min += self.weights.series_min
        return self.weights.cost * cost_min

    def task_gain(self, t: int, start: int | None) -> int:
        """Return what doing a task is worth, its team left aside (and its cell, without start)."""
        task, need, weights = self.c.tasks[t], self.c.need[t], self.weights
        gain = weights.depth * need * task.importance + weights.mandatory * task.mandatory
        if start is not None and not self.cells.get((self.c.zone_of[t], start // WEEK_MIN)):
            gain += weights.cover * need
        return gain

    def team_quality(self, t: int, members: Sequence[Member]) -> int:
        """Return the quality points of a team, in units of the blend."""
        task, weights = self.c.tasks[t], self.weights
        spoken, at_home = 0, False
        for m in members:
            spoken |= m.want
            at_home = at_home or m.zone == HOME
        points = weights.lang * spoken.bit_count() + weights.home * at_home
        for place in range(task.min_team + 1, min(len(members), task.pref_team) + 1):
            points += self.step(place)
        return weights.quality * points

    def step(self, place: int) -> int:
        """Return the quality points of the second person, or of a third one."""
        return self.weights.second if place == 2 else self.weights.third  # noqa: PLR2004 -- second

    def gain(self, t: int, start: int, team: Iterable[int]) -> int:
        """Return what a task with a team adds to the objective now."""
        members = [self.c.member(t, w) for w in team]
        return (
            self.task_gain(t, start)
            + self.team_quality(t, members)
            - sum(self.member_cost(t, m) for m in members)
        )

    # -- changes

    def add(self, t: int, start: int, team: Iterable[int]) -> None:
        """Put a task in the plan. Nothing is asked: facts come this way too."""
        team = tuple(sorted(team))
        gain = self.gain(t, start, team)
        self.plan[t] = (start, team)
        cell = (self.c.zone_of[t], start // WEEK_MIN)
        self.cells[cell] = self.cells.get(cell, 0) + 1
        for w in team:
            self._charge(t, start, w, 1)
            if self.c.series[t] >= 0:
                key = (self.c.series[t], w)
                self.in_series[key] = self.in_series.get(key, 0) + 1
        self.value += gain

    def drop(self, t: int) -> None:
        """Take a task out of the plan."""
        start, team = self.plan.pop(t)
        self.cells[self.c.zone_of[t], start // WEEK_MIN] -= 1
        for w in team:
            self._charge(t, start, w, -1)
            if self.c.series[t] >= 0:
                self.in_series[self.c.series[t], w] -= 1
        self.value -= self.gain(t, start, team)

    def hold(self, t: int, start: int, team: Iterable[int]) -> None:
        """Keep the time of people who said yes to a task whose team is not complete."""
        self.held[t] = (start, tuple(sorted(team)))
        for w in self.held[t][1]:
            self._charge(t, start, w, 1)

    def release(self, t: int) -> tuple[int, tuple[int, ...]]:
        """Give held time back."""
        start, team = self.held.pop(t)
        for w in team:
            self._charge(t, start, w, -1)
        return start, team

    def _charge(self, t: int, start: int, w: int, sign: int) -> None:
        charged_min = sign * self.c.member(t, w).charged_min
        day, week = start // DAY_MIN, start // WEEK_MIN
        self.load[w] += charged_min
        self.week_left[w][week] -= charged_min
        windows = self.windows[w]
        if windows is not None:
            for k in range(week, min(week + ROLLING_WEEKS, len(windows))):
                windows[k] -= charged_min
        items = self.days[w].setdefault(day, [])
        if sign > 0:
            end = start + self.c.tasks[t].duration_min
            items.append(Item(start, end, self.c.zone_of[t], t))
        else:
            items[:] = [item for item in items if item.task != t]

    # -- the best team, greedily

    def team(  # noqa: C901, PLR0912, PLR0915 -- every engine's inner loop, in one piece
        self,
        t: int,
        option: Option,
        rnd: Random | None = None,
        noise: float = 0.0,
        base: tuple[int, ...] = (),
    ) -> Insertion | None:
        """Choose a team for one start, one person after the other; None when there is none.

        `base` are people who are in the team already, whatever the rules would say now. `noise`
        perturbs costs by up to that share, so that a search does not always choose alike.
        """
        c, weights = self.c, self.weights
        task, series, week, day = c.tasks[t], c.series[t], option.week, option.day
        load, cap, days, tier1, tier2 = self.load, self.cap, self.days, self.tier1, self.tier2
        week_left, windows, in_series = self.week_left, self.windows, self.in_series
        unit, series_cost, price = weights.cost, weights.cost * weights.series_min, self.price
        pool: list[tuple[int, int, int, int, bool, int, float]] = []
        home_free = False
        for w, status, req, want, skilled, charged_min, cost_min in option.members:
            load_min = load[w] + charged_min
            if load_min > cap[w] or week_left[w][week] < charged_min:
                continue
            window = windows[w]
            if window is not None and min(window[week : week + ROLLING_WEEKS]) < charged_min:
                continue
            items = days[w].get(day)
            if items and not self._fits_day(w, items, option, c.zone_of[t]):
                continue
            cost = unit * cost_min + int(price[w] * charged_min)
            if load_min > tier1[w]:  # `_tiers` twice, written out: this line runs most of all
                now, one, two = load[w], tier1[w], tier2[w]
                cost += unit * (load_min - (max(one, now)))
                if load_min > two:
                    cost += 2 * unit * (load_min - (max(two, now)))
            if series >= 0 and not in_series.get((series, w)):
                cost += series_cost
            seen = cost * (1 + noise * rnd.random()) if cost and rnd is not None else float(cost)
            pool.append((w, status, req, want, skilled, cost, seen))
            if status == HOME:
                home_free = True
        least, most = task.min_team, max(task.min_team, task.pref_team)
        missing = (1 << len(task.req_langs)) - 1
        wanted = (1 << len(task.want_langs)) - 1
        unskilled = task.skill is not None
        at_home, support_in, size, cost, points = False, False, 0, 0, 0
        team: list[int] = []
        if base:
            pool = [entry for entry in pool if entry[0] not in base]
            for w in base:
                m = c.member(t, w)
                team.append(w)
                size += 1
                cost += self.member_cost(t, m) + int(self.price[w] * m.charged_min)
                if size > least:
                    points += self.step(size)
                points += weights.lang * (m.want & wanted).bit_count()
                wanted &= ~m.want
                missing &= ~m.req
                unskilled = unskilled and not m.skilled
                support_in = support_in or m.zone == SUPPORT
                if m.zone == HOME and not at_home:
                    points += weights.home
                    at_home = True
        if not at_home and not home_free:
            if support_in:
                return None
            pool = [entry for entry in pool if entry[1] != SUPPORT]
        if len(pool) + size < least:
            return None
        quality = weights.quality
        while size < most:
            must = size < least or missing or unskilled or (support_in and not at_home)
            last = most - size == 1 or (
                must and least - size == 1 and not missing and not unskilled
            )
            best, best_value = None, 0.0
            step = 0 if size < least else self.step(size + 1)
            for entry in pool:
                w, status, req, want, skilled, _, seen = entry
                if w in team:
                    continue
                value, gained = -seen, step
                if want & wanted:
                    gained += weights.lang * (want & wanted).bit_count()
                if not at_home:
                    if status == HOME:
                        gained += weights.home
                        value += MUST // 1000 if support_in else 1
                    elif status == SUPPORT:
                        if last:
                            continue
                        value -= MUST // 1000
                if gained:
                    value += quality * gained
                if missing & req:
                    value += MUST * (missing & req).bit_count()
                if unskilled and skilled:
                    value += MUST
                if best is None or value > best_value:
                    best, best_value = entry, value
            if best is None or (not must and best_value <= 0):
                break
            w, status, req, want, skilled, paid, _ = best
            points += step + weights.lang * (want & wanted).bit_count()
            if status == HOME and not at_home:
                points += weights.home
                at_home = True
            support_in = support_in or status == SUPPORT
            team.append(w)
            size += 1
            cost += paid
            missing &= ~req
            wanted &= ~want
            unskilled = unskilled and not skilled
        if missing or unskilled or size < least or (support_in and not at_home):
            return None
        if c.added_team_rules:
            ask = TeamAsk(c.lookup, task, option.start, tuple(c.workers[w] for w in team))
            if any(rule.judge(ask) is not None for rule in c.added_team_rules):
                return None
        gain = self.task_gain(t, option.start) + weights.quality * points - cost
        return Insertion(gain, option.start, tuple(sorted(team)))

    def best_insert(
        self,
        t: int,
        rnd: Random | None = None,
        noise: float = 0.0,
        sample: int | None = None,
        *,
        fresh: bool = False,
    ) -> Insertion | None:
        """Return the best start and team of a task; `fresh`: only starts that reach a new cell."""
        options = self.c.options[t]
        if rnd is not None and sample is not None and len(options) > 1:
            options = rnd.sample(options, min(sample, len(options)))
        zone, cells = self.c.zone_of[t], self.cells
        new_cell = self.weights.cover * self.c.need[t]
        worth = self.task_gain(t, None)
        hopes = [
            worth + option.most + (0 if cells.get((zone, option.week)) else new_cell)
            for option in options
        ]
        best: Insertion | None = None
        for k in sorted(range(len(options)), key=lambda k: -hopes[k]):
            if best is not None and hopes[k] <= best.gain:
                break
            if fresh and cells.get((zone, options[k].week)):
                continue
            found = self.team(t, options[k], rnd, noise)
            if found is not None and (best is None or found.gain > best.gain):
                best = found
        return best

    # -- facts

    def load_facts(self, facts: Iterable[Assignment]) -> None:
        """Put in what people were told: whole teams count as done, the others only keep time."""
        for fact in facts:
            t = self.c.task_at[fact.task]
            team = [self.c.worker_at[w] for w in fact.team]
            if team and not self.c.lookup.home_able.get(fact.task):
                self.c.settle_home_able(t)
            ask = TeamAsk(
                self.c.lookup,
                self.c.tasks[t],
                fact.start,
                tuple(self.c.workers[w] for w in team),
            )
            defects = {refusal.code for refusal in team_refusals(ask)}
            too_many = len(team) > self.c.tasks[t].pref_team
            if not (defects - {"team-size"} if too_many else defects):
                self.add(t, fact.start, team)
            else:
                self.hold(t, fact.start, team)

    def complete(self, t: int) -> bool:
        """Find the people who are missing in a held team; nobody in it moves."""
        start, base = self.release(t)
        option = self.option_at(t, start)
        found = self.team(t, option, base=base)
        if found is None:
            self.hold(t, start, base)
            return False
        self.add(t, start, found.team)
        return True

    def option_at(self, t: int, start: int) -> Option:
        """Return a start of a task, also when the task did not list it (a worker's own counter)."""
        for option in self.c.options[t]:
            if option.start == start:
                return option
        return self.c.option(t, start, self.c.members_at(t, start))

    # -- reading

    def assignments(self) -> tuple[Assignment, ...]:
        """Return the tasks that are done."""
        return self._named(self.plan)

    def incomplete(self) -> tuple[Assignment, ...]:
        """Return the facts whose team is not complete."""
        return self._named(self.held)

    def _named(self, rows: dict[int, tuple[int, tuple[int, ...]]]) -> tuple[Assignment, ...]:
        return in_order(
            Assignment(self.c.tasks[t].id, start, tuple(self.c.workers[w].id for w in team))
            for t, (start, team) in rows.items()
        )
