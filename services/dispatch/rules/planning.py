"""The decisions about who does what: one gap, one person. The matcher does the work."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from services.dispatch.rules.instance import (
    Spot,
    build_instance,
    campaign_monday,
    cost_min,
    spent_min,
)
from services.dispatch.rules.local_time import wall_minute
from services.dispatch.rules.matching import (
    WEEK_MIN,
    Assignment,
    Instance,
    Lookup,
    Message,
    Plan,
    Refusal,
    explain,
    refill,
)
from services.dispatch.rules.matching.engine import all_refusals
from services.dispatch.rules.matching.model import N_
from services.dispatch.rules.preference import WEIGHTS
from services.dispatch.rules.roster import Calendar, Frame, Holding, Slot
from services.dispatch.rules.time_account import full_time_min
from services.dispatch.rules.wording import Said, duration, said
from shared.words import PlanPreference, TaskId, WorkerId

Pair: TypeAlias = tuple[UUID, UUID]
CAME_LATE = Message("came-late", N_("a dit oui quand la place était prise"))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody whom the plan suggests for a task, and why. Nobody asked them yet.

    `kept`: the coordination chose it, and plans that are made anew leave it alone.
    """

    task_id: TaskId
    worker_id: WorkerId
    why: tuple[Said, ...]
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a decision about some tasks of a campaign looks at.

    `declined`: who said no to one of these tasks, or is not to be asked again by itself.
    """

    frame: Frame
    slots: tuple[Slot, ...]
    calendar: Calendar
    zones: Mapping[str, Spot]
    declined: frozenset[Pair] = frozenset()
    preference: PlanPreference = PlanPreference.BALANCED

    def instance(self) -> Instance:
        found = build_instance(self.frame, self.slots, self.calendar, self.zones, self.declined)
        return replace(found, weights=WEIGHTS[self.preference])


def suggestions_for(
    instance: Instance, row: Assignment, told: Collection[object]
) -> list[Suggestion]:
    """Suggest those of a team who were not `told` of it, and say why each of them is there."""
    asked = [who for who in row.team if who not in told]
    if not asked:
        return []
    # Why somebody is there depends on them, the task and its zone's own people. A problem of just
    # these tells it two hundred times as fast as the whole one.
    task = next(known for known in instance.tasks if known.id == row.task)
    near = tuple(w for w in instance.workers if w.id in row.team or w.home == task.zone)
    small = replace(instance, workers=near, tasks=(task,), fixed=(), declined=frozenset())
    explanation = explain(small, Plan(assignments=(row,)), row.task)
    return [
        Suggestion(
            TaskId(UUID(str(row.task))),
            WorkerId(UUID(str(person.worker))),
            tuple(said(reason) for reason in person.reasons),
        )
        for person in explanation.people
        if person.worker in asked
    ]


def fill_gap(situation: Situation) -> tuple[Suggestion, ...]:
    """Suggest people for what one task misses, beside those who hold it already."""
    instance, (slot,) = situation.instance(), situation.slots
    task = str(slot.id)
    plan = Plan(incomplete=instance.fixed, fixed=instance.fixed)
    row = refill(instance, plan, task).of(task)
    if row is None:
        return ()
    held = {who for fact in instance.fixed for who in fact.team}
    new = suggestions_for(instance, row, held)
    return tuple(s for s in new if over_full_time(situation, s.worker_id) is None)


def fill_gaps(
    situation: Situation, first: Sequence[WorkerId] = ()
) -> dict[TaskId, tuple[Suggestion, ...]]:
    """Suggest people for each task of a situation, the first one first, nobody for two at once.

    `first`: who comes before everybody else for one place, wherever the hard rules let them.
    """
    found: dict[TaskId, tuple[Suggestion, ...]] = {}
    calendar = situation.calendar
    waiting = list(first)
    for slot in sorted(situation.slots, key=lambda s: (s.starts_at, s.zone_id, str(s.id))):
        one = replace(situation, slots=(slot,), calendar=calendar)
        before = _first_in(one, waiting)
        waiting = [who for who in waiting if who not in {s.worker_id for s in before}]
        calendar = _with(calendar, slot, before)
        after = fill_gap(replace(one, calendar=calendar))
        calendar = _with(calendar, slot, after)
        found[slot.id] = (*before, *after)
    return found


def _first_in(situation: Situation, waiting: Sequence[WorkerId]) -> tuple[Suggestion, ...]:
    """Give a task's free places to those who wait for one, as far as the rules let them."""
    (slot,) = situation.slots
    found: list[Suggestion] = []
    for who in waiting:
        now = replace(situation, calendar=_with(situation.calendar, slot, found))
        team = {h.worker_id for h in now.calendar.holdings if h.task_id == slot.id}
        if len(team) >= slot.people_wanted:
            break
        if who not in team and not refusals(now, who) and over_full_time(now, who) is None:
            found.append(Suggestion(slot.id, who, (said(CAME_LATE), *why(now, who))))
    return tuple(found)


