"""`relais match`: solve, generate, explain and check files; functions return an exit status."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.dispatch.rules.matching import (
    DAY_MIN,
    Explanation,
    Instance,
    InvalidInputError,
    Message,
    Plan,
    Progress,
    Watch,
    dump_instance,
    dump_plan,
    explain,
    instance_schema,
    load_instance,
    load_plan,
    match,
    plan_schema,
    violations,
    warnings,
)
from services.dispatch.rules.matching.generate import SIZES, generate

OK, BROKEN, BAD_INPUT = 0, 1, 2
EVERY_S = 0.2  # between two lines about a search
COUNTRY_TASKS = 6000  # from here the map is split over processes
DAYS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")

Say = Callable[[str], None]


def solve(  # noqa: PLR0913 -- the options of one command
    instance_file: Path,
    *,
    seconds: float = 5.0,
    seed: int = 0,
    as_json: bool = False,
    check: Path | None = None,
    processes: int = 2,
    bound: bool = False,
) -> int:
    """Match an instance, or check a plan; 0: fine, 1: the plan breaks a rule, 2: bad input."""
    try:
        instance = load_instance(read(instance_file))
        if check is not None:
            return _check(instance, load_plan(read(check), instance), as_json=as_json)
    except InvalidInputError as wrong:
        return bad_input(wrong, as_json=as_json)
    for warning in warnings(instance):
        print(in_words(warning), file=sys.stderr)
    if len(instance.tasks) >= COUNTRY_TASKS and processes > 1 and not instance.fixed:
        plan = solve_country(instance, seconds=seconds, seed=seed, processes=processes)
    else:
        watch = Watch() if as_json else Watch(progress=_Ticker())
        plan = match(instance, seconds=seconds, seed=seed, watch=watch)
    if bound:
        plan = _sharply_bound(instance, plan)
    print(dump_plan(plan) if as_json else summary(instance, plan))
    return OK


def _sharply_bound(instance: Instance, plan: Plan) -> Plan:
    from services.dispatch.rules.matching.bound import country_bound  # noqa: PLC0415 -- solver

    sharp = country_bound(instance)
    return replace(plan, bound=sharp if plan.bound is None else min(sharp, plan.bound))


def read(path: Path) -> bytes:
    """Read a file; one that is not there is bad input, like any other."""
    from services.dispatch.rules.matching import InputError  # noqa: PLC0415 -- one error only

    try:
        return path.read_bytes()
    except OSError as wrong:
        text = "impossible de lire le fichier : %(why)s"
        why = InputError("unreadable", text, {"why": wrong.strerror or "?"}, str(path))
        raise InvalidInputError([why]) from wrong


def solve_country(instance: Instance, *, seconds: float, seed: int, processes: int) -> Plan:
    """Match a country-size instance, one process for each band of the map."""
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 -- only at this size

    from services.dispatch.rules.matching.country import match_country  # noqa: PLC0415 -- see above

    with ProcessPoolExecutor(processes, mp_context=spawning()) as pool:
        return match_country(
            instance, seconds=seconds, seed=seed, processes=processes, run=pool.map
        )


def spawning() -> Any:
    """Return the way to start processes that inherit nothing but their job."""
    from multiprocessing import get_context  # noqa: PLC0415 -- only at country size

    return get_context("spawn")


def make(size: str, seed: int, campaign: str = "energy") -> str:
    """Write a generated instance.

    Raises:
        KeyError: an unknown size or campaign.
    """
    return dump_instance(generate(SIZES[size], seed, campaign))


def schemas() -> str:
    """Write the JSON schemas of the two files."""
    both = {"instance": instance_schema(), "plan": plan_schema()}
    return json.dumps(both, indent=2, ensure_ascii=False)


def say_why(instance_file: Path, plan_file: Path, task: str, *, as_json: bool = False) -> int:
    """Explain one task of a plan."""
    try:
        instance = load_instance(read(instance_file))
        plan = load_plan(read(plan_file), instance)
    except InvalidInputError as wrong:
        return bad_input(wrong, as_json=as_json)
    ids = {str(t.id): t.id for t in instance.tasks}
    if task not in ids:
        print(f"tâche inconnue : {task}", file=sys.stderr)
        return BAD_INPUT
    found = violations(instance, plan)
    if found:
        return _check(instance, plan, as_json=as_json)
    told = explain(instance, plan, ids[task])
    print(json.dumps(as_data(told), ensure_ascii=False) if as_json else in_sentences(told))
    return OK


def bad_input(wrong: InvalidInputError, *, as_json: bool) -> int:
    """Print every error with its place, and return the exit status of bad input."""
    if as_json:
        rows = [{"place": e.place, "code": e.code, "text": e.render()} for e in wrong.errors]
        print(json.dumps({"errors": rows}, ensure_ascii=False))
    else:
        for error in wrong.errors:
            print(f"{error.place or '-'}: {error.render()}", file=sys.stderr)
    return BAD_INPUT


def _check(instance: Instance, plan: Plan, *, as_json: bool) -> int:
    found = violations(instance, plan)
    if as_json:
        rows = [{"code": v.code, "params": dict(v.params), "text": in_words(v)} for v in found]
        answer = {"valid": not found, "violations": rows, "score": plan.score.total}
        print(json.dumps(answer, ensure_ascii=False))
    else:
        for violation in found:
            print(in_words(violation))
        print(f"{len(found)} violation(s), score {plan.score.total}")
    return BROKEN if found else OK


class _Ticker:
    """Shows a search in one line of a terminal, some times a second; to a file it says nothing."""

    def __init__(self) -> None:
        self._shown_s = -EVERY_S

    def __call__(self, progress: Progress) -> None:
        if not sys.stderr.isatty() or progress.seconds - self._shown_s < EVERY_S:
            return
        self._shown_s = progress.seconds
        bound = "?" if progress.bound is None else str(progress.bound)
        line = f"\r{progress.seconds:6.1f} s  {progress.score} / {bound}  {progress.engine}"
        print(f"{line:<70}", end="", file=sys.stderr, flush=True)


def summary(instance: Instance, plan: Plan) -> str:
    """Say in a few lines what a plan is worth."""
    score = plan.score
    done = f"{len(plan.assignments)} tâches sur {len(instance.tasks)}"
    levels = (
        f"couverture {score.cover}, profondeur {score.depth}, "
        f"qualité {score.quality}, coût {-score.neg_cost}"
    )
    lines = [
        "",
        f"{done}, {plan.seconds:.1f} s, {plan.engine}",
        f"score {score.total} ({levels})",
    ]
    if plan.gap_pct is not None:
        lines.append(f"au plus {plan.gap_pct:.2f} % de mieux est possible")
    if plan.missing:
        lines.append("tâches obligatoires non assurées : " + ", ".join(map(str, plan.missing)))
    return "\n".join(lines)


# --- words ---------------------------------------------------------------------------------------


def show_param(name: str, value: int | str) -> str:
    """Write one parameter of a message: minutes of the campaign as a day and an hour."""
    if isinstance(value, int) and name.endswith("_at"):
        day, minute = divmod(value, DAY_MIN)
        return f"S{day // 7 + 1} {DAYS[day % 7]} {minute // 60:02d}:{minute % 60:02d}"
    if isinstance(value, int) and name.endswith("_min"):
        hours, minutes = divmod(value, 60)
        return f"{hours} h {minutes:02d}" if hours else f"{minutes} min"
    return str(value)


def in_words(message: Message) -> str:
    """Write a message in French."""
    return message.render(show=show_param)


def in_sentences(told: Explanation) -> str:
    """Write an explanation for a person."""
    lines = [in_words(told.summary)]
    lines += [f"- {p.worker} : " + ", ".join(map(in_words, p.reasons)) for p in told.people]
    if told.almost:
        lines.append("presque :")
    for miss in told.almost:
        blocked = ", ".join(map(in_words, miss.blocked_by)) or "d'autres étaient mieux placé·es"
        lines.append(f"- {miss.worker} : {blocked}")
    for facts in told.starts:
        missing = ", ".join(map(in_words, facts.missing)) or "une équipe serait possible"
        lines.append(f"{show_param('start_at', facts.start)} : {missing}")
    return "\n".join(lines)


def as_data(told: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data."""

    def one(message: Message) -> dict[str, Any]:
        return {"code": message.code, "params": dict(message.params), "text": in_words(message)}

    return {
        "task": told.task,
        "state": told.state,
        "summary": one(told.summary),
        "people": [
            {"worker": p.worker, "reasons": [one(m) for m in p.reasons]} for p in told.people
        ],
        "almost": [
            {"worker": m.worker, "start": m.start, "blocked_by": [one(r) for r in m.blocked_by]}
            for m in told.almost
        ],
        "starts": [
            {
                "start": f.start,
                "able": f.able,
                "missing": [one(m) for m in f.missing],
                "blocked": dict(f.blocked),
            }
            for f in told.starts
        ],
    }
