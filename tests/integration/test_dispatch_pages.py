"""The pages of dispatch: everything works without scripts, and nothing typed is lost."""

import re

import httpx

from tests.dispatch_world import a_world, slugs
from tests.house import House


async def opened(client: httpx.AsyncClient, path: str) -> str:
    page = await client.get(path)
    assert page.status_code == 200, page.text
    return page.text


async def sent(client: httpx.AsyncClient, path: str, **fields: object) -> httpx.Response:
    """Send a form as a browser does."""
    return await client.post(path, data=fields)


async def test_a_worker_sees_what_a_task_costs_and_says_yes_in_one_tap(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")
    amina = world.workers["Amina"]

    page = await opened(amina, "/dispatch/")
    yes = await sent(amina, f"/dispatch/proposals/{first['proposal_id']}/accept")
    afterwards = await opened(amina, "/dispatch/")

    assert "Samir" in page
    assert "3\u00a0h, trajet compris" in page
    assert f'action="/dispatch/proposals/{first["proposal_id"]}/accept"' in page
    assert (yes.status_code, yes.headers["location"]) == (303, "/dispatch/")
    assert "Plus tard" in afterwards
    assert "Rendre cette tâche" in afterwards


async def test_a_refused_answer_says_why_beside_the_question_and_keeps_what_was_typed(
    house: House,
) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")
    amina, tuesday = world.workers["Amina"], world.at(1, "09:00")[:16]

    refused = await sent(
        amina, f"/dispatch/proposals/{first['proposal_id']}/counter", wished_at=tuesday
    )
    declined = await sent(
        amina, f"/dispatch/proposals/{first['proposal_id']}/decline", reason="too_far"
    )

    assert refused.status_code == 409
    assert "Il n’y a pas de marché ce jour-là." in refused.text
    assert f'value="{tuesday}"' in refused.text
    assert declined.status_code == 303
    assert await world.proposals("Amina") == []


async def test_an_outcome_is_noted_with_buttons_and_numbers_and_corrected(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    task_id = await world.accepted_task("Amina", campaign)
    amina, path = world.workers["Amina"], f"/dispatch/tasks/{task_id}/outcome"
    await world.go(0, "12:10")
    counted = {
        "happened_on": str(world.monday),
        "people_reached": "14",
        "themes": ["energy", "debt"],
        "made_cpas": "2",
        "took_hold_cpas": "1",
    }

    wrong = await sent(amina, path, **counted | {"took_hold_cpas": "5", "people_reached": "x"})
    noted = await sent(amina, path, **counted)
    doubled = await sent(amina, path, **counted)
    form = await opened(amina, path)
    corrected = await sent(amina, path, **counted | {"people_reached": "9", "reason": "forgotten"})
    await house.settle()
    day = await opened(amina, "/dispatch/?lang=fr")

    (recorded,) = await world.facts_of(campaign, "recorded")
    assert "Ce que j’ai noté" in day
    assert "9 personnes" in day
    (correction,) = await world.facts_of(campaign, "corrected")
    assert wrong.status_code == 409
    assert "Écrivez un nombre entier." in wrong.text
    assert 'value="x"' in wrong.text
    assert re.search(r'value="energy" checked', wrong.text)
    assert (noted.status_code, doubled.status_code, corrected.status_code) == (303, 303, 303)
    assert "Corriger le résultat" in form
    assert 'value="14"' in form
    assert recorded["relays"] == [{"kind": "cpas", "made": 2, "took_hold": 1}]
    assert (correction["people_reached"], correction["version"]) == (9, 2)


async def test_own_calendar_and_time_are_ones_own(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    amina = world.workers["Amina"]
    page = await opened(amina, "/dispatch/calendar")
    (own_id, *_) = re.findall(r'name="id" value="([^"]+)"', page)
    typed = {"id": own_id, "day": str(world.monday), "starts": "13:00", "zone_id": ""}

    backwards = await sent(amina, "/dispatch/calendar/commitments", **typed, ends="12:00")
    saved = await sent(amina, "/dispatch/calendar/commitments", **typed, ends="14:30")
    mine = await opened(amina, "/dispatch/calendar")
    theirs = await opened(world.workers["Samir"], "/dispatch/calendar")
    refused = await world.coordination.get("/dispatch/calendar")

    assert backwards.status_code == 409
    assert 'value="13:00"' in backwards.text
    assert saved.status_code == 303
    assert "13:00 – 14:30" in mine
    assert "13:00 – 14:30" not in theirs
    assert refused.status_code == 403


async def test_a_signal_sent_twice_from_the_page_is_one_signal(house: House) -> None:
    world = await a_world(house, "Amina")
    amina = world.workers["Amina"]
    page = await opened(amina, "/dispatch/signal")
    (signal_id,) = re.findall(r'name="signal_id" value="([^"]+)"', page)
    typed = {"signal_id": signal_id, "zone_id": world.zone, "theme": "housing"}

    unfinished = await sent(amina, "/dispatch/signal", **typed)
    first = await sent(amina, "/dispatch/signal", **typed, kind="blockage")
    second = await sent(amina, "/dispatch/signal", **typed, kind="blockage")

    said = [fact["signal_id"] for fact in await house.facts("dispatch.v1.signal.raised")]
    assert unfinished.status_code == 409
    assert signal_id in unfinished.text
    assert re.search(r'value="housing" checked', unfinished.text)
    assert (first.status_code, second.status_code) == (303, 303)
    assert said.count(signal_id) == 1


async def test_the_desk_shows_why_and_sends_nothing_before_the_agreement(house: House) -> None:
    world = await a_world(house, "Amina", "Samir", "Lotte")
    campaign = await world.target(world.an_action(kind="drop_in"))
    desk, here = world.coordination, f"/dispatch/desk/campaigns/{campaign}"

    overview = await opened(desk, "/dispatch/desk/team")
    plan = await opened(desk, here)
    agreed = await sent(desk, f"{here}/send", version="1", until=str(world.monday))
    await house.settle()
    (name, *_) = await world.team(campaign)
    (first,) = await world.proposals(name)
    await world.answer(name, first, "counter", wished_at=world.at(1, "10:00"))
    waiting = await opened(desk, f"{here}/follow")
    moved = await sent(desk, f"{here}/follow/agree", proposal_id=first["proposal_id"])

    assert "Lotte" in overview
    assert "Rien n’est envoyé avant votre accord." in plan
    assert "Est du quartier" in plan
    assert agreed.status_code == 303
    assert "D’accord, proposer cette heure" in waiting
    assert moved.status_code == 303


async def test_a_refusal_at_the_desk_tells_every_reason(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    absent = {"from_on": str(world.monday), "until_on": str(world.monday)}
    await world.hire("Lotte", kinds_refused=["market_stall"])
    await world.coordination.put(
        f"/dispatch/api/workers/{world.ids['Lotte']}/absences/{world.ids['Lotte']}", json=absent
    )
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (mine,) = await world.proposals("Amina")
    await world.answer("Amina", mine, "decline", reason="busy")
    lotte, task = str(world.ids["Lotte"]), mine["task_id"]

    page = await sent(
        world.coordination,
        f"/dispatch/desk/campaigns/{campaign}/follow/propose",
        task_id=task,
        worker_id=lotte,
    )

    assert slugs(await world.propose(task, "Lotte")) == ["refuses-kind", "absent"]
    assert page.status_code == 409
    assert "Est absent·e" in page.text
    assert f'value="{lotte}" selected' in page.text


async def test_the_coordination_adds_somebody_who_comes_in_with_the_link(house: House) -> None:
    world = await a_world(house)
    desk = world.coordination
    form = await opened(desk, "/dispatch/desk/workers/new")
    (path,) = re.findall(r'action="(/dispatch/desk/workers/[^"]+)"', form)
    typed = {
        "name": "Amina",
        "account_language": "nl",
        "home_zone": world.zone,
        "host_partner": "Maison Médicale",
        "weekly_hours": "28,5",
        "host_share_pct": "20",
        "travel_max_min": "45",
        "languages": ["fr", "ar"],
        "working_mon_0_starts": "09:00",
        "working_mon_0_ends": "17:00",
    }

    refused = await sent(desk, path, **typed | {"weekly_hours": "beaucoup"})
    saved = await sent(desk, path, **typed)
    (token,) = re.findall(r'/access/enter#([^"]+)"', saved.text)
    entered = await desk.post("/access/api/sessions", json={"token": token})
    amina = httpx.AsyncClient(transport=house.transport, base_url="http://relais.test")
    amina.headers["Authorization"] = f"Bearer {entered.json()['session']}"
    edited = await opened(desk, path)
    again = await sent(desk, path, **typed | {"host_partner": "", "account_language": ""})

    assert refused.status_code == 409
    assert 'value="Maison Médicale"' in refused.text
    assert re.search(r'value="ar" checked', refused.text)
    assert "Mijn dag" in await opened(amina, "/dispatch/")
    assert 'value="28.5"' in edited
    assert re.search(r'id="host_partner"[^>]+value="Maison Médicale"', edited)
    assert re.search(r'name="working_mon_0_ends"[^>]+value="17:00"', edited)
    assert (again.status_code, again.headers["location"]) == (303, "/dispatch/desk/team")


async def test_a_form_that_another_site_sends_is_refused(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    (first,) = await world.proposals("Amina")
    amina = world.workers["Amina"]
    token = amina.headers["Authorization"].removeprefix("Bearer ")
    path = f"/dispatch/proposals/{first['proposal_id']}/accept"
    browser = httpx.AsyncClient(
        transport=house.transport,
        base_url="https://relais.test",
        cookies={"__Host-sid": token},
    )

    page = (await browser.get("/dispatch/")).text
    (csrf, *_) = re.findall(r'name="csrf" value="([^"]+)"', page)
    forged = await browser.post(path, data={"csrf": "guessed"})
    own = await browser.post(path, data={"csrf": csrf})

    assert (forged.status_code, own.status_code) == (403, 303)


async def test_every_page_speaks_dutch_and_english(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    amina = world.workers["Amina"]

    dutch = await opened(amina, "/dispatch/?lang=nl")
    english = await opened(amina, "/dispatch/?lang=en")
    amina.cookies.clear()
    plan = await opened(world.coordination, f"/dispatch/desk/campaigns/{campaign}?lang=nl")
    world.coordination.cookies.clear()

    assert "Mijn dag" in dutch
    assert "My day" in english
    assert "Er wordt niets verstuurd voor u akkoord gaat." in plan
