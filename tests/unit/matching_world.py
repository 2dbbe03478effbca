"""Builders of small matching problems: a test says only what matters to it."""

from collections.abc import Iterable
from itertools import combinations, product
from random import Random
from typing import Any

from services.dispatch.rules.matching import (
    DAY_MIN,
    WEEK_MIN,
    Assignment,
    Commitment,
    Instance,
    Neighbourhood,
    Period,
    Plan,
    Task,
    Worker,
    repeat_weekly,
    score,
    violations,
)

HOUR = 60
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (day * DAY_MIN for day in range(5))
OFFICE_HOURS = [Period(day + 8 * HOUR, day + 19 * HOUR) for day in range(0, 5 * DAY_MIN, DAY_MIN)]


def a_zone(zone: int | str = "canal", **but: Any) -> Neighbourhood:
    return Neighbourhood(id=zone, **but)


def a_worker(worker: int | str = "ana", **but: Any) -> Worker:
    usual: dict[str, Any] = {
        "home": "canal",
        "week_cap_min": 20 * HOUR,
        "total_cap_min": 60 * HOUR,
        "work": repeat_weekly(OFFICE_HOURS, but.pop("weeks", 8)),
    }
    return Worker(id=worker, **{**usual, **but})


def a_task(task: int | str = "table", **but: Any) -> Task:
    usual: dict[str, Any] = {
        "zone": "canal",
        "kind": "table",
        "duration_min": 2 * HOUR,
        "starts": (MONDAY + 10 * HOUR,),
    }
    return Task(id=task, **{**usual, **but})


def an_instance(
    *tasks: Task,
    workers: Iterable[Worker] = (),
    zones: Iterable[Neighbourhood] = (),
    **but: Any,
) -> Instance:
    usual: dict[str, Any] = {"name": "test", "weeks": 8}
    return Instance(
        neighbourhoods=tuple(zones) or (a_zone(),),
        workers=tuple(workers) or (a_worker(),),
        tasks=tasks or (a_task(),),
        **{**usual, **but},
    )


def a_plan(*assignments: tuple[Any, int, tuple[Any, ...]], **but: Any) -> Plan:
    return Plan(assignments=tuple(Assignment(*a) for a in assignments), **but)


def codes(instance: Instance, plan: Plan) -> set[str]:
    """What the checker convicts a plan of."""
    return {violation.code for violation in violations(instance, plan)}


def a_small_world(seed: int) -> Instance:
    """Four zones, four workers with full weeks and every kind of bound, four to six tasks."""
    rnd = Random(seed)  # noqa: S311 -- a seeded choice, not a secret
    zones = [
        Neighbourhood(
            f"z{k}", need=rnd.randint(1, 100), x=rnd.uniform(0, 4), y=rnd.uniform(0, 4), district=0
        )
        for k in range(4)
    ]
    langs, skills = ["fr", "nl", "ar", "tr"], ["energy", "health"]
    workers = []
    for k in range(4):
        busy = [
            Commitment(
                start := day * DAY_MIN + HOUR * rnd.randint(8, 15),
                start + HOUR * rnd.randint(1, 3),
                rnd.choice([None, rnd.choice(zones).id]),
                rnd.choice(["commitment", "host", "campaign", "team"]),
            )
            for day in rnd.sample(range(12), 5)
        ]
        workers.append(
            Worker(
                id=f"w{k}" if rnd.random() < 0.5 else k,
                home=rnd.choice(zones).id,
                langs=frozenset(rnd.sample(langs, 2)),
                skills=frozenset(rnd.sample(skills, 1)),
                week_cap_min=HOUR * rnd.randint(3, 9),
                total_cap_min=HOUR * rnd.randint(4, 14),
                max_travel_min=rnd.choice([20, 30, 45]),
                work=repeat_weekly(OFFICE_HOURS, 2),
                busy=tuple(sorted(busy, key=lambda b: b.start)),
                refuses=frozenset({"door"} if rnd.random() < 0.2 else set()),
                absences=(Period(3 * DAY_MIN, 5 * DAY_MIN),) if rnd.random() < 0.3 else (),
                rolling_cap_min=rnd.choice([None, HOUR * rnd.randint(3, 12)]),
                mission_cap_min=rnd.choice([None, HOUR * rnd.randint(8, 30)]),
                other_min=((-1, 60), (0, HOUR * rnd.randint(0, 3))),
            )
        )
    tasks = []
    for k in range(rnd.randint(4, 6)):
        least = rnd.choice([1, 1, 2])
        tasks.append(
            Task(
                id=k if rnd.random() < 0.5 else f"t{k}",
                zone=rnd.choice(zones).id,
                kind=rnd.choice(["door", "table", "market"]),
                duration_min=HOUR * rnd.randint(1, 4),
                starts=tuple(
                    sorted(
                        {
                            day * DAY_MIN + HOUR * rnd.randint(8, 15)
                            for day in rnd.choices([0, 0, 1, 7, 8], k=2)
                        }
                    )
                ),
                min_team=least,
                pref_team=least + rnd.choice([0, 1]),
                req_langs=frozenset(rnd.sample(langs, 1)) if rnd.random() < 0.3 else frozenset(),
                want_langs=frozenset(rnd.sample(langs, 1)) if rnd.random() < 0.5 else frozenset(),
                skill=rnd.choice([None, None, "energy"]),
                importance=rnd.randint(1, 8),
                series=rnd.choice([None, "s"]),
                mission=rnd.random() < 0.2,
            )
        )
    declined = {(w.id, t.id) for w in workers for t in tasks if rnd.random() < 0.1}
    return Instance(
        "small", 2, tuple(zones), tuple(workers), tuple(tasks), declined=frozenset(declined)
    )


def best_by_force(instance: Instance, limit: int = 20_000) -> int | None:
    """The best score of all plans, tried one by one; None when there are too many."""
    choices: list[list[Assignment | None]] = []
    number = 1
    for task in instance.tasks:
        alone: list[Assignment | None] = [None]
        for start in task.starts:
            for size in range(task.min_team, max(task.min_team, task.pref_team) + 1):
                for team in combinations([w.id for w in instance.workers], size):
                    only = Assignment(task.id, start, team)
                    if not violations(instance, Plan(assignments=(only,))):
                        alone.append(only)
        choices.append(alone)
        number *= len(alone)
        if number > limit:
            return None
    best = 0
    for combination in product(*choices):
        rows = tuple(a for a in combination if a is not None)
        total = score(instance, rows).total
        if total > best and not violations(instance, Plan(assignments=rows)):
            best = total
    return best


__all__ = [
    "DAY_MIN",
    "FRIDAY",
    "HOUR",
    "MONDAY",
    "THURSDAY",
    "TUESDAY",
    "WEDNESDAY",
    "WEEK_MIN",
    "a_plan",
    "a_small_world",
    "a_task",
    "a_worker",
    "a_zone",
    "an_instance",
    "best_by_force",
    "codes",
]
