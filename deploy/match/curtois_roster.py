"""A roster for an instance of Curtois and Qu, with a proven bound, in so many seconds.

Column generation: the linear program over calendars tells what each shift is worth, the dynamic
programme finds the calendars that are cheapest at these prices, until none is worth adding. Then
whole choices: a dive that settles people one after the other, and neighbourhoods of people who are
planned again while the others stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from deploy.match.budget import Budget
from deploy.match.curtois_checker import Roster
from deploy.match.curtois_master import HELPLESS, Master, Prices
from deploy.match.curtois_pricing import Calendar, Floats, Pricer
from deploy.match.curtois_reader import Rota

EACH = 4  # calendars added for a person in a round of prices
SMALL = 1e-6
SETTLED = 0.9  # a column of this share is settled in a dive
SMOOTHING = 0.5  # how far prices stay with the best ones: fewer rounds (Wentges, 1997)
DIVE_STEPS = 30  # a step of a dive settles one in so many of those who are open
DIVE_ROUNDS, NEIGHBOUR_ROUNDS, MANY = 12, 8, 10_000  # rounds of prices
CHOICE_S, WHOLE_S = 5.0, 10.0  # for one whole choice: in a neighbourhood, of everybody
MORE, NOISE = 20, (0.05, 0.1)  # calendars added beyond need; disturbance of prices, in gaps
DIVES = 8  # neighbourhoods between two dives
NEIGHBOURHOODS = (0.3, 0.5, 0.4, 0.6)  # share of the people who are planned again


class NoRosterError(ValueError):
    """Somebody's rules cannot be fulfilled, whatever the others do."""


@dataclass(slots=True)
class Found:
    """The best roster so far, what the first one cost, and a bound on every roster."""

    roster: list[Calendar]
    cost: float
    first: float
    bound: float = 0.0
    seconds: float = 0.0

    @property
    def least(self) -> int:
        """The bound as whole points: costs are whole."""
        return ceil(self.bound - 1e-4)


