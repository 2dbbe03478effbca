"""The embedded engines: they start, they are what we say, and nothing is left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nats
import psutil
import psycopg
import pytest
import redis

from deploy.engines import EngineError, Engines, Gateway, start_engines, temporary_folder
from deploy.engines.nats import monitor
from deploy.settings import PROJECT_ROOT, DeploySettings
from tests.servers import test_settings

PATIENCE_S = 60.0

PARENT = """
import sys, time
from pathlib import Path
from deploy.engines import Gateway, start_engines
engines = start_engines(Path(sys.argv[1]), keep=False, durable=False, gateway=Gateway())
print("started", flush=True)
time.sleep(600)
"""


def eventually(holds: Callable[[], bool]) -> bool:
    give_up_at_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at_s:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def a_parent_of_engines(folder: Path) -> "subprocess.Popen[str]":
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"
    return parent


def processes_that_mention(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if process.pid != os.getpid()
        and str(folder)
        in " ".join([*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()])
    ]


def test_postgres_answers_as_the_owner_of_its_database(engines: Engines) -> None:
    with psycopg.connect(engines.database_url) as connection:
        row = connection.execute("SELECT current_database(), version()").fetchone()

    assert row is not None
    assert row[0] == "relais"
    assert row[1].startswith("PostgreSQL 18")


def test_postgres_refuses_who_does_not_know_the_password(engines: Engines) -> None:
    password = engines.database_url.split(":")[2].split("@")[0]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(engines.database_url.replace(password, "guess"))


def test_every_acknowledged_fact_is_on_disk_by_the_configuration_in_force(
    engines: Engines,
) -> None:
    config = monitor(engines.nats_monitor_url, "jsz")["config"]

    assert config["sync_always"] is True
    assert 0 < config["max_storage"] <= 10 * 1024**3


async def test_nats_keeps_streams_and_refuses_strangers(engines: Engines) -> None:
    client = await nats.connect(engines.nats_url)
    stream = await client.jetstream().add_stream(name="PROBE", subjects=["probe.>"])
    ack = await client.jetstream().publish("probe.one", b"x")
    await client.jetstream().delete_stream("PROBE")
    await client.close()

    assert stream.config.storage == "file"
    assert ack.seq == 1
    with pytest.raises(nats.errors.Error):
        await nats.connect(
            engines.nats_url.replace("nats://relais:", "nats://relais:x"),
            allow_reconnect=False,
            max_reconnect_attempts=0,
        )


def test_valkey_never_evicts_and_writes_every_second(engines: Engines) -> None:
    with redis.Redis.from_url(engines.valkey_url) as client:
        config = client.config_get("*")

    assert config["maxmemory-policy"] == "noeviction"
    assert (config["appendonly"], config["appendfsync"]) == ("yes", "everysec")
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis.from_url(engines.valkey_url.replace("redis://:", "redis://:x")).ping()


def test_every_engine_listens_on_loopback_only(engines: Engines) -> None:
    for name, pid in engines.pids().items():
        listening = [
            connection
            for connection in psutil.Process(pid).net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]

        assert {connection.laddr.ip for connection in listening} <= {"127.0.0.1"}, name


def test_postgres_does_not_run_as_root(engines: Engines) -> None:
    assert psutil.Process(engines.pids()["postgres"]).uids().effective != 0


def test_memory_counts_every_engine_and_stays_far_below_a_gibibyte(engines: Engines) -> None:
    assert 20 * 1024**2 < engines.resident_memory_bytes() < 512 * 1024**2


def test_a_killed_parent_leaves_no_process_and_no_folder() -> None:
    folder = temporary_folder(prefix="relais-test-")
    parent = a_parent_of_engines(folder)
    running = json.loads((folder / "state.json").read_text())["pids"]
    assert set(running) == {"postgres", "nats", "valkey", "caddy", "guard"}

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert eventually(lambda: not folder.exists())
    assert eventually(lambda: not any(psutil.pid_exists(pid) for pid in running.values()))
    assert processes_that_mention(folder) == []


def test_a_killed_guard_takes_the_engines_with_it() -> None:
    folder = temporary_folder(prefix="relais-test-")
    parent = a_parent_of_engines(folder)
    running = json.loads((folder / "state.json").read_text())["pids"]

    os.kill(running["guard"], signal.SIGKILL)

    engines = [pid for name, pid in running.items() if name != "guard"]
    assert eventually(lambda: not any(psutil.pid_exists(pid) for pid in engines))
    parent.kill()
    parent.wait()
    shutil.rmtree(folder)


def test_a_data_folder_keeps_what_was_written_and_can_be_started_again(tmp_path: Path) -> None:
    with (
        start_engines(tmp_path, nats=False, valkey=False, settings=test_settings()) as first,
        psycopg.connect(first.database_url, autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with (
        start_engines(tmp_path, nats=False, valkey=False, settings=test_settings()) as second,
        psycopg.connect(second.database_url) as connection,
    ):
        row = connection.execute("SELECT answer FROM kept").fetchone()

    assert row == (42,)
    assert not (tmp_path / "state.json").exists()


def test_a_second_system_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        start_engines(tmp_path, postgres=False, nats=False, settings=test_settings()),
        pytest.raises(EngineError, match="already runs"),
    ):
        start_engines(tmp_path, postgres=False, nats=False, settings=test_settings())


def test_a_folder_closed_to_everybody_else_is_no_obstacle(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"

    with (
        start_engines(data, nats=False, valkey=False, settings=test_settings()) as engines,
        psycopg.connect(engines.database_url) as connection,
    ):
        row = connection.execute("SELECT 1").fetchone()

    assert row == (1,)
    assert closed.stat().st_mode & 0o777 == 0o700


LIKE_POSTGRES = """
import os, sys
sys.path.insert(0, sys.argv[1])
from deploy.engines.guard import enter_user
enter_user(65534, 65534, read_everywhere=True)
lines = dict(line.split(":") for line in open("/proc/self/status"))
held = [int(lines[name], 16) for name in ("CapEff", "CapAmb")]
print(os.access(sys.argv[2], os.R_OK), os.getuid(), *held)
try:
    open(sys.argv[2] + ".new", "w")
