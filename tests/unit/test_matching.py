"""What the matcher promises: correct, deterministic, explained, and kind to what people said."""

import json
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.rules.matching import (
    Assignment,
    Commitment,
    Instance,
    InvalidInputError,
    Plan,
    dump_instance,
    dump_plan,
    explain,
    load_instance,
    load_plan,
    match,
    may_take,
    refill,
    score,
    violations,
)
from services.dispatch.rules.matching.candidates import Candidates
from services.dispatch.rules.matching.constraints import could_alone
from services.dispatch.rules.matching.rule import Ask
from services.dispatch.rules.matching.state import State
from tests.unit.matching_world import (
    HOUR,
    MONDAY,
    a_plan,
    a_small_world,
    a_task,
    a_worker,
    a_zone,
    an_instance,
    best_by_force,
)

Row = TypeVar("Row")
TEN = MONDAY + 10 * HOUR
worlds = st.integers(0, 100_000).map(a_small_world)
quick = settings(max_examples=60, deadline=None)


@given(worlds)
@quick
def test_a_plan_never_breaks_a_hard_rule(instance: Instance) -> None:
    plan = match(instance)

    assert violations(instance, plan) == []
    assert plan.score == score(instance, plan.assignments)


@given(worlds, st.randoms())
@quick
def test_the_order_of_the_input_never_matters(instance: Instance, rnd: Random) -> None:
    def shuffled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(rnd.sample(rows, len(rows)))

    turned = replace(
        instance,
        neighbourhoods=shuffled(instance.neighbourhoods),
        workers=shuffled(instance.workers),
        tasks=shuffled(instance.tasks),
    )

    assert match(turned).assignments == match(instance).assignments
    assert dump_instance(turned) == dump_instance(instance)


@given(worlds)
@quick
def test_the_engine_prunes_exactly_what_the_rules_refuse(instance: Instance) -> None:
    candidates = Candidates(instance)

    for t, task in enumerate(candidates.tasks):
        for start in task.starts:
            able = {candidates.workers[m.worker].id for m in candidates.members_at(t, start)}
            asked = {
                w.id
                for w in instance.workers
                if could_alone(Ask(candidates.lookup, w, task, start))
            }
            assert able == asked


@given(worlds, st.integers(0, 1000))
@quick
def test_the_running_value_is_the_score(instance: Instance, seed: int) -> None:
    rnd = Random(seed)  # noqa: S311 -- a seeded choice, not a secret
    state = State(Candidates(instance))

    for _ in range(30):
        t = rnd.randrange(len(state.c.tasks))
        if t in state.plan:
            state.drop(t)
        elif (found := state.best_insert(t, rnd, 0.5)) is not None:
            before = state.value
            state.add(t, found.start, found.team)
            assert state.value == before + found.gain
        assert state.value == score(instance, state.assignments()).total


@given(worlds)
@settings(max_examples=25, deadline=None)
def test_no_plan_scores_more_than_the_best_of_all(instance: Instance) -> None:
    best = best_by_force(instance)

    assert best is None or match(instance).score.total <= best


@given(worlds)
@quick
def test_everybody_in_a_plan_could_be_put_there_by_hand(instance: Instance) -> None:
    plan = match(instance)

    for row in plan.assignments:
        for who in row.team:
            assert may_take(instance, plan, who, row.task, row.start) is None


@given(worlds, st.integers(0, 3))
@quick
def test_one_more_bound_never_adds_a_violation(instance: Instance, which: int) -> None:
    workers = list(instance.workers)
    worker = workers[which]
    workers[which] = replace(
        worker, rolling_cap_min=HOUR, busy=(*worker.busy, Commitment(TEN, TEN + 3 * HOUR, None))
    )

    tighter = replace(instance, workers=tuple(workers))

    assert violations(tighter, match(tighter)) == []


@given(worlds, st.integers(0, 100))
@quick
def test_what_people_were_told_is_never_moved(instance: Instance, pick: int) -> None:
    plan = match(instance)
    told = tuple(
        Assignment(a.task, a.start, a.team[: 1 + (pick + i) % len(a.team)])
        for i, a in enumerate(plan.assignments)
        if (pick + i) % 3
    )

    again = match(instance, fixed=told)

    for fact in told:
        present = again.of(fact.task)
        assert present is not None
        assert present.start == fact.start
        assert set(fact.team) <= set(present.team)
    assert violations(instance, again) == []


