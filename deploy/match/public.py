"""`relais match public`: public instances of two kinds, our results beside the published ones."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from deploy.match.budget import Budget
from deploy.match.curtois_checker import broken_rules, cost_of
from deploy.match.curtois_mapping import as_matching, as_roster
from deploy.match.curtois_reader import (
    Rota,
    UnreadableError,
    looks_like_curtois,
    read_curtois,
)
from deploy.match.curtois_roster import NoRosterError, Search
from deploy.match.smptsp import read_smptsp, solve_smptsp
from services.dispatch.rules.matching import match

OK, BAD_INPUT = 0, 2
MATCHING_SHARE = 0.05  # of the time of an instance: the matcher's own plan, where a roster begins

# SMPTSP, fewest workers (at least, at most), by file. Source: proven by the study of this matcher
# (docs/matching.md); a range is not closed there.
FEWEST: dict[str, tuple[int, int]] = {
    "data_60_181_549_66": (139, 139),
    "data_70_192_623_66": (160, 160),
    "data_80_112_691_33": (99, 103),
}

# Curtois and Qu: (published lower bound, published best).
# Source of the bounds: www.schedulingbenchmarks.org, changes.html (column generation; integer
# programming by P. Strandmark for 1, by P. Smet for 8 and 9); none was found for 10 to 12.
# Source of the best: the same page for 8 and 9; for the others the comparison of studies in
# github.com/ORProjects/NRP, ComputationalResults, 60 minutes each.
PUBLISHED: dict[str, tuple[int | None, int]] = {
    "Instance1": (607, 607),
    "Instance2": (828, 828),
    "Instance3": (1001, 1001),
    "Instance4": (1716, 1716),
    "Instance5": (1141, 1143),
    "Instance6": (1949, 1950),
    "Instance7": (1055, 1056),
    "Instance8": (1300, 1300),
    "Instance9": (439, 439),
    "Instance10": (None, 4631),
    "Instance11": (None, 3443),
    "Instance12": (None, 4040),
}


@dataclass(frozen=True, slots=True)
class Fewest:
    """A line of the first table."""

    instance: str
    jobs: int
    workers: int
    used: int | None
    bound: int
    known: tuple[int, int] | None
    seconds: float

    HEAD: ClassVar = ("instance", "jobs", "workers", "used", "our bound", "known", "CPU s")

    def cells(self) -> tuple[object, ...]:
        known = "-" if self.known is None else " to ".join(map(str, dict.fromkeys(self.known)))
        return (*_start(self, 5), known, f"{self.seconds:.1f}")


@dataclass(frozen=True, slots=True)
class Rostered:
    """A line of the second table."""

    instance: str
    days: int
    people: int
    matcher_covers_pct: float
    matcher_breaks: int
    ours: int
    feasible: bool
    bound: int
    published_bound: int | None
    published_best: int | None
    gap_pct: float | None
    seconds: float

    HEAD: ClassVar = (
        "instance",
        "days",
        "people",
        "matcher alone covers, %",
        "and breaks",
        "ours",
        "feasible",
        "our bound",
        "published bound",
        "published best",
        "gap, %",
        "CPU s",
    )

    def cells(self) -> tuple[object, ...]:
        return (
            *_start(self, 3),
            f"{self.matcher_covers_pct:.1f}",
            self.matcher_breaks,
            self.ours,
            "yes" if self.feasible else "no",
            self.bound,
            "-" if self.published_bound is None else self.published_bound,
            "-" if self.published_best is None else self.published_best,
            "-" if self.gap_pct is None else f"{self.gap_pct:.2f}",
            f"{self.seconds:.1f}",
        )


Line = Fewest | Rostered


def _start(line: Line, size: int) -> list[object]:
    return [str(value) for value in list(asdict(line).values())[:size]]


def compare(paths: list[Path], *, seconds: float, as_json: bool) -> int:
    """Solve every instance found and print one table for each kind; 2: a file is wrong.

    Args:
        paths: files, or folders with `*.dat` (SMPTSP) and `*.txt` (Curtois and Qu).
        seconds: of processor time, for each instance.
        as_json: print one JSON object instead of tables.
    """
    files = [f for p in paths for f in (_inside(p) if p.is_dir() else [p])]
    if not files:
        print("no instance found: give a *.dat or *.txt file, or a folder of them", file=sys.stderr)
        return BAD_INPUT
    status, lines, head = OK, list[Line](), tuple[str, ...]()
    for file in files:
        try:
            line = _solved(file, seconds)
        except (OSError, UnicodeDecodeError) as wrong:
            status = _refuse(file, [str(wrong)])
        except UnreadableError as wrong:
            status = _refuse(file, wrong.errors)
        except NoRosterError as wrong:
            status = _refuse(file, [str(wrong)])
        else:
            lines.append(line)
            if not as_json:
                head = _print_row(line, head)
    if as_json:
        kinds = {"smptsp": Fewest, "curtois": Rostered}
        rows = {n: [asdict(x) for x in lines if isinstance(x, k)] for n, k in kinds.items()}
        print(json.dumps(rows))
    return status


def _inside(folder: Path) -> Iterator[Path]:
    """Yield the instances of a folder: one kind after the other, by number."""
    for ending in ("*.dat", "*.txt"):
        yield from sorted(folder.rglob(ending), key=lambda f: (len(f.stem), f.stem))


def _refuse(file: Path, errors: list[str]) -> int:
    for error in errors:
        print(f"{file}: {error}", file=sys.stderr)
    return BAD_INPUT


def _print_row(line: Line, head: tuple[str, ...]) -> tuple[str, ...]:
    rows: list[tuple[object, ...]] = [line.cells()]
    if head != line.HEAD:
        rows = [line.HEAD, ("---",) * len(line.HEAD), *rows]
        if head:
            print()
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)
    return line.HEAD


def _solved(file: Path, seconds: float) -> Line:
    text = file.read_text(encoding="utf-8")
    if looks_like_curtois(text):
        return _rostered(file.stem, read_curtois(text), seconds)
    jobs = read_smptsp(text)
    found = solve_smptsp(jobs, seconds)
    sizes = len(jobs.times), len(jobs.qualified)
    known = FEWEST.get(file.stem)
    return Fewest(file.stem, *sizes, found.used, found.bound, known, round(found.seconds, 1))


def _rostered(name: str, rota: Rota, seconds: float) -> Rostered:
    budget = Budget(seconds)
    plan = match(as_matching(rota), seconds=seconds * MATCHING_SHARE)
    alone = as_roster(plan)
    found = Search(rota, budget).run(alone)
    shifts = [shift.id for shift in rota.shifts]
    roster = {
        rota.staff[c.person].id: {d: shifts[s] for d, s in enumerate(c.shifts) if s >= 0}
        for c in found.roster
    }
    ours = cost_of(rota, roster).total  # by the judge, not by the search
    lower, best = PUBLISHED.get(name, (None, None))
    values: dict[str, Any] = {
        "matcher_covers_pct": 100 * len(plan.assignments) / max(1, sum(c.need for c in rota.cover)),
        "matcher_breaks": len(broken_rules(rota, alone)),
        "gap_pct": None if not best else 100 * (ours - best) / best,
    }
    return Rostered(
        instance=name,
        days=rota.days,
        people=len(rota.staff),
        ours=ours,
        feasible=not broken_rules(rota, roster),
        bound=found.least,
        published_bound=lower,
        published_best=best,
        seconds=round(found.seconds, 1),
        **values,
    )
