"""Coming in: by a link, once, as oneself; and what the trail remembers."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy.audit import verify_audit_trail
from shared import access
from shared.access import Trail
from shared.db import Tx, utc_now
from shared.log import JsonLines
from shared.words import Role
from tests.house import House
from tests.routes import NO_ROLE_NEEDED, lines


async def test_a_worker_may_not_invite_anybody(house: House) -> None:
    worker = await house.enter(Role.WORKER, "Amina")

    answer = await worker.post("/access/api/accounts", json={"role": "worker", "display_name": "X"})

    assert answer.status_code == 403


async def test_the_coordination_may_not_make_an_administrator_or_a_program(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")

    answers = [
        await coordination.post("/access/api/accounts", json={"role": role, "display_name": "X"})
        for role in ("administrator", "service")
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_a_role_for_a_controlling_authority_does_not_exist(house: House) -> None:
    administrator = await house.enter(Role.ADMINISTRATOR, "Technique")

    answer = await administrator.post(
        "/access/api/accounts", json={"role": "municipality", "display_name": "X"}
    )

    assert answer.status_code == 422
    assert {role.value for role in Role} == {
        "coordination", "worker", "host_partner", "funder", "administrator", "service",
    }  # fmt: skip


async def test_what_is_sent_beside_the_fields_changes_nothing(house: House) -> None:
    desk = await house.enter(Role.COORDINATION, "Inès")
    worker = await house.enter(Role.WORKER, "Amina")
    more = {"disabled_at": "2022-01-01T00:00:00Z", "invited_as": "00", "reads_only": False}

    invited = await desk.post(
        "/access/api/accounts", json={"role": "worker", "display_name": "Samir", **more}
    )
    form = {"role": "funder", "display_name": "COCOM", "person_id": str(house.people["Amina"])}
    await desk.post("/access/people", data=form | more)

    rows = await house.rows(
        "access", "select display_name, role, disabled_at, invited_as from account"
    )
    kept = {row["display_name"]: row for row in rows}
    assert invited.status_code == 201
    assert (kept["Samir"]["disabled_at"], kept["Samir"]["invited_as"]) == (None, None)
    assert (kept["Amina"]["role"], kept["COCOM"]["role"]) == ("worker", "funder")
    assert (await worker.get("/dispatch/")).status_code == 200


async def test_a_new_link_makes_the_earlier_one_worthless(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")
    invitation = {"role": "worker", "display_name": "Samir"}
    first = (await coordination.post("/access/api/accounts", json=invitation)).json()
    again = invitation | {"person_id": first["person_id"]}
    second = (await coordination.post("/access/api/accounts", json=again)).json()

    with_first = await coordination.post("/access/api/sessions", json={"token": first["token"]})
    with_second = await coordination.post("/access/api/sessions", json={"token": second["token"]})

    assert (with_first.status_code, with_second.status_code) == (401, 201)


async def test_a_link_that_is_too_old_does_not_open(house: House) -> None:
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=Role.WORKER, display_name="Lena")
        token = await access.make_link(tx, person)
        await tx.execute(
            text("update link set expires_at = :past where person_id = :person"),
            {"past": utc_now() - timedelta(seconds=1), "person": person},
        )
    somebody = await house.enter(Role.WORKER, "Amina")

    answer = await somebody.post("/access/api/sessions", json={"token": token})

    assert answer.status_code == 401


async def test_a_session_ends_when_it_idles_grows_old_and_when_one_leaves(house: House) -> None:
    idle = await house.enter(Role.WORKER, "Mehdi")
    async with house.databases["access"].transaction() as tx:
        await tx.execute(
            text("update session set seen_at = :past where person_id = :person"),
            {"past": utc_now() - timedelta(hours=1), "person": house.people["Mehdi"]},
        )
    long = await house.enter(Role.WORKER, "Hans")
    async with house.databases["access"].transaction() as tx:
        await tx.execute(
            text("update session set seen_at = now(), ends_at = :past where person_id = :person"),
            {"past": utc_now() - timedelta(seconds=1), "person": house.people["Hans"]},
        )
    leaving = await house.enter(Role.WORKER, "Fatou")
    await leaving.post("/access/leave")

    assert (await idle.get("/notify/api/zones")).status_code == 401
    assert (await long.get("/notify/api/zones")).status_code == 401
    assert (await leaving.get("/notify/api/zones")).status_code == 401


async def test_a_form_that_another_site_sent_is_refused(house: House) -> None:
    worker = await house.enter(Role.WORKER, "Olga")
    browser = await as_browser(house, worker)

    forged = await browser.post("/access/leave", data={"csrf": "guessed"})
    from_elsewhere = await browser.post("/access/leave", headers={"Sec-Fetch-Site": "cross-site"})

    assert (forged.status_code, from_elsewhere.status_code) == (403, 403)


async def test_every_form_that_came_without_its_token_is_refused(house: House) -> None:
    wrong = []
    for line in lines().values():
        if line.method in {"GET", "HEAD"} or not isinstance(line.open_to, tuple | str):
            continue
        if line.open_to in NO_ROLE_NEEDED:
            continue
        role = Role(line.open_to[0]) if isinstance(line.open_to, tuple) else Role.WORKER
        browser = await as_browser(house, await house.enter(role, "Somebody"))
        path = re.sub(r"{\w+(?::\w+)?}", str(uuid4()), line.path)
        answer = await browser.request(line.method, f"/{line.service}{path}", data={"x": "1"})
        wrong += [f"{line.name}: {answer.status_code}"] if answer.status_code != 403 else []

    assert wrong == []


async def test_who_was_refused_what_is_logged_without_the_address(house: House) -> None:
    worker = await house.enter(Role.WORKER, "Olga")
    secret = str(uuid4())
    with logged() as told:
        await worker.get(f"/intake/invitations/{secret}?q=secret")

    (line,) = [json.loads(line) for line in told if "access denied" in line]
    assert line["route"] == "GET /invitations/{invitation_id}"
    assert (line["service"], line["role"]) == ("intake", "worker")
    assert line["person_id"] == str(house.people["Olga"])
    assert "secret" not in "".join(told)
    assert secret not in "".join(told)


@contextmanager
def logged() -> Iterator[list[str]]:
    """Keep what is logged meanwhile, as a process writes it."""
    told: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(self.format(record))

    kept = Keep(logging.INFO)
    kept.setFormatter(JsonLines())
    logging.getLogger().addHandler(kept)
    yield told
    logging.getLogger().removeHandler(kept)


async def test_the_cookie_of_a_browser_is_closed_to_scripts_and_to_other_sites(
    house: House,
) -> None:
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=Role.WORKER, display_name="Ilias")
        token = await access.make_link(tx, person)
    stranger = httpx.AsyncClient(transport=house.transport, base_url="http://relais.test")

    answer = await stranger.post("/access/enter", data={"token": token})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/dispatch/app/"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sid=")
    assert {"HttpOnly", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize(
    "path",
    ["/", "/live", "/nowhere", "/demo/enter-as", "/access/sign-in", "/access/nowhere",
     "/intake/", "/intake/api/zones", "/dispatch/partner", "/notify/", "/reporting/"],
)  # fmt: skip
async def test_every_answer_carries_the_headers_that_close_it(house: House, path: str) -> None:
    somebody = await house.enter(Role.WORKER, "Amina")

    headers = (await somebody.get(path)).headers

    policy = {part.strip() for part in headers["content-security-policy"].split(";")}
    assert {
        "default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'",
        "frame-ancestors 'none'", "form-action 'self'",
    } <= policy  # fmt: skip
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


async def test_nobody_enters_as_somebody_outside_a_demonstration(house: House) -> None:
    stranger = httpx.AsyncClient(transport=house.transport, base_url="http://relais.test")

    answer = await stranger.post("/demo/enter-as", data={"key": "coordination"})

    assert answer.status_code == 404


async def test_the_trail_chains_its_rows_and_cannot_be_changed(house: House) -> None:
    await house.enter(Role.WORKER, "Joke")

    async def rewrite(tx: Tx) -> None:
        await tx.execute(text("update audit set action = 'nothing'"))

    with pytest.raises(DBAPIError):
        async with house.databases["access"].transaction() as tx:
            await rewrite(tx)

    rows = (await house.rows("access", "select count(*) as n from audit"))[0]["n"]
    found = await verify_audit_trail(house.settings)
    assert (found.rows, found.broken) == (rows, ())


async def test_who_owns_the_database_cannot_change_the_trail_unseen(house: House) -> None:
    await house.enter(Role.WORKER, "Joke")
    number = (await house.rows("access", "select max(number) as n from audit"))[0]["n"]
    before = (await verify_audit_trail(house.settings)).head
    forge = (
        "alter table access.audit disable trigger all;"
        f" update access.audit set action = '%s' where number = {number};"
        " alter table access.audit enable trigger all"
    )

    as_owner(house, forge % "nothing")
    found = await verify_audit_trail(house.settings)
    as_owner(house, forge % "session.began")

    assert found.broken == (number,)
    assert await verify_audit_trail(house.settings) == Trail(found.rows, before, ())


def as_owner(house: House, script: str) -> None:
    with psycopg.connect(house.settings.database_url.get_secret_value()) as owner:
        owner.execute(script)


async def test_the_clock_moves_forward_only_and_only_for_a_program(house: House) -> None:
    worker = await house.enter(Role.WORKER, "Amina")
    player = await house.enter(Role.SERVICE, "player")
    later = {"instant": "2022-01-04T08:00:00+01:00"}
    earlier = {"instant": "2021-01-04T08:00:00+01:00"}

    refused = await worker.put("/access/api/clock", json=later)
    moved = await player.put("/access/api/clock", json=later)
    back = await player.put("/access/api/clock", json=earlier)

    assert (refused.status_code, moved.status_code, back.status_code) == (403, 200, 409)
    assert back.json()["problems"][0]["message"] == "L’horloge ne recule pas."


async def as_browser(house: House, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Turn a program's session into a browser's: the token in the cookie."""
    token = client.headers["Authorization"].removeprefix("Bearer ")
    return httpx.AsyncClient(
        transport=house.transport,
        base_url="http://relais.test",
        headers={"Cookie": f"__Host-sid={token}"},
    )
