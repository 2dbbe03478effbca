"""Public instances: both readers, the judge of a roster, and what the searches find."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from deploy.match.budget import Budget
from deploy.match.curtois_checker import Cost, broken_rules, cost_of
from deploy.match.curtois_mapping import as_matching, as_roster
from deploy.match.curtois_pricing import Pricer
from deploy.match.curtois_reader import Rota, UnreadableError, read_curtois
from deploy.match.curtois_roster import NoRosterError, Search
from deploy.match.public import BAD_INPUT, OK, compare
from deploy.match.smptsp import by_start, least_overlap, people_used, read_smptsp, solve_smptsp
from services.dispatch.rules.matching import match, violations

# Two people, two kinds of shift, eight days (day 0 is a Monday): every rule can be broken.
SMALL = """# made by hand
SECTION_HORIZON
8

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
A,E=5|L=2,2640,960,3,2,2,1
B,E=5|L=0,2400,960,3,1,1,1

SECTION_DAYS_OFF
B,3

SECTION_SHIFT_ON_REQUESTS
A,0,E,7

SECTION_SHIFT_OFF_REQUESTS
B,1,E,5

SECTION_COVER
0,E,1,100,1
1,E,1,100,1
2,L,1,100,1
4,E,1,100,1
5,E,1,100,1
"""
A_GOOD = {0: "E", 1: "E", 2: "L", 5: "E", 6: "E"}
B_GOOD = {0: "E", 4: "E"}

TINY = """Type = 1
Jobs = 3
 0 10
 5 15
 10 20
