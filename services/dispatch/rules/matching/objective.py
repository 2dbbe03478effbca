"""What a plan is worth: the soft rules, added up from the raw data."""

from collections.abc import Iterable

from .model import WEEK_MIN, Assignment, Id, Instance, Lookup, Score, Task, Weights
from .preferences import SOFT
from .rule import Ask, MemberCost, PlanView


def score(instance: Instance | Lookup, assignments: Iterable[Assignment]) -> Score:
    """Add the soft rules up, by level and blended. Order of the assignments never matters."""
    lookup = instance if isinstance(instance, Lookup) else Lookup(instance)
    view = PlanView(
        lookup,
        tuple(
            (lookup.tasks[a.task], a.start, tuple(lookup.workers[w] for w in a.team))
            for a in assignments
        ),
    )
    levels = {"mandatory": 0, "cover": 0, "depth": 0, "quality": 0, "cost": 0}
    for points, level in _points(view):
        levels[level] += points
    return blend(
        lookup.weights,
        Score(
            levels["mandatory"],
            levels["cover"],
            levels["depth"],
            levels["quality"],
            -levels["cost"],
        ),
    )


def blend(weights: Weights, levels: Score) -> Score:
    """Fill in `total` from the levels."""
    total = (
        weights.mandatory * levels.mandatory
        + weights.cover * levels.cover
        + weights.depth * levels.depth
        + weights.quality * levels.quality
        + weights.cost * levels.neg_cost
    )
    return Score(
        levels.mandatory, levels.cover, levels.depth, levels.quality, levels.neg_cost, total
    )


def ceiling(instance: Instance, facts: Iterable[Assignment] = ()) -> int:
    """Return a bound that costs nothing: every task done at its best, every cell reached.

    `facts` may start at times of their own, which reach cells too.
    """
    weights, cells = instance.weights, set[tuple[Id, int]]()
    need = {zone.id: zone.need for zone in instance.neighbourhoods}
    for task in instance.tasks:
        cells.update((task.zone, start // WEEK_MIN) for start in task.starts)
    zones = {task.id: task.zone for task in instance.tasks}
    cells.update((zones[fact.task], fact.start // WEEK_MIN) for fact in facts)
    return sum(weights.cover * need[zone] for zone, _ in cells) + sum(
        worth_at_best(weights, task, need[task.zone]) for task in instance.tasks
    )


def worth_at_best(weights: Weights, task: Task, need: int) -> int:
    """Return the most that a task can be worth, the cell that it may reach left aside."""
    second = max(0, min(2, task.pref_team) - max(1, task.min_team))
    third = max(0, task.pref_team - max(2, task.min_team))
    points = weights.lang * len(task.want_langs) + weights.home
    points += weights.second * second + weights.third * third
    worth = weights.depth * need * task.importance
    return worth + weights.quality * points + weights.mandatory * task.mandatory


def points_by_rule(lookup: Lookup, assignments: Iterable[Assignment]) -> dict[str, int]:
    """Return the points of each soft rule, by its code."""
    rows = tuple(
        (lookup.tasks[a.task], a.start, tuple(lookup.workers[w] for w in a.team))
        for a in assignments
    )
    view = PlanView(lookup, rows)
    return {rule.code: points for rule, (points, _) in zip(SOFT, _points(view), strict=True)}


def _points(view: PlanView) -> Iterable[tuple[int, str]]:
    for rule in SOFT:
        if isinstance(rule, MemberCost):
            yield (
                sum(
                    rule.cost_min(Ask(view.lookup, worker, task, start))
                    for task, start, team in view.rows
                    for worker in team
                ),
                "cost",
            )
        else:
            yield rule.points(view), rule.level
