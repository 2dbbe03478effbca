"""Which calendar for whom: the linear program over calendars, its prices, and whole choices of it.

One column is one person's calendar; rows are one calendar for each person, the cover of each day
and shift with what is missing or in excess, and the limits that calendars do not count themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from deploy.match.budget import Budget
from deploy.match.curtois_pricing import Calendar, Floats, Pricer
from deploy.match.curtois_reader import Rota

HELPLESS = 1e7  # the cost of a person without calendar: more than any roster


@dataclass(frozen=True, slots=True)
class Prices:
    """What a shift of a day, a limit, and a person's calendar are worth at an optimum."""

    cover: Floats  # of (day, shift)
    limits: Floats  # of (person, shift), at most 0
    people: Floats

    def towards(self, other: "Prices", share: float) -> "Prices":
        """Return the prices that lie this share of the way to others."""
        return Prices(
            self.cover + share * (other.cover - self.cover),
            self.limits + share * (other.limits - self.limits),
            self.people + share * (other.people - self.people),
        )


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of the relaxation over the columns known: value, prices, shares of columns."""

    value: float
    prices: Prices
    shares: Floats


class Master:
    """The columns known so far, and a solver that holds their linear program."""

    def __init__(self, rota: Rota, pricer: Pricer) -> None:
        self.rota, self.pricer = rota, pricer
        shape = (rota.days, len(rota.shifts))
        self.need, self.under, self.over = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for c in rota.cover:
            at = c.day, pricer.index[c.shift]
            self.need[at], self.under[at], self.over[at] = c.need, c.under, c.over
        self.wishes, self.wishes_all = self._wishes()
        self.cells = [pricer.index[c.shift] + c.day * shape[1] for c in rota.cover]
        self.cover_row = {cell: row for row, cell in enumerate(self.cells)}
        people, cells = range(len(rota.staff)), len(self.cells)
        self.person_row = [cells + p for p in people]
        limits = [(p, s, n) for p in people for s, n in pricer.uncounted(p)]
        self.limit_row = {(p, s): cells + len(people) + k for k, (p, s, _) in enumerate(limits)}
        self.limit = {(p, s): n for p, s, n in limits}
        self.pool = list[Calendar]()  # their cost is the true one: wishes only
        self.days = np.zeros((0, rota.days), dtype=np.int16)  # the same, as an array
        self.person = np.zeros(0, dtype=np.int32)
        self.known = set[tuple[int, tuple[int, ...]]]()
        self.fixed = dict[int, int]()  # person -> column
        self.model = self._empty()
        self.first = self.model.getNumCol()

    def _wishes(self) -> tuple[Floats, float]:
        """Return what working each shift costs a person's wishes, and what no work at all costs."""
        wishes = np.zeros((len(self.rota.staff), *self.need.shape))
        index = {person.id: p for p, person in enumerate(self.rota.staff)}
        for sign, requests in ((-1, self.rota.wanted), (1, self.rota.unwanted)):
            for r in requests:
                wishes[index[r.person], r.day, self.pricer.index[r.shift]] += sign * r.weight
        return wishes, float(sum(r.weight for r in self.rota.wanted))

    def _empty(self) -> highspy.Highs:
        model = highspy.Highs()  # type: ignore[no-untyped-call] # untyped upstream
        model.setOptionValue("output_flag", False)  # noqa: FBT003 -- the solver's own interface
        model.setOptionValue("threads", 1)
        nothing = np.zeros(0, dtype=np.int32), np.zeros(0)
        for cell in self.cells:
            need = float(self.need.flat[cell])
            model.addRow(need, need, 0, *nothing)
        for _ in self.person_row:
            model.addRow(1.0, 1.0, 0, *nothing)
        for limit in self.limit.values():
            model.addRow(-highspy.kHighsInf, float(limit), 0, *nothing)
        for row, cell in enumerate(self.cells):
            for price, factor in ((self.under, 1.0), (self.over, -1.0)):
                at = np.array([row], dtype=np.int32), np.array([factor])
                model.addCol(float(price.flat[cell]), 0.0, highspy.kHighsInf, 1, *at)
        for row in self.person_row:
            at = np.array([row], dtype=np.int32), np.ones(1)
            model.addCol(HELPLESS, 0.0, 1.0, 1, *at)
        return model

    def add(self, calendars: Iterable[Calendar]) -> int:
        """Add the calendars that are new; return how many were."""
        new = list[Calendar]()
        for calendar in calendars:
            key = calendar.person, calendar.shifts
            if key not in self.known:
                self.known.add(key)
                new.append(Calendar(*key, self.wishes_of(calendar)))
                self._add(new[-1])
        if new:
            days = np.array([c.shifts for c in new], dtype=np.int16)
            self.days = np.concatenate([self.days, days])
            people = np.array([c.person for c in new], dtype=np.int32)
            self.person = np.concatenate([self.person, people])
        return len(new)

    def values(self, cost: Floats) -> Floats:
        """Return what each column costs, when shifts cost so much: of (person, day, shift)."""
        with_off = np.concatenate([cost, np.zeros((*cost.shape[:2], 1))], axis=2)
        each = with_off[self.person[:, None], np.arange(self.days.shape[1]), self.days]
        values: Floats = each.sum(axis=1)
        return values

    def wishes_of(self, calendar: Calendar) -> float:
        """Return what a calendar costs its person's wishes (without those of days off)."""
        worked = [(d, s) for d, s in enumerate(calendar.shifts) if s >= 0]
        return float(sum(self.wishes[calendar.person, d, s] for d, s in worked))

    def _add(self, calendar: Calendar) -> None:
        entries = {self.person_row[calendar.person]: 1.0}
        for day, s in enumerate(calendar.shifts):
            for row in (
                self.cover_row.get(day * self.need.shape[1] + s) if s >= 0 else None,
                self.limit_row.get((calendar.person, s)),
            ):
                if row is not None:
                    entries[row] = entries.get(row, 0.0) + 1.0
        rows = np.array(list(entries), dtype=np.int32)
        # A calendar of somebody whose calendar is chosen already waits outside.
        most = 0.0 if calendar.person in self.fixed else 1.0
        factors = np.array(list(entries.values()))
        self.model.addCol(calendar.cost, 0.0, most, len(rows), rows, factors)
        self.pool.append(calendar)

    def fix(self, chosen: Mapping[int, int]) -> None:
        """Hold these people at these columns (indexes of the pool), and nobody else."""
        self.fixed = dict(chosen)
        columns = np.arange(self.first, self.first + len(self.pool), dtype=np.int32)
        held = np.isin(self.person, list(self.fixed))
        most = np.where(held, 0.0, 1.0)
        most[list(self.fixed.values())] = 1.0
        self.model.changeColsBounds(len(columns), columns, np.zeros(len(columns)), most)

    def relax(self, budget: Budget) -> "Relaxed | None":
        """Solve the relaxation; None: there was no time."""
        self.model.setOptionValue("time_limit", self.model.getRunTime() + budget.wall())
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.model.getSolution()
        dual = np.array(solution.row_dual)
        cover = np.zeros(self.need.size)
        cover[self.cells] = dual[: len(self.cells)]
        limits = np.zeros((len(self.rota.staff), self.need.shape[1]))
        for at, row in self.limit_row.items():
            limits[at] = min(0.0, dual[row])
        prices = Prices(cover.reshape(self.need.shape), limits, dual[self.person_row])
        shares = np.array(solution.col_value[self.first :])
        value = float(self.model.getInfo().objective_function_value) + self.wishes_all
        return Relaxed(value, prices, shares)

    def priced(self, prices: Prices) -> Floats:
        """Return what each shift of each person costs at these prices."""
        cost: Floats = self.wishes - prices.cover - prices.limits[:, None, :]
        return cost

    def bound(self, prices: Prices, least: Sequence[float]) -> float:
        """Return a bound on every roster, from each person's cheapest calendar at these prices."""
        cover = np.clip(prices.cover, -self.over, self.under)
        if not np.allclose(cover, prices.cover, atol=1e-6):
            return 0.0  # outside what missing or excess people cost: no bound
        limits = sum(n * prices.limits[at] for at, n in self.limit.items())
        cover_value = float((self.need * cover).sum())
        return cover_value + float(limits) + sum(least) + self.wishes_all

    def legal(self, calendar: Calendar) -> bool:
        """Tell whether a calendar keeps the limits that it did not count."""
        return all(
            calendar.shifts.count(s) <= n
            for (p, s), n in self.limit.items()
            if p == calendar.person
        )

    def cost_of(self, calendars: Iterable[Calendar]) -> float:
        """Return what a roster costs, as the rows here see it."""
        rows = list(calendars)
        there = np.zeros_like(self.need)
        for calendar in rows:
            for day, s in enumerate(calendar.shifts):
                if s >= 0:
                    there[day, s] += 1
        missing, excess = np.maximum(0, self.need - there), np.maximum(0, there - self.need)
        cover = (missing * self.under + excess * self.over).sum()
        return self.wishes_all + float(cover) + sum(map(self.wishes_of, rows))

    def choose(
        self, columns: Sequence[int], start: Sequence[Calendar], budget: Budget
    ) -> list[Calendar] | None:
        """Choose one calendar for each person among these columns; None: none was found."""
        columns = [k for k in columns if self.legal(self.pool[k])]
        model = highspy.Highs()  # type: ignore[no-untyped-call] # untyped upstream
        model.setOptionValue("output_flag", False)  # noqa: FBT003 -- the solver's own interface
        model.passModel(self._lp(columns))
        model.setOptionValue("threads", 1)
        model.setOptionValue("time_limit", budget.wall())
        model.setOptionValue("mip_abs_gap", 0.99)  # costs are whole
        model.setOptionValue("mip_rel_gap", 0.0)
        chosen = {(c.person, c.shifts) for c in start}
        values = np.array([float((c.person, c.shifts) in chosen) for c in self._of(columns)])
        model.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)
        model.run()
        found = model.getSolution().col_value
        if len(found) < len(columns):
            return None
        picked = [self.pool[k] for k, v in zip(columns, found, strict=False) if v > 0.5]  # noqa: PLR2004 -- a boolean
        return picked if len(picked) == len(self.rota.staff) else None

    def _of(self, columns: Sequence[int]) -> list[Calendar]:
        return [self.pool[k] for k in columns]

    def _lp(self, columns: Sequence[int]) -> highspy.HighsLp:
        """Write the columns chosen as whole numbers, before what is missing or in excess."""
        rows, cells = len(self.cells) + len(self.person_row), len(self.cells)
        starts, index, factor = [0], list[int](), list[float]()
        for calendar in self._of(columns):
            for day, s in enumerate(calendar.shifts):
                row = self.cover_row.get(day * self.need.shape[1] + s) if s >= 0 else None
                if row is not None:
                    index.append(row)
                    factor.append(1.0)
            index.append(self.person_row[calendar.person])
            factor.append(1.0)
            starts.append(len(index))
        for row in range(cells):
            index += [row, row]
            factor += [1.0, -1.0]
            starts += [len(index) - 1, len(index)]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(starts) - 1, rows
        slack = [float(p.flat[c]) for c in self.cells for p in (self.under, self.over)]
        lp.col_cost_ = np.array([c.cost for c in self._of(columns)] + slack)
        lp.col_lower_ = np.zeros(lp.num_col_)
        lp.col_upper_ = np.array([1.0] * len(columns) + [highspy.kHighsInf] * 2 * cells)
        sides = np.array([float(self.need.flat[c]) for c in self.cells] + [1.0] * (rows - cells))
        lp.row_lower_, lp.row_upper_ = sides, sides
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(index, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(factor)
        whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole] * len(columns) + [free] * 2 * cells
        return lp