@dataclass(slots=True)
class Search:
    """One run on one instance."""

    rota: Rota
    budget: Budget
    seed: int = 0
    pricer: Pricer = field(init=False)
    master: Master = field(init=False)
    found: Found = field(init=False)

    def __post_init__(self) -> None:
        self.pricer = Pricer(self.rota)
        self.master = Master(self.rota, self.pricer)

    def run(self, start: Roster | None = None) -> Found:
        """Search until the time is over or the roster is proven.

        Raises:
            NoRosterError: there is no roster.
        """
        first = self.repaired(start or {})
        self.found = Found(first, self.master.cost_of(first), self.master.cost_of(first))
        self.master.add(first)
        everybody = range(len(self.rota.staff))
        self.found.bound = self.price(everybody, self.budget.part(0.6))
        rng = np.random.default_rng(self.seed)
        turn = 0
        while not self._proven() and self.budget.left > 1:
            if turn % DIVES == 0:
                self.dive(self.budget.part(0.5))
                self.enrich(rng)
                self.again(everybody, self.budget.part(0.3, WHOLE_S))
            share = NEIGHBOURHOODS[turn % len(NEIGHBOURHOODS)]
            size = max(2, round(share * len(self.rota.staff)))
            people = sorted(rng.choice(len(self.rota.staff), size, replace=False).tolist())
            self.neighbourhood(people)
            turn += 1
        self.found.seconds = self.budget.spent
        return self.found

    def _proven(self) -> bool:
        return self.found.cost <= self.found.least + SMALL

    def note(self, roster: Sequence[Calendar]) -> None:
        cost = self.master.cost_of(roster)
        if cost < self.found.cost - SMALL and all(map(self.master.legal, roster)):
            self.found.roster, self.found.cost = list(roster), cost

    # -- a first roster

    def repaired(self, start: Roster) -> list[Calendar]:
        """Turn a roster that may break rules into one that keeps them all."""
        rows = list[Calendar]()
        for p, person in enumerate(self.rota.staff):
            mine = start.get(person.id, {})
            days = (self.pricer.index[mine[d]] if d in mine else -1 for d in range(self.rota.days))
            rows.append(Calendar(p, tuple(days), 0.0))
        return self.beside_each_other(rows)

    def beside_each_other(
        self, roster: Sequence[Calendar], people: Sequence[int] | None = None
    ) -> list[Calendar]:
        """Give each of these people in turn the best calendar beside what the others have."""
        rows, there = list(roster), np.zeros_like(self.master.need)
        for calendar in rows:
            there[self._worked(calendar)] += 1
        for p in range(len(rows)) if people is None else people:
            there[self._worked(rows[p])] -= 1
            rows[p] = self._beside(p, there)
            there[self._worked(rows[p])] += 1
        return rows

    def _worked(self, calendar: Calendar) -> tuple[list[int], list[int]]:
        """Return the days and the shifts of a calendar, to find them in an array."""
        days = [d for d, s in enumerate(calendar.shifts) if s >= 0]
        return days, [calendar.shifts[d] for d in days]

    def _beside(self, p: int, there: np.ndarray) -> Calendar:
        master, price = self.master, 0.0
        marginal = np.where(there < master.need, -master.under, master.over)
        cost = master.wishes + marginal
        while price < HELPLESS:
            found = self.pricer.best(cost, [p])[0]
            if not found:
                break
            if master.legal(found[0]):
                return found[0]
            # Too many of a kind that the calendars do not count: dearer until they fit.
            price = 2 * price + 1
            for q, s in master.limit:
                if q == p and found[0].shifts.count(s) > master.limit[p, s]:
                    cost[p, :, s] += price
        raise NoRosterError(f"nobody could fulfil the rules of {self.rota.staff[p].id}")

    # -- prices

    def price(self, people: Sequence[int], budget: Budget, rounds: int = MANY) -> float:
        """Add calendars for these people until no more are worth it, or for so long at most.

        Returns a bound on every roster in which those who are held stay so.
        """
        centre: Prices | None = None
        best = 0.0
        for _ in range(rounds):
            relaxed = self.master.relax(budget) if budget.left > 0 else None
            if relaxed is None:
                break
            exact = relaxed.prices
            for share in (1.0 - SMOOTHING, 1.0) if centre is not None else (1.0,):
                prices = exact if centre is None else centre.towards(exact, share)
                cost = self.master.priced(prices)
                cheap = self.pricer.best(cost, people, EACH)
                held = [self._value(cost, self.master.pool[k]) for k in self.master.fixed.values()]
                bound = self.master.bound(prices, [*(c[0].cost for c in cheap), *held])
                if centre is None or bound > best:
                    best, centre = max(best, bound), prices
                if self.master.add(self._worth(cheap, exact)):
                    break
            else:
                break
            if best > min(relaxed.value, self.found.cost) - SMALL:
                break
        return best

    def _worth(self, cheap: Sequence[Sequence[Calendar]], exact: Prices) -> list[Calendar]:
        """Return the calendars that the linear program would use at its own prices."""
        cost = self.master.priced(exact)
        worth = list[Calendar]()
        for calendars in cheap:
            for c in calendars:
                if self._value(cost, c) < exact.people[c.person] - SMALL:
                    worth.append(c)
        return worth

    # -- whole choices

    def dive(self, budget: Budget) -> None:
        """Settle people at the columns of the largest share, with new prices in between."""
        held, everybody = dict[int, int](), range(len(self.rota.staff))
        while len(held) < len(everybody) and budget.left > 0:
            relaxed = self.master.relax(budget)
            if relaxed is None:
                break
            self._settle(held, relaxed.shares)
            self.master.fix(held)
            people = [p for p in everybody if p not in held]
            if people:
                self.price(people, budget, DIVE_ROUNDS)
        self.master.fix({})
        rows = [Calendar(p, (-1,) * self.rota.days, 0.0) for p in everybody]
        for p, k in held.items():
            rows[p] = self.master.pool[k]
        self.polish(rows, [p for p in everybody if p not in held])

    def _settle(self, held: dict[int, int], shares: Floats) -> None:
        """Hold some more people: those of a large share, and at least some of the others."""
        left, settled = len(self.rota.staff) - len(held), 0
        for k in np.argsort(-shares, kind="stable").tolist():
            calendar = self.master.pool[k]
            enough = settled * DIVE_STEPS >= left
            if shares[k] < SMALL or (enough and shares[k] < SETTLED):
                return
            if calendar.person not in held and self.master.legal(calendar):
                held[calendar.person] = k
                settled += 1

    def polish(self, roster: Sequence[Calendar], people: Sequence[int]) -> None:
        """Plan these people beside the others, and then everybody; keep what is best."""
        roster = self.beside_each_other(roster, people)
        self.note(roster)
        self.master.add(roster)
        if self.budget.left > 0:
            roster = self.beside_each_other(roster)
            self.note(roster)
            self.master.add(roster)

    def neighbourhood(self, people: Sequence[int]) -> None:
        """Plan some people again while the others keep their calendars."""
        self.master.add(self.found.roster)
        place = {(c.person, c.shifts): k for k, c in enumerate(self.master.pool)}
        away = set(people)
        held = {
            c.person: place[c.person, c.shifts] for c in self.found.roster if c.person not in away
        }
        self.master.fix(held)
        self.price(people, self.budget.part(0.3), NEIGHBOUR_ROUNDS)
        self.again(people, self.budget.part(0.5, CHOICE_S))
        self.master.fix({})

    def enrich(self, rng: np.random.Generator) -> None:
        """Add calendars that a better roster may hold although the relaxation does without them."""
        relaxed = self.master.relax(self.budget)
        if relaxed is None:
            return
        room = self.found.cost - relaxed.value
        cost, people = self.master.priced(relaxed.prices), relaxed.prices.people
        for scale in (0.0, *NOISE):
            noisy = cost + scale * room * rng.standard_normal(cost.shape)
            for calendars in self.pricer.best(noisy, range(len(self.rota.staff)), MORE):
                self.master.add(
                    c for c in calendars if self._value(cost, c) < people[c.person] + room
                )

    def _value(self, cost: Floats, calendar: Calendar) -> float:
        return float(cost[(calendar.person, *self._worked(calendar))].sum())

    def again(self, people: Sequence[int], budget: Budget) -> None:
        """Choose whole calendars for these people among the columns worth it."""
        relaxed = self.master.relax(budget)
        if relaxed is None:
            return
        room = self.found.cost - relaxed.value + SMALL
        reduced = self.master.values(self.master.priced(relaxed.prices))
        reduced -= relaxed.prices.people[self.master.person]
        free = np.isin(self.master.person, list(people)) & (reduced < room)
        columns = sorted({*np.flatnonzero(free).tolist(), *self.master.fixed.values()})
        chosen = self.master.choose(columns, self.found.roster, budget)
        if chosen is not None:
            self.note(chosen)
