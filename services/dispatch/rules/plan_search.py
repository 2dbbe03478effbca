"""Whom to ask for what: a whole plan, how good it is at most, and why some tasks have nobody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from services.dispatch.rules.instance import spent_min, within_full_time
from services.dispatch.rules.matching import (
    Assignment,
    Instance,
    Lookup,
    Plan,
    TeamAsk,
    Watch,
    explain,
    match,
    score,
    team_refusals,
)
from services.dispatch.rules.matching.candidates import Candidates
from services.dispatch.rules.matching.relaxation import nobody_waits, plain_bound, relax
from services.dispatch.rules.matching.state import State
from services.dispatch.rules.planning import Situation, Suggestion, still_possible, suggestions_for
from services.dispatch.rules.wording import Said, said
from shared.words import TaskId

EXPLAINED_MAX = 150  # each takes some 15 ms; a plan with more holes is wrong as a whole
FULL = "les équivalents temps plein de la campagne sont atteints cette semaine-là"
# 150 tasks take 1.2 s of a core for all of these, and end within 1 % of the bound (S1).
ROUNDS_PER_TASK, ROUNDS_MAX = 40, 2000
BOUND_S, BOUND_TASKS = 2.0, 200  # of the relaxation: time in all, and tasks in one part


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search: rounds, which give the same plan on any machine, or seconds.

    Nothing: so many rounds as the number of tasks deserves.
    """

    rounds: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a plan is, for the coordination only: nothing here is about one person.

    `score` is that of the teams that stay after the campaign's full-time equivalents left
    `cut_tasks` out. `bound` is proven: no plan scores more, with or without that limit.
    """

    score: int
    bound: int | None
    tasks: int
    tasks_with_team: int
    cut_tasks: int = 0

    @property
    def of_bound_pct(self) -> float | None:
        """Say how much of what is possible at most the plan reaches, rounded down to 0.1."""
        if self.bound is None or self.bound <= 0 or self.score < 0:
            return None
        return min(1000, 1000 * self.score // self.bound) / 10


@dataclass(frozen=True, slots=True)
class Teams:
    """A plan for a campaign: whom to ask, how many each task has, and why some have nobody."""

    suggestions: tuple[Suggestion, ...]
    quality: Quality
    matched: dict[TaskId, int] = field(default_factory=dict)
    unmatched: dict[TaskId, Said] = field(default_factory=dict)


def plan_teams(
    situation: Situation, effort: Effort | None = None, watch: Watch | None = None
) -> Teams:
    """Match a campaign's tasks. By rounds, the same situation always gives the same teams.

    Whoever holds a task keeps it; the others are suggestions.
    """
    instance = situation.instance()
    effort = effort or Effort()
    rounds = effort.rounds or min(ROUNDS_MAX, ROUNDS_PER_TASK * len(instance.tasks))
    plan = match(
        instance,
        seconds=effort.seconds,
        rounds=None if effort.seconds else rounds,
        seed=situation.frame.campaign_id.int % 2**31,
        watch=watch or Watch(),
    )
    return as_teams(situation, instance, with_bound(instance, plan))


def with_bound(instance: Instance, plan: Plan) -> Plan:
    """Prove how good any plan can be, more sharply than what each task is worth at its best.

    Which bound is found may depend on the clock; the plan does not.
    """
    state = State(Candidates(instance))
    state.load_facts(plan.fixed)
    tasks = [t for t in range(len(state.c.tasks)) if t not in state.plan and t not in state.held]
    with nobody_waits(state) as waiting:
        bound = plain_bound(state, tasks)
        guide = relax(state, tasks, ends_s=perf_counter() + BOUND_S, largest=BOUND_TASKS)
        if guide is not None:
            bound = min(bound, guide.bound)
        bound += waiting
    return replace(plan, bound=bound if plan.bound is None else min(bound, plan.bound))


def as_teams(situation: Situation, instance: Instance, plan: Plan) -> Teams:
    """Read whom to ask out of a plan, within the campaign's full-time equivalents."""
    spent = spent_beside(situation, instance)
    kept = {row.task: row for row in within_full_time(situation.frame, instance, plan, spent)}
    told = {fact.task: set(fact.team) for fact in plan.fixed}
    planned = {row.task for row in plan.assignments}
    suggestions: list[Suggestion] = []
    matched: dict[TaskId, int] = {}
    unmatched: dict[TaskId, Said] = {}
    incomplete = {row.task: row for row in plan.incomplete}
    for slot in situation.slots:
        task = str(slot.id)
        row = kept.get(task) or incomplete.get(task)
        matched[slot.id] = len(row.team) if row else 0
        if row is None:
            if task in planned:
                unmatched[slot.id] = {"text": FULL, "params": {}}
            elif len(unmatched) < EXPLAINED_MAX:
                unmatched[slot.id] = said(explain(instance, plan, task).summary)
            continue
        suggestions += suggestions_for(instance, row, told.get(task, set()))
    quality = Quality(
        score(instance, kept.values()).total,
        plan.bound,
        tasks=len(situation.slots),
        tasks_with_team=len(kept),
        cut_tasks=len(planned) - len(kept),
    )
    return Teams(tuple(suggestions), quality, matched, unmatched)


def spent_beside(situation: Situation, instance: Instance) -> Mapping[int, int]:
    """Add up, by week, what the campaign takes of everybody besides the tasks of a situation."""
    tasks = {slot.id for slot in situation.slots}
    return spent_min(situation.frame, instance, situation.calendar.holdings, tasks)


def standing_plan(
    situation: Situation, instance: Instance, suggestions: Sequence[Suggestion]
) -> Plan:
    """Return the plan that people see: who holds a task, and whom it suggests for the others.

    Whom a hard rule refuses by now is left out, and so is a team that misses somebody for it.
    """
    lookup = Lookup(instance)
    rows: defaultdict[str, set[str]] = defaultdict(set)
    for one in still_possible(situation, suggestions).ask:
        rows[str(one.task_id)].add(str(one.worker_id))
    told = {fact.task: fact for fact in instance.fixed}
    whole, waiting = list[Assignment](), list[Assignment]()
    for task in instance.tasks:
        fact = told.get(task.id)
        team = rows[str(task.id)].union(*([] if fact is None else [map(str, fact.team)]))
        if not team:
            continue
        row = Assignment(
            task.id, task.starts[0] if fact is None else fact.start, tuple(sorted(team))
        )
        ask = TeamAsk(lookup, task, row.start, tuple(lookup.workers[w] for w in row.team))
        if not team_refusals(ask):
            whole.append(row)
        elif fact is not None:
            waiting.append(fact)
    return Plan(
        assignments=tuple(whole),
        incomplete=tuple(waiting),
        fixed=instance.fixed,
        score=score(lookup, whole),
    )


def by_task(suggestions: Sequence[Suggestion]) -> Mapping[TaskId, tuple[Suggestion, ...]]:
    """Sort suggestions by the task they are for."""
    found: defaultdict[TaskId, list[Suggestion]] = defaultdict(list)
    for suggestion in suggestions:
        found[suggestion.task_id].append(suggestion)
    return {task_id: tuple(theirs) for task_id, theirs in found.items()}
