"""The doors of the matcher: a plan for an instance, one gap filled, one person asked."""

from collections.abc import Iterable
from dataclasses import replace
from time import perf_counter

from .candidates import Candidates
from .checker import violations
from .constraints import refusals, team_refusals, zone
from .model import N_, Assignment, Id, Instance, Lookup, Plan, Refusal, Task, Violation, merge_facts
from .objective import ceiling, score
from .rule import Ask, TeamAsk
from .state import State
from .strategy import Strategy, Watch

NOBODY_WATCHES = Watch()


class RejectedPlanError(Exception):
    """The checker convicted a plan of ours: a bug, and the plan stays here."""

    def __init__(self, found: list[Violation]) -> None:
        super().__init__(", ".join(sorted({violation.code for violation in found})))
        self.found = found


def match(  # noqa: PLR0913 -- how long, how random, what is fixed, and who watches
    instance: Instance,
    *,
    seconds: float | None = None,
    rounds: int | None = None,
    seed: int = 0,
    fixed: Iterable[Assignment] = (),
    watch: Watch = NOBODY_WATCHES,
) -> Plan:
    """Propose who does which task and when. Pure: the same arguments give the same plan.

    Args:
        instance: what `load_instance` accepts, or the same built in code.
        seconds: time that may be spent on a better plan and on a bound; None: the first good plan.
        rounds: instead of seconds, rounds of the search: an answer that no clock changes.
        seed: of every random choice.
        fixed: facts beside `instance.fixed`: proposed or accepted, one assignment per task and
            answer. They stay as they are; a team that misses somebody is completed around them.
        watch: told of progress, asked whether to stop; the best plan so far is returned then.

    Raises:
        ValueError: a fact about a task or a worker the instance does not know, or two facts that
            give one task two starts.
        RejectedPlanError: never, unless the matcher itself is wrong.
    """
    begun_s = perf_counter()
    facts = merge_facts((*instance.fixed, *fixed))
    lookup = Lookup(instance)
    for fact in facts:
        if fact.task not in lookup.tasks or not set(fact.team) <= set(lookup.workers):
            raise ValueError(f"a fact about somebody or something unknown: task {fact.task!r}")
    state = State(Candidates(instance))
    state.load_facts(facts)
    run = Strategy(state, begun_s, seed, watch)
    if rounds is not None:
        run.by_rounds(rounds)
    else:
        run.by_clock(seconds or 0.0)
    bound = ceiling(instance, facts) if run.bound is None else run.bound
    return replace(finished(state, facts, begun_s, run.engine), bound=bound)


def refill(instance: Instance, plan: Plan, task_id: Id) -> Plan:
    """Fill the gap in one task after a "no", without moving anybody.

    People of that task's team who declined it (`instance.declined`) or whom a hard rule refuses by
    now leave it; everybody else in the plan stays. When nobody is left in the team, another start
    may be chosen. A gap that nobody can fill leaves the task in `plan.incomplete`, or out of the
    plan.

    Raises:
        KeyError: an unknown task.
    """
    begun_s = perf_counter()
    lookup = Lookup(instance)
    task = lookup.tasks[task_id]
    others = [a for a in (*plan.assignments, *plan.incomplete) if a.task != task_id]
    asked = plan.of(task_id)
    stay: tuple[Id, ...] = ()
    if asked is not None:
        stay = tuple(
            w
            for w in asked.team
            if not refusals(
                Ask(lookup, lookup.workers[w], task, asked.start, held_by(lookup, plan, w, task_id))
            )
        )
    state = State(Candidates(instance, only=[task_id]))
    state.load_facts(others)
    t = state.c.task_at[task_id]
    if asked is not None and stay:
        state.hold(t, asked.start, [state.c.worker_at[w] for w in stay])
        state.complete(t)
    else:
        best = None
        if asked is not None:
            best = state.team(t, state.option_at(t, asked.start))
        best = best or state.best_insert(t)
        if best is not None:
            state.add(t, best.start, best.team)
    stay_facts = [] if asked is None or not stay else [Assignment(task_id, asked.start, stay)]
    facts = merge_facts([*others, *stay_facts])
    filled = finished(state, facts, begun_s, "refill")
    # A decline follows a proposal: whoever stays in that team was told too.
    told = [fact for fact in plan.fixed if fact.task != task_id]
    return replace(filled, fixed=merge_facts([*told, *stay_facts]))


