"""Whatever dies in between, an acknowledged action is neither lost nor counted twice.

The whole system runs as its own processes; somebody at the front door repeats each invitation
under the same id until it is acknowledged, while one process after another is killed.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from deploy.demo import first_token
from deploy.system import System, Wish, start_system
from shared.db import utc_now
from shared.settings import Profile
from shared.words import Role
from tests.house import a_client_id, eventually
from tests.servers import test_settings

pytestmark = pytest.mark.slow

EACH_BEFORE_AND_AFTER = 12
SETTLE_LIMIT_S = 90.0


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    # Durable: without it PostgreSQL acknowledges before it writes, and a kill rightly loses.
    wish = Wish(data_dir=None, keep=False, durable=True, profile=Profile.DEVELOPMENT)
    with start_system(wish, settings=test_settings()) as running:
        yield running


@asynccontextmanager
async def the_coordination(system: System) -> AsyncIterator[httpx.AsyncClient]:
    token = await first_token(system.settings, Role.COORDINATION, "Inès")
    async with httpx.AsyncClient(base_url=system.url, timeout=10) as client:
        entered = await client.post("/access/api/sessions", json={"token": token})
        client.headers["Authorization"] = f"Bearer {entered.json()['session']}"
        yield client


async def invite_until_acknowledged(client: httpx.AsyncClient) -> str:
    """Send one invitation, and send it again until it is acknowledged, as a phone would."""
    tomorrow = utc_now().date() + timedelta(days=1)
    invitation = {
        "id": a_client_id(),
        "asked_by": "funder",
        "requester": "COCOM",
        "crisis": "energy",
        "wanted": "Informer sur les prix de l’énergie",
        "publics": ["tenants"],
        "wanted_from": tomorrow.isoformat(),
        "wanted_until": (tomorrow + timedelta(days=30)).isoformat(),
        "where": "Cureghem",
    }

    async def acknowledged() -> bool:
        try:
            answer = await client.post("/intake/api/invitations", json=invitation)
        except httpx.HTTPError:
            return False
        return answer.status_code in {200, 201}

    await eventually(acknowledged, "never acknowledged", SETTLE_LIMIT_S)
    return str(invitation["id"])


def ask(system: System, query: str) -> Any:
    """Ask the database as its owner; None while it is away."""
    try:
        with psycopg.connect(system.settings.database_url.get_secret_value()) as connection:
            row = connection.execute(query).fetchone()
            return row[0] if row else None
    except psycopg.OperationalError:
        return None


@pytest.mark.parametrize("victim", ["worker", "nats", "postgres", "web", "valkey", "jobs"])
async def test_nothing_acknowledged_is_lost_or_doubled_when_it_is_killed(
    system: System, victim: str
) -> None:
    before = ask(system, "select count(*) from reporting.invitation")
    doomed = system.engines.pids()[victim]
    sent: list[str] = []

    async with the_coordination(system) as client:
        sent += [await invite_until_acknowledged(client) for _ in range(EACH_BEFORE_AND_AFTER)]
        os.kill(doomed, signal.SIGKILL)
        sent += [await invite_until_acknowledged(client) for _ in range(EACH_BEFORE_AND_AFTER)]

    async def all_heard() -> bool:
        heard = "select count(*) from reporting.invitation"
        return bool(await asyncio.to_thread(ask, system, heard) == before + len(sent))

    async def runs_again() -> bool:
        return system.engines.pids().get(victim, doomed) != doomed

    await eventually(all_heard, f"facts were lost with {victim}", SETTLE_LIMIT_S)
    await eventually(runs_again, f"{victim} was not started again", SETTLE_LIMIT_S)
    assert ask(system, "select count(*) from intake.invitation") == before + len(sent)
    assert ask(system, DOUBLED) == 0
    assert ask(system, "select count(*) from reporting.dead_letter") == 0
    assert ask(system, "select count(*) from notify.dead_letter") == 0


DOUBLED = """
    select count(*) from (
      select subject from intake.outbox where type = 'intake.v1.invitation.received'
      group by subject having count(*) > 1) as twice
"""
