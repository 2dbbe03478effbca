"""`relais ledger`: a file sealed day by day, bad lines named at once, guards removed."""

import csv
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.ledger.mutations import MUTATIONS, SOURCE, Mutation, mutate, verdict
from deploy.ledger.simulate import BadFileError, read
from deploy.settings import PROJECT_ROOT, clean_environment

# Seconds of one core; a machine that shares its cores among many takes longer.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

HEADER = "id,day,worker,actions,contacts,theme,zone"


def relais(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "deploy", "ledger", *arguments],
        env=clean_environment() | {"COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
    )


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    draw = random.Random(1)  # noqa: S311 -- a file for a test
    lines = [
        f"o{i},{date(2022, 10, 3) + timedelta(days=draw.randrange(56))},w{draw.randrange(16)},1,2,"
        f"{draw.choice(['energy', 'debt', 'housing', 'health'])},F0{draw.randrange(1, 5)}"
        for i in range(240)
    ]
    path = tmp_path / "campaign.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_is_sealed_and_its_blocks_add_up_to_its_figures(
    campaign: Path, tmp_path: Path
) -> None:
    answer = relais("simulate", str(campaign), "--into", str(tmp_path / "out"))

    assert answer.returncode == 0, answer.stderr
    assert "240 actions, 480 contacts published" in answer.stdout
    blocks = rows(tmp_path / "out" / "blocks.csv")
    for figure in rows(tmp_path / "out" / "figures.csv"):
        mine = [b for b in blocks if (b["view"], b["code"]) == (figure["view"], figure["code"])]
        assert figure["actions"] == (str(sum(int(b["actions"]) for b in mine)) if mine else "")
    assert all(int(b["actions"]) >= 5 and int(b["contacts"]) >= 5 for b in blocks)
    assert {row["what"] for row in rows(tmp_path / "out" / "audit.csv")} >= {
        "seal",
        "block",
        "held",
    }


def test_the_same_file_gives_the_same_ledger_byte_for_byte(campaign: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        assert relais("simulate", str(campaign), "--into", str(tmp_path / folder)).returncode == 0

    for name in ("blocks.csv", "audit.csv", "figures.csv", "policy.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_blocks_tell_no_worker_and_no_outcome(campaign: Path, tmp_path: Path) -> None:
    relais("simulate", str(campaign), "--into", str(tmp_path / "out"))

    assert set(rows(tmp_path / "out" / "blocks.csv")[0]) == {
        "n", "seq", "day", "view", "code", "actions", "contacts", "hash",
    }  # fmt: skip


def test_every_bad_line_is_named_at_once_and_the_command_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        f"{HEADER}\n"
        "o1,2022-10-03,w1,1,1,energy,F01\n"
        "o1,2022-10-03,w1,1,1,energy,F01\n"
        "o2,03/10/2022,w1,one,-1,energy,F01\n"
        "o3,2022-10-03,,1,1,,F01\n"
        "o4,2022-10-03,w1\n"
    )
    answer = relais("simulate", str(path))

    assert answer.returncode == 2
    assert "line 3: id 'o1' stands on line 2" in answer.stderr
    assert "line 4: day '03/10/2022' is not YYYY-MM-DD" in answer.stderr
    assert "line 4: actions 'one'" in answer.stderr
    assert "line 4: contacts '-1'" in answer.stderr
    assert "line 5: no worker" in answer.stderr
    assert "line 5: no theme" in answer.stderr
    assert "line 6: not as many fields" in answer.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column 'id'"),
        ("id,day,worker,actions,contacts\n", "no view"),
        (f"{HEADER}\n", "no outcome"),
        (f"{HEADER},theme\n", "two columns 'theme'"),
    ],
)
def test_a_file_without_what_it_needs_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadFileError, match=said):
        read(text)


def test_semicolons_and_spaces_are_read_too() -> None:
    found = read("id; day; worker; actions; contacts; theme\no1; 2022-10-03; w1; 1; 0; energy\n")

    assert (found[0].contacts, found[0].codes) == (0, {"theme": "energy"})


@pytest.mark.parametrize(
    "arguments", [("--T", "4"), ("--K", "2"), ("--close-on", "tomorrow"), ("--min-cats", "1")]
)
def test_a_policy_below_the_floors_is_refused(campaign: Path, arguments: tuple[str, str]) -> None:
    answer = relais("simulate", str(campaign), *arguments)

    assert answer.returncode == 2
    assert answer.stderr.startswith("relais: ")


def test_every_mutation_still_finds_its_expression() -> None:
    for mutation in MUTATIONS:
        mutate((SOURCE / f"{mutation.module}.py").read_text(), mutation)


def guards() -> list[Any]:
    """List every guard; those that stand for one kind of attack each are tried in every run."""
    always = {
        "the reserve",
        "remainders are safe",
        "the auditor freezes",
        "P: nobody dominates",
        "waivers only at the close",
        "K for corrections",
        "numbers are checked",
    }
    return [
        pytest.param(m, id=m.guard, marks=() if m.guard in always else pytest.mark.long)
        for m in MUTATIONS
    ]


@pytest.mark.parametrize("mutation", guards())
def test_without_a_guard_an_attack_succeeds(mutation: Mutation) -> None:
    assert verdict(mutation).attack
