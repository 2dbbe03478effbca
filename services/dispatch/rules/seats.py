"""One seat of a plan: whether a rule is against who sits there, who else could, what a change is.

A seat is one person's place in the team of one task. Plans suggest seats; the coordination may
give one to somebody else or leave it empty, and the same hard rules that the matcher keeps say
whether that can be.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID

from services.dispatch.rules.instance import campaign_monday, cost_min
from services.dispatch.rules.local_time import wall_minute
from services.dispatch.rules.matching import (
    WEEK_MIN,
    Assignment,
    Instance,
    Lookup,
    Plan,
    Refusal,
    TeamAsk,
    team_refusals,
)
from services.dispatch.rules.matching.engine import all_refusals
from services.dispatch.rules.matching.model import N_
from services.dispatch.rules.plan_search import spent_beside
from services.dispatch.rules.planning import Situation, Suggestion, suggestions_for
from services.dispatch.rules.reasons import told_of
from services.dispatch.rules.time_account import full_time_min
from services.dispatch.rules.wording import Said
from shared.words import TaskId, WorkerId

SeatId: TypeAlias = tuple[TaskId, WorkerId]
FULL_TIME = N_("la campagne dépasserait ses équivalents temps plein de cette semaine-là")


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody for a seat. `why`: what speaks for them; `blocked_by` is empty when they may."""

    worker_id: WorkerId
    why: tuple[Said, ...]
    blocked_by: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The plan that stands, every seat of it in its place, whether or not a rule is against it."""

    situation: Situation
    instance: Instance
    lookup: Lookup
    plan: Plan

    def start(self, task_id: TaskId) -> int:
        """Return the minute at which a task begins."""
        return self.lookup.tasks[str(task_id)].starts[0]


def lay_table(
    situation: Situation, suggestions: Sequence[Suggestion], but: SeatId | None = None
) -> Table:
    """Seat whoever holds a task or is suggested for it; `but` one seat, which is to be given."""
    instance = situation.instance()
    known = {slot.id: slot for slot in situation.slots}
    monday = campaign_monday(situation.frame)
    teams: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for fact in instance.fixed:
        teams[str(fact.task)].update(dict.fromkeys(map(str, fact.team)))
    for one in suggestions:
        if one.task_id in known and (one.task_id, one.worker_id) != but:
            teams[str(one.task_id)][str(one.worker_id)] = None
    rows = tuple(
        Assignment(task, wall_minute(monday, known[TaskId(UUID(task))].starts_at), tuple(team))
        for task, team in teams.items()
    )
    return Table(situation, instance, Lookup(instance), Plan(incomplete=rows, fixed=instance.fixed))


def conflicts(
    situation: Situation, suggestions: Sequence[Suggestion]
) -> dict[SeatId, tuple[Said, ...]]:
    """Return the seats that a hard rule refuses by now, and what it says, without figures."""
    table = lay_table(situation, suggestions)
    known = {slot.id for slot in situation.slots}
    found: dict[SeatId, tuple[Said, ...]] = {}
    for one in suggestions:
        if one.task_id not in known or str(one.worker_id) not in table.lookup.workers:
            continue
        refused = all_refusals(
            table.lookup, table.plan, str(one.worker_id), str(one.task_id), table.start(one.task_id)
        )
        if refused:
            found[one.task_id, one.worker_id] = tuple(told_of(situation, r) for r in refused)
    return found


def choices(
    situation: Situation,
    suggestions: Sequence[Suggestion],
    task_id: TaskId,
    instead_of: WorkerId | None = None,
) -> list[Choice]:
    """Ask every rule about everybody who is not in a task's team, for a seat of it.

    Who said no is left out: a no is held up to nobody. Those who may come first, then those of the
    zone, then by name: never by how much anybody did.

    Raises:
        KeyError: the task is not among those to come.
    """
    table = lay_table(situation, suggestions, None if instead_of is None else (task_id, instead_of))
    present = table.plan.of(str(task_id))
    team = set() if present is None else set(present.team)
    task = table.lookup.tasks[str(task_id)]
    found = []
    for worker in situation.calendar.workers:
        said_no = (worker.id, task_id) in situation.declined
        if str(worker.id) in team or worker.id == instead_of or said_no:
            continue
        blocked = _refused(table, task_id, worker.id)
        choice = Choice(
            worker.id,
            _why(table, task_id, worker.id),
            tuple(told_of(situation, r) for r in blocked),
        )
        found.append(((bool(blocked), worker.home_zone != task.zone, worker.name), choice))
    return [choice for _, choice in sorted(found, key=lambda f: f[0])]


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats of a task after a change by hand, and what forbids it: nothing when it may be."""

    seats: tuple[Suggestion, ...]
    refused: tuple[Said, ...]


