"""How a system is: its processes, what waits to be said and heard, what was buried."""

from contextlib import suppress
from typing import Any

import nats
import psutil
import psycopg
from nats.js.client import JetStreamContext
from psycopg.sql import SQL, Identifier

from deploy.engines.state import resident_memory_bytes
from deploy.settings import DeploySettings
from deploy.where import Here, find_here, house_settings
from shared.settings import HouseSettings

SERVICES = ("intake", "dispatch", "notify", "reporting")
TIMEOUT_S = 3


async def condition(settings: DeploySettings) -> dict[str, Any]:
    """Describe the system that the settings point at; what cannot be asked is under `problems`.

    Counts only: no name and no content of a fact. Memory in bytes.

    Raises:
        EngineError: no server is named and nothing runs here.
    """
    house = house_settings(settings)
    here = None if settings.database_url and settings.nats_url else find_here(settings)
    problems: list[str] = []
    services: dict[str, dict[str, int]] = {}
    lag: dict[str, int] = {}
    try:
        services = depths(house)
    except psycopg.Error as error:
        problems.append(f"The database does not answer: {str(error).strip().splitlines()[0]}")
    try:
        lag = await consumer_lag(house)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        problems.append(f"NATS does not answer: {type(error).__name__} {error}".rstrip())
    return {
        "address": here.state.urls.get("gateway") if here else None,
        "data": str(here.data) if here else None,
        "processes": processes(here) if here else {},
        "memory_bytes": here.state.resident_memory_bytes() if here else None,
        "services": services,
        "lag": lag,
        "problems": problems,
    }


def processes(here: Here) -> dict[str, dict[str, Any]]:
    """Describe each process by name: `pid`, `runs`, `memory_bytes` with its children."""
    pids = {"relais": here.state.parent, **here.state.pids}
    return {
        name: {
            "pid": pid,
            "runs": psutil.pid_exists(pid),
            # The guard and the parent are parents of others, which have lines of their own.
            "memory_bytes": resident_memory_bytes([pid], children=name not in {"relais", "guard"}),
        }
        for name, pid in sorted(pids.items())
    }


def depths(house: HouseSettings) -> dict[str, dict[str, int]]:
    """Count per service the facts that wait in its outbox, and its dead letters."""
    found: dict[str, dict[str, int]] = {}
    url = house.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True, connect_timeout=TIMEOUT_S) as connection:
        for service in SERVICES:
            with suppress(psycopg.errors.UndefinedTable):
                row = connection.execute(
                    SQL(
                        "SELECT (SELECT count(*) FROM {} WHERE published_at IS NULL),"
                        " (SELECT count(*) FROM {} WHERE state IN ('dead', 'redrive'))"
                    ).format(Identifier(service, "outbox"), Identifier(service, "dead_letter"))
                ).fetchone()
                if row is not None:
                    found[service] = {"outbox": row[0], "dead_letters": row[1]}
    return found


async def consumer_lag(house: HouseSettings) -> dict[str, int]:
    """Count per durable consumer the facts that it has not heard, or not acknowledged, yet."""
    client = await nats.connect(
        house.nats_url, connect_timeout=TIMEOUT_S, allow_reconnect=False, error_cb=_quiet
    )
    try:
        js: JetStreamContext = client.jetstream(timeout=TIMEOUT_S)
        return {
            consumer.name: (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)
            for stream in await js.streams_info()
            for consumer in await js.consumers_info(stream.config.name or "")
        }
    finally:
        await client.close()


async def _quiet(_: Exception) -> None:
    """Say nothing: whoever asked gets the error itself."""
