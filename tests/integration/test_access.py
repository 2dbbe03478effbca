"""Coming in: by a link, once, as oneself; and what the trail remembers."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared import access
from shared.db import Tx, utc_now
from shared.words import Role
from tests.house import House


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


async def test_a_session_ends_when_it_idles_and_when_one_leaves(house: House) -> None:
    idle = await house.enter(Role.WORKER, "Mehdi")
    async with house.databases["access"].transaction() as tx:
        await tx.execute(
            text("update session set seen_at = :past where person_id = :person"),
            {"past": utc_now() - timedelta(hours=1), "person": house.people["Mehdi"]},
        )
    leaving = await house.enter(Role.WORKER, "Fatou")
    await leaving.post("/access/leave")

    assert (await idle.get("/notify/api/zones")).status_code == 401
    assert (await leaving.get("/notify/api/zones")).status_code == 401


async def test_a_form_that_another_site_sent_is_refused(house: House) -> None:
    worker = await house.enter(Role.WORKER, "Olga")
    browser = await as_browser(house, worker)

    forged = await browser.post("/access/leave", data={"csrf": "guessed"})
    from_elsewhere = await browser.post("/access/leave", headers={"Sec-Fetch-Site": "cross-site"})

    assert (forged.status_code, from_elsewhere.status_code) == (403, 403)


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

    hashes = await house.rows("access", "select row_hash from audit order by number")
    assert len({bytes(row["row_hash"]) for row in hashes}) == len(hashes)


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
