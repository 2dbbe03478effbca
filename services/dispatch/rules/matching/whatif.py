"""What would change: one person forced in, one fact different, another campaign; and what blocks.

Every answer is solved, not guessed: the changed problem is matched again around the change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from time import perf_counter

from .candidates import Candidates
from .engine import all_refusals, finished, match
from .formulation import Formulation
from .model import (
    N_,
    Id,
    Instance,
    Lookup,
    Message,
    Period,
    Plan,
    Refusal,
    Score,
    Task,
    Worker,
    id_key,
    merge_facts,
)
from .proof import prove
from .state import State

NEAR_TASKS = 25  # that may give way to what is asked
LEVERS = 6  # changes of one person's facts that are tried for one task
SOLVE_S = 0.4
FIXED = ("host", "team")  # calendars that no worker can move for themselves
KEEP = 300  # what leaving an assignment as it is is worth: a difference shows what had to change


@dataclass(frozen=True, slots=True)
class Difference:
    """Two plans compared, in figures and in words."""

    before: Score
    after: Score
    gained: tuple[Id, ...]  # tasks done only after
    lost: tuple[Id, ...]  # tasks done only before
    moved: tuple[Id, ...]  # tasks that start at another time
    changed: tuple[Id, ...]  # tasks done by other people at the same time
    words: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What it would take, and cost, to put one person on one task."""

    possible: bool
    refusals: tuple[Refusal, ...]  # why it is impossible
    difference: Difference | None
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Lever:
    """One fact that could be different, and what a solved plan does with it."""

    change: Message
    done: bool  # the task would be done
    gain: int  # of the whole score


@dataclass(frozen=True, slots=True)
class Blocking:
    """Facts that exclude each other: without any one of them, the rest would do."""

    facts: tuple[Message, ...]
    proven: bool


def difference(before: Plan, after: Plan) -> Difference:
    """Compare two plans; tasks that only one of the two campaigns knows count as gained or lost."""
    was = {a.task: a for a in before.assignments}
    now = {a.task: a for a in after.assignments}
    both = sorted(set(was) & set(now), key=id_key)
    gained = tuple(sorted(set(now) - set(was), key=id_key))
    lost = tuple(sorted(set(was) - set(now), key=id_key))
    moved = tuple(t for t in both if was[t].start != now[t].start)
    changed = tuple(t for t in both if was[t].start == now[t].start and was[t].team != now[t].team)
    words = []
    for code, text, tasks in (
        ("gained", N_("tâches assurées en plus : %(number)s"), gained),
        ("lost", N_("tâches qui ne sont plus assurées : %(number)s"), lost),
        ("moved", N_("tâches qui changent d'heure : %(number)s"), moved),
        ("changed", N_("tâches qui changent d'équipe : %(number)s"), changed),
    ):
        if tasks:
            words.append(Message(code, text, {"number": len(tasks)}))
    cover = after.score.cover - before.score.cover
    if cover:
        text = (
            N_("quartiers mieux couverts, en points de besoin : %(number)s")
            if cover > 0
            else N_("quartiers moins bien couverts, en points de besoin : %(number)s")
        )
        words.append(Message("cover", text, {"number": abs(cover)}))
    if not words:
        words.append(Message("same", N_("le plan reste le même")))
    return Difference(before.score, after.score, gained, lost, moved, changed, tuple(words))


def what_if(
    before: Instance, after: Instance, *, seconds: float = 1.0, seed: int = 0
) -> Difference:
    """Match a campaign and a copy of it with changed dates, zones, languages or hours; compare."""
    return difference(
        match(before, seconds=seconds, seed=seed), match(after, seconds=seconds, seed=seed)
    )


def what_if_assigned(instance: Instance, plan: Plan, worker_id: Id, task_id: Id) -> Counterfactual:
    """Solve the plan again with one person on one task; what was fixed stays.

    Raises:
        KeyError: an unknown worker or task.
    """
    lookup = Lookup(instance)
    alone = Plan()
    task = lookup.tasks[task_id]
    blocked = {s: all_refusals(lookup, alone, worker_id, task_id, s) for s in task.starts}
    personal = {s: [r for r in found if r.code != "zone"] for s, found in blocked.items()}
    if all(personal.values()):
        fewest = min(personal.values(), key=len)
        return Counterfactual(False, tuple(fewest), None, None)  # noqa: FBT003 -- the field's name says it
    forced = _solve_near(instance, plan, task_id, worker_id)
    if forced is None:
        text = N_("ce qui est déjà fixé l'empêche")
        told = Refusal("fixed", text, {"worker": worker_id, "task": task_id})
        return Counterfactual(False, (told,), None, None)  # noqa: FBT003 -- see above
    return Counterfactual(True, (), difference(plan, forced), forced)  # noqa: FBT003 -- see above


