"""The search, the proof, the repair and the what-ifs of the matcher."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.rules.matching import (
    Assignment,
    Commitment,
    Instance,
    Period,
    Plan,
    Progress,
    Watch,
    match,
    rematch,
    score,
    violations,
)
from services.dispatch.rules.matching.by_hand import match_by_hand
from services.dispatch.rules.matching.candidates import Candidates
from services.dispatch.rules.matching.generate import generate
from services.dispatch.rules.matching.greedy import greedy_by_need
from services.dispatch.rules.matching.objective import ceiling
from services.dispatch.rules.matching.state import State
from tests.unit.matching_world import (
    HOUR,
    MONDAY,
    a_plan,
    a_small_world,
    a_task,
    a_worker,
    an_instance,
    best_by_force,
)

highspy = pytest.importorskip("highspy", reason="the solver is not installed on this machine")

TEN = MONDAY + 10 * HOUR
worlds = st.integers(0, 100_000).map(a_small_world)
few = settings(max_examples=12, deadline=None)


@given(worlds)
@few
def test_the_search_is_correct_and_the_same_for_a_seed(instance: Instance) -> None:
    one, two = match(instance, rounds=60, seed=3), match(instance, rounds=60, seed=3)

    assert one.assignments == two.assignments
    assert violations(instance, one) == []
    assert one.score >= match(instance).score or one.score.total >= match(instance).score.total


@given(worlds)
@few
def test_brute_force_and_the_proof_agree(instance: Instance) -> None:
    from services.dispatch.rules.matching.formulation import Formulation  # noqa: PLC0415 -- solver
    from services.dispatch.rules.matching.proof import prove, whole_bound  # noqa: PLC0415 -- solver

    best = best_by_force(instance, 1500)
    if best is None:
        return
    state = State(Candidates(instance))
    formulation = Formulation(state, range(len(state.c.tasks)))
    proof = prove(formulation, seconds=20)

    assert proof.optimal
    assert proof.plan is not None
    for t, (start, team) in proof.plan.items():
        state.add(t, start, team)
    assert state.value == best
    assert whole_bound(proof.bound) == best
    assert violations(instance, Plan(assignments=state.assignments())) == []


@given(worlds)
@few
def test_a_warm_start_describes_its_plan_exactly(instance: Instance) -> None:
    from services.dispatch.rules.matching.formulation import Formulation  # noqa: PLC0415 -- solver

    state = State(Candidates(instance))
    greedy_by_need(state)
    formulation = Formulation(State(state.c), range(len(state.c.tasks)))

    values = formulation.values(state.plan)

    worth = sum(v * x for v, x in zip(formulation.rows.value, values, strict=True))
    assert worth == state.value
    assert formulation.plan(values) == state.plan
    rows = formulation.rows
    for row in range(len(rows.low)):
        span = range(rows.starts[row], rows.starts[row + 1])
        total = sum(rows.factors[k] * values[rows.columns[k]] for k in span)
        assert rows.low[row] <= total <= rows.high[row]


@given(worlds)
@few
def test_every_plan_with_time_carries_a_bound_that_holds(instance: Instance) -> None:
    plan = match(instance, seconds=0.05)
    best = best_by_force(instance, 1500)

    assert best is None or best <= ceiling(instance)
    assert plan.bound is not None
    assert plan.score.total <= plan.bound
    assert best is None or best <= plan.bound


@given(worlds)
@few
def test_removing_a_task_never_lowers_the_best_of_the_rest(instance: Instance) -> None:
    if len(instance.tasks) < 2 or best_by_force(instance, 1500) is None:
        return
    gone = instance.tasks[0]
    fewer = replace(
        instance,
        tasks=instance.tasks[1:],
        declined=frozenset(d for d in instance.declined if d[1] != gone.id),
    )
    plan = match(instance, rounds=50)
    rest = [a for a in plan.assignments if a.task != gone.id]

    best = best_by_force(fewer, 1500)

    assert best is not None
    assert best >= score(fewer, rest).total


def test_the_optimiser_beats_the_hand_by_a_fifth_on_the_real_size() -> None:
    instance = generate(1, seed=0)

    plan = match(instance, rounds=300)

    assert plan.score.total >= 1.15 * match_by_hand(instance).score.total
    assert violations(instance, plan) == []


def test_a_search_stops_when_asked_and_tells_how_it_goes() -> None:
    instance = generate(1, seed=0)
    told: list[Progress] = []
    asked_at: list[int] = []

    def stop() -> bool:
        if len(told) > 3:
            asked_at.append(len(told))
        return bool(asked_at)

    plan = match(instance, seconds=30, watch=Watch(told.append, stop))

    assert asked_at
    assert len(told) <= asked_at[0] + 1
    assert [p.score for p in told] == sorted(p.score for p in told)
    assert violations(instance, plan) == []


def test_the_bound_of_a_whole_country_is_the_linear_relaxation_and_holds() -> None:
    from services.dispatch.rules.matching.bound import country_bound  # noqa: PLC0415 -- solver
    from services.dispatch.rules.matching.country import match_country  # noqa: PLC0415 -- solver
    from services.dispatch.rules.matching.formulation import Formulation  # noqa: PLC0415 -- solver
    from services.dispatch.rules.matching.proof import relaxed_bound  # noqa: PLC0415 -- solver

    instance = generate(1, seed=1)
    state = State(Candidates(instance))
    whole = relaxed_bound(Formulation(state, range(len(state.c.tasks))), seconds=120)
    plan = match_country(instance, seconds=0, run=map)

    bound = country_bound(instance)

    assert plan.bound is not None
    assert bound <= plan.bound
    assert whole is not None
    assert int(whole[0]) <= bound <= 1.001 * whole[0]
    assert plan.score.total <= bound
    assert violations(instance, plan) == []


@given(worlds)
@few
def test_a_bound_holds_also_where_a_team_waits_for_somebody(instance: Instance) -> None:
    from services.dispatch.rules.matching.bound import country_bound  # noqa: PLC0415 -- solver

    pairs = [a for a in match(instance, rounds=50).assignments if len(a.team) > 1]
    waiting = [Assignment(a.task, a.start, a.team[:1]) for a in pairs]
    asked = replace(instance, fixed=tuple(waiting))

    best = match(asked, rounds=300).score.total

    assert best <= (match(asked, seconds=0.05).bound or 0)
    assert best <= country_bound(asked)


@given(worlds, st.randoms(use_true_random=False))
@few
def test_any_prices_whatever_bound_every_plan(instance: Instance, chance: Random) -> None:
    from services.dispatch.rules.matching.bound import dual_bound  # noqa: PLC0415 -- solver
    from services.dispatch.rules.matching.formulation import Formulation  # noqa: PLC0415 -- solver

    state = State(Candidates(instance))
    rows = Formulation(state, range(len(state.c.tasks))).rows
    prices = [chance.uniform(-50, 200) for _ in rows.low]
    best = best_by_force(instance, 1500)

    assert best is None or best <= dual_bound(rows, prices)


# --- after a no ----------------------------------------------------------------------------------


def test_a_local_repair_leaves_what_was_accepted_alone() -> None:
    instance = generate(1, seed=0)
    plan = match(instance, rounds=100)
    row = plan.assignments[10]
    said_no = replace(instance, declined=frozenset({(row.team[0], row.task)}))
    accepted = [a for a in plan.assignments if a.task != row.task][::2]

    repaired = rematch(said_no, plan, "local", accepted=accepted, seconds=2)

    assert {a.task: a for a in repaired.plan.assignments}.items() >= {
        a.task: a for a in accepted
    }.items()
    assert (row.task, row.team[0]) in repaired.disturbed
    assert violations(said_no, repaired.plan) == []


def test_filling_disturbs_nobody_but_who_said_no() -> None:
    instance = generate(1, seed=0)
    plan = match(instance, rounds=100)
    row = plan.assignments[10]
    said_no = replace(instance, declined=frozenset({(row.team[0], row.task)}))

    filled = rematch(said_no, plan, "fill")

    assert filled.disturbed == ((row.task, row.team[0]),)


def test_an_absence_takes_somebody_out_of_the_plan() -> None:
    ana, bea = a_worker("ana"), a_worker("bea")
    plan = a_plan(("table", TEN, ("ana",)))
    away = replace(ana, absences=(Period(TEN - 60, TEN + 60),))
    instance = an_instance(workers=[away, bea])

    for depth in ("fill", "local", "whole"):
        new = rematch(instance, plan, depth)
        assert new.plan.assignments == (Assignment("table", TEN, ("bea",)),)
        assert new.disturbed == (("table", "ana"),)
        assert new.asked == (("table", "bea"),)


# --- what if -------------------------------------------------------------------------------------


def test_putting_somebody_on_a_task_says_what_it_costs_elsewhere() -> None:
    from services.dispatch.rules.matching.whatif import what_if_assigned  # noqa: PLC0415 -- solver

    ana = a_worker("ana", langs=frozenset({"ar"}), total_cap_min=2 * HOUR)
    bea = a_worker("bea")
    instance = an_instance(
        a_task("a", req_langs=frozenset({"ar"})),
        a_task("b", starts=(TEN + 5 * HOUR,)),
        workers=[ana, bea],
    )
    plan = match(instance, rounds=50)

    forced = what_if_assigned(instance, plan, "ana", "b")

    assert forced.possible
    assert forced.difference is not None
    assert forced.difference.lost == ("a",)
    assert "1" in " ".join(word.render() for word in forced.difference.words)


def test_what_is_impossible_says_why_instead() -> None:
    from services.dispatch.rules.matching.whatif import what_if_assigned  # noqa: PLC0415 -- solver

    instance = an_instance(workers=[a_worker("ana", refuses=frozenset({"table"})), a_worker("bea")])

    answer = what_if_assigned(instance, match(instance), "ana", "table")

    assert not answer.possible
    assert [r.code for r in answer.refusals] == ["refuses-kind"]


def test_a_lever_is_solved_and_never_a_persons_no() -> None:
    from services.dispatch.rules.matching.whatif import levers  # noqa: PLC0415 -- solver

    busy = a_worker("ana", busy=(Commitment(TEN, TEN + HOUR),))
    said_no = a_worker("bea")
    instance = an_instance(workers=[busy, said_no], declined=frozenset({("bea", "table")}))

    found = levers(instance, match(instance), "table")

    assert [(lever.change.code, lever.done) for lever in found] == [("moved-commitment", True)]
    assert found[0].gain > 0


def test_what_blocks_mandatory_tasks_is_a_minimal_set() -> None:
    from services.dispatch.rules.matching.whatif import blocking  # noqa: PLC0415 -- solver

    tasks = [a_task(k, mandatory=True, starts=(MONDAY + (8 + 2 * k) * HOUR,)) for k in range(3)]
    easy = a_task("easy", mandatory=True, starts=(TEN + 24 * HOUR,))
    instance = an_instance(*tasks, easy, workers=[a_worker("ana")])

    told = blocking(instance)

    assert told.proven
    assert sorted((m.code, m.params.get("task")) for m in told.facts if m.code == "serve") == [
        ("serve", 0),
        ("serve", 1),
        ("serve", 2),
    ]
    assert [m.code for m in told.facts if m.code != "serve"] == ["day"]


def test_a_task_that_nobody_may_do_blocks_alone() -> None:
    from services.dispatch.rules.matching.whatif import blocking  # noqa: PLC0415 -- solver

    instance = an_instance(a_task(mandatory=True, skill="diving"), a_task("b", mandatory=True))

    assert [m.params["task"] for m in blocking(instance).facts] == ["table"]


def test_two_campaigns_are_compared_in_words_and_figures() -> None:
    from services.dispatch.rules.matching.whatif import what_if  # noqa: PLC0415 -- solver

    short = an_instance(workers=[a_worker("ana", total_cap_min=HOUR)])
    longer = an_instance(workers=[a_worker("ana")])

    told = what_if(short, longer, seconds=0.05)

    assert told.gained == ("table",)
    assert told.after.total > told.before.total
    assert all("%(" not in word.render() for word in told.words)


def test_the_rows_forbid_every_clash_of_two_tasks() -> None:
    from services.dispatch.rules.matching.formulation import Formulation  # noqa: PLC0415 -- solver

    long = a_task("a", duration_min=6 * HOUR)
    early = a_task("b", duration_min=HOUR, starts=(TEN + HOUR,))
    late = a_task("c", duration_min=HOUR, starts=(TEN + 5 * HOUR,))
    state = State(Candidates(an_instance(long, early, late, workers=[a_worker("ana")])))

    formulation = Formulation(state, range(3))

    x = {state.c.tasks[t].id: var for (t, _, _), var in formulation.x.items()}
    rows = formulation.rows
    limits = {
        frozenset(rows.columns[rows.starts[r] : rows.starts[r + 1]]): rows.high[r]
        for r in range(len(rows.low))
    }
    for one, two in (("a", "b"), ("a", "c")):
        assert any({x[one], x[two]} <= row and high == 1 for row, high in limits.items())
    assert not any({x["b"], x["c"]} <= row and high == 1 for row, high in limits.items())
