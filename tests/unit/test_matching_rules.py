"""Each hard rule of the matcher, broken in each single way: refused, pruned, and convicted."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from services.dispatch.rules.matching import (
    HARD,
    Assignment,
    Commitment,
    Instance,
    Period,
    Plan,
    match,
    may_take,
    violations,
)
from tests.unit.matching_world import (
    DAY_MIN,
    HOUR,
    MONDAY,
    TUESDAY,
    WEEK_MIN,
    a_plan,
    a_task,
    a_worker,
    a_zone,
    an_instance,
    codes,
)

TEN = MONDAY + 10 * HOUR
FAR = (a_zone("canal", x=0.0, y=0.0), a_zone("marais", x=5.0, y=0.0))  # 30 minutes apart


class Broken(NamedTuple):
    """A problem, and a plan that breaks one rule of it in one way."""

    code: str
    instance: Instance
    plan: Plan


ONE = a_plan(("table", TEN, ("ana",)))


def two_tasks(second_start: int, **but: object) -> Instance:
    return an_instance(
        a_task("a", starts=(TEN,)),
        a_task("b", starts=(second_start,), **but),
        zones=FAR,
    )


def cases() -> list[Broken]:
    ana = a_worker
    table = a_task(starts=(TEN,))
    both = a_plan(("a", TEN, ("ana",)), ("b", TEN + 2 * HOUR, ("ana",)))
    week_later = a_plan(("a", TEN, ("ana",)), ("b", TEN + WEEK_MIN, ("ana",)))
    month = two_tasks(TEN + 3 * WEEK_MIN)
    month_plan = a_plan(("a", TEN, ("ana",)), ("b", TEN + 3 * WEEK_MIN, ("ana",)))
    return [
        Broken("declined", an_instance(declined=frozenset({("ana", "table")})), ONE),
        Broken("refuses-kind", an_instance(workers=[ana(refuses=frozenset({"table"}))]), ONE),
        Broken(
            "too-far",
            an_instance(
                replace(table, mission=True),
                workers=[ana(home="marais", max_travel_min=29)],
                zones=FAR,
            ),
            ONE,
        ),
        Broken("absent", an_instance(workers=[ana(absences=(Period(TEN + 119, TEN + 200),))]), ONE),
        Broken("not-working", an_instance(workers=[ana(work=(Period(TEN, TEN + 119),))]), ONE),
        Broken(
            "host-partner",
            an_instance(workers=[ana(busy=(Commitment(0, TEN + 1, None, "host"),))]),
            ONE,
        ),
        Broken(
            "team-meeting",
            an_instance(workers=[ana(busy=(Commitment(TEN + 119, TEN + 180, None, "team"),))]),
            ONE,
        ),
        Broken(
            "calendar", an_instance(workers=[ana(busy=(Commitment(TEN + 119, TEN + 180),))]), ONE
        ),
        Broken(
            "calendar-travel",
            an_instance(workers=[ana(busy=(Commitment(TEN - 60, TEN - 29, "marais"),))], zones=FAR),
            ONE,
        ),
        Broken(
            "calendar-travel",
            an_instance(
                workers=[ana(busy=(Commitment(TEN + 149, TEN + 180, "marais"),))], zones=FAR
            ),
            ONE,
        ),
        Broken(
            "overlap",
            two_tasks(TEN + 119),
            a_plan(("a", TEN, ("ana",)), ("b", TEN + 119, ("ana",))),
        ),
        Broken(
            "overlap",
            replace(two_tasks(TEN + 149, zone="marais", mission=True)),
            a_plan(("a", TEN, ("ana",)), ("b", TEN + 149, ("ana",))),
        ),
        Broken(
            "day-limit",
            an_instance(
                *(a_task(k, starts=(MONDAY + (9 + 2 * k) * HOUR,)) for k in range(3)),
            ),
            a_plan(*((k, MONDAY + (9 + 2 * k) * HOUR, ("ana",)) for k in range(3))),
        ),
        Broken(
            "day-limit",
            replace(
                two_tasks(TEN + 2 * HOUR),
                workers=(
                    ana(busy=(Commitment(TEN + 6 * HOUR, TEN + 7 * HOUR, None, "campaign"),)),
                ),
            ),
            both,
        ),
        Broken(
            "week-cap",
            replace(two_tasks(TEN + 2 * HOUR), workers=(ana(week_cap_min=4 * HOUR - 1),)),
            both,
        ),
        Broken(
            "week-cap",
            an_instance(workers=[ana(week_cap_min=3 * HOUR, other_min=((0, 61),))]),
            ONE,
        ),
        Broken(
            "week-cap",  # the trip is charged too: 120 + 2 x 30 minutes
            an_instance(
                replace(table, mission=True),
                workers=[ana(home="marais", week_cap_min=179)],
                zones=FAR,
            ),
            ONE,
        ),
        Broken(
            "total-cap",
            replace(two_tasks(TEN + WEEK_MIN), workers=(ana(total_cap_min=4 * HOUR - 1),)),
            week_later,
        ),
        Broken(
            "rolling-cap", replace(month, workers=(ana(rolling_cap_min=4 * HOUR - 1),)), month_plan
        ),
        Broken(
            "rolling-cap",  # what other campaigns took before this one began
            an_instance(workers=[ana(rolling_cap_min=3 * HOUR, other_min=((-3, 61),))]),
            ONE,
        ),
        Broken(
            "host-share",
            an_instance(
                workers=[
                    ana(
                        mission_cap_min=10 * HOUR,
                        busy=(
                            Commitment(TUESDAY + 8 * HOUR, TUESDAY + 16 * HOUR),
                            Commitment(3 * WEEK_MIN + 8 * HOUR, 3 * WEEK_MIN + 8 * HOUR + 1, None),
                        ),
                    )
                ]
            ),
            ONE,
        ),
        Broken(
            "zone",
            an_instance(workers=[ana("ana", home="marais"), ana("bea", home="canal")], zones=FAR),
            ONE,
        ),
        Broken("team-size", an_instance(replace(table, min_team=2, pref_team=2)), ONE),
        Broken(
            "team-size",
            an_instance(workers=[ana("ana"), ana("bea")]),
            a_plan(("table", TEN, ("ana", "bea"))),
        ),
        Broken(
            "team-size",
            an_instance(replace(table, pref_team=2)),
            a_plan(("table", TEN, ("ana", "ana"))),
        ),
        Broken("language", an_instance(replace(table, req_langs=frozenset({"ar"}))), ONE),
        Broken("skill", an_instance(replace(table, skill="energy")), ONE),
        Broken("bad-start", an_instance(), a_plan(("table", TEN + 1, ("ana",)))),
        Broken("unknown-task", an_instance(), a_plan(("fair", TEN, ("ana",)))),
        Broken("unknown-worker", an_instance(), a_plan(("table", TEN, ("zoe",)))),
        Broken("twice", an_instance(), a_plan(("table", TEN, ("ana",)), ("table", TEN, ("ana",)))),
        Broken(
            "moved",
            an_instance(),
            a_plan(fixed=(Assignment("table", TEN, ("ana",)),)),
        ),
        Broken(
            "moved",
            an_instance(a_task(starts=(TEN, TEN + 60))),
            a_plan(("table", TEN + 60, ("ana",)), fixed=(Assignment("table", TEN, ("ana",)),)),
        ),
        Broken(
            "team-size",  # nobody keeps time for a task they were not told about
            an_instance(replace(table, min_team=2, pref_team=2)),
            Plan(incomplete=(Assignment("table", TEN, ("ana",)),)),
        ),
    ]


CASES = cases()
NAMES = [f"{i}-{case.code}" for i, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_checker_convicts_a_plan_that_breaks_one_rule(case: Broken) -> None:
    assert codes(case.instance, case.plan) == {case.code}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_matcher_never_makes_the_broken_plan(case: Broken) -> None:
    made = match(case.instance)

    assert violations(case.instance, made) == []
    assert (made.assignments, made.incomplete) != (case.plan.assignments, case.plan.incomplete)


PERSONAL = [
    case
    for case in CASES
    if case.code in {rule.code for rule in HARD} - {"team-size", "language", "skill"}
]


@pytest.mark.parametrize("case", PERSONAL, ids=[case.code for case in PERSONAL])
def test_one_person_is_refused_with_the_same_reason_by_hand(case: Broken) -> None:
    last = case.plan.assignments[-1]
    before = replace(case.plan, assignments=case.plan.assignments[:-1])

    refusal = may_take(case.instance, before, "ana", last.task, last.start)

    assert refusal is not None
    assert refusal.code == case.code
    assert "%" not in refusal.render()


def test_every_hard_rule_is_broken_somewhere_above() -> None:
    assert {rule.code for rule in HARD} <= {case.code for case in CASES}


def test_times_that_only_touch_are_no_conflict() -> None:
    ana = a_worker(
        busy=(
            Commitment(TEN - 60, TEN, None, "host"),
            Commitment(TEN + 120, TEN + 180),
            Commitment(TEN - 90, TEN - 90 + 30, "marais"),
        ),
        absences=(Period(TEN + 120, TEN + DAY_MIN),),
        week_cap_min=120,
        total_cap_min=120,
        rolling_cap_min=120,
        mission_cap_min=120 + 60 + 30,
    )
    instance = an_instance(workers=[ana], zones=FAR)

    assert violations(instance, ONE) == []
    assert match(instance).assignments == ONE.assignments
    assert may_take(instance, Plan(), "ana", "table") is None


@pytest.mark.parametrize(
    ("task", "worker"),
    [
        ({"mission": True}, {}),
        ({"want_langs": frozenset({"ar"})}, {"langs": frozenset({"ar"})}),
        ({"skill": "energy"}, {"skills": frozenset({"energy"})}),
        ({"kind": "door"}, {}),
    ],
    ids=["mission", "language", "skill", "relief"],
)
def test_a_worker_leaves_the_zone_only_for_a_reason(
    task: dict[str, Any], worker: dict[str, Any]
) -> None:
    local = a_worker("bea", refuses=frozenset({"door"}))
    instance = an_instance(
        a_task(**task), workers=[a_worker(home="marais", **worker), local], zones=FAR
    )

    assert violations(instance, ONE) == []
    assert may_take(instance, Plan(), "ana", "table") is None


def test_a_colleague_may_support_somebody_of_the_zone() -> None:
    instance = an_instance(
        a_task(min_team=2, pref_team=2),
        workers=[a_worker(home="marais"), a_worker("bea")],
        zones=FAR,
    )

    assert match(instance).assignments == (Assignment("table", TEN, ("ana", "bea")),)
    assert may_take(instance, a_plan(("table", TEN, ("bea",))), "ana", "table") is None