Qualifications = 3
3: 0 1 2
2: 0 2
1: 1
"""


def rules_broken(a: Mapping[int, str], b: Mapping[int, str] = B_GOOD) -> set[tuple[str, str]]:
    found = broken_rules(read_curtois(SMALL), {"A": a, "B": b})
    return {(broken.rule, broken.person) for broken in found}


def test_a_roster_that_keeps_every_rule_breaks_none() -> None:
    assert rules_broken(A_GOOD) == set()


@pytest.mark.parametrize(
    ("rule", "a", "b"),
    [
        ("day-off", A_GOOD, {0: "E", 3: "E"}),
        ("max-shifts", {0: "L", 1: "L", 2: "L"}, B_GOOD),
        ("max-shifts", A_GOOD, {0: "E", 4: "L"}),
        ("max-minutes", A_GOOD, dict.fromkeys((0, 1, 2, 4, 6, 7), "E")),
        ("min-minutes", {}, B_GOOD),
        ("sequence", {0: "L", 1: "E"}, B_GOOD),
        ("max-weekends", A_GOOD, B_GOOD),
        ("max-consecutive", {0: "E", 1: "E", 2: "E", 3: "E"}, B_GOOD),
        ("min-consecutive", {0: "E", 3: "E", 7: "E"}, B_GOOD),
        ("min-days-off", {0: "E", 1: "E", 3: "E", 4: "E"}, B_GOOD),
        ("unknown", {8: "E"}, B_GOOD),
        ("unknown", {0: "N"}, B_GOOD),
    ],
)
def test_each_hard_rule_is_named_when_it_is_broken(
    rule: str, a: Mapping[int, str], b: Mapping[int, str]
) -> None:
    if rule == "max-weekends":
        rota = read_curtois(SMALL.replace("A,E=5|L=2,2640,960,3,2,2,1", "A,E=5,2640,960,3,2,2,0"))
        assert {x.rule for x in broken_rules(rota, {"A": a, "B": b})} == {rule}
    else:
        assert rule in {name for name, _ in rules_broken(a, b)}


def test_stretches_that_touch_the_first_or_the_last_day_are_never_too_short() -> None:
    assert ("min-consecutive", "A") not in rules_broken({0: "E", 3: "E", 4: "E", 7: "L"})
    assert ("min-days-off", "A") not in rules_broken({1: "E", 2: "E", 5: "E", 6: "E"})


def test_the_cost_counts_requests_missing_people_and_people_in_excess() -> None:
    rota = read_curtois(SMALL)

    assert cost_of(rota, {"A": A_GOOD, "B": B_GOOD}) == Cost(requests=0, under=0, over=1)
    assert cost_of(rota, {"A": {}, "B": {1: "E"}}) == Cost(requests=12, under=400, over=0)


def best_by_trying_all(rota: Rota) -> int:
    """Return the least cost of all rosters of two people: slow and certain."""
    good = list[list[dict[int, str]]]()
    for person in rota.staff:
        alone = replace(rota, staff=(person,))
        choices = product((None, "E", "L"), repeat=rota.days)
        rows = ({d: s for d, s in enumerate(choice) if s} for choice in choices)
        good.append([row for row in rows if not broken_rules(alone, {person.id: row})])
    a, b = (person.id for person in rota.staff)
    return min(cost_of(rota, {a: x, b: y}).total for x in good[0] for y in good[1])


def test_the_search_finds_what_trying_every_roster_finds() -> None:
    days_6 = SMALL.replace("\n8\n", "\n6\n").replace("B,E=5|L=0,2400", "B,E=2|L=1,2400")
    rota = read_curtois(days_6)

    found = Search(rota, Budget(3)).run()

    roster = {
        rota.staff[c.person].id: {d: rota.shifts[s].id for d, s in enumerate(c.shifts) if s >= 0}
        for c in found.roster
    }
    assert broken_rules(rota, roster) == []
    assert cost_of(rota, roster).total == found.cost == best_by_trying_all(rota)
    assert found.least <= found.cost


@pytest.mark.parametrize("seed", range(4))
def test_the_cheapest_calendar_is_the_cheapest_of_all_that_keep_the_rules(seed: int) -> None:
    rota = read_curtois(SMALL)
    cost = np.random.default_rng(seed).normal(0, 10, (2, rota.days, 2)).round(2)
    pricer = Pricer(rota)

    for p, found in enumerate(pricer.best(cost, [0, 1], each=3)):
        alone = replace(rota, staff=(rota.staff[p],))
        values = list[float]()
        for choice in product((-1, 0, 1), repeat=rota.days):
            row = {d: rota.shifts[s].id for d, s in enumerate(choice) if s >= 0}
            if not broken_rules(alone, {rota.staff[p].id: row}):
                values.append(sum(cost[p, d, s] for d, s in enumerate(choice) if s >= 0))
        assert found[0].cost == pytest.approx(min(values))
        assert not pricer.uncounted(p)
        for calendar in found:
            row = {d: rota.shifts[s].id for d, s in enumerate(calendar.shifts) if s >= 0}
            assert broken_rules(alone, {rota.staff[p].id: row}) == []


def test_somebody_whose_rules_cannot_be_fulfilled_is_named() -> None:
    rota = read_curtois(SMALL.replace("B,E=5|L=0,2400,960", "B,E=1|L=0,2400,960"))

    with pytest.raises(NoRosterError, match="B"):
        Search(rota, Budget(1)).run()


def test_the_matcher_solves_what_maps_and_its_plan_becomes_a_roster() -> None:
    rota = read_curtois(SMALL)
    instance = as_matching(rota)
    plan = match(instance, rounds=50)
    roster = as_roster(plan)

    assert len(instance.tasks) == 5
    assert violations(instance, plan) == []
    assert cost_of(rota, roster).under == 0
    # Days off, refused kinds, minutes and one shift a day came along.
    assert not {"day-off", "max-minutes", "unknown"} & {x.rule for x in broken_rules(rota, roster)}


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("\n8\n", "\nmany\n"), 3, "whole number"),
        (("L,600,E", "L,600,X"), 7, "'X'"),
        (("L,600,E", "L,600"), 7, "3 fields"),
        (("A,E=5|L=2", "A,E=5|L"), 10, "SHIFT=NUMBER"),
        (("2640,960", "2640,9600"), 10, "least minutes"),
        (("B,E=5|L=0", "A,E=5|L=0"), 11, "twice"),
        (("B,3", "C,3"), 14, "'C'"),
        (("A,0,E,7", "A,9,E,7"), 17, "0 to 7"),
        (("4,E,1", "1,E,1"), 26, "twice"),
        (("SECTION_COVER", "SECTION_COVERS"), 22, "no section"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_do(
    change: tuple[str, str], line: int, said: str
) -> None:
    with pytest.raises(UnreadableError) as wrong:
        read_curtois(SMALL.replace(*change))

    assert any(e.startswith(f"line {line}: ") and said in e for e in wrong.value.errors)


def test_every_error_of_a_file_is_told_at_once() -> None:
    with pytest.raises(UnreadableError) as wrong:
        read_curtois(SMALL.replace("L,600,E", "L,x,Y").replace("A,0,E,7", "Z,0,N,-1"))

    assert len(wrong.value.errors) == 5
    with pytest.raises(UnreadableError) as wrong:
        read_smptsp("Jobs = 2\n0 1\n5 x\nQualifications = 1\n2: 0\n3; 1\n")
    lines = [error.split(":")[0] for error in wrong.value.errors]
    assert lines == ["line 3", "line 5", "line 6", "line 7"]


def test_fewest_workers_are_found_with_proof() -> None:
    jobs = read_smptsp(TINY)

    found = solve_smptsp(jobs, seconds=10)

    assert least_overlap(jobs) == 2
    assert (found.used, found.bound) == (2, 2)


def test_few_people_planned_again_need_fewer() -> None:
    # Whoever takes each job as it comes uses three people here; two suffice.
    jobs = read_smptsp(
        "Jobs = 4\n0 10\n2 12\n10 20\n12 22\nQualifications = 3\n2: 0 1\n2: 0 2\n2: 1 3\n"
    )

    found = solve_smptsp(jobs, seconds=5)

    assert by_start(jobs) == {0: 0, 1: 2, 2: 1, 3: 2}
    assert found.used == found.bound == 2
    with pytest.raises(ValueError, match="two run at once"):
        people_used(jobs, {0: 0, 1: 0, 2: 1, 3: 2})


@pytest.mark.parametrize("text", ["", "Jobs = x", "Jobs = 1\n0 1\nQualifications = 1\n2: 0"])
def test_a_file_that_is_no_public_instance_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_smptsp(text)


def test_a_folder_of_both_kinds_gives_one_table_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small.txt").write_text(SMALL)
    (tmp_path / "tiny.dat").write_text(TINY)

    assert compare([tmp_path], seconds=1, as_json=False) == OK
    tables = capsys.readouterr().out.strip().split("\n\n")
    assert [table.count("\n") for table in tables] == [2, 2]
    assert "| tiny | 3 | 3 | 2 | 2 | - |" in tables[0]
    assert "| small | 8 | 2 |" in tables[1]
    assert compare([tmp_path], seconds=1, as_json=True) == OK
    told = json.loads(capsys.readouterr().out)
    assert told["curtois"][0]["feasible"] is True
    assert told["smptsp"][0]["used"] == 2


def test_a_wrong_file_is_told_and_the_others_are_solved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.dat").write_text(TINY)
    (tmp_path / "bad.txt").write_text("SECTION_HORIZON\nx\n")

    assert compare([tmp_path], seconds=1, as_json=False) == BAD_INPUT
    printed = capsys.readouterr()
    assert "| good |" in printed.out
    assert f"{tmp_path / 'bad.txt'}: line 2: " in printed.err
    assert compare([tmp_path / "absent.txt"], seconds=1, as_json=False) == BAD_INPUT


@pytest.mark.parametrize(("number", "best"), [(2, 828), (3, 1001), (4, 1716)])
def test_a_published_best_is_reached_and_proven(shared_data: Path, number: int, best: int) -> None:
    file = shared_data / "benchmarks" / "curtois" / f"Instance{number}.txt"
    if not file.exists():
        pytest.skip("the public instances are not here")

    found = Search(read_curtois(file.read_text()), Budget(20)).run()

    assert (found.cost, found.least) == (best, best)
