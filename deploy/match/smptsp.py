"""Shift-minimisation personnel task scheduling (SMPTSP): public instances, read and solved.

The matching problem reduced to its hardest corner: every job is mandatory, has one start and one
person, who must be qualified; one series holds all jobs, so that continuity counts the people
used. Source of the problem and of the instances: Krishnamoorthy, Ernst and Baatar, "Algorithms for
large scale shift minimisation personnel task scheduling problems", European Journal of Operational
Research 219 (2012). Planning few people again and again: Smet, Wauters, Mihaylov and Vanden
Berghe, "The shift minimisation personnel task scheduling problem: a new hybrid approach and
computational insights", Omega 46 (2014).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from deploy.match.budget import Budget
from deploy.match.curtois_reader import UnreadableError
from services.dispatch.rules.matching.formulation import INFINITE, Rows
from services.dispatch.rules.matching.proof import solver

GROUPS = (10, 14, 18, 24)  # people who are planned again together
GROUP_S = 3.0  # for one group
FEW = 8  # drawn, to find somebody with few jobs
CHANCE = 0.4  # so much of it by chance, so that plans wander
TIE = 0.5  # what all jobs together cost somebody who is to be spared: less than one person


@dataclass(frozen=True, slots=True)
class Jobs:
    """Jobs as (start, end), and for each worker the jobs that person is qualified for."""

    times: tuple[tuple[int, int], ...]
    qualified: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """How many workers suffice, and the least that could."""

    used: int | None
    bound: int
    seconds: float


def read_smptsp(text: str) -> Jobs:
    """Read the format of the public `Data_*` files.

    Raises:
        UnreadableError: with every error at once, each with its line and what to do about it.
    """
    reading = _Reading()
    lines = text.splitlines()
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line and not line.startswith("#"):
            try:
                reading.line(number, line)
            except (ValueError, IndexError):
                wanted = _BELONGS[reading.mode]
                reading.errors.append(
                    f"line {number}: {line[:40]!r} does not belong here: {wanted}"
                )
    times, errors, end = reading.times, reading.errors, len(lines) + 1
    if len(times) != reading.said or not times:
        errors.append(f"line {end}: {reading.said} jobs are announced, {len(times)} are there")
    nobody = sorted(set(range(len(times))) - {j for mine in reading.qualified for j in mine})
    if nobody and not errors:
        errors.append(f"line {end}: nobody is qualified for the jobs {nobody[:5]}: add somebody")
    if errors:
        raise UnreadableError(errors)
    return Jobs(tuple(times), tuple(reading.qualified))


@dataclass(slots=True)
class _Reading:
    """What the lines so far said, and what was wrong with them."""

    times: list[tuple[int, int]] = field(default_factory=list)
    qualified: list[frozenset[int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    mode: str = ""
    said: int = 0

    def line(self, number: int, line: str) -> None:
        """Take in one line.

        Raises:
            ValueError, IndexError: it is not what belongs here.
        """
        if line.startswith("Jobs"):
            self.mode, self.said = "jobs", int(line.split("=")[1])
        elif line.startswith("Qualifications"):
            self.mode = "qualifications"
        elif self.mode == "jobs":
            start, end = map(int, line.split()[:2])
            self.times.append((start, end))
            if start >= end:
                self.errors.append(f"line {number}: the job ends before it begins: correct it")
        elif self.mode == "qualifications":
            size, jobs = line.split(":")
            mine = frozenset(map(int, jobs.split()))
            self.qualified.append(mine)
            if len(mine) != int(size) or not mine <= set(range(len(self.times))):
                self.errors.append(
                    f"line {number}: {size} jobs are announced; write as many different ones, "
                    f"from 0 to {len(self.times) - 1}"
                )


_BELONGS = {
    "": "write `Jobs = NUMBER` first",
    "jobs": "write `START END` in whole numbers",
    "qualifications": "write `HOW MANY: JOB JOB ...` in whole numbers",
}


def least_overlap(jobs: Jobs) -> int:
    """Return the jobs that run at one time, at most: nobody does two of them."""
    events = sorted([(s, 1) for s, _ in jobs.times] + [(e, -1) for _, e in jobs.times])
    running = most = 0
    for _, change in events:
        running += change
        most = max(most, running)
    return most


def _cliques(jobs: Jobs, mine: frozenset[int]) -> Iterator[list[int]]:
    """Yield the largest sets of one person's jobs that all overlap."""
    active, grew = list[int](), False
    for j in sorted(mine, key=lambda j: jobs.times[j]):
        still = [k for k in active if jobs.times[k][1] > jobs.times[j][0]]
        if len(still) < len(active) and grew:
            yield active
        active, grew = [*still, j], True
    if active:
        yield active


def by_start(jobs: Jobs) -> dict[int, int] | None:
    """Give each job, in order, to somebody already in use where possible: a first plan."""
    able = [
        [w for w, mine in enumerate(jobs.qualified) if j in mine] for j in range(len(jobs.times))
    ]
    free_at, used = [-1] * len(jobs.qualified), set[int]()
    plan = dict[int, int]()
    for j in sorted(range(len(jobs.times)), key=lambda j: (jobs.times[j][0], len(able[j]))):
        start, end = jobs.times[j]
        free = [w for w in able[j] if free_at[w] <= start]
        if not free:
            return None
        w = min(
            free,
            key=lambda w: (w not in used, -free_at[w] if w in used else -len(jobs.qualified[w]), w),
        )
        used.add(w)
        free_at[w], plan[j] = end, w
    return plan


