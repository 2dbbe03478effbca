"""`relais match bench`: the goals of the matcher, as ratios, measured in one run."""

import json
import resource
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import Any

from deploy.match.command import spawning
from services.dispatch.rules.matching import Instance, Plan, match, rematch
from services.dispatch.rules.matching.bound import country_bound
from services.dispatch.rules.matching.by_hand import match_by_hand
from services.dispatch.rules.matching.country import match_country
from services.dispatch.rules.matching.generate import SIZES, generate

PROCESSES = 2
SMALL_BOUND_S = 60.0
DECLINES = 15


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement beside its goal. `better` is ">=" or "<="."""

    size: str
    what: str
    value: float
    goal: float
    better: str = ">="

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.better == ">=" else self.value <= self.goal


def bench(sizes: list[str], *, seed: int = 0, quick: bool = False, as_json: bool = False) -> int:
    """Measure the sizes one after the other and print each line as soon as it is known."""
    lines = list[Line]()
    for size in sizes:
        instance = generate(SIZES[size], seed)
        measure = {"S1": _small, "S2": _middle, "S3": _country}[size]
        for line in measure(instance, quick=quick):
            lines.append(line)
            if not as_json:
                print(_row(line), flush=True)
    if as_json:
        rows = [
            {"size": x.size, "what": x.what, "value": x.value, "goal": x.goal, "met": x.met}
            for x in lines
        ]
        print(json.dumps({"lines": rows}, ensure_ascii=False))
    return 0


def _row(line: Line) -> str:
    cells = (
        line.size,
        line.what,
        f"{line.value:.4g}",
        f"{line.better} {line.goal:g}",
        "ok" if line.met else "no",
    )
    return f"| {' | '.join(cells)} |"


def _small(instance: Instance, *, quick: bool) -> list[Line]:
    one, ten = match(instance, seconds=1), match(instance, seconds=10)
    bound = _bound_of(one, ten)
    if not quick:
        bound = min(bound, _bound_of(match(instance, seconds=SMALL_BOUND_S)))
    return [
        Line("S1", "share of the bound in 1 s, %", 100 * one.score.total / bound, 99.3),
        Line("S1", "share of the bound in 10 s, %", 100 * ten.score.total / bound, 99.9),
        Line("S1", "times by hand, 10 s", ten.score.total / _by_hand(instance), 1),
    ]


def _bound_of(*plans: Plan) -> int:
    return min(plan.bound for plan in plans if plan.bound is not None)


def _by_hand(instance: Instance) -> int:
    return match_by_hand(instance).score.total


def _middle(instance: Instance, *, quick: bool) -> list[Line]:
    one = match(instance, seconds=1)
    long = match(instance, seconds=10 if quick else 60)
    bound = country_bound(instance)
    lines = [
        Line("S2", "share of the bound in 1 s, %", 100 * one.score.total / bound, 97.5),
        Line(
            "S2",
            f"share of the bound in {10 if quick else 60} s, %",
            100 * long.score.total / bound,
            99.3,
        ),
        Line("S2", "times by hand", long.score.total / _by_hand(instance), 1.2),
    ]
    return [*lines, _one_decline(instance, long)]


def _one_decline(instance: Instance, plan: Plan) -> Line:
    """Measure the median of some repairs: each after a "no" of somebody else to another task."""
    took_s = []
    for row in plan.assignments[:: len(plan.assignments) // DECLINES]:
        changed = replace(instance, declined=instance.declined | {(row.team[0], row.task)})
        begun_s = perf_counter()
        rematch(changed, plan, "local", accepted=plan.assignments[::2])
        took_s.append(perf_counter() - begun_s)
    return Line("S2", "re-matching one decline, s (median)", median(took_s), 0.3, "<=")


def _country(instance: Instance, *, quick: bool) -> list[Line]:
    with ProcessPoolExecutor(PROCESSES, mp_context=spawning()) as pool:
        list(pool.map(abs, range(2 * PROCESSES)))  # started: a service has its processes ready

        def run(function: Any, jobs: Any) -> Any:
            return pool.map(function, jobs)

        begun_s = perf_counter()
        match_country(instance, seconds=0, processes=PROCESSES, run=run)
        first_s = perf_counter() - begun_s
        seconds = 20 if quick else 60
        begun_s = perf_counter()
        plan = match_country(instance, seconds=seconds, processes=PROCESSES, run=run)
        spent_s = perf_counter() - begun_s
    # Peak of the largest process of the search: measured before the bound's own processes start.
    largest_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    lines = [
        Line("S3", "first plan, s", first_s, 5, "<="),
        Line("S3", "whole run, s", spent_s, seconds, "<="),
        Line("S3", "times by hand", plan.score.total / _by_hand(instance), 1.2),
        Line("S3", "memory of a searching process, MB", largest_mb, 300, "<="),
    ]
    bound = country_bound(instance)
    share = 100 * plan.score.total / bound
    return [*lines, Line("S3", f"share of the bound in {seconds} s, %", share, 98.0)]
