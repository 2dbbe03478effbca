"""Why: these people and not others, this task and not that one, in words and as data."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from .constraints import AWAY_TEXTS, away_reason, refusals
from .engine import all_refusals
from .model import (
    N_,
    Assignment,
    Id,
    Instance,
    Lookup,
    Message,
    Plan,
    Refusal,
    Task,
    Worker,
    id_key,
)
from .rule import Ask

NEAR_MISSES = 5  # What a page shows before it becomes a list of everybody.


@dataclass(frozen=True, slots=True)
class Because:
    """Why one person is in a team: what allows it, and what that person brings."""

    worker: Id
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Somebody who is not in the team, and what kept them out (nothing: others were preferred)."""

    worker: Id
    start: int
    blocked_by: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What one start of a task that is not done lacks."""

    start: int
    able: int  # people whom no hard rule refuses, the rest of the plan counted
    missing: tuple[Message, ...]
    blocked: tuple[tuple[str, int], ...]  # (code of a rule, people it refuses first)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that can be said about one task of a plan."""

    task: Id
    state: Literal["done", "incomplete", "not-done"]
    summary: Message
    people: tuple[Because, ...] = ()
    almost: tuple[NearMiss, ...] = ()
    starts: tuple[StartFacts, ...] = ()


def explain(instance: Instance, plan: Plan, task_id: Id) -> Explanation:
    """Say why these people have a task, who almost had it, or why nobody has.

    Raises:
        KeyError: an unknown task.
    """
    lookup = Lookup(instance)
    task = lookup.tasks[task_id]
    present = plan.of(task_id)
    if present is None:
        starts = tuple(_facts(lookup, plan, task, start) for start in task.starts)
        possible = [s for s in starts if not s.missing]
        text = (
            N_("la tâche n'est pas assurée : d'autres tâches, plus utiles, prennent ces personnes")
            if possible
            else N_("la tâche n'est pas assurée : aucune équipe n'est possible")
        )
        code = "outweighed" if possible else "impossible"
        summary = Message(code, text, {"task": task_id})
        almost = _almost(lookup, plan, task, task.starts, set())
        return Explanation(task_id, "not-done", summary, almost=almost, starts=starts)
    people = tuple(_because(lookup, task, present, w) for w in present.team)
    almost = _almost(lookup, plan, task, (present.start,), set(present.team))
    if present in plan.assignments:
        text = N_("personnes dans l'équipe : %(number)s")
        summary = Message("done", text, {"task": task_id, "number": len(present.team)})
        return Explanation(task_id, "done", summary, people, almost)
    text = N_("il manque quelqu'un ou quelque chose à l'équipe")
    facts = _facts(lookup, plan, task, present.start, present)
    summary = Message("incomplete", text, {"task": task_id})
    return Explanation(task_id, "incomplete", summary, people, almost, (facts,))


def _because(lookup: Lookup, task: Task, row: Assignment, who: Id) -> Because:
    worker = lookup.workers[who]
    status = away_reason(lookup, worker, task)
    reasons = [Message(status, AWAY_TEXTS[status], {"worker": who, "zone": task.zone})]
    reasons += [
        Message("speaks", N_("parle %(lang)s"), {"worker": who, "lang": lang})
        for lang in sorted((task.req_langs | task.want_langs) & worker.langs)
    ]
    if task.skill is not None and task.skill in worker.skills:
        text = N_("a la compétence %(skill)s")
        reasons.append(Message("skilled", text, {"worker": who, "skill": task.skill}))
    far_min = lookup.travel_min(worker.home, task.zone)
    if far_min:
        text = N_("à %(travel_min)s de son quartier")
        reasons.append(Message("near", text, {"worker": who, "travel_min": far_min}))
    return Because(who, tuple(reasons))


def _almost(
    lookup: Lookup, plan: Plan, task: Task, starts: tuple[int, ...], team: set[Id]
) -> tuple[NearMiss, ...]:
    """Return who came nearest: fewest obstacles, then what they would bring, then distance."""
    found = []
    for worker in lookup.instance.workers:
        if worker.id in team or (worker.id, task.id) in lookup.instance.declined:
            continue  # A "no" is nobody's near miss: it is not held up to anyone.
        asked = [
            NearMiss(worker.id, start, tuple(_personal(lookup, plan, worker, task, start)))
            for start in starts
        ]
        best = min(asked, key=lambda miss: (len(miss.blocked_by), miss.start))
        brings = len((task.req_langs | task.want_langs) & worker.langs)
        brings += task.skill is not None and task.skill in worker.skills
        rank = (
            len(best.blocked_by),
            worker.home != task.zone,
            -brings,
            lookup.travel_min(worker.home, task.zone),
            id_key(worker.id),
        )
        found.append((rank, best))
    return tuple(miss for _, miss in sorted(found, key=lambda f: f[0])[:NEAR_MISSES])


def _personal(lookup: Lookup, plan: Plan, worker: Worker, task: Task, start: int) -> list[Refusal]:
    """Return what keeps a person away, the size of the team left aside: places can be swapped."""
    found = all_refusals(lookup, plan, worker.id, task.id, start, free_start=True)
    return [refusal for refusal in found if refusal.code != "team-size"]


def _facts(
    lookup: Lookup, plan: Plan, task: Task, start: int, present: Assignment | None = None
) -> StartFacts:
    blocked: Counter[str] = Counter()
    able = [] if present is None else [lookup.workers[w] for w in present.team]
    for worker in lookup.instance.workers:
        if worker in able:
            continue
        held = tuple(
            (lookup.tasks[a.task], a.start)
            for a in (*plan.assignments, *plan.incomplete)
            if worker.id in a.team
        )
        found = refusals(Ask(lookup, worker, task, start, held))
        if found:
            blocked[found[0].code] += 1
        else:
            able.append(worker)
    missing = _missing(task, able)
    rows = tuple(sorted(blocked.items(), key=lambda b: (-b[1], b[0])))
    return StartFacts(start, len(able), tuple(missing), rows)


def _missing(task: Task, able: list[Worker]) -> list[Message]:
    missing = []
    spoken = frozenset[str]().union(*(w.langs for w in able))
    for lang in sorted(task.req_langs - spoken):
        text = N_("personne de libre ne parle %(lang)s")
        missing.append(Message("language", text, {"task": task.id, "lang": lang}))
    if task.skill is not None and not any(task.skill in w.skills for w in able):
        text = N_("personne de libre n'a la compétence %(skill)s")
        missing.append(Message("skill", text, {"task": task.id, "skill": task.skill}))
    if len(able) < task.min_team:
        text = N_("personnes qui manquent : %(number)s")
        params = {"task": task.id, "number": task.min_team - len(able)}
        missing.append(Message("people", text, params))
    return missing
