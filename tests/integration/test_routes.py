"""Every route, asked by every role, by strangers, by who is half in, and by who does not own it."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.access import Stage
from shared.words import Role
from tests.dispatch_world import World, a_world, got
from tests.house import House
from tests.routes import Line, lines, problems_of, routes_of

LINES = lines()
LIMIT_S = 30.0
OF_A_SCRIPT = r"""<script(?![^>]*\s(?:src=|type="application/json"))"""
IN_PAGE = re.compile(rf"<style|{OF_A_SCRIPT}|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
OWNERS_ROWS = {
    "dispatch": ("proposal", "commitment", "absence", "contribution"),
    "notify": ("contact_point", "delivery"),
}


def test_every_line_says_something_that_can_be_tried() -> None:
    assert [wrong for line in LINES.values() if (wrong := problems_of(line))] == []


async def test_every_route_has_a_line_and_every_line_a_route(house: House) -> None:
    known = set(routes_of(house.transport.app))

    missing = "\n".join(
        f'  [{service}]\n  "{route}" = ["…"]' for service, route in known - set(LINES)
    )
    gone = "\n".join(f'  [{service}] "{route}"' for service, route in set(LINES) - known)

    assert not missing, (
        "Say in tests/architecture/routes.toml who may use what is new (its head explains):\n"
        + missing
    )
    assert not gone, f"Take out of tests/architecture/routes.toml what is gone:\n{gone}"


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_meets_what_is_open_to_it_and_nothing_else(house: House, role: Role) -> None:
    client = await house.enter(role, f"Somebody, {role.value}")
    wrong = []
    for line in LINES.values():
        if line.service == "access":  # the one before may have ended the session
            client = await house.enter(role, f"Somebody, {role.value}")
        answer = await ask(client, line)
        wrong += [f"{line.name}: {answer.status_code}"] if not fits(line, role, answer) else []
        wrong += [f"{line.name}: {said}" for said in IN_PAGE.findall(page_of(answer))]

    assert wrong == []


async def test_a_stranger_meets_only_what_is_open_to_everybody(house: House) -> None:
    stranger = httpx.AsyncClient(transport=house.transport, base_url="http://relais.test")

    wrong = [
        f"{line.name}: {answer.status_code}"
        for line in LINES.values()
        for answer in [await ask(stranger, line)]
        if (answer.status_code in refusals(line)) is (line.open_to == "everybody")
        or line.broke(answer.status_code)
    ]

    assert wrong == []


@pytest.mark.parametrize("stage", [Stage.SET_UP, Stage.SECOND_STEP])
async def test_who_is_half_in_meets_the_way_in_and_nothing_else(house: House, stage: Stage) -> None:
    own = stage.value.replace("_", " ")
    half_in = await house.enter_half(stage)
    wrong = []
    for line in LINES.values():
        if line.service == "access":  # the one before may have ended the session
            half_in = await house.enter_half(stage)
        answer = await ask(half_in, line)
        opens = line.open_to in {"everybody", "on the way", own}
        if (answer.status_code in refusals(line)) is opens or line.broke(answer.status_code):
            wrong.append(f"{line.name}: {answer.status_code}")

    assert wrong == []


async def test_what_is_ones_own_is_closed_to_others_of_the_same_role(
    house: House, hers: Mapping[str, str], world: World
) -> None:
    somebody_else = world.workers["Samir"]
    owned = [line for line in LINES.values() if line.own]
    before = await rows_of(house, hers)

    wrong = []
    for line in owned:
        answer = await ask(somebody_else, line, hers)
        refused = answer.status_code in {403, 404, 409}
        if refused is not (line.own is True) or line.broke(answer.status_code):
            wrong.append(f"{line.name}: {answer.status_code}")

    assert wrong == []
    assert await rows_of(house, hers) == before


async def test_what_is_ones_own_is_open_to_oneself(
    house: House, hers: Mapping[str, str], world: World
) -> None:
    wrong = []
    for line in LINES.values():
        if line.own and not line.path.endswith("/end"):
            answer = await ask(world.workers["Amina"], line, hers)
            if answer.status_code in {401, 403, 422} or line.broke(answer.status_code):
                wrong.append(f"{line.name}: {answer.status_code}")

    assert wrong == []


@pytest.fixture(scope="module")
async def world(house: House) -> World:
    return await a_world(house, "Amina", "Samir")


@pytest.fixture(scope="module")
async def hers(house: House, world: World) -> Mapping[str, str]:
    """What is Amina's, by the name that it has in a path."""
    amina, person = world.workers["Amina"], str(world.ids["Amina"])
    own = {name: str(uuid4()) for name in ("commitment_id", "absence_id", "contribution_id")}
    contact = {"role": "worker", "language": "fr", "email": None, "channels": ["inbox"]}
    await saved(amina, f"/notify/api/contact-points/{person}", contact)
    day = {"starts_at": "2030-03-04T09:00:00+01:00", "ends_at": "2030-03-04T10:00:00+01:00"}
    at = f"/dispatch/api/workers/{person}"
    await saved(amina, f"{at}/commitments/{own['commitment_id']}", day)
    away = {"from_on": "2030-04-01", "until_on": "2030-04-02"}
    await saved(amina, f"{at}/absences/{own['absence_id']}", away)
    campaign = await world.target(world.an_action(people_wanted=1))
    task = (await world.plan(campaign))["tasks"][0]["task_id"]
    await world.propose(task, "Amina")
    (proposal, *_) = await world.proposals("Amina")
    await house.sweep()
    (letter, *_) = await got(amina, "/notify/api/inbox")
    sessions = await house.rows(
        "access", "select id from session where person_id = :person", person=UUID(person)
    )
    return own | {
        "person_id": person,
        "worker_id": person,
        "proposal_id": proposal["proposal_id"],
        "task_id": proposal["task_id"],
        "delivery_id": letter["delivery_id"],
        "session_id": str(sessions[0]["id"]),
    }