def reseat(
    situation: Situation,
    suggestions: Sequence[Suggestion],
    task_id: TaskId,
    take_from: WorkerId | None,
    give_to: WorkerId | None,
) -> Seating:
    """Give a seat of a task to somebody else, fill a free one, or (`give_to` None) leave it empty.

    Whoever the coordination seats is kept there, and so is everybody left in a team with a seat
    that is to stay empty.

    Raises:
        KeyError: the task is not among those to come, or an unknown worker.
    """
    stay = [s for s in suggestions if s.task_id == task_id and s.worker_id != take_from]
    if give_to is None:
        return Seating(tuple(replace(s, kept=True) for s in stay), ())
    table = lay_table(situation, suggestions, None if take_from is None else (task_id, take_from))
    refused = _refused(table, task_id, give_to)
    new = Suggestion(task_id, give_to, _why(table, task_id, give_to), kept=True)
    return Seating((*stay, new), tuple(told_of(situation, r) for r in refused))


def matched(situation: Situation, suggestions: Sequence[Suggestion]) -> Mapping[TaskId, int]:
    """Count how many hold each task to come or are suggested for it."""
    people: defaultdict[TaskId, set[WorkerId]] = defaultdict(set)
    for held in situation.calendar.holdings:
        people[held.task_id].add(held.worker_id)
    for one in suggestions:
        people[one.task_id].add(one.worker_id)
    return {slot.id: len(people[slot.id]) for slot in situation.slots}


def _why(table: Table, task_id: TaskId, worker_id: WorkerId) -> tuple[Said, ...]:
    row = Assignment(str(task_id), table.start(task_id), (str(worker_id),))
    return next((s.why for s in suggestions_for(table.instance, row, ())), ())


def _refused(table: Table, task_id: TaskId, worker_id: WorkerId) -> list[Refusal]:
    """Return every rule against somebody in a team, and against the team that they would make."""
    who, what, start = str(worker_id), str(task_id), table.start(task_id)
    found = all_refusals(table.lookup, table.plan, who, what, start)
    present = table.plan.of(what)
    team = () if present is None else present.team
    task = table.lookup.tasks[what]
    if len(team) + 1 >= task.min_team and not found:
        people = tuple(table.lookup.workers[w] for w in (*team, who))
        found += team_refusals(TeamAsk(table.lookup, task, start, people))
    over = _over_full_time(table, Assignment(what, start, (who,)))
    return found if over is None else [*found, over]


def _over_full_time(table: Table, seat: Assignment) -> Refusal | None:
    """Refuse one more seat when the campaign's full-time equivalents of that week are used."""
    most = table.situation.frame.full_time_equivalents_max
    if most is None:
        return None
    week = seat.start // WEEK_MIN
    spent = spent_beside(table.situation, table.instance).get(week, 0)
    rows = (row for row in table.plan.incomplete if row.start // WEEK_MIN == week)
    sum_min = spent + sum(cost_min(table.lookup, row) for row in (*rows, seat))
    return None if sum_min <= full_time_min(most) else Refusal("full-time", FULL_TIME, {})
