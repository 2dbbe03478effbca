"""Public instances as a judge: shift-minimisation personnel task scheduling (SMPTSP).

The matching problem reduced to its hardest corner: every job is mandatory, has one start and one
person, who must be qualified; one series holds all jobs, so that continuity counts the people
used. Source of the problem and of the instances: Krishnamoorthy, Ernst and Baatar, "Algorithms for
large scale shift minimisation personnel task scheduling problems", European Journal of Operational
Research 219 (2012).
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from services.dispatch.rules.matching.formulation import INFINITE, Rows
from services.dispatch.rules.matching.proof import solver

# Fewest workers known, by file. Source: proven by the study of this matcher (docs/matching.md);
# "99 to 103" is a range: not closed there.
KNOWN: dict[str, tuple[int, int]] = {
    "data_60_181_549_66": (139, 139),
    "data_70_192_623_66": (160, 160),
    "data_80_112_691_33": (99, 103),
}


class UnreadableError(ValueError):
    """A file that is no SMPTSP instance, with the line that says so."""


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
        UnreadableError: with the line.
    """
    times, qualified = list[tuple[int, int]](), list[frozenset[int]]()
    mode, left = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        try:
            if not line or line.startswith("#"):
                continue
            if line.startswith("Jobs"):
                mode, left = "jobs", int(line.split("=")[1])
            elif line.startswith("Qualifications"):
                mode = "qualifications"
            elif mode == "jobs" and left:
                start, end = map(int, line.split()[:2])
                times.append((start, end))
                left -= 1
            elif mode == "qualifications" and ":" in line:
                size, jobs = line.split(":")
                mine = frozenset(map(int, jobs.split()))
                if len(mine) != int(size) or not mine <= set(range(len(times))):
                    raise UnreadableError(f"line {number}: qualifications do not add up")
                qualified.append(mine)
        except (ValueError, IndexError) as wrong:
            raise UnreadableError(f"line {number}: {wrong}") from wrong
    if not times or not qualified or left:
        raise UnreadableError("no jobs or no qualifications")
    return Jobs(tuple(times), tuple(qualified))


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


def solve_smptsp(jobs: Jobs, seconds: float) -> Found:
    """Find the fewest workers, with a proven bound, in so many seconds."""
    begun_s = perf_counter()
    rows = Rows()
    x = {(j, w): rows.var() for w, mine in enumerate(jobs.qualified) for j in sorted(mine)}
    works = [rows.var(-1) for _ in jobs.qualified]
    for j in range(len(jobs.times)):
        able = [x[j, w] for w, mine in enumerate(jobs.qualified) if j in mine]
        rows.row(able, [1] * len(able), 1, 1)
    for w, mine in enumerate(jobs.qualified):
        for clique in _cliques(jobs, mine):
            columns = [*(x[j, w] for j in clique), works[w]]
            rows.row(columns, [1] * len(clique) + [-1], -INFINITE, 0)
    least = least_overlap(jobs)
    rows.row(works, [1] * len(works), least, INFINITE)
    model = solver(rows)
    model.setOptionValue("time_limit", seconds)
    model.setOptionValue("mip_abs_gap", 0.99)  # people are whole
    start = by_start(jobs)
    if start is not None:
        values = np.zeros(len(rows.upper))
        for j, w in start.items():
            values[x[j, w]] = values[works[w]] = 1
        model.setSolution(len(values), np.arange(len(values), dtype=np.int32), values)
    model.run()
    best = None if start is None else people_used(jobs, start)
    found = model.getSolution().col_value
    plan = {j: w for (j, w), v in x.items() if len(found) > v and found[v] > 0.5}  # noqa: PLR2004 -- boolean
    if len(plan) == len(jobs.times):
        number = people_used(jobs, plan)
        best = number if best is None else min(best, number)
    bound = least
    if abs(model.getInfo().mip_dual_bound) < INFINITE:
        bound = max(least, int(np.ceil(-model.getInfo().mip_dual_bound - 1e-6)))
    return Found(best, bound, perf_counter() - begun_s)


def compare(paths: list[Path], *, seconds: float, as_json: bool) -> int:
    """Solve every instance found and print our result beside what is known; 2: a file is wrong."""
    files = sorted(f for p in paths for f in (p.rglob("*.dat") if p.is_dir() else [p]))
    if not files:
        print("no instance found (*.dat)", file=sys.stderr)
        return 2
    status, rows = 0, []
    for file in files:
        try:
            jobs = read_smptsp(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, UnreadableError) as wrong:
            print(f"{file.name}: {wrong}", file=sys.stderr)
            status = 2
            continue
        found = solve_smptsp(jobs, seconds)
        known = KNOWN.get(file.stem)
        rows.append(
            {
                "instance": file.stem,
                "jobs": len(jobs.times),
                "workers": len(jobs.qualified),
                "used": found.used,
                "bound": found.bound,
                "known": None if known is None else list(known),
                "seconds": round(found.seconds, 1),
            }
        )
        if not as_json:
            said = "?" if known is None else "-".join(map(str, sorted(set(known))))
            print(
                f"| {file.stem} | {len(jobs.times)} | {found.used} | {found.bound} | {said} "
                f"| {found.seconds:.1f} s |",
                flush=True,
            )
    if as_json:
        print(json.dumps({"instances": rows}))
    return status
