"""The kit: leaflets and phrases of campaigns, the directory of the own zone, and who may see it."""

from uuid import uuid4

import httpx

from shared.words import Role
from tests.dispatch_world import World, a_world, got
from tests.house import House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def an_actor(world: World, name: str, **but: object) -> dict[str, object]:
    return {"name": name, "category": "cpas", "zone_ids": [world.zone]} | but


async def put(client: httpx.AsyncClient, path: str, body: object) -> httpx.Response:
    answer = await client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_worker_gets_the_campaigns_of_their_zone_and_who_is_around(house: House) -> None:
    world = await a_world(house, "Amina")
    elsewhere = await a_world(house)
    campaign = await world.target()
    other = await elsewhere.target(elsewhere.an_action())
    here = f"/dispatch/api/campaigns/{campaign}/kit"
    await put(
        world.coordination,
        f"{here}/leaflets/{uuid4()}",
        {"title": "Tarif social", "language": "ar", "link": "https://tarif.example/ar"},
    )
    await put(
        world.coordination,
        f"{here}/phrases/{uuid4()}",
        {
            "fr": "Vous avez droit au tarif social.",
            "said": [
                {"language": "ar", "text": "لديك الحق في التعريفة الاجتماعية."},
                {"language": "nl", "text": "U hebt recht op het sociaal tarief."},
            ],
        },
    )
    there = f"/dispatch/api/campaigns/{other}/kit/leaflets/{uuid4()}"
    body = {"title": "Ailleurs", "language": "fr", "link": "https://x.example"}
    await put(world.coordination, there, body)
    cpas = an_actor(
        world, "CPAS du coin", street="Rue Haute 1", postal_code="1000", city="Bruxelles"
    )
    await put(world.coordination, f"/dispatch/api/actors/{uuid4()}", cpas)
    region = an_actor(world, "Infor GazElec", category="support_centre", zone_ids=[])
    await put(world.coordination, f"/dispatch/api/actors/{uuid4()}", region)
    far = an_actor(elsewhere, "Trop loin")
    await put(world.coordination, f"/dispatch/api/actors/{uuid4()}", far)

    kit = await got(world.workers["Amina"], "/dispatch/api/kit")

    (shown,) = kit["campaigns"]
    (leaflet,), (phrase,) = shown["leaflets"], shown["phrases"]
    first = kit["actors"][0]
    assert kit["zone"]["id"] == world.zone
    assert shown["id"] == campaign
    assert (leaflet["language"], leaflet["url"]) == ("ar", "https://tarif.example/ar")
    assert [(s["language"], s["direction"]) for s in phrase["said"]] == [
        ("ar", "rtl"),
        ("nl", "ltr"),
    ]
    assert [actor["name"] for actor in kit["actors"]] == ["CPAS du coin", "Infor GazElec"]
    assert (first["address"], first["category_name"]) == ("Rue Haute 1, 1000 Bruxelles", "CPAS")
    assert (first["saturation"], first["reported_on"]) == ("unknown", None)


async def test_a_campaign_that_asks_somebody_of_another_zone_is_in_their_kit(house: House) -> None:
    world = await a_world(house, "Amina")
    zones = await got(world.coordination, "/dispatch/api/zones")
    (home,) = [zone for zone in zones if zone["id"] == world.zone]
    beside = home | {"id": f"{world.zone}b", "x_km": home["x_km"] + 1}
    await put(world.coordination, "/dispatch/api/zones", [beside])
    await world.hire("Samir", home_zone=beside["id"])
    campaign = await world.target()  # for a pair: one of the zone, one who joins
    (task, *_) = (await world.plan(campaign))["tasks"]
    samir = world.workers["Samir"]
    before = await got(samir, "/dispatch/api/kit")
    await world.propose(task["task_id"], "Amina")
    asked = await world.propose(task["task_id"], "Samir")

    after = await got(samir, "/dispatch/api/kit")

    assert asked.is_success, asked.text
    assert before["campaigns"] == []
    assert [one["id"] for one in after["campaigns"]] == [campaign]


