"""A better plan, looked for longer, and what it would change. It is offered; nobody is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.dispatch.rules.instance import within_full_time
from services.dispatch.rules.matching import (
    Assignment,
    Instance,
    Plan,
    Watch,
    match,
    rematch,
    score,
)
from services.dispatch.rules.matching.rematch import Depth
from services.dispatch.rules.plan_search import (
    Quality,
    Teams,
    as_teams,
    by_task,
    spent_beside,
    standing_plan,
    with_bound,
)
from services.dispatch.rules.planning import Situation, Suggestion
from shared.words import TaskId

REPAIR_S = 2.0  # of a local repair: exact, on the forty tasks nearest to the gaps


@dataclass(frozen=True, slots=True)
class Better:
    """What a search found. `teams` is None when the plan that stands is as good."""

    teams: Teams | None
    standing: Quality

    @property
    def offered(self) -> tuple[Suggestion, ...]:
        return self.teams.suggestions if self.teams else ()

    @property
    def quality(self) -> Quality:
        return self.teams.quality if self.teams else self.standing


def look_for_better(
    situation: Situation,
    suggestions: Sequence[Suggestion],
    depth: Depth,
    seconds: float,
    watch: Watch,
) -> Better:
    """Fill gaps, repair around them, or search the whole plan anew. What is asked stays as it is.

    Args:
        situation: as it is now.
        suggestions: the plan that stands.
        depth: "fill": nobody is moved; "local": the tasks around the gaps; "whole".
        seconds: for the whole search; the others take what they need.
        watch: told of progress, asked whether to stop.
    """
    instance = situation.instance()
    standing = standing_plan(situation, instance, suggestions)
    if depth == "whole":
        seed = situation.frame.campaign_id.int % 2**31
        found = match(instance, seconds=seconds, seed=seed, watch=watch)
    else:
        old = with_gaps(instance, standing)
        found = with_bound(instance, rematch(instance, old, depth, seconds=REPAIR_S).plan)
    before = _within(situation, instance, replace(standing, bound=found.bound))
    after = _within(situation, instance, found)
    if after.score.total <= before.score.total:
        return Better(None, as_teams(situation, instance, before).quality)
    return Better(
        as_teams(situation, instance, found), as_teams(situation, instance, before).quality
    )


def with_gaps(instance: Instance, standing: Plan) -> Plan:
    """Add the tasks that nobody does to a plan, as teams that wait for everybody."""
    known = {row.task for row in (*standing.assignments, *standing.incomplete)}
    empty = (Assignment(t.id, t.starts[0], ()) for t in instance.tasks if t.id not in known)
    return replace(standing, incomplete=(*standing.incomplete, *empty))


def _within(situation: Situation, instance: Instance, plan: Plan) -> Plan:
    """Score what the campaign's full-time equivalents leave of a plan."""
    spent = spent_beside(situation, instance)
    kept = within_full_time(situation.frame, instance, plan, spent)
    return replace(plan, assignments=kept, score=score(instance, kept))


@dataclass(frozen=True, slots=True)
class TaskChange:
    """One task before and after: who is suggested."""

    task_id: TaskId
    before: tuple[UUID, ...]
    after: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What an offer would change, task by task. Nobody in it was asked yet.

    `disturbed`: suggestions that are taken back or moved to somebody else.
    """

    gained: tuple[TaskChange, ...]
    lost: tuple[TaskChange, ...]
    changed: tuple[TaskChange, ...]

    @property
    def disturbed(self) -> int:
        return sum(len(set(c.before) - set(c.after)) for c in (*self.lost, *self.changed))

    @property
    def is_nothing(self) -> bool:
        return not (self.gained or self.lost or self.changed)


def compare(before: Sequence[Suggestion], after: Sequence[Suggestion]) -> Change:
    """Compare whom two plans suggest for the tasks that nobody was asked about."""
    was, now = _people(before), _people(after)
    changes = [
        TaskChange(task_id, was.get(task_id, ()), now.get(task_id, ()))
        for task_id in sorted({*was, *now}, key=str)
        if was.get(task_id) != now.get(task_id)
    ]
    return Change(
        gained=tuple(c for c in changes if not c.before),
        lost=tuple(c for c in changes if not c.after),
        changed=tuple(c for c in changes if c.before and c.after),
    )


def _people(suggestions: Sequence[Suggestion]) -> Mapping[TaskId, tuple[UUID, ...]]:
    return {
        task_id: tuple(sorted((s.worker_id for s in theirs), key=str))
        for task_id, theirs in by_task(suggestions).items()
    }
