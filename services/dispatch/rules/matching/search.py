"""Ruin and recreate: take a few related tasks out, put them back otherwise, keep what is better.

Source of the method: Schrimpf et al., "Record breaking optimization results using the ruin and
recreate principle" (2000), with simulated annealing; tuned on the instances of `generate.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from random import Random
from time import perf_counter

from .state import Insertion, State

WARM, COLD = 3000.0, 60.0  # temperatures, in units of the blended score
SMALLEST, LARGEST = 2, 7  # tasks in an ordinary ruin
CROWD = 14  # tasks in the largest ruin
NOISE = 0.4  # how much a cost may seem larger than it is while a team is chosen
STARTS = 8  # starts of one task that are tried, at most
NEWCOMERS = 4  # tasks that were not done and get a chance with each ruin
CLOCK_EVERY = 16  # rounds between two looks at the clock


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a search may go on: seconds, or rounds when an answer must not depend on a clock."""

    seconds: float | None = None
    rounds: int | None = None

    @property
    def nothing(self) -> bool:
        return not (self.seconds or self.rounds)


def ruin_and_recreate(  # noqa: PLR0913 -- what, how long, how, and who watches
    state: State,
    effort: Effort,
    seed: int = 0,
    *,
    movable: list[int] | None = None,
    temperatures: tuple[float, float] = (WARM, COLD),
    better: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> int:
    """Improve a state in place and return the number of rounds.

    Args:
        state: what to improve; it never ends worse.
        effort: when to stop.
        seed: of the random choices.
        movable: the tasks that may change (all, when None). Facts must not be among them.
        temperatures: of the annealing, first and last.
        better: told each new best value.
        stop: asked now and then; True ends the search with the best plan so far.
    """
    return _Search(state, seed, movable).run(effort, temperatures, better, stop)


class _Search:
    def __init__(self, state: State, seed: int, movable: list[int] | None) -> None:
        self.state, self.c = state, state.c
        self.rnd = Random(seed)  # noqa: S311 -- a search, not a secret
        options = self.c.options
        every = range(len(self.c.tasks)) if movable is None else movable
        self.tasks = [t for t in every if options[t] and t not in state.held]
        self.movable = set(self.tasks)
        self.able = dict[int, int]()  # workers of a task, as bits
        self.of_worker: list[list[int]] = [[] for _ in self.c.workers]
        self.workers_of = dict[int, list[int]]()
        self.in_zone = dict[int, list[int]]()
        for t in self.tasks:
            workers = sorted({m.worker for option in options[t] for m in option.members})
            self.workers_of[t] = workers
            bits = 0
            for w in workers:
                bits |= 1 << w
                self.of_worker[w].append(t)
            self.able[t] = bits
            self.in_zone.setdefault(self.c.zone_of[t], []).append(t)
        self.worth = [n * t.importance for n, t in zip(self.c.need, self.c.tasks, strict=True)]

    def run(  # noqa: C901, PLR0912 -- the annealing loop, in one piece
        self,
        effort: Effort,
        temperatures: tuple[float, float],
        better: Callable[[int], None] | None,
        stop: Callable[[], bool] | None,
    ) -> int:
        state, rnd = self.state, self.rnd
        if not self.tasks or effort.nothing:
            return 0
        begun_s, rounds, done = perf_counter(), 0, 0.0
        best_value, best = state.value, dict(state.plan)
        changed = set[int]()  # tasks that differ from the best plan, or did
        warm, cold = temperatures
        temperature = warm
        while done < 1:
            if rounds % CLOCK_EVERY == 0:
                done = self._done(effort, begun_s, rounds)
                temperature = warm * (cold / warm) ** min(1.0, done)
                if stop is not None and stop():
                    break
            rounds += 1
            group = self._related(rnd.choice(self.tasks))
            before, saved = state.value, [(t, *state.plan[t]) for t in group if t in state.plan]
            for t, _, _ in saved:
                state.drop(t)
            added = self._recreate(group)
            gained = state.value - before
            if gained < 0 and rnd.random() >= exp(gained / temperature):
                for t in added:
                    state.drop(t)
                for t, start, team in saved:
                    state.add(t, start, team)
                continue
            changed.update(added, (t for t, _, _ in saved))
            if state.value > best_value:
                best_value = state.value
                for t in changed:
                    if t in state.plan:
                        best[t] = state.plan[t]
                    else:
                        best.pop(t, None)
                changed.clear()
                if better is not None:
                    better(best_value)
        self._return_to(best)
        return rounds

    @staticmethod
    def _done(effort: Effort, begun_s: float, rounds: int) -> float:
        if effort.rounds:
            return rounds / effort.rounds
        return (perf_counter() - begun_s) / (effort.seconds or 1.0)

    def _related(self, seed: int) -> list[int]:
        """Choose the tasks to take out: rivals for people, what some people do, or one zone."""
        rnd, state = self.rnd, self.state
        size = rnd.randint(SMALLEST, LARGEST)
        mode = rnd.random()
        if mode < 0.45:  # noqa: PLR2004 -- shares of the three kinds of ruin
            pool = self.of_worker[rnd.choice(self.workers_of[seed])]
            if len(pool) > 60:  # noqa: PLR2004 -- enough to choose from
                pool = rnd.sample(pool, 60)
            able = self.able
            mine = able[seed]
            ranked = sorted(
                pool, key=lambda t: -(mine & able[t]).bit_count() * (0.5 + rnd.random())
            )
            group = ranked[:size]
        elif mode < 0.8:  # noqa: PLR2004 -- shares of the three kinds of ruin
            workers = self.workers_of[seed]
            found = set[int]()
            for w in rnd.sample(workers, min(2, len(workers))):
                for items in state.days[w].values():
                    found.update(item.task for item in items)
            group = sorted(found & self.movable)[:CROWD]
        else:
            group = self.in_zone[self.c.zone_of[seed]]
            group = rnd.sample(group, CROWD) if len(group) > CROWD else list(group)
        if seed not in group:
            group.append(seed)
        near = self.of_worker[rnd.choice(self.workers_of[seed])]
        for _ in range(NEWCOMERS):
            t = rnd.choice(near)
            if t not in state.plan and t not in group:
                group.append(t)
        return group

    def _recreate(self, group: list[int]) -> list[int]:
        rnd, state, worth = self.rnd, self.state, self.worth
        added = []
        for t in sorted(group, key=lambda t: -worth[t] * (0.3 + rnd.random())):
            found: Insertion | None = state.best_insert(t, rnd, NOISE, STARTS)
            if found is not None and found.gain > 0:
                state.add(t, found.start, found.team)
                added.append(t)
        return added

    def _return_to(self, best: dict[int, tuple[int, tuple[int, ...]]]) -> None:
        state = self.state
        differ = [t for t, row in state.plan.items() if best.get(t) != row]
        for t in differ:
            state.drop(t)
        for t, (start, team) in best.items():
            if t not in state.plan:
                state.add(t, start, team)
