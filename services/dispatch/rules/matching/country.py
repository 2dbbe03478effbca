"""Country size: the map cut into bands, one process each, and a bound for all of them together.

Nothing here starts a process: the caller brings a `run` that maps a function over jobs (a process
pool, or the plain `map`). Jobs and answers can be pickled.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from .checker import violations
from .engine import RejectedPlanError, match
from .model import Id, Instance, Lookup, Plan, Worker, id_key, in_order
from .objective import score

Run = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
Prices = dict[Id, tuple[float, ...]]  # of a minute of a shared worker, by week


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

    Raises:
        RejectedPlanError: never, unless the matcher itself is wrong.
    """
    begun_s = perf_counter()
    jobs = [(band, seconds, seed + k) for k, band in enumerate(bands(instance, processes))]
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
    return replace(plan, score=total, seconds=perf_counter() - begun_s)


def match_band(job: tuple[Instance, float, int]) -> Plan:
    """Match one band."""
    instance, seconds, seed = job
    return match(instance, seconds=seconds, seed=seed)


# --- the bound -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """The relaxation of one part: its value, and what it takes of each shared worker."""

    value: float
    minutes: dict[Id, tuple[float, ...]]  # of shared workers, by week
    worth: dict[Id, tuple[float, ...]]  # of one more minute, by week