except PermissionError:
    print("cannot write")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_runs_postgres_may_read_through_closed_folders_and_nothing_more(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "program").write_text("")

    said = subprocess.run(
        [sys.executable, "-c", LIKE_POSTGRES, PROJECT_ROOT, closed / "program"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    only_reading = 1 << 2  # CAP_DAC_READ_SEARCH
    assert said == f"True 65534 {only_reading} {only_reading}\ncannot write\n"


def test_a_server_given_by_its_address_is_used_and_not_started(
    tmp_path: Path, engines: Engines
) -> None:
    settings = DeploySettings(
        database_url=engines.database_url, nats_url=engines.nats_url, valkey_url=engines.valkey_url
    )

    with start_engines(tmp_path, settings=settings) as outside:
        assert outside.database_url == engines.database_url
        assert outside.nats_url == engines.nats_url
        assert outside.valkey_url == engines.valkey_url
        assert set(outside.pids()) == {"guard"}


def test_an_engine_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "appendonlydir").write_text("a file where a folder must be")

    with pytest.raises(EngineError, match=r"valkey did not start(.|\n)*appendonlydir"):
        start_engines(tmp_path, postgres=False, nats=False, settings=test_settings())

    assert processes_that_mention(tmp_path) == []


def test_the_gateway_refuses_politely_where_no_service_answers(tmp_path: Path) -> None:
    with start_engines(
        tmp_path,
        postgres=False,
        nats=False,
        valkey=False,
        gateway=Gateway(),
        settings=test_settings(),
    ) as engines:
        listening = psutil.Process(engines.pids()["caddy"]).net_connections()

    assert [c.laddr.port for c in listening if c.status == psutil.CONN_LISTEN] == [
        int(engines.gateway_url.rsplit(":", 1)[1])
    ]


def test_databases_for_tests_are_fresh_copies(database_url: str, engines: Engines) -> None:
    assert database_url != engines.database_url
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
