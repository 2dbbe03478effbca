"""The walls of the house: who may import whom, which rooms exist, what may not be written."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.bus import SERVICES
from shared.events import FACTS
from tests.flow import generated, in_readme, problems, read_flow

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("shared", "services", "deploy", "tests", "docs")
TEXT = {".py", ".md", ".toml", ".html", ".css", ".js", ".ts", ".sh", ".yaml", ".yml", ".conf"}


def our_files(*endings: str) -> list[Path]:
    return [
        path
        for folder in OURS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (endings or TEXT) and "node_modules" not in path.parts
    ]


def test_every_import_contract_is_kept() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_readme_says_what_it_hears_and_says(service: str) -> None:
    readme = (ROOT / "services" / service / "README.md").read_text()
    flow = read_flow()

    said = {name.strip() for name in line_of(readme, "Says").split(",")} - {"nothing"}
    heard = {name.strip() for name in line_of(readme, "Hears").split(",")} - {"nothing"}

    assert line_of(readme, "Owns")
    assert said == {fact.name for fact in flow if service in fact.said_by}
    assert heard == {fact.name for fact in flow if service in fact.heard_by}


def line_of(readme: str, word: str) -> str:
    found = re.search(rf"^\W*{word}:\W*\s*(.+?)\.?$", readme, re.MULTILINE)
    assert found, f"the README has no line '{word}: …'"
    return found.group(1).replace("`", "").replace("**", "")


def test_every_fact_is_said_by_its_owner_and_heard_by_somebody() -> None:
    assert problems(read_flow()) == []


def test_the_flow_in_the_readme_is_the_flow_of_the_code() -> None:
    assert in_readme() == generated(), "run: python -m tests.flow --write"


def test_facts_stand_in_the_file_in_the_order_of_the_catalogue() -> None:
    tree = ast.parse((ROOT / "shared" / "events.py").read_text())
    written = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    names = [fact.__name__ for fact in FACTS]

    assert [name for name in written if name in names] == names


def test_a_step_is_a_file_with_the_name_of_its_function() -> None:
    for path in sorted((ROOT / "services").glob("*/steps/*.py")):
        if path.name == "__init__.py":
            continue
        tree = ast.parse(path.read_text())
        functions = {n.name for n in tree.body if isinstance(n, ast.AsyncFunctionDef)}
        assert path.stem in functions, f"{path.relative_to(ROOT)} has no step {path.stem}"


def test_every_module_begins_by_saying_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in our_files(".py")
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert silent == []


def test_every_suppression_says_why() -> None:
    bare = re.compile(r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type: ignore(\[[a-z-, ]+\])?)\s*$")
    unexplained = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in our_files(".py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]

    assert unexplained == []


def test_nobody_commits_below_the_edge() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "services").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]
        if re.search(r"\.commit\(\)", path.read_text())
    ]

    assert offenders == []


def test_what_does_not_belong_in_the_project_is_not_there() -> None:
    here = Path(__file__)
    # Machines, registries and unfinished business, spelt so that this file does not match itself.
    parts = ["/wo.rk/", "/ho.me/[a-z]", "python.hosted", "TO.DO", "FIX.ME"]
    forbidden = re.compile("|".join(part.replace(".", "", 1) for part in parts))
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in our_files()
        if path != here and (match := forbidden.search(path.read_text()))
    ]

    assert found == []
