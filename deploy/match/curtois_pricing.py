"""The cheapest calendar of a person under every hard rule about one person, for many at once.

A dynamic programme over the days. Its state is what was worked last and for how many days in a
row (or for how many days nothing was), the minutes, the weekends, and how often the kinds of shift
with a small limit were worked. People with the same such kinds go through it together, as one axis
of an array: each starts so far inside the box of minutes, weekends and counts that all limits end
at its far side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from deploy.match.curtois_checker import SATURDAY, SUNDAY, WEEK_DAYS
from deploy.match.curtois_reader import Person, Rota

Floats = npt.NDArray[np.float64]
NEVER = 1e15  # costs more than any calendar: not allowed
LARGEST_BOX = 12  # a limit on a kind of shift is counted up to this product of limits


@dataclass(frozen=True, slots=True)
class Calendar:
    """One person's days: the index of the shift of each day, or -1; and what it costs here."""

    person: int
    shifts: tuple[int, ...]
    cost: float


class Pricer:
    """Finds the cheapest calendars of people for any cost of each day and shift."""

    def __init__(self, rota: Rota) -> None:
        self.rota = rota
        self.index = {shift.id: s for s, shift in enumerate(rota.shifts)}
        self.lengths = [shift.length_min for shift in rota.shifts]
        self.after = self._after()
        self.allowed = np.array([self._may(person) for person in rota.staff])
        self.counted = [self._counted(person) for person in rota.staff]
        self.passages = dict[tuple[object, ...], _Passage]()

    def uncounted(self, p: int) -> list[tuple[int, int]]:
        """Return the (shift, limit) of a person that calendars may break: others must check."""
        return [(s, n) for s, n in self._limits(self.rota.staff[p]) if s not in self.counted[p]]

    def _after(self) -> list[tuple[bool, list[int], list[int]]]:
        """Return (anew, kinds that may stand on the day before, kinds after them), growing.

        Kinds of the day before stand there only where they come in addition to those of the entry
        above; `anew`: they do not grow so, and all of them are there.
        """
        groups = dict[tuple[int, ...], list[int]]()
        for s, shift in enumerate(self.rota.shifts):
            may = [b for b, other in enumerate(self.rota.shifts) if shift.id not in other.not_next]
            groups.setdefault(tuple(may), []).append(s)
        entries, above = list[tuple[bool, list[int], list[int]]](), set[int]()
        for before in sorted(groups, key=len):
            anew = not above <= set(before)
            more = [b for b in before if anew or b not in above]
            entries.append((anew, more, groups[before]))
            above = set(before)
        return entries

    def _may(self, person: Person) -> npt.NDArray[np.bool_]:
        may = np.ones((self.rota.days, len(self.rota.shifts)), dtype=np.bool_)
        may[sorted(person.days_off)] = False
        for shift, limit in person.most.items():
            if not limit:
                may[:, self.index[shift]] = False
        return may

    def _limits(self, person: Person) -> list[tuple[int, int]]:
        """Return the limits on kinds of shift that are tighter than the minutes, small first."""
        found = []
        for shift, limit in person.most.items():
            s = self.index[shift]
            if 0 < limit < min(self.rota.days, person.most_min // max(1, self.lengths[s])):
                found.append((s, limit))
        return sorted(found, key=lambda pair: (pair[1], pair[0]))

    def _counted(self, person: Person) -> tuple[int, ...]:
        box, counted = 1, list[int]()
        for s, limit in self._limits(person):
            box *= limit + 1
            if box <= LARGEST_BOX:
                counted.append(s)
        return tuple(sorted(counted))

    def _unit(self, p: int) -> int:  # minutes that the lengths of uncounted shifts share
        may = self.allowed[p].any(axis=0)
        rest = (n for s, n in enumerate(self.lengths) if may[s] and s not in self.counted[p])
        return reduce(gcd, rest, 0) or 1

    def best(self, cost: Floats, people: Sequence[int], each: int = 1) -> list[list[Calendar]]:
        """Return, for each of these people, up to so many of their cheapest calendars.

        The first is the cheapest of all; the others end in different states. An empty list: no
        calendar fulfils this person's rules.

        Args:
            cost: of (person, day, shift), for all people of the instance.
            people: who, as indexes.
            each: how many calendars for each of them.
        """
        groups = dict[tuple[tuple[int, ...], int], list[int]]()
        for p in people:
            groups.setdefault((self.counted[p], self._unit(p)), []).append(p)
        # The arrays of the last call serve again where the same people come again.
        self.passages = {
            (counted, unit, *members): self.passages.get((counted, unit, *members))
            or _Passage(self, counted, unit, members)
            for (counted, unit), members in groups.items()
        }
        found = dict[int, list[Calendar]]()
        for through in self.passages.values():
            through.run(cost)
            found |= {p: through.calendars(i, each) for i, p in enumerate(through.members)}
        return [found[p] for p in people]


class _Passage:
    """One pass through the days for people who count the same kinds of shift."""

    def __init__(
        self, pricer: Pricer, counted: tuple[int, ...], unit: int, members: Sequence[int]
    ) -> None:
        self.pricer, self.counted, self.unit, self.members = pricer, counted, unit, list(members)
        rota = pricer.rota
        staff = [rota.staff[p] for p in members]
        self.most = np.array([p.most_in_row for p in staff])
        self.least = np.array([p.least_in_row for p in staff])
        self.off_least = np.array([p.least_off for p in staff])
        self.minutes = [(p.least_min, p.most_min) for p in staff]
        kinds = [rota.shifts[s].id for s in counted]
        room = np.array(
            [(p.most_min // unit, p.most_weekends, *map(p.most.__getitem__, kinds)) for p in staff]
        )
        self.box = tuple(int(n) + 1 for n in room.max(axis=0))
        self.begin = room.max(axis=0) - room  # all limits end at the far side of the box
        self.rows, self.rests = int(self.most.max()), max(1, int(self.off_least.max()))
        # work[shift, person, days in a row - 1, *box], off[person, days off - 1, *box]; the last
        # days off mean "or more". What no step reaches is never written: it stays forbidden.
        shape = (len(rota.shifts), len(staff), self.rows, *self.box)
        self.work = [np.full(shape, NEVER) for _ in range(rota.days)]
        self.off = [np.full((len(staff), self.rests, *self.box), NEVER) for _ in range(rota.days)]
        self.start = np.full((len(staff), *self.box), NEVER)
        self.start[(np.arange(len(staff)), *self.begin.T)] = 0

    def run(self, cost: Floats) -> None:
        """Go through the days at these costs of (person, day, shift), for all people."""
        mine = np.where(self.pricer.allowed[self.members], cost[self.members], NEVER)
        for day in range(self.pricer.rota.days):
            fresh = self._rested(day) if day else self.start
            longer: Floats | None = None
            for anew, before, afters in self.pricer.after:
                longer = self._onwards(day, before, None if anew else longer)
                for s in afters:
                    self._place(day, s, mine[:, day, s], fresh, longer)
            off = self.off[day]
            off[:, 0] = self._leaving(day) if day else self.start
            if day:
                off[:, 1:] = self.off[day - 1][:, :-1]
                np.minimum(off[:, -1], self.off[day - 1][:, -1], out=off[:, -1])

    def _place(self, day: int, s: int, price: Floats, fresh: Floats, longer: Floats | None) -> None:
        into, box = self.work[day][s], [1] * len(self.box)
        saturday, sunday = (day % WEEK_DAYS == d for d in (SATURDAY, SUNDAY))
        to, of = _moved(self._step(s, int(saturday or sunday)))
        begins = into[(slice(None), 0, *to)]
        np.add(fresh[(slice(None), *of)], price.reshape(-1, *box), out=begins)
        if longer is not None:
            to, of = _moved(self._step(s, int(saturday)))
            may = np.arange(1, self.rows) < self.most[:, None]
            prices = np.where(may, price[:, None], NEVER).reshape(*may.shape, *box)
            goes_on = into[(slice(None), slice(1, None), *to)]
            np.add(longer[(slice(None), slice(None), *of)], prices, out=goes_on)

    def _step(self, s: int, weekend: int) -> tuple[int, ...]:
        """Return how far a shift moves in the box: counted shifts say their minutes themselves."""
        units = 0 if s in self.counted else self.pricer.lengths[s] // self.unit
        return (units, weekend, *(int(c == s) for c in self.counted))

    def _onwards(self, day: int, before: Sequence[int], so_far: Floats | None) -> Floats | None:
        """Return the cheapest way to have worked one of more kinds the day before, by days."""
        if not day:
            return None
        for b in before:
            last = self.work[day - 1][b][:, : self.rows - 1]
            so_far = last if so_far is None else np.minimum(so_far, last)
        return so_far

    def _rested(self, day: int) -> Floats:
        """Return the cheapest way to be free to begin a stretch of shifts on this day."""
        last = self.off[day - 1] + self._short_rest(day, self.off[0].ndim)
        return np.asarray(last.min(axis=1))

    def _short_rest(self, day: int, ndim: int) -> Floats:
        days = np.arange(1, self.rests + 1)
        return _penalty((days >= self.off_least[:, None]) | (days == day), ndim)

    def _leaving(self, day: int) -> Floats:
        """Return the cheapest way to begin days off on this day."""
        last = self.work[day - 1].min(axis=0)
        return np.asarray((last + self._short_row(day, last.ndim)).min(axis=1))

    def _short_row(self, day: int, ndim: int) -> Floats:
        days = np.arange(1, self.rows + 1)
        return _penalty((days >= self.least[:, None]) | (days == day), ndim)

    # -- from the last day back

    def calendars(self, i: int, each: int) -> list[Calendar]:
        """Return up to so many calendars of a member, the cheapest first."""
        ends = np.concatenate([self.work[-1][:, i].reshape(-1, *self.box), self.off[-1][i]])
        ends += self._minutes_kept(i)
        flat = ends.reshape(-1)
        few = min(each, flat.size - 1)
        chosen = np.argpartition(flat, few)[: few + 1]
        chosen = chosen[np.argsort(flat[chosen], kind="stable")][:each]
        found = dict[tuple[int, ...], Calendar]()
        for place in chosen:
            if flat[place] < NEVER / 2:
                where = np.unravel_index(int(place), ends.shape)
                days = self._back(i, int(where[0]), tuple(int(n) for n in where[1:]))
                found.setdefault(days, Calendar(self.members[i], days, float(flat[place])))
        return list(found.values())

    def _minutes_kept(self, i: int) -> Floats:
        """Return 0 where the box holds minutes that this member may work, and NEVER elsewhere."""
        sizes = (self.unit, 0, *(self.pricer.lengths[s] for s in self.counted))
        minutes = sum(
            (n - begin) * size
            for n, begin, size in zip(np.indices(self.box), self.begin[i], sizes, strict=True)
        )
        least, most = self.minutes[i]
        return np.where((minutes >= least) & (minutes <= most), 0.0, NEVER)

    def _back(self, i: int, end: int, at: tuple[int, ...]) -> tuple[int, ...]:
        days = list[int]()
        last_work = len(self.work[-1]) * self.rows
        # `in_row`: days worked in a row, counted from 0; `rest`: the same of days off.
        s, in_row = divmod(end, self.rows) if end < last_work else (-1, 0)
        rest = max(0, end - last_work)
        where: Any
        for day in range(self.pricer.rota.days - 1, -1, -1):
            days.append(s)
            if day == 0:
                break
            if s < 0:
                s, in_row, rest = self._before_off(i, day, rest, at)
                continue
            weekend = day % WEEK_DAYS == SATURDAY or (day % WEEK_DAYS == SUNDAY and not in_row)
            at = tuple(a - b for a, b in zip(at, self._step(s, int(weekend)), strict=True))
            if in_row:
                before = self._befores(s)
                where = (before, i, in_row - 1, *at)
                column = self.work[day - 1][where]
                s, in_row = before[int(column.argmin())], in_row - 1
            else:
                where = (i, slice(None), *at)
                column = self.off[day - 1][where]
                rest = int((column + self._short_rest(day, 2)[i]).argmin())
                s = -1
        return tuple(reversed(days))

    def _befores(self, s: int) -> list[int]:
        shifts = self.pricer.rota.shifts
        return [b for b, other in enumerate(shifts) if shifts[s].id not in other.not_next]

    def _before_off(self, i: int, day: int, rest: int, at: tuple[int, ...]) -> tuple[int, int, int]:
        """Return (shift, days in a row, days off) of the day before a day off."""
        ways = list[tuple[float, tuple[int, int, int]]]()
        if rest or self.rests == 1:
            ways.append((self.off[day - 1][(i, max(0, rest - 1), *at)], (-1, 0, max(0, rest - 1))))
        if rest == self.rests - 1:
            ways.append((self.off[day - 1][(i, rest, *at)], (-1, 0, rest)))
        if rest == 0:
            where: Any = (slice(None), i, slice(None), *at)
            left = self.work[day - 1][where] + self._short_row(day, 2)[i]
            s, in_row = divmod(int(left.argmin()), self.rows)
            ways.append((left[s, in_row], (s, in_row, 0)))
        return min(ways)[1]


def _moved(step: Iterable[int]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the slices of the box that a step leads to, and of those that it comes from."""
    steps = tuple(step)
    return tuple(slice(n, None) for n in steps), tuple(slice(0, -n or None) for n in steps)


def _penalty(may: npt.NDArray[np.bool_], ndim: int) -> Floats:
    """Return 0 where it is allowed and NEVER elsewhere, to be added along two leading axes."""
    return np.where(may, 0.0, NEVER).reshape(*may.shape, *[1] * (ndim - may.ndim))
