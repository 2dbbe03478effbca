"""Follows a recipe of `docs/how-to` word for word, in a copy of the project.

A recipe says where each of its code blocks goes, in one of four ways:

    In `path`, after `a line`:        In `path`, replace `a line` by:
    At the end of `path`:             Create `path`:

and gives its commands in `sh` blocks, run from the project's root.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("shared", "services", "deploy", "tests", "docs", "pyproject.toml", "README.md")
PLACE = re.compile(
    r"^(?:In `(?P<file>[^`]+)`, (?P<how>after|replace) `(?P<line>[^`]+)`(?: by)?"
    r"|At the end of `(?P<end>[^`]+)`|Create `(?P<new>[^`]+)`):$"
)


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a recipe: its commands' exit codes and what they printed."""

    commands: tuple[str, ...]
    codes: tuple[int, ...]
    printed: str


def follow(recipe: str, folder: Path) -> Followed:
    """Copy the project into `folder`, do what the recipe says there, and run its commands."""
    copy_project(folder)
    commands: list[str] = []
    place: re.Match[str] | None = None
    lines = iter((ROOT / "docs" / "how-to" / recipe).read_text().splitlines())
    for line in lines:
        place = PLACE.match(line) or place
        if not line.startswith("```"):
            continue
        block = []
        for inside in lines:
            if inside.startswith("```"):
                break
            block.append(inside)
        if line == "```sh":
            commands += block
        else:
            assert place is not None, f"{recipe} does not say where this goes: {block[0]}"
            put(folder, place, "\n".join(block) + "\n")
            place = None
    done = [run(command, folder) for command in commands]
    return Followed(
        tuple(commands),
        tuple(result.returncode for result in done),
        "\n".join(result.stdout + result.stderr for result in done),
    )


def copy_project(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():  # with its bytecode: nothing but what the recipe changes is compiled
            shutil.copytree(source, folder / name)
        elif source.exists():
            shutil.copy2(source, folder / name)


def put(folder: Path, place: re.Match[str], block: str) -> None:
    """Write a block where the recipe says.

    The line that a recipe names must stand in the file exactly once.
    """
    path = folder / (place["file"] or place["end"] or place["new"])
    if place["new"]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block)
        return
    text = path.read_text()
    if place["end"]:
        path.write_text(text.rstrip("\n") + "\n\n" + block)
        return
    line = place["line"] + "\n"
    assert text.count(line) == 1, f"{path.name} holds this line {text.count(line)} times: {line}"
    path.write_text(text.replace(line, (line if place["how"] == "after" else "") + block))


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    if words[0] == "python":
        words[0] = sys.executable
    return subprocess.run(
        [*words, "-p", "no:xdist"] if "pytest" in words else words,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},  # noqa: TID251 - the child's, not ours
        capture_output=True,
        text=True,
        check=False,
    )
