"""`relais up`, `status` and `down`, on a system with all its doors."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from deploy.settings import clean_environment
from tests.servers import own_engines

pytestmark = pytest.mark.slow

PATIENCE_S = 120.0
GIBIBYTE = 1024**3


def relais(data: Path, *arguments: str, **settings: str) -> str:
    own = {"RELAIS_DATA_DIR": str(data), "RELAIS_GATEWAY_PORT": "0"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "deploy", *arguments],
        env=clean_environment() | own | settings,
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def status(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(relais(data, "status", "--json"))
    return found


def eventually(holds: Callable[[], bool]) -> bool:
    give_up_at_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at_s:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


def pids(data: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((data / "state.json").read_text())["pids"]
    return found


@pytest.fixture(scope="module")
def first_words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    data = tmp_path_factory.mktemp("up")
    yield data, relais(data, "up")
    relais(data, "down")


@pytest.fixture(scope="module")
def data(first_words: tuple[Path, str]) -> Path:
    return first_words[0]


def test_up_prints_a_link_that_lets_the_first_coordinator_in_once(
    first_words: tuple[Path, str],
) -> None:
    address = next(word for word in first_words[1].split() if "/access/enter#" in word)
    origin, token = address.split("/access/enter#")

    first = httpx.post(f"{origin}/access/enter", data={"token": token})
    second = httpx.post(f"{origin}/access/enter", data={"token": token})

    assert (first.status_code, first.headers["location"]) == (303, "/access/set-up")
    assert second.status_code == 401


def test_status_names_every_process_and_stays_below_a_gibibyte(data: Path) -> None:
    found = status(data)

    names = {"caddy", "guard", "jobs", "nats", "postgres", "relais", "valkey", "web", "worker"}
    assert set(found["processes"]) == names
    assert all(process["runs"] for process in found["processes"].values())
    assert set(found["services"]) == {"intake", "dispatch", "notify", "reporting"}
    assert found["problems"] == []
    assert 0 < found["memory_bytes"] < GIBIBYTE


@pytest.mark.parametrize("name", ["worker", "web", "nats", "postgres"])
def test_a_killed_process_comes_back(data: Path, name: str) -> None:
    before = pids(data)[name]

    os.kill(before, signal.SIGKILL)

    assert eventually(lambda: pids(data).get(name, before) != before)
    assert eventually(lambda: status(data)["problems"] == [])


def test_status_says_what_does_not_answer(data: Path) -> None:
    nats = psutil.Process(pids(data)["nats"])
    nats.suspend()
    try:
        problems = status(data)["problems"]
    finally:
        nats.resume()

    assert any("NATS does not answer" in problem for problem in problems)


def test_after_down_nothing_runs_and_after_up_everything_is_there_again(data: Path) -> None:
    processes = [psutil.Process(pid) for pid in pids(data).values()]
    relais(data, "link", "Aïcha")

    assert relais(data, "down") == "Stopped.\n"
    assert not any(process.is_running() for process in processes)
    assert not (data / "state.json").exists()

    said = relais(data, "up")
    assert "Relais runs: http://127.0.0.1:" in said
    assert "first coordinator" not in said


def test_with_servers_given_by_address_nothing_but_the_doors_is_started(tmp_path: Path) -> None:
    with own_engines() as outside:  # roles and streams are the whole server's: not the shared one
        servers = {
            "RELAIS_DATABASE_URL": outside.database_url,
            "RELAIS_NATS_URL": outside.nats_url,
            "RELAIS_VALKEY_URL": outside.valkey_url,
            "RELAIS_SECRET": "a secret that only this test knows",
        }

        said = relais(tmp_path, "up", **servers)
        ours = set(pids(tmp_path))
        checked = relais(tmp_path, "topology", "--check", **servers)
        relais(tmp_path, "down")

    assert "/access/enter#" in said
    assert ours == {"caddy", "guard", "jobs", "web", "worker"}
    assert "as the code says" in checked
