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
from shared.bus import SERVICES, connect
from shared.db import utc_now
from shared.settings import Profile
from shared.words import Role
from tests.house import a_client_id, eventually
from tests.servers import test_settings

pytestmark = pytest.mark.slow

CANARY = "Zarnika"  # stands in every word that is written here, and nowhere else
EACH_BEFORE_AND_AFTER = 12
SETTLE_LIMIT_S = 90.0
SERVER_ERRORS = 500


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    # Durable: without it PostgreSQL acknowledges before it writes, and a kill rightly loses.
    wish = Wish(data_dir=None, keep=False, durable=True, profile=Profile.DEVELOPMENT)
    with start_system(wish, settings=test_settings()) as running:
        yield running


@asynccontextmanager
async def the_coordination(system: System) -> AsyncIterator[httpx.AsyncClient]:
    token = await first_token(system.settings, Role.COORDINATION, f"{CANARY} Inès")
    async with somebody(system, token) as client:
        yield client


@asynccontextmanager
async def somebody(system: System, token: str) -> AsyncIterator[httpx.AsyncClient]:
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
        "requester": f"{CANARY} requester",
        "crisis": "energy",
        "wanted": f"{CANARY} wanted",
        "publics": ["tenants"],
        "wanted_from": tomorrow.isoformat(),
        "wanted_until": (tomorrow + timedelta(days=30)).isoformat(),
        "where": f"{CANARY} where",
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


async def test_no_log_of_any_process_and_no_message_holds_a_word_that_was_written(
    system: System,
) -> None:
    """Runs after the kills: what they broke off in the middle stands in the same logs."""
    async with the_coordination(system) as desk:
        worker = await write_everywhere(system, desk)
        doomed = system.engines.pids()["postgres"]
        os.kill(doomed, signal.SIGKILL)
        await invite_until_acknowledged(desk)

    async def answers() -> bool:
        return ask(system, "select 1") is not None

    await eventually(answers, "PostgreSQL did not come back", SETTLE_LIMIT_S)

    async def heard() -> bool:
        return bool(ask(system, "select count(*) from reporting.invitation"))

    await eventually(heard, "the invitation was not heard", SETTLE_LIMIT_S)
    kept = ask(system, f"select name from dispatch.worker where id = '{worker}'")
    clear = ask(system, f"select count(*) from dispatch.note n where n::text like '%{CANARY}%'")
    notes = ask(system, "select count(*) from dispatch.note")
    messages = [text async for text in everything_said(system)]
    logs = {file.name: file.read_bytes() for file in system.engines.logs.rglob("*.log")}

    assert (kept, notes, clear) == (f"{CANARY} Amina", 1, 0)
    assert {"web.log", "worker.log", "jobs.log", "postgres.log", "nats.log"} <= set(logs)
    assert [name for name, log in logs.items() if CANARY.lower().encode() in log.lower()] == []
    assert messages
    assert [text for text in messages if CANARY.lower() in text.lower()] == []


async def write_everywhere(system: System, desk: httpx.AsyncClient) -> str:
    """Write the canary where people write: rightly, wrongly, and into addresses."""
    account = {"role": "worker", "display_name": f"{CANARY} Amina", "language": "fr"}
    invited = (await desk.post("/access/api/accounts", json=account)).json()
    who = str(invited["person_id"])
    place = {"id": "C01", "name_fr": "Quartier", "name_nl": "Wijk", "municipality": "Bruxelles",
             "x_km": 0.0, "y_km": 0.0}  # fmt: skip
    roster = {
        "name": f"{CANARY} Amina", "home_zone": "C01", "host_partner": "maison-medicale",
        "weekly_hours": 38, "working": [{"weekday": "mon", "starts_min": 480, "ends_min": 1080}],
        "languages": [{"language": "fr", "confirmed_on": "2021-11-02"}],
    }  # fmt: skip
    actor = {"name": f"{CANARY} CPAS", "category": "cpas", "street": f"{CANARY} 1"}
    for path, body in (
        ("/dispatch/api/zones", [place]),
        (f"/dispatch/api/workers/{who}", roster),
        (f"/dispatch/api/actors/{a_client_id()}", actor),
    ):
        answer = await desk.put(path, json=body)
        assert answer.is_success, answer.text
    async with somebody(system, invited["token"]) as amina:
        note = {"id": a_client_id(), "kind": "note", "note_id": a_client_id(),
                "written_at": utc_now().isoformat(), "text": f"{CANARY} note"}  # fmt: skip
        noted = await amina.post("/dispatch/api/operations", json=note)
        assert noted.is_success, noted.text
        wrong = [
            await amina.post("/dispatch/api/operations", json=note | {"written_at": CANARY}),
            await amina.post("/dispatch/api/operations", content=f'{{"text": "{CANARY}'),
            await desk.get("/dispatch/desk/directory", params={"q": CANARY}),
            await desk.get(f"/dispatch/{CANARY}"),
            await desk.post(f"/intake/{CANARY}", data={CANARY: CANARY}),
            await desk.put(f"/dispatch/api/actors/{a_client_id()}", json=actor | {"email": CANARY}),
            await desk.post("/access/api/sessions", json={"token": CANARY}),
        ]
    assert [answer.status_code for answer in wrong if answer.status_code >= SERVER_ERRORS] == []
    return who


async def everything_said(system: System) -> AsyncIterator[str]:
    """Read every message of every stream, with its headers."""
    client = await connect(system.settings.nats_url, "test")
    js = client.jetstream()
    try:
        for service in SERVICES:
            state = (await js.stream_info(service.upper())).state
            for number in range(max(1, state.first_seq), state.last_seq + 1):
                message = await js.get_msg(service.upper(), number)
                yield f"{message.subject} {message.headers} {(message.data or b'').decode()}"
    finally:
        await client.close()