async def saved(client: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> None:
    answer = await client.put(path, json=body)
    assert answer.is_success, answer.text


async def rows_of(house: House, hers: Mapping[str, str]) -> dict[str, list[str]]:
    """Read everything that is hers, to see that nobody touched it."""
    found = {}
    for schema, tables in OWNERS_ROWS.items():
        for table in tables:
            rows = await house.rows(schema, f"select t::text as row from {table} t order by 1")
            found[f"{schema}.{table}"] = [
                row["row"] for row in rows if hers["person_id"] in row["row"]
            ]
    return found


async def ask(
    client: httpx.AsyncClient, line: Line, ids: Mapping[str, str] | None = None
) -> httpx.Response:
    """Send a request of the right form to a route, about nothing that exists or about `ids`."""
    known = dict(ids or {})
    path = re.sub(
        r"{(\w+)(?::path)?}", lambda name: known.get(name[1]) or nothing(name[1]), line.path
    )
    body = {
        key: value.format(**known) if isinstance(value, str) and known else value
        for key, value in line.body.items()
    }
    sent: dict[str, Any] = {}
    if line.method not in {"GET", "DELETE"}:
        sent = {"json": body} if line.sends_json else {"data": body}
    async with asyncio.timeout(LIMIT_S):
        return await client.request(line.method, f"/{line.service}{path}", **sent)


def nothing(name: str) -> str:
    """Name something of the right form that is not there."""
    return "RAQ99z" if name == "zone_id" else str(uuid4())


def refusals(line: Line) -> set[int]:
    """List how a route says that somebody is not let in."""
    return {401, 403, line.others} if line.others != 403 else {401, 403}


def fits(line: Line, role: Role, answer: httpx.Response) -> bool:
    """Tell whether a route answered somebody who is fully in as its line says."""
    status = answer.status_code
    if line.open_to in {"set up", "second step"}:
        return status == 401
    if not line.lets_in(role):
        return status == line.others
    if line.open_to == "everybody" or line.own:
        return not line.broke(status)
    return status not in {401, 403} and not line.broke(status)


def page_of(answer: httpx.Response) -> str:
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return answer.text if is_page else ""
