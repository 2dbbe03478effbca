"""The linear relaxation: a bound for every plan, and a start that is close to it.

A large map is cut into parts (`parts.py`); each part may use a worker near a border as if the
others did not, so the sum of their optima bounds the whole.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from .formulation import Formulation
from .objective import worth_at_best
from .parts import cut
from .proof import solver, whole_bound
from .state import State

WHOLE = 0.99  # above this, the relaxation has made up its mind
# Seconds per task of one part's relaxation on one shared core, measured on S1 to S3
# (docs/matching.md).
SECONDS_PER_TASK = 0.004


@dataclass(frozen=True, slots=True)
class Guide:
    """What the relaxation says: a proven bound, and the assignments it leaves no doubt about."""

    bound: int
    certain: list[tuple[int, int, tuple[int, ...]]]


def relax(
    state: State,
    tasks: Sequence[int],
    *,
    ends_s: float,
    largest: int,
    stop: Callable[[], bool] | None = None,
) -> Guide | None:
    """Solve the relaxation of what a state leaves open, part by part; None: no time for it.

    Args:
        state: facts only; a task of `tasks` must not be in it.
        tasks: what is open.
        ends_s: on the clock of `perf_counter`.
        largest: tasks in a part, at most.
        stop: asked between parts.
    """
    bound, certain = float(state.value), list[tuple[float, int, int, tuple[int, ...]]]()
    for part in cut(state.c, tasks, largest):
        left_s = ends_s - perf_counter()
        if left_s <= 0 or (stop is not None and stop()):
            return None
        formulation = Formulation(state, part)
        if not formulation.rows.upper:
            continue
        model = solver(formulation.rows, relaxed=True)
        model.setOptionValue("time_limit", left_s)
        model.run()
        if model.modelStatusToString(model.getModelStatus()) != "Optimal":
            return None
        bound += float(model.getInfo().objective_function_value)
        values = model.getSolution().col_value
        doubtful = set[tuple[int, int]]()
        teams = dict[tuple[int, int], list[int]]()
        for (t, start, w), x in formulation.x.items():
            if values[x] > WHOLE:
                teams.setdefault((t, start), []).append(w)
            elif values[x] > 1 - WHOLE:
                doubtful.add((t, start))
        certain += [
            (values[y], *at, tuple(teams[at]))
            for at, y in formulation.y.items()
            if values[y] > WHOLE and at in teams and at not in doubtful
        ]
    certain.sort(key=lambda row: (-row[0], row[1]))
    return Guide(whole_bound(bound), [row[1:] for row in certain])


def follow(state: State, guide: Guide) -> None:
    """Put in what the relaxation is certain of, as far as the parts agree about shared people."""
    for t, start, team in guide.certain:
        if t in state.plan or t in state.held:
            continue
        option, zone = state.option_at(t, start), state.c.zone_of[t]
        able = {m.worker for m in option.members}
        if all(w in able and state.may_join(state.c.member(t, w), option, zone) for w in team):
            state.add(t, start, team)


@contextmanager
def nobody_waits(state: State) -> Iterator[int]:
    """Leave teams aside that wait for somebody, and give the most that they can add to a bound.

    Their people's time is free meanwhile: a bound may be too high, never too low.
    """
    c, weights = state.c, state.weights
    waiting = {t: state.release(t) for t in list(state.held)}
    try:
        yield sum(
            worth_at_best(weights, c.tasks[t], c.need[t]) + weights.cover * c.need[t]
            for t in waiting
        )
    finally:
        for t, (start, team) in waiting.items():
            state.hold(t, start, team)


def plain_bound(state: State, tasks: Sequence[int]) -> int:
    """Return a bound that costs nothing: every open task done at its best, every cell reached."""
    c, cells = state.c, set[tuple[int, int]]()
    total = state.value
    for t in tasks:
        if not c.options[t]:
            continue
        total += max(0, state.task_gain(t, None) + max(o.most for o in c.options[t]))
        cells.update((c.zone_of[t], o.week) for o in c.options[t])
    for zone, week in cells:
        if not state.cells.get((zone, week)):
            need = c.lookup.neighbourhoods[c.zone_ids[zone]].need
            total += state.weights.cover * need
    return total