def country_bound(  # noqa: PLR0913 -- how it runs, how long, and who watches
    instance: Instance,
    *,
    run: Run,
    known: int,
    rounds: int = 6,
    largest: int = 400,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Return a proven upper bound of every plan's score, by Lagrangian decomposition.

    The map is cut into parts; a worker who reaches several may be used in each as if the others
    did not, and pays a price per minute there. For any prices, the parts' optima plus what the
    workers earn bound the whole; the prices follow the subgradient (Polyak's step towards `known`,
    the score of a plan).

    Raises:
        ValueError: an instance with facts.
    """
    from .proof import whole_bound  # noqa: PLC0415 -- the solver is optional

    if instance.fixed:
        raise ValueError("a bound of a country is for a plan without facts")
    parts = _parts(instance, largest)
    reach: dict[Id, int] = {}
    for part in parts:
        for worker in part.workers:
            reach[worker.id] = reach.get(worker.id, 0) + 1
    shared = frozenset(w for w, number in reach.items() if number > 1)
    answers = list(run(relax_part, [(part, shared, None) for part in parts]))
    best = sum(a.value for a in answers)
    lookup = Lookup(instance)
    prices = _first_prices(parts, shared, answers, instance.weeks)
    for _ in range(rounds if shared else 0):
        jobs = [
            (part, shared, {w.id: prices[w.id] for w in part.workers if w.id in shared})
            for part in parts
        ]
        answers = list(run(relax_part, jobs))
        earned = {w: _earns(lookup, lookup.workers[w], prices[w]) for w in shared}
        value = sum(a.value for a in answers) + sum(e[0] for e in earned.values())
        best = min(best, value)
        if progress is not None:
            progress(whole_bound(best))
        prices = _next_prices(prices, earned, answers, value - known)
    return whole_bound(best)


def _parts(instance: Instance, largest: int) -> list[Instance]:
    from .candidates import Candidates  # noqa: PLC0415 -- only this function needs the whole map
    from .parts import cut  # noqa: PLC0415 -- see above

    whole = Candidates(instance, only=())
    parts = []
    for part in cut(whole, range(len(whole.tasks)), largest):
        zones = {whole.zone_of[t] for t in part}
        near = sorted({w for z in zones for w in whole.near(z)})
        workers = tuple(whole.workers[w] for w in near)
        tasks = tuple(whole.tasks[t] for t in part)
        declined = _declined(instance, workers)
        parts.append(replace(instance, workers=workers, tasks=tasks, declined=declined))
    return parts


def relax_part(
    job: tuple[Instance, frozenset[Id], Mapping[Id, tuple[float, ...]] | None],
) -> PartAnswer:
    """Solve the relaxation of one part; with prices, shared people cost these and no tiers."""
    from .candidates import Candidates  # noqa: PLC0415 -- runs in another process
    from .formulation import Formulation  # noqa: PLC0415 -- see above
    from .proof import solver  # noqa: PLC0415 -- see above
    from .state import State  # noqa: PLC0415 -- see above

    instance, shared, prices = job
    c = Candidates(instance)
    by_place = {c.worker_at[w]: p for w, p in (prices or {}).items()}
    formulation = Formulation(State(c), range(len(c.tasks)), prices=by_place)
    if not formulation.rows.upper:
        return PartAnswer(0.0, {}, {})
    model = solver(formulation.rows, relaxed=True)
    model.run()
    solution = model.getSolution()
    minutes: dict[Id, list[float]] = {}
    worth: dict[Id, list[float]] = {}
    for (t, start, w), x in formulation.x.items():
        who = c.workers[w].id
        if who in shared and solution.col_value[x] > 0:
            week = minutes.setdefault(who, [0.0] * instance.weeks)
            week[start // (7 * 24 * 60)] += c.member(t, w).charged_min * solution.col_value[x]
    for row, (w, weeks) in formulation.caps.items():
        who = c.workers[w].id
        if who in shared:
            mine = worth.setdefault(who, [0.0] * instance.weeks)
            for week_number in weeks:
                mine[week_number] += abs(solution.row_dual[row])
    return PartAnswer(
        float(model.getInfo().objective_function_value),
        {who: tuple(values) for who, values in minutes.items()},
        {who: tuple(values) for who, values in worth.items()},
    )


def _first_prices(
    parts: Sequence[Instance], shared: frozenset[Id], answers: Sequence[PartAnswer], weeks: int
) -> Prices:
    """Price each shared worker as the home part does."""
    prices: Prices = dict.fromkeys(shared, (0.0,) * weeks)
    for part, answer in zip(parts, answers, strict=True):
        zones = {t.zone for t in part.tasks}
        for worker in part.workers:
            if worker.id in shared and worker.home in zones and worker.id in answer.worth:
                prices[worker.id] = answer.worth[worker.id]
    return prices


def _next_prices(
    prices: Prices,
    earned: Mapping[Id, tuple[float, tuple[float, ...]]],
    answers: Sequence[PartAnswer],
    above: float,
) -> Prices:
    used = {w: [0.0] * len(p) for w, p in prices.items()}
    for answer in answers:
        for w, minutes in answer.minutes.items():
            used[w] = [a + b for a, b in zip(used[w], minutes, strict=True)]
    slope = {w: [a - b for a, b in zip(used[w], earned[w][1], strict=True)] for w in prices}
    steep = sum(g * g for gs in slope.values() for g in gs)
    # Polyak's step, towards a point between the known plan and the bound: the optimum is there.
    step = 0.5 * max(0.0, above) / steep if steep else 0.0
    return {
        w: tuple(max(0.0, p + step * g) for p, g in zip(prices[w], slope[w], strict=True))
        for w in prices
    }


def _earns(
    lookup: Lookup, worker: Worker, prices: Sequence[float]
) -> tuple[float, tuple[float, ...]]:
    """Return the most a worker can earn at these prices, and the minutes by week that earn it.

    The caps of the week and of the campaign hold, the tiers of the cap cost; other bounds are left
    out, which can only make the bound larger.
    """
    weights = lookup.weights
    other = dict(worker.other_min)
    tiers = (
        (worker.total_cap_min * weights.tier1_pct // 100, 0),
        (worker.total_cap_min * weights.tier2_pct // 100, weights.cost),
        (worker.total_cap_min, 3 * weights.cost),
    )
    total, used, minutes = 0.0, 0, [0.0] * len(prices)
    for week in sorted(range(len(prices)), key=lambda k: (-prices[k], k)):
        left = max(0, worker.week_cap_min - other.get(week, 0))
        for top, cost in tiers:
            if prices[week] <= cost:
                break
            taken = max(0, min(left, top - used))
            total += taken * (prices[week] - cost)
            minutes[week] += taken
            used += taken
            left -= taken
    return total, tuple(minutes)