def may_take(  # noqa: PLR0913 -- who, what, when, and one switch
    instance: Instance,
    plan: Plan,
    worker_id: Id,
    task_id: Id,
    start: int | None = None,
    *,
    free_start: bool = False,
) -> Refusal | None:
    """Say why one person may not take one task beside the rest of a plan; None when they may.

    The worker is asked as one more member of the task's present team (without anybody who is not
    there at that start). Their own place in that team, if any, is left aside: a counter with
    another time is asked the same way.

    Args:
        instance: the campaign.
        plan: who does what.
        worker_id: who is asked.
        task_id: for what.
        start: minute of the campaign; None: the plan's start, or the task's only one.
        free_start: accept a start that the task does not list.

    Raises:
        KeyError: an unknown worker or task.
        ValueError: no start is given and the task has several.
    """
    every = all_refusals(Lookup(instance), plan, worker_id, task_id, start, free_start=free_start)
    return every[0] if every else None


def all_refusals(  # noqa: PLR0913 -- the arguments of may_take
    lookup: Lookup,
    plan: Plan,
    worker_id: Id,
    task_id: Id,
    start: int | None = None,
    *,
    free_start: bool = False,
) -> list[Refusal]:
    """Return everything that keeps a person from a task, facts of the calendar first."""
    worker, task = lookup.workers[worker_id], lookup.tasks[task_id]
    present = plan.of(task_id)
    if start is None:
        start = _only_start(task, present)
    ask = Ask(lookup, worker, task, start, held_by(lookup, plan, worker_id, task_id))
    found = [] if free_start or start in task.starts else [_bad_start(worker_id, task, start)]
    found += refusals(ask)
    beside: tuple[Id, ...] = () if present is None or present.start != start else present.team
    team = tuple(lookup.workers[w] for w in beside if w != worker_id)
    if len(team) >= max(task.min_team, task.pref_team):
        found += [
            r
            for r in team_refusals(TeamAsk(lookup, task, start, (*team, worker)))
            if r.code == "team-size"
        ]
    away = zone.refusal(TeamAsk(lookup, task, start, (*team, worker)))
    return found if away is None else [*found, away]


def _only_start(task: Task, present: Assignment | None) -> int:
    if present is not None:
        return present.start
    if len(task.starts) == 1:
        return task.starts[0]
    raise ValueError(f"task {task.id!r} has several starts: say which")


def _bad_start(worker: Id, task: Task, start: int) -> Refusal:
    text = N_("cette tâche ne peut pas commencer à %(start_at)s")
    return Refusal("bad-start", text, {"worker": worker, "task": task.id, "start_at": start})


def held_by(lookup: Lookup, plan: Plan, worker: Id, but: Id) -> tuple[tuple[Task, int], ...]:
    return tuple(
        (lookup.tasks[a.task], a.start)
        for a in (*plan.assignments, *plan.incomplete)
        if worker in a.team and a.task != but and a.task in lookup.tasks
    )


def finished(state: State, facts: tuple[Assignment, ...], begun_s: float, engine: str) -> Plan:
    """Read a plan out of a state; the checker has the last word.

    Raises:
        RejectedPlanError: the checker convicts it.
    """
    instance = state.c.instance
    assignments = state.assignments()
    done = {a.task for a in assignments}
    plan = Plan(
        assignments=assignments,
        incomplete=state.incomplete(),
        fixed=facts,
        missing=tuple(t.id for t in state.c.tasks if t.mandatory and t.id not in done),
        score=score(state.c.lookup, assignments),
        seconds=perf_counter() - begun_s,
        engine=engine,
    )
    found = violations(instance, plan)
    if found:
        raise RejectedPlanError(found)
    return plan
