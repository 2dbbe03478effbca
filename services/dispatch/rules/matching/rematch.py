"""After a "no", an absence, a hand-back or a late "yes": fill, repair nearby, or match anew."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

from .candidates import Candidates
from .constraints import refusals
from .engine import finished, match
from .greedy import greedy_by_need
from .model import Assignment, Id, Instance, Lookup, Plan, Task, id_key, merge_facts
from .rule import Ask
from .state import State

# What keeping one assignment that somebody knows of is worth, in units of the blended score: a
# local repair disturbs somebody only for more than this. Source: the study of this matcher.
KEEP = 1500
NEAR_TASKS = 40  # of a local repair: what shares most people with the gap
Depth = Literal["fill", "local", "whole"]


@dataclass(frozen=True, slots=True)
class Rematch:
    """A new plan, and what it asks of people, to be shown before anything is sent."""

    plan: Plan
    disturbed: tuple[tuple[Id, Id], ...]  # (task, worker) of the old plan that are gone or moved
    asked: tuple[tuple[Id, Id], ...]  # (task, worker) that are new
    gaps: tuple[Id, ...]  # tasks that lost somebody and are not done now
    optimal: bool = False  # nothing better exists without touching more (local repair)


def rematch(  # noqa: PLR0913 -- how deep, what is settled, and how long
    instance: Instance,
    plan: Plan,
    depth: Depth = "local",
    *,
    accepted: Iterable[Assignment] = (),
    seconds: float = 0.25,
    seed: int = 0,
) -> Rematch:
    """Repair a plan after the instance changed: people who declined, are absent, or came back.

    Whoever a hard rule refuses by now leaves the plan; then, by `depth`:

    - "fill": gaps are filled and nobody else is moved.
    - "local": the tasks around the gaps are solved exactly, with a price on each assignment that
    changes;
      what was accepted stays.
    - "whole": everything that was not accepted is matched anew.

    Args:
        instance: as it is now.
        plan: as it was.
        depth: how much may change.
        accepted: what people said yes to (beside `instance.fixed`): never moved.
        seconds: for the solver of a local repair, or for the whole search.
        seed: of every random choice.
    """
    begun_s = perf_counter()
    lookup = Lookup(instance)
    kept, hurt = _kept(lookup, plan)
    told = merge_facts(a for a in _present((*instance.fixed, *accepted), kept) if a.team)
    if depth == "whole":
        new = match(instance, seconds=seconds, seed=seed, fixed=told)
        return _compared(plan, new, hurt)
    near = _near(lookup, hurt)
    state = State(Candidates(instance, only={*near, *hurt}))
    state.load_facts(kept)
    greedy_by_need(state, passes=1)
    optimal = False
    if depth == "local" and hurt:
        optimal = _repair(state, kept, told, near, seconds - (perf_counter() - begun_s), seed)
    # What is still incomplete was kept, and nobody else may be counted as told.
    waiting = [a for a in kept if state.c.task_at[a.task] in state.held]
    new = finished(state, merge_facts((*told, *waiting)), begun_s, depth)
    return replace(_compared(plan, new, hurt), optimal=optimal)


def _kept(lookup: Lookup, plan: Plan) -> tuple[list[Assignment], list[Id]]:
    """Return the plan without whom a hard rule refuses by now, and the tasks that lost somebody."""
    kept, hurt = list[Assignment](), list[Id]()
    held = dict[Id, list[tuple[Task, int]]]()
    for row in (*plan.assignments, *plan.incomplete):
        for w in row.team:
            if row.task in lookup.tasks:
                held.setdefault(w, []).append((lookup.tasks[row.task], row.start))
    for row in (*plan.assignments, *plan.incomplete):
        task = lookup.tasks.get(row.task)
        if task is None:
            continue
        stay = tuple(
            w
            for w in row.team
            if w in lookup.workers
            and not refusals(
                Ask(
                    lookup,
                    lookup.workers[w],
                    task,
                    row.start,
                    tuple(h for h in held[w] if h[0].id != row.task),
                )
            )
        )
        if stay != row.team or row in plan.incomplete:
            hurt.append(row.task)
        if stay:
            kept.append(Assignment(row.task, row.start, stay))
    return kept, sorted(hurt, key=id_key)


def _present(facts: Iterable[Assignment], kept: list[Assignment]) -> list[Assignment]:
    """Return facts without the people who left."""
    teams = {(a.task, a.start): set(a.team) for a in kept}
    return [
        Assignment(f.task, f.start, tuple(w for w in f.team if w in teams[f.task, f.start]))
        for f in facts
        if (f.task, f.start) in teams
    ]


def _near(lookup: Lookup, hurt: list[Id]) -> list[Id]:
    """Return the tasks nearest to those that lost somebody."""
    near = dict[Id, int]()
    for gap in hurt:
        zone = lookup.tasks[gap].zone
        for task in lookup.instance.tasks:
            far_min = lookup.travel_min(zone, task.zone)
            near[task.id] = min(far_min, near.get(task.id, far_min))
    return sorted(near, key=lambda t: (near[t], id_key(t)))[:NEAR_TASKS]


def _repair(  # noqa: PLR0913, PLR0917 -- the pieces of one local problem
    state: State,
    kept: list[Assignment],
    told: tuple[Assignment, ...],
    near: list[Id],
    seconds: float,
    seed: int,
) -> bool:
    from .piece import solve_piece  # noqa: PLC0415 -- the solver is optional

    c = state.c
    settled = {a.task for a in told}
    movable = [c.task_at[t] for t in near if t not in settled and c.task_at[t] not in state.held]
    keep_value = {(c.task_at[a.task], a.start, c.worker_at[w]): KEEP for a in kept for w in a.team}
    return solve_piece(state, movable, seconds=max(0.05, seconds), seed=seed, keep_value=keep_value)


def _compared(old: Plan, new: Plan, hurt: list[Id]) -> Rematch:
    before, after = _pairs(old), _pairs(new)
    done = {a.task for a in new.assignments}
    return Rematch(
        new,
        disturbed=_named(before - after),
        asked=_named(after - before),
        gaps=tuple(t for t in hurt if t not in done),
    )


def _pairs(plan: Plan) -> set[tuple[Id, int, Id]]:
    return {(a.task, a.start, w) for a in (*plan.assignments, *plan.incomplete) for w in a.team}


def _named(triples: set[tuple[Id, int, Id]]) -> tuple[tuple[Id, Id], ...]:
    pairs = {(task, worker) for task, _, worker in triples}
    return tuple(sorted(pairs, key=lambda p: (id_key(p[0]), id_key(p[1]))))