@given(worlds, st.integers(0, 100))
@quick
def test_a_gap_is_filled_without_moving_anybody(instance: Instance, pick: int) -> None:
    plan = match(instance)
    if not plan.assignments:
        return
    row = plan.assignments[pick % len(plan.assignments)]
    who = row.team[pick % len(row.team)]
    said_no = replace(instance, declined=instance.declined | {(who, row.task)})

    filled = refill(said_no, plan, row.task)

    others = [a for a in plan.assignments if a.task != row.task]
    assert [a for a in filled.assignments if a.task != row.task] == others
    present = filled.of(row.task)
    assert present is None or who not in present.team
    if len(row.team) > 1:
        assert present is not None
        assert set(row.team) - {who} <= set(present.team)
    assert violations(said_no, filled) == []


def test_the_gap_of_a_pair_goes_to_somebody_free() -> None:
    instance = an_instance(
        a_task(min_team=2, pref_team=2),
        workers=[a_worker("ana"), a_worker("bea"), a_worker("cem")],
        declined=frozenset({("bea", "table")}),
    )

    filled = refill(instance, a_plan(("table", TEN, ("ana", "bea"))), "table")

    assert filled.assignments == (Assignment("table", TEN, ("ana", "cem")),)


def test_a_pair_that_nobody_completes_keeps_the_time_of_who_said_yes() -> None:
    pair, other = a_task(min_team=2, pref_team=2), a_task("other")
    told = Assignment("table", TEN, ("ana",))
    instance = an_instance(pair, other, workers=[a_worker("ana")])

    plan = match(instance, fixed=[told])

    assert plan.incomplete == (told,)
    assert plan.assignments == ()
    assert explain(instance, plan, "table").state == "incomplete"


def test_two_answers_about_one_task_make_one_team() -> None:
    instance = an_instance(
        a_task(min_team=2, pref_team=2), workers=[a_worker("ana"), a_worker("bea")]
    )
    told = [Assignment("table", TEN, ("bea",)), Assignment("table", TEN, ("ana",))]

    plan = match(instance, fixed=told)

    assert plan.assignments == (Assignment("table", TEN, ("ana", "bea")),)
    with pytest.raises(ValueError, match="two starts"):
        match(instance, fixed=[*told, Assignment("table", TEN + 60, ("ana",))])
    with pytest.raises(ValueError, match="unknown"):
        match(instance, fixed=[Assignment("table", TEN, ("zoe",))])


def test_the_poorest_zone_is_served_first() -> None:
    zones = [a_zone("canal", need=20), a_zone("marais", need=80)]
    instance = an_instance(
        a_task("a"),
        a_task("b", zone="marais", mission=True),
        workers=[a_worker("ana")],
        zones=zones,
    )

    assert [a.task for a in match(instance).assignments] == ["b"]


def test_a_mandatory_task_comes_before_everything_and_is_missed_aloud() -> None:
    easy, must = a_task("easy", importance=1000), a_task("must", mandatory=True)
    never = a_task("never", mandatory=True, skill="diving")
    instance = an_instance(easy, must, never, workers=[a_worker("ana")])

    plan = match(instance)

    assert [a.task for a in plan.assignments] == ["must"]
    assert plan.missing == ("never",)


def test_a_counter_with_another_time_is_asked_about_that_time() -> None:
    busy = a_worker(busy=(Commitment(TEN + 2 * HOUR, TEN + 4 * HOUR),))
    instance = an_instance(workers=[busy])
    plan = a_plan(("table", TEN, ("ana",)))

    late = may_take(instance, plan, "ana", "table", TEN + HOUR, free_start=True)
    early = may_take(instance, plan, "ana", "table", TEN - HOUR, free_start=True)
    strict = may_take(instance, plan, "ana", "table", TEN - HOUR)

    assert late is not None
    assert late.code == "calendar"
    assert late.params["from_at"] == TEN + 2 * HOUR
    assert early is None
    assert strict is not None
    assert strict.code == "bad-start"


def test_a_plan_says_why_these_people_and_who_almost() -> None:
    instance = an_instance(
        a_task(want_langs=frozenset({"ar"})),
        workers=[
            a_worker("ana", langs=frozenset({"ar"})),
            a_worker("bea"),
            a_worker("cem", absences=((0, 10_000),)),
            a_worker("dee"),
        ],
        declined=frozenset({("dee", "table")}),
    )

    told = explain(instance, match(instance), "table")

    assert told.state == "done"
    assert [p.worker for p in told.people] == ["ana"]
    assert {m.code for m in told.people[0].reasons} == {"home", "speaks"}
    assert [(n.worker, [r.code for r in n.blocked_by]) for n in told.almost] == [
        ("bea", []),
        ("cem", ["absent"]),
    ]


