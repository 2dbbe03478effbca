"""Country size: the map cut into bands, one process each. `bound.py` bounds them all together.

Nothing here starts a process: the caller brings a `run` that maps a function over jobs (a process
pool, or the plain `map`). Jobs and answers can be pickled.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from .checker import violations
from .engine import RejectedPlanError, match
from .model import Id, Instance, Plan, Worker, id_key, in_order
from .objective import ceiling, score

# Reading the bands' answers and checking the joined plan, measured on S3: it comes off the search.
JOINING_S_PER_TASK = 0.0004

Run = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]


def bands(instance: Instance, number: int) -> list[Instance]:
    """Cut a map into bands of about as many tasks, each with the workers who live there.

    An instance with facts, without coordinates or with too few zones stays whole: one band.
    """
    zones = instance.neighbourhoods
    if instance.fixed or any(z.x is None or z.y is None for z in zones) or len(zones) < number:
        return [instance]
    tasks = dict.fromkeys((z.id for z in zones), 0)
    for task in instance.tasks:
        tasks[task.zone] += 1
    districts: dict[Id, list[Id]] = {}
    for z in zones:
        districts.setdefault(z.id if z.district is None else z.district, []).append(z.id)
    place = {z.id: (z.x or 0.0, z.y or 0.0) for z in zones}

    def middle(district: Id) -> tuple[float, float]:
        inside = districts[district]
        return (
            sum(place[z][0] for z in inside) / len(inside),
            sum(place[z][1] for z in inside) / len(inside),
        )

    found: list[set[Id]] = [set()]
    seen = 0
    for district in sorted(districts, key=lambda d: (*middle(d), id_key(d))):
        if len(found) < number and seen >= len(instance.tasks) * len(found) / number:
            found.append(set())
        found[-1].update(districts[district])
        seen += sum(tasks[z] for z in districts[district])
    return [_inside(instance, band) for band in found]


def _inside(instance: Instance, band: set[Id]) -> Instance:
    workers = tuple(w for w in instance.workers if w.home in band)
    tasks = tuple(t for t in instance.tasks if t.zone in band)
    return replace(instance, workers=workers, tasks=tasks, declined=_declined(instance, workers))


def _declined(instance: Instance, workers: Iterable[Worker]) -> frozenset[tuple[Id, Id]]:
    people = {w.id for w in workers}
    return frozenset(pair for pair in instance.declined if pair[0] in people)


def match_country(
    instance: Instance, *, seconds: float, seed: int = 0, processes: int = 2, run: Run
) -> Plan:
    """Match each band in its own process; nobody crosses a band's border.

    The bound is the plain one; `bound.country_bound` finds a sharp one when there are minutes.

    Raises:
        RejectedPlanError: never, unless the matcher itself is wrong.
    """
    begun_s = perf_counter()
    search_s = max(0.0, seconds - JOINING_S_PER_TASK * len(instance.tasks))
    jobs = [(band, search_s, seed + k) for k, band in enumerate(bands(instance, processes))]
    plans: list[Plan] = list(run(match_band, jobs))
    if len(plans) == 1:
        return plans[0]
    plan = Plan(
        assignments=in_order(a for p in plans for a in p.assignments),
        missing=tuple(sorted((t for p in plans for t in p.missing), key=id_key)),
        engine=f"{plans[0].engine}, {len(plans)} bands",
    )
    found = violations(instance, plan)
    if found:
        raise RejectedPlanError(found)
    total = score(instance, plan.assignments)
    seconds = perf_counter() - begun_s
    return replace(plan, score=total, bound=ceiling(instance), seconds=seconds)


def match_band(job: tuple[Instance, float, int]) -> Plan:
    """Match one band."""
    instance, seconds, seed = job
    return match(instance, seconds=seconds, seed=seed)