def levers(instance: Instance, plan: Plan, task_id: Id) -> tuple[Lever, ...]:
    """Try single changes that could get a task done: a free hour, a language less, a wider cap.

    Each is tried on a copy of the campaign, which is solved again around the task. Nothing that a
    person refused is tried: a "no" is not a lever.
    """
    found = []
    for change, changed in _changes(instance, plan, task_id):
        solved = _solve_near(changed, plan, task_id, None)
        new = solved or plan
        done = any(a.task == task_id for a in new.assignments)
        found.append(Lever(change, done, new.score.total - plan.score.total))
    return tuple(sorted(found, key=lambda lever: (not lever.done, -lever.gain, lever.change.code)))


def _changes(instance: Instance, plan: Plan, task_id: Id) -> Iterable[tuple[Message, Instance]]:
    lookup = Lookup(instance)
    task = lookup.tasks[task_id]
    tried = 0
    for worker in sorted(
        instance.workers,
        key=lambda w: (lookup.travel_min(w.home, task.zone), id_key(w.id)),
    ):
        for start in task.starts:
            refusals = all_refusals(lookup, plan, worker.id, task_id, start)
            if len(refusals) != 1 or tried >= LEVERS:
                continue
            change = _lifted(worker, task, start, refusals[0])
            if change is not None:
                tried += 1
                message, other = change
                yield message, _with_worker(instance, other)
                break
    for lang in sorted(task.req_langs):
        text = N_("si la tâche ne demandait pas %(lang)s")
        message = Message("without-language", text, {"task": task_id, "lang": lang})
        yield message, _with_task(instance, replace(task, req_langs=task.req_langs - {lang}))
    if task.skill is not None:
        text = N_("si la tâche ne demandait pas la compétence %(skill)s")
        message = Message("without-skill", text, {"task": task_id, "skill": task.skill})
        yield message, _with_task(instance, replace(task, skill=None))
    if task.min_team > 1:
        text = N_("si une personne de moins suffisait")
        message = Message("smaller-team", text, {"task": task_id})
        yield message, _with_task(instance, replace(task, min_team=task.min_team - 1))


def _lifted(
    worker: Worker, task: Task, start: int, refusal: Refusal
) -> tuple[Message, Worker] | None:
    """Return one person without the fact that refuses, where it is one that people may change."""
    end = start + task.duration_min
    params = {"worker": worker.id, "task": task.id, "start_at": start}
    if refusal.code in {"calendar", "calendar-travel"}:
        gone = (refusal.params["from_at"], refusal.params["until_at"])
        free = tuple(b for b in worker.busy if (b.start, b.end) != gone or b.kind in FIXED)
        text = N_("si l'engagement de %(worker)s de %(from_at)s à %(until_at)s était déplacé")
        params |= {"from_at": gone[0], "until_at": gone[1]}
        return Message("moved-commitment", text, params), replace(worker, busy=free)
    if refusal.code == "not-working":
        text = N_("si %(worker)s travaillait de %(from_at)s à %(until_at)s")
        params |= {"from_at": start, "until_at": end}
        work = tuple(sorted((*worker.work, Period(start, end))))
        return Message("works-then", text, params), replace(worker, work=work)
    if refusal.code in {"week-cap", "total-cap"}:
        more = int(refusal.params["sum_min"]) - int(refusal.params["limit_min"])
        text = N_("si la part de campagne de %(worker)s gagnait %(more_min)s")
        name = "week_cap_min" if refusal.code == "week-cap" else "total_cap_min"
        wider = replace(
            worker,
            week_cap_min=worker.week_cap_min + more * (name == "week_cap_min"),
            total_cap_min=worker.total_cap_min + more * (name == "total_cap_min"),
        )
        return Message("wider-cap", text, {**params, "more_min": more}), wider
    if refusal.code == "too-far":
        text = N_("si %(worker)s acceptait un trajet de %(travel_min)s")
        far_min = int(refusal.params["travel_min"])
        message = Message("goes-further", text, {**params, "travel_min": far_min})
        return message, replace(worker, max_travel_min=far_min)
    return None


def _with_worker(instance: Instance, worker: Worker) -> Instance:
    return replace(
        instance, workers=tuple(worker if w.id == worker.id else w for w in instance.workers)
    )


def _with_task(instance: Instance, task: Task) -> Instance:
    return replace(instance, tasks=tuple(task if t.id == task.id else t for t in instance.tasks))


