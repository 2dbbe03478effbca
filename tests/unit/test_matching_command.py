"""`relais match` on files: what it prints and how it exits."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from deploy.match import command
from services.dispatch.rules.matching import (
    dump_instance,
    dump_plan,
    instance_schema,
    match,
    plan_schema,
)
from services.dispatch.rules.matching.generate import generate
from tests.unit.matching_world import a_small_world


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    instance = a_small_world(4)
    plan = match(instance)
    (tmp_path / "instance.json").write_text(dump_instance(instance))
    (tmp_path / "plan.json").write_text(dump_plan(plan))
    return tmp_path / "instance.json", tmp_path / "plan.json"


def test_solving_prints_a_plan_that_the_check_accepts(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = command.solve(files[0], seconds=0.1, as_json=True)
    printed = capsys.readouterr().out
    (tmp_path / "mine.json").write_text(printed)

    assert status == command.OK
    assert {"plan", "score", "bound", "seconds"} <= set(json.loads(printed))
    assert command.solve(files[0], check=tmp_path / "mine.json") == command.OK


def test_a_bound_that_is_asked_for_is_as_sharp_as_the_relaxation(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    bounds = []
    for asked in (False, True):
        command.solve(files[0], seconds=0, as_json=True, bound=asked)
        bounds.append(json.loads(capsys.readouterr().out)["bound"])

    assert bounds[1] < bounds[0]


def test_a_broken_plan_exits_with_one_and_says_what_it_breaks(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = json.loads(files[0].read_text())["tasks"][0]
    broken = {str(row["id"]): {"start": row["starts"][0] + 1, "team": []}}
    (tmp_path / "broken.json").write_text(json.dumps(broken))

    status = command.solve(files[0], check=tmp_path / "broken.json", as_json=True)

    found = json.loads(capsys.readouterr().out)
    assert status == command.BROKEN
    assert {v["code"] for v in found["violations"]} >= {"bad-start", "team-size"}


def test_bad_input_exits_with_two_and_names_every_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.json").write_text('{"weeks": 0, "nbhs": [], "workers": [{}], "tasks": 3}')

    assert command.solve(tmp_path / "bad.json", as_json=True) == command.BAD_INPUT
    places = {error["place"] for error in json.loads(capsys.readouterr().out)["errors"]}
    assert {"weeks", "workers[0].id", "workers[0].home", "tasks"} <= places
    assert command.solve(tmp_path / "absent.json") == command.BAD_INPUT


def test_an_explanation_is_printed_in_words_and_as_data(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    task = str(json.loads(files[0].read_text())["tasks"][0]["id"])

    assert command.say_why(files[0], files[1], task) == command.OK
    assert "%(" not in capsys.readouterr().out
    assert command.say_why(files[0], files[1], task, as_json=True) == command.OK
    assert str(json.loads(capsys.readouterr().out)["task"]) == task
    assert command.say_why(files[0], files[1], "nothing") == command.BAD_INPUT


def test_generated_files_and_plans_follow_their_schemas() -> None:
    instance = generate(1, seed=2)
    plan = match(instance)

    Draft202012Validator(instance_schema()).validate(json.loads(dump_instance(instance)))
    Draft202012Validator(plan_schema()).validate(json.loads(dump_plan(plan)))
    assert dump_instance(generate(1, seed=2)) == dump_instance(instance)