def people_used(jobs: Jobs, plan: dict[int, int]) -> int:
    """Count the workers of a plan.

    Raises:
        ValueError: the plan is none: a job without somebody qualified, or two at once.
    """
    mine: dict[int, list[tuple[int, int]]] = {}
    for j, w in plan.items():
        if j not in jobs.qualified[w]:
            raise ValueError("somebody is not qualified")
        mine.setdefault(w, []).append(jobs.times[j])
    overlap = any(
        a[1] > b[0] for v in mine.values() for a, b in zip(sorted(v), sorted(v)[1:], strict=False)
    )
    if overlap or set(plan) != set(range(len(jobs.times))):
        raise ValueError("a job is missing or two run at once")
    return len(mine)


def solve_smptsp(jobs: Jobs, seconds: float, seed: int = 0) -> Found:
    """Find the fewest workers, with a proven bound, in so many seconds of processor time."""
    budget = Budget(seconds)
    least, everybody = least_overlap(jobs), range(len(jobs.qualified))
    plan = by_start(jobs)
    if plan is not None:
        plan = _fewer(jobs, plan, budget.part(0.6), least=least, seed=seed)
    used = None if plan is None else people_used(jobs, plan)
    if used == least:
        return Found(used, least, budget.spent)
    found, bound = _choose(jobs, range(len(jobs.times)), everybody, plan or {}, budget)
    if found is not None:
        number = people_used(jobs, found)
        used = number if used is None else min(used, number)
    return Found(used, max(least, bound), budget.spent)


def _fewer(
    jobs: Jobs, plan: dict[int, int], budget: Budget, *, least: int, seed: int
) -> dict[int, int]:
    """Plan small groups of people again, until as few are used as run at one time."""
    rng, turn = np.random.default_rng(seed), 0
    while budget.left > 0 and people_used(jobs, plan) > least:
        used = sorted(set(plan.values()))
        idle = sorted(set(range(len(jobs.qualified))) - set(used))
        size = GROUPS[turn % len(GROUPS)]
        # One of those with the fewest jobs is to lose them all: jobs of others cost less there.
        loads = Counter(plan.values())
        spare = min(rng.choice(used, FEW, replace=True).tolist(), key=loads.__getitem__)
        others = [w for w in used if w != spare]
        group = [spare, *rng.choice(others, min(size, len(others)), replace=False).tolist()]
        group += rng.choice(idle, min(size // 4, len(idle)), replace=False).tolist()
        theirs = [j for j, w in plan.items() if w in set(group)]
        found, _ = _choose(
            jobs, theirs, sorted(group), plan, budget.part(1, GROUP_S), spare=spare, rng=rng
        )
        plan |= found or {}
        turn += 1
    return plan


def _choose(  # noqa: PLR0913 -- what, by whom, from where, for how long, and what breaks ties
    jobs: Jobs,
    which: Sequence[int],
    people: Sequence[int],
    plan: dict[int, int],
    budget: Budget,
    *,
    spare: int | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[dict[int, int] | None, int]:
    """Give these jobs to as few of these people as possible; also return a bound."""
    rows, wanted = Rows(), frozenset(which)
    pairs = [(j, w) for w in people for j in sorted(jobs.qualified[w] & wanted)]
    tie = np.zeros(len(pairs)) if rng is None else CHANCE * rng.random(len(pairs))
    tie += [float(w == spare) for _, w in pairs]
    scale = TIE / max(1, len(wanted)) / (1 + CHANCE)
    x = {pair: rows.var(-scale * float(t)) for pair, t in zip(pairs, tie, strict=True)}
    works = {w: rows.var(-1) for w in people}
    for j in which:
        able = [x[j, w] for w in people if (j, w) in x]
        rows.row(able, [1] * len(able), 1, 1)
    for w in people:
        for clique in _cliques(jobs, jobs.qualified[w] & wanted):
            columns = [*(x[j, w] for j in clique), works[w]]
            rows.row(columns, [1] * len(clique) + [-1], -INFINITE, 0)
    inside = Jobs(tuple(jobs.times[j] for j in which), ())
    rows.row(list(works.values()), [1] * len(works), least_overlap(inside), INFINITE)
    model = solver(rows)
    model.setOptionValue("time_limit", budget.wall())
    model.setOptionValue("mip_abs_gap", 0.99 if spare is None else TIE)  # people are whole
    values = np.zeros(len(rows.upper))
    for j, w in plan.items():
        if (j, w) in x:
            values[x[j, w]] = values[works[w]] = 1
    if plan:
        model.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)
    model.run()
    bound, value = model.getInfo().mip_dual_bound, model.getSolution().col_value
    least = int(np.ceil(-bound - 1e-6)) if abs(bound) < INFINITE else 0
    found = {j: w for (j, w), v in x.items() if len(value) > v and value[v] > 0.5}  # noqa: PLR2004 -- boolean
    return (found if len(found) == len(wanted) else None), least