async def test_the_latest_report_on_a_service_counts_and_names_nobody(house: House) -> None:
    world = await a_world(house, "Amina", "Samir")
    actor = uuid4()
    path = f"/dispatch/api/actors/{actor}"
    await put(world.coordination, path, an_actor(world, "Maison médicale"))
    amina, samir = world.workers["Amina"], world.workers["Samir"]

    await put(amina, f"{path}/saturation", {"saturation": "slow", "seen_on": "2021-12-20"})
    await put(samir, f"{path}/saturation", {"saturation": "saturated"})
    await put(amina, f"{path}/saturation", {"saturation": "open", "seen_on": "2021-12-21"})
    future = await amina.put(
        f"{path}/saturation", json={"saturation": "open", "seen_on": "2099-01-01"}
    )
    nothing = await amina.put(f"{path}/saturation", json={"saturation": "unknown"})

    kit = await got(amina, "/dispatch/api/kit")
    (shown,) = [one for one in kit["actors"] if one["id"] == str(actor)]
    rows = await house.rows("dispatch", "select t::text as row from actor t")
    today = (await world.now()).date().isoformat()
    assert (shown["saturation"], shown["reported_on"]) == ("saturated", today)
    assert (future.status_code, nothing.status_code) == (409, 409)
    assert not [row for row in rows for one in world.ids.values() if str(one) in row["row"]]


async def test_an_actor_that_cannot_be_one_is_refused_with_every_reason(house: House) -> None:
    world = await a_world(house)
    wrong = an_actor(world, "  ", zone_ids=["NOWHERE"], email="jean", phone="?", website="ftp://x")

    answer = await world.coordination.put(f"/dispatch/api/actors/{uuid4()}", json=wrong)

    slugs = {problem["slug"] for problem in answer.json()["problems"]}
    assert answer.status_code == 409
    assert slugs == {"missing", "unknown_zone", "bad_email", "bad_phone", "bad_website"}


async def test_the_directory_leaves_as_a_package_and_comes_back_whole(house: House) -> None:
    world = await a_world(house)
    desk, own = world.coordination, str(uuid4())
    whole = an_actor(
        world, "CPAS du retour", street="Rue 1", postal_code="1000", city="Bruxelles",
        phone="+32 2 555 01 02", languages=["ar", "fr"], hours="lundi", email="a@cpas.example",
        saturation="slow", reported_on="2021-12-20",
    )  # fmt: skip
    await put(desk, f"/dispatch/api/actors/{own}", whole)
    before = await got(desk, "/dispatch/api/actors")

    packed = await desk.get("/dispatch/api/directory/hsds.zip")
    on_page = await desk.get("/dispatch/desk/directory/export.hsds.zip?lang=fr")
    assert (await desk.delete(f"/dispatch/api/actors/{own}")).is_success
    looked = await desk.post("/dispatch/api/directory/imports", files={"file": packed.content})
    told = looked.json()
    confirm = f"/dispatch/api/directory/imports/{told['id']}/confirm"
    other = await desk.post(confirm, json={"digest": "0" * 16})
    kept = await desk.post(confirm, json={"digest": told["digest"]})
    again = await desk.post(confirm, json={"digest": told["digest"]})
    broken = await desk.post("/dispatch/api/directory/imports", files={"file": b"PK\x03\x04x"})

    assert packed.headers["content-type"] == "application/zip"
    assert on_page.content == packed.content
    assert (told["added"], told["changed"], told["refused"]) == (1, 0, [])
    assert (other.status_code, kept.json(), again.status_code) == (409, {"kept": 1}, 404)
    assert await got(desk, "/dispatch/api/actors") == before
    assert [problem["slug"] for problem in broken.json()["problems"]] == ["broken_zip"]


async def test_a_funder_or_a_partner_sees_nothing_of_it(house: House) -> None:
    for role in (Role.FUNDER, Role.HOST_PARTNER, Role.ADMINISTRATOR):
        client = await house.enter(role, f"Kit {role.value}")
        for path in (
            "/dispatch/api/kit",
            "/dispatch/api/actors",
            f"/dispatch/kit/leaflets/{uuid4()}",
        ):
            assert (await client.get(path)).status_code == 403