def _solve_near(instance: Instance, plan: Plan, task_id: Id, worker_id: Id | None) -> Plan | None:
    """Solve the tasks around one again; with a worker: that person must do it."""
    begun_s = perf_counter()
    lookup = Lookup(instance)
    zone = lookup.tasks[task_id].zone
    settled = {f.task for f in plan.fixed}
    near = sorted(
        (t for t in instance.tasks if t.id not in settled),
        key=lambda t: (t.id != task_id, lookup.travel_min(zone, t.zone), id_key(t.id)),
    )[:NEAR_TASKS]
    open_ids = {t.id for t in near} | ({task_id} - settled)
    if worker_id is not None:  # what that person does elsewhere may have to give way
        open_ids |= {a.task for a in plan.assignments if worker_id in a.team} - settled
    state = State(Candidates(instance, only=open_ids))
    standing = [a for a in plan.assignments if a.task not in open_ids]
    state.load_facts([*standing, *plan.incomplete])
    c = state.c
    piece = sorted(c.task_at[t] for t in open_ids)
    keep_value = {
        (c.task_at[a.task], a.start, c.worker_at[w]): KEEP
        for a in plan.assignments
        if a.task in open_ids
        for w in a.team
    }
    formulation = Formulation(state, piece, keep_value=keep_value)
    if worker_id is not None:
        t, w = c.task_at[task_id], c.worker_at[worker_id]
        mine = [x for (task, _, who), x in formulation.x.items() if (task, who) == (t, w)]
        if not mine:
            return None
        formulation.rows.row(mine, [1] * len(mine), 1, float("inf"))
    proof = prove(formulation, seconds=SOLVE_S)
    if proof.plan is None:
        return None
    for t, (start, team) in proof.plan.items():
        state.add(t, start, team)
    # A changed fact can take the reason of a standing team away: it then waits, incomplete.
    facts = merge_facts((*plan.fixed, *plan.incomplete, *state.incomplete()))
    solved = finished(state, facts, begun_s, "what if")
    kept = worker_id is None and solved.score.total < plan.score.total
    return plan if kept else solved


# --- what blocks ---------------------------------------------------------------------------------


def blocking(instance: Instance, plan: Plan | None = None, must: Iterable[Id] = ()) -> Blocking:
    """Return a minimal set of facts because of which the mandatory tasks cannot all be done.

    The facts are "this task must be done", one person's caps and one person's tasks a day;
    calendars, consent and the charter's rules are never up for discussion: a task that they alone
    exclude is named alone. Without any one of the facts returned, the others fit together (checked
    by solving).

    Args:
        instance: the campaign; its mandatory tasks are meant.
        plan: its fixed assignments stand.
        must: tasks to treat as mandatory too.
    """
    fixed = () if plan is None else plan.fixed
    wanted = {*must, *(t.id for t in instance.tasks if t.mandatory)} - {f.task for f in fixed}
    state = State(Candidates(instance, only=wanted))
    state.load_facts(fixed)
    c = state.c
    tasks = sorted(c.task_at[t] for t in wanted)
    for t in tasks:
        if not any((t, o.start) in Formulation(state, [t]).y for o in c.options[t]):
            return Blocking((_serve(c.tasks[t]),), proven=True)
    trial = _Trial(state, tasks)
    facts = trial.every()
    if not trial.impossible(facts):
        return Blocking((), proven=False)
    proven = True
    for fact in sorted(facts, key=lambda f: (f[0] == "serve", f)):
        fewer = facts - {fact}
        if trial.impossible(fewer):
            facts = fewer
        elif not trial.settled:
            proven = False  # no time to tell: the fact stays, and minimality is not claimed
    ordered = sorted(facts, key=lambda f: (f[0] != "serve", f))
    return Blocking(tuple(trial.message(fact) for fact in ordered), proven)


def _serve(task: Task) -> Message:
    return Message("serve", N_("la tâche %(task)s doit être assurée"), {"task": task.id})


Fact = tuple[str, int]


class _Trial:
    """Asks a solver whether some facts can hold together."""

    def __init__(self, state: State, tasks: list[int]) -> None:
        self.state, self.tasks, self.settled = state, tasks, True
        self.formulation = Formulation(state, tasks)

    def every(self) -> set[Fact]:
        facts = {("serve", t) for t in self.tasks}
        facts |= {("cap", w) for w, _ in self.formulation.caps.values()}
        return facts | {("day", w) for w in self.formulation.day_limits.values()}

    def impossible(self, facts: set[Fact]) -> bool:
        must = [t for kind, t in facts if kind == "serve"]
        formulation = Formulation(self.state, self.tasks, must=must)
        high = formulation.rows.high
        for row, (w, _) in formulation.caps.items():
            if ("cap", w) not in facts:
                high[row] = float("inf")
        for row, w in formulation.day_limits.items():
            if ("day", w) not in facts:
                high[row] = float("inf")
        formulation.rows.value = [0.0] * len(formulation.rows.value)
        proof = prove(formulation, seconds=SOLVE_S)
        self.settled = proof.infeasible or proof.plan is not None
        return proof.infeasible

    def message(self, fact: Fact) -> Message:
        kind, at = fact
        c = self.state.c
        if kind == "serve":
            return _serve(c.tasks[at])
        worker = c.workers[at].id
        if kind == "cap":
            text = N_("la part de campagne de %(worker)s est limitée")
            return Message("cap", text, {"worker": worker})
        text = N_("%(worker)s a un nombre limité de tâches par jour")
        return Message("day", text, {"worker": worker})
