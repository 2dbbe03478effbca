"""The command line says what it can do, and what to do when it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.settings import PROJECT_ROOT, clean_environment

COMMANDS = (
    "demo",
    "territory",
    "up",
    "down",
    "status",
    "logs",
    "link",
    "migrate",
    "topology",
    "dead-letters",
    "bundle",
    "test",
    "web",
    "worker",
    "jobs",
)


def relais(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "deploy", *arguments],
        env=clean_environment() | {"COLUMNS": "120"} | settings,
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )


def on_one_line(boxed: str) -> str:
    return " ".join(boxed.replace("│", " ").split())


def test_help_names_every_command() -> None:
    said = relais("--help").stdout

    assert [name for name in COMMANDS if f" {name} " not in said] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_for_a_person(command: str) -> None:
    answer = relais(command, "--help")

    assert answer.returncode == 0
    assert "Usage: relais" in answer.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("migrate",),
        ("topology", "--check"),
        ("dead-letters", "list"),
        ("link", "Someone"),
    ],
)
def test_a_command_that_needs_a_system_says_how_to_start_one(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    answer = relais(*arguments, RELAIS_DATA_DIR=str(tmp_path / "nothing"))

    assert answer.returncode == 1
    assert "relais up" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_setting_that_is_missing_is_named_and_no_value_is_shown(tmp_path: Path) -> None:
    answer = relais(
        "migrate",
        RELAIS_DATA_DIR=str(tmp_path),
        RELAIS_DATABASE_URL="postgresql://owner:hunter2@127.0.0.1:1/x",
        RELAIS_NATS_URL="nats://127.0.0.1:1",
    )

    assert answer.returncode == 1
    assert answer.stderr == "relais: RELAIS_SECRET: Field required.\n"


def test_down_where_nothing_runs_is_no_mistake(tmp_path: Path) -> None:
    answer = relais("down", RELAIS_DATA_DIR=str(tmp_path))

    assert answer.returncode == 0
    assert answer.stdout == f"Nothing runs in {tmp_path}.\n"


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("web", "payroll"), "'payroll' is none of intake, dispatch, notify, reporting or all"),
        (("frobnicate",), "No such command 'frobnicate'"),
    ],
)
def test_a_mistake_on_the_line_is_explained(arguments: tuple[str, ...], hint: str) -> None:
    answer = relais(*arguments)

    assert answer.returncode == 2
    assert hint in on_one_line(answer.stderr)
    assert "Traceback" not in answer.stderr


def test_logs_name_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").write_text("first\nsecond\nthird\n")

    answer = relais("logs", "web", "--lines", "2", RELAIS_DATA_DIR=str(tmp_path))
    refused = relais("logs", "wbe", RELAIS_DATA_DIR=str(tmp_path))

    assert answer.stdout.splitlines()[1:] == ["    second", "    third"]
    assert refused.returncode == 2
    assert "there are: web." in on_one_line(refused.stderr)


def test_a_failed_check_fails_the_whole_and_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("def test_it() -> None:\n    assert False\n")

    answer = relais("test", "--only", "tests", str(broken))

    assert answer.returncode == 1
    assert "1 failed" in answer.stdout
    assert answer.stderr == "relais test: failed: tests\n"


def test_the_script_needs_no_particular_folder_to_be_run_from(tmp_path: Path) -> None:
    if not (PROJECT_ROOT / ".venv" / "relais-stamp").exists():
        pytest.skip("this checkout was not installed by ./relais")

    answer = subprocess.run(
        [PROJECT_ROOT / "relais", "logs", "--help"],
        cwd=tmp_path,
        env=clean_environment(),
        check=False,
        capture_output=True,
        text=True,
    )

    assert answer.returncode == 0


def test_the_script_says_what_to_install_where_there_is_no_python(tmp_path: Path) -> None:
    for name in ("relais", "uv.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((PROJECT_ROOT / name).read_bytes())
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sh", "cat", "cksum", "dirname"):
        (commands / name).symlink_to(Path("/usr/bin") / name)

    answer = subprocess.run(
        ["/bin/sh", tmp_path / "relais", "demo"],
        env={"PATH": str(commands)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert answer.returncode == 2
    assert "Python 3.11 or newer is needed" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