def test_a_task_that_is_not_done_says_what_is_missing() -> None:
    instance = an_instance(
        a_task(min_team=2, pref_team=2, req_langs=frozenset({"ar"})),
        workers=[a_worker("ana"), a_worker("bea", refuses=frozenset({"table"}))],
    )

    told = explain(instance, match(instance), "table")

    assert told.state == "not-done"
    assert told.summary.code == "impossible"
    (facts,) = told.starts
    assert facts.able == 1
    assert {m.code for m in facts.missing} == {"language", "people"}
    assert facts.blocked == (("refuses-kind", 1),)


# --- files ---------------------------------------------------------------------------------------


@given(worlds)
@quick
def test_an_instance_and_a_plan_survive_their_files(instance: Instance) -> None:
    read = load_instance(dump_instance(instance))
    plan = match(instance)

    assert dump_instance(read) == dump_instance(instance)
    assert match(read).assignments == plan.assignments
    again = load_plan(dump_plan(plan), read)
    assert (again.assignments, again.score) == (plan.assignments, plan.score)


STUDY_FORM: dict[str, Any] = {
    "name": "study",
    "weeks": 1,
    "nbhs": [
        {"id": 0, "name": "Q", "x": 0.0, "y": 0.0, "district": 0, "income": 20000, "need": 60}
    ],
    "workers": [
        {
            "id": 0,
            "name": "RAQ0",
            "home": 0,
            "langs": ["fr"],
            "skills": [],
            "contract": 0.8,
            "week_cap": 600,
            "total_cap": 600,
            "max_travel": 45,
            "work": [[480, 1080]],
            "busy": [[480, 540, 0]],
            "refuses": [],
        }
    ],
    "tasks": [
        {
            "id": 7,
            "nbh": 0,
            "kind": "translation",
            "duration": 90,
            "starts": [600],
            "min_team": 1,
            "pref_team": 1,
            "req_langs": ["fr"],
            "want_langs": [],
            "skill": None,
            "importance": 4,
            "series": -1,
            "mandatory": False,
        }
    ],
    "declined": [],
}


def test_the_study_form_of_an_instance_is_read() -> None:
    instance = load_instance(json.dumps(STUDY_FORM))

    plan = match(instance)

    assert instance.tasks[0].mission
    assert instance.tasks[0].series is None
    assert json.loads(dump_plan(plan))["plan"] == {"7": {"start": 600, "team": [0]}}
    assert load_plan('{"7": {"start": 600, "team": [0]}, "score": 1}', instance).score == plan.score


def test_bad_input_names_every_error_at_once_with_its_place() -> None:
    bad = json.loads(json.dumps(STUDY_FORM))
    bad["weeks"] = 1
    bad["nbhs"][0]["need"] = 101
    bad["workers"][0].update(home=3, busy=[[540, 480, 9]], langs="fr")
    bad["workers"].append({**STUDY_FORM["workers"][0], "home": 3, "busy": [[540, 480, 9]]})
    bad["tasks"][0].update(starts=[10_000, 1400], pref_team=0, colour="red")
    bad["tasks"].append({**STUDY_FORM["tasks"][0], "starts": [10_000, 1400], "min_team": 2})
    bad["declined"] = [[4, 7]]
    bad["fixed"] = [{"task": 8, "start": 600, "team": [5]}]
    bad["surprise"] = 1

    with pytest.raises(InvalidInputError) as wrong:
        load_instance(json.dumps(bad))

    places = {error.place for error in wrong.value.errors}
    assert places >= {
        "surprise",
        "nbhs[0].need",
        "workers[0].langs",
        "workers[1].home",
        "workers[1].busy[0]",
        "tasks[0].pref_team",
        "tasks[0].colour",
        "tasks[1].starts[0]",
        "tasks[1].starts[1]",
        "tasks[1].pref_team",
        "declined[0]",
        "fixed[0].task",
        "fixed[0].team[0]",
    }
    assert all(error.render() for error in wrong.value.errors)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "3", '{"weeks": "four"}', '{"weeks": NaN}', b"\xff"]
)
def test_what_is_no_instance_is_refused_with_a_place(text: str | bytes) -> None:
    with pytest.raises(InvalidInputError) as wrong:
        load_instance(text)

    assert wrong.value.errors


def test_a_plan_with_strangers_is_read_and_then_convicted() -> None:
    instance = load_instance(json.dumps(STUDY_FORM))

    plan = load_plan('{"plan": {"9": {"start": 600, "team": [0]}}}', instance)

    assert isinstance(plan, Plan)
    assert [v.code for v in violations(instance, plan)] == ["unknown-task"]
