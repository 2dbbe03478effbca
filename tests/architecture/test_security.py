"""The promises of docs/security.md: each names a test that exists, and none is missing."""

import ast
import json
import re
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# What of ASVS 5.0.0 a suite of tests can hold; the standard's own numbers.
ASVS = frozenset(
    """
3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.2 3.4.3 3.4.4 3.4.5 3.4.6 3.5.1 3.5.3 4.1.1 6.2.1 6.2.4 6.2.9
6.3.1 11.4.2 6.5.1 6.5.5 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.5 7.5.2 8.2.1 8.2.2 8.2.3 15.3.1
15.3.3 9.1.1 9.1.2 9.2.1 9.2.3 10.2.1 10.5.1 10.5.2 10.5.4 12.3.1 12.3.4 13.2.1 13.2.2 13.3.1
13.4.2 13.4.5 14.2.1 14.2.2 14.3.2 15.1.2 15.2.1 16.2.1 16.2.5 16.3.1 16.3.2 16.4.1 16.4.2 16.5.1
""".split()  # noqa: SIM905 - read and compared by people
)


def promises() -> list[list[str]]:
    """Read the rows of the tables that name a test in their last column."""
    text = (ROOT / "docs" / "security.md").read_text().partition("## Signing in")[2]
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in row] for row in rows if not row[-1].strip().startswith("test")
    ]


@cache
def named_in(path: Path) -> frozenset[str]:
    found = ast.walk(ast.parse(path.read_text()))
    return frozenset(n.name for n in found if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_promise_names_a_test_that_exists() -> None:
    rows = promises()
    lost = [
        f"{file}::{name}"
        for row in rows
        for file, name in NODE.findall(row[-1])
        if not (ROOT / file).is_file() or name not in named_in(ROOT / file)
    ]

    assert len(rows) > len(ASVS) / 2
    assert [row[0] for row in rows if not NODE.search(row[-1])] == []
    assert lost == []


def test_every_requirement_of_the_list_has_one_line() -> None:
    told = [number for row in promises() if row[0][0].isdigit() for number in row[0].split()]

    assert len(told) == len(set(told))
    assert set(told) == ASVS


def test_everything_from_elsewhere_is_locked_with_its_hash() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    loose = [
        package["name"]
        for package in locked
        if "registry" in package["source"]
        and not all(
            file.get("hash")
            for file in [*package.get("wheels", ()), package.get("sdist", {"hash": 1})]
        )
    ]
    loose += [name for name, of_npm in packages.items() if name and "integrity" not in of_npm]
    strange = [
        p["name"] for p in locked if not {"registry", "virtual", "editable"} & set(p["source"])
    ]

    assert loose == []
    assert strange == []
