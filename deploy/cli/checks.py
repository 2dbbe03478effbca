"""`relais test`: everything there is to check, each with its own engines."""

import os
import subprocess
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy.bundle import ensure_bundle, type_check
from deploy.settings import PROJECT_ROOT, clean_environment

PANEL = "Work on it"
WORKERS_MIN, WORKERS_MAX = 2, 8
CODE = ("shared", "services", "deploy", "tests")


class Kind(StrEnum):
    """What can be asked for alone."""

    LINT = "lint"
    TYPES = "types"
    WALLS = "walls"
    TESTS = "tests"


def register(app: typer.Typer) -> None:
    @app.command(
        rich_help_panel=PANEL,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    def test(
        context: typer.Context,
        *,
        only: Annotated[
            list[Kind] | None, typer.Option(help="One kind of check; may be given again.")
        ] = None,
    ) -> None:
        """Check everything: style, types, the walls between services, and all tests.

        Everything else on the line goes to pytest: relais test --only tests tests/unit -k matching
        """
        wanted = set(only or Kind)
        failed = [
            kind
            for kind in Kind
            if kind in wanted and not all(_run(argv) for argv in _commands(kind, context.args))
        ]
        if failed:
            print(f"relais test: failed: {', '.join(failed)}", file=sys.stderr)
            raise typer.Exit(1)


def _commands(kind: Kind, arguments: list[str]) -> list[list[str]]:
    bin_ = Path(sys.executable).parent
    match kind:
        case Kind.LINT:
            ruff = str(bin_ / "ruff")
            return [
                [ruff, "check", "--quiet", *CODE],
                [ruff, "format", "--quiet", "--check", *CODE],
            ]
        case Kind.TYPES:
            return [[str(bin_ / "mypy"), "--no-error-summary"], type_check()]
        case Kind.WALLS:
            return [[str(bin_ / "lint-imports"), "--no-logo"]]
        case Kind.TESTS:
            ensure_bundle(lambda: print("Bundling the field app …", flush=True))
            # A file stays with one worker: its database is made once.
            workers = min(max(os.cpu_count() or 1, WORKERS_MIN), WORKERS_MAX)
            pytest = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-rs", f"-n{workers}"]
            # In the order of tests/conftest.py, which begins with the slow ones.
            in_order = ["--dist", "loadfile", "--no-loadscope-reorder"]
            return [[*pytest, *in_order, *arguments]]


def _run(argv: list[str]) -> bool:
    """Run one check; what it prints is shown as it comes by pytest, and only on failure else."""
    is_pytest = "pytest" in argv
    name = "pytest" if is_pytest else Path(argv[0]).name
    began_s = time.monotonic()
    if is_pytest:
        print(f"{name} {' '.join(argv[3:])} …", flush=True)
    done = subprocess.run(
        argv,
        cwd=PROJECT_ROOT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=None if is_pytest else subprocess.PIPE,
        stderr=None if is_pytest else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if not is_pytest:
        verdict = "ok" if done.returncode == 0 else f"FAILED\n{done.stdout}"
        took_s = time.monotonic() - began_s
        print(f"{name} {' '.join(argv[1:2])} ({took_s:.0f} s): {verdict}", flush=True)
    return done.returncode == 0
