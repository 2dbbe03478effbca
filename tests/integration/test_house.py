"""The house itself: it starts, it lets people in by a link, and it is at rest."""

from shared.words import Role
from tests.house import House


async def test_somebody_with_a_link_comes_in_once(house: House) -> None:
    coordination = await house.enter(Role.COORDINATION, "Inès")

    invited = await coordination.post(
        "/access/api/accounts", json={"role": "worker", "display_name": "Amina"}
    )
    token = invited.json()["token"]
    first = await coordination.post("/access/api/sessions", json={"token": token})
    second = await coordination.post("/access/api/sessions", json={"token": token})

    assert invited.status_code == 201
    assert (first.status_code, second.status_code) == (201, 401)


async def test_a_system_in_which_nothing_happens_is_at_rest(house: House) -> None:
    operator = await house.enter(Role.SERVICE, "player")
    await house.settle()

    pulse = await operator.get("/dispatch/api/pulse")

    assert pulse.status_code == 200
    assert pulse.json()["waiting_to_say"] == 0
    assert not any(pulse.json()["waiting_to_hear"].values())


async def test_a_stranger_gets_a_page_that_says_where_to_enter(house: House) -> None:
    operator = await house.enter(Role.WORKER, "Samir")

    refused = await operator.get("/access/api/pulse")
    page = await operator.get("/access/enter")

    assert refused.status_code == 403
    assert "Entrer dans Relais" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