def _with(calendar: Calendar, slot: Slot, taken: Sequence[Suggestion]) -> Calendar:
    more = tuple(
        Holding(s.worker_id, slot.id, slot.campaign_id, slot.zone_id, slot.starts_at, slot.ends_at)
        for s in taken
    )
    return replace(calendar, holdings=(*calendar.holdings, *more))


def why(situation: Situation, worker_id: UUID) -> tuple[Said, ...]:
    """Say why somebody may be asked for a task: their zone, what they speak and can do."""
    instance, (slot,) = situation.instance(), situation.slots
    start = wall_minute(campaign_monday(situation.frame), slot.starts_at)
    row = Assignment(str(slot.id), start, (str(worker_id),))
    return next((s.why for s in suggestions_for(instance, row, ())), ())


def refusals(situation: Situation, worker_id: UUID) -> list[Refusal]:
    """Return every hard rule that keeps somebody from a task, beside those who hold it."""
    instance, (slot,) = situation.instance(), situation.slots
    plan = Plan(incomplete=instance.fixed, fixed=instance.fixed)
    start = wall_minute(campaign_monday(situation.frame), slot.starts_at)
    return all_refusals(Lookup(instance), plan, str(worker_id), str(slot.id), start)


def over_full_time(situation: Situation, worker_id: UUID) -> Refusal | None:
    """Refuse one more person when the campaign's full-time equivalents of that week are used."""
    frame, (slot,) = situation.frame, situation.slots
    if frame.full_time_equivalents_max is None:
        return None
    instance = situation.instance()
    start = wall_minute(campaign_monday(frame), slot.starts_at)
    row = Assignment(str(slot.id), start, (str(worker_id),))
    spent = spent_min(frame, instance, situation.calendar.holdings)
    sum_min = spent.get(start // WEEK_MIN, 0) + cost_min(Lookup(instance), row)
    limit_min = full_time_min(frame.full_time_equivalents_max)
    if sum_min <= limit_min:
        return None
    text = "la campagne dépasserait ses équivalents temps plein : %(sum)s pour %(limit)s"
    return Refusal("full-time", text, {"sum": duration(sum_min), "limit": duration(limit_min)})


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask of a plan that was made earlier, and who can no longer be asked."""

    ask: tuple[Suggestion, ...]
    left_out: tuple[Suggestion, ...]


def still_possible(situation: Situation, suggestions: Sequence[Suggestion]) -> Asked:
    """Ask the hard rules again about a plan, as the roster is now.

    Somebody whom a rule refuses by now is left out, and so is whoever was there for them only.
    """
    instance = situation.instance()
    lookup, monday = Lookup(instance), campaign_monday(situation.frame)
    rows: defaultdict[str, list[str]] = defaultdict(list)
    for suggestion in suggestions:
        rows[str(suggestion.task_id)].append(str(suggestion.worker_id))
    starts = {str(s.id): wall_minute(monday, s.starts_at) for s in situation.slots}
    held = {fact.task: fact.team for fact in instance.fixed}
    out: set[tuple[str, str]] = set()
    plan = Plan(fixed=instance.fixed)
    for task, start in starts.items():
        team = _still_possible(lookup, plan, task, start, [*held.get(task, ()), *rows[task]])
        out |= {(task, who) for who in rows[task] if who not in team}
        if team:
            row = Assignment(task, start, tuple(team))
            plan = Plan(incomplete=(*plan.incomplete, row), fixed=instance.fixed)
    ask = [s for s in suggestions if (str(s.task_id), str(s.worker_id)) not in out]
    left_out = [s for s in suggestions if (str(s.task_id), str(s.worker_id)) in out]
    return Asked(tuple(ask), tuple(left_out))


def _still_possible(
    lookup: Lookup, plan: Plan, task: str, start: int, team: Sequence[object]
) -> list[str]:
    kept = [str(who) for who in team]
    facts = {str(who) for fact in plan.fixed if fact.task == task for who in fact.team}
    while True:
        row = Assignment(task, start, tuple(kept))
        present = Plan(incomplete=(*plan.incomplete, row), fixed=plan.fixed)
        refused = [
            who
            for who in kept
            if who not in facts and all_refusals(lookup, present, who, task, start)
        ]
        if not refused:
            return kept
        kept.remove(refused[-1])
