"""The territory in the browser: sent, read before it counts, confirmed, edited, given out."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.intake.gateways.territory_files.packs import pack_files, read_pack
from services.intake.rules.territory.payload import pack_from_payload
from shared.words import Role
from tests.house import House
from tests.integration.intake_world import BRUSSELS_PACK, brussels, declared

CHOSEN = ["RAQ01", "RAQ02"]


@pytest.fixture(scope="module")
async def program(house: House) -> httpx.AsyncClient:
    client = await house.enter(Role.COORDINATION, "Inès, by program")
    await client.put("/intake/api/territory", json=brussels())
    return client


@pytest.fixture
async def desk(house: House, program: httpx.AsyncClient) -> httpx.AsyncClient:
    browser = httpx.AsyncClient(transport=house.transport, base_url="https://relais.test")
    browser.cookies.set("__Host-sid", program.headers["Authorization"][7:])
    await program.put("/intake/api/territory", json=brussels())
    return browser


async def hidden(desk: httpx.AsyncClient, address: str) -> dict[str, str]:
    page = (await desk.get(address)).text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


async def send(
    desk: httpx.AsyncClient, files: list[tuple[str, bytes]], **typed: str
) -> httpx.Response:
    """Send files as a browser does."""
    return await desk.post(
        "/intake/territory-import",
        data=await hidden(desk, "/intake/territory-import") | typed,
        files=[("files", (name, content)) for name, content in files],
    )


def zipped(pack: dict[str, Any]) -> bytes:
    """Write a pack, given as its payload, as a zip with a folder in it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in pack_files(pack_from_payload(pack)).items():
            archive.writestr(f"Mon territoire/{name}", content)
    return written.getvalue()


def changed_brussels() -> dict[str, Any]:
    """One zone less, one more, one renamed, and another income in one."""
    pack = brussels()
    pack["zones"] = [zone for zone in pack["zones"] if zone["id"] != "RAQ01"]
    pack["values"] = [value for value in pack["values"] if value["code"] != "RAQ01"]
    new = json.loads(json.dumps(pack["zones"][0]))
    new |= {"id": "NEW1", "name_fr": "Nouveau Coin", "name_nl": "Nieuwe Hoek"}
    new["tile"] = {"col": 7, "row": 0}
    pack["zones"].append(new)
    next(zone for zone in pack["zones"] if zone["id"] == "RAQ02")["name_fr"] = "Brabant-Nord"
    income = next(
        value
        for value in pack["values"]
        if value["code"] == "RAQ04" and value["indicator"] == "median_income_eur"
    )
    income["value"] += 100
    return pack


async def test_a_territory_counts_only_once_somebody_read_what_it_changes(
    desk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    before = (await program.get("/intake/api/territory")).json()

    sent = await send(desk, [("pack.zip", zipped(changed_brussels()))])
    address = sent.headers["location"]
    page = (await desk.get(address)).text
    meanwhile = (await program.get("/intake/api/territory")).json()
    confirmed = await desk.post(address, data=await hidden(desk, address) | {"do": "confirm"})
    after = (await program.get("/intake/api/territory")).json()

    assert sent.status_code == 303, sent.text
    for said in ("1 quartier de plus", "1 quartier de moins", "2 quartiers changent"):
        assert said in page, said
    for said in ("Nouveau Coin", "Quartier Brabant → Brabant-Nord", "Revenu équivalent médian"):
        assert said in page, said
    assert meanwhile["version"] == before["version"]
    assert confirmed.headers["location"] == "/intake/territory"
    assert after["version"] > before["version"]
    assert {z["id"] for z in after["zones"]} - {z["id"] for z in before["zones"]} == {"NEW1"}
    assert (await desk.get(address)).status_code == 404


async def test_a_territory_that_changed_meanwhile_is_read_again(
    desk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    address = (await send(desk, [("pack.zip", zipped(changed_brussels()))])).headers["location"]
    read = await hidden(desk, address)
    other = brussels()
    other["zones"][0]["name_fr"] = "Autrement dit"
    await program.put("/intake/api/territory", json=other)

    refused = await desk.post(address, data=read | {"do": "confirm"})
    dropped = await desk.post(address, data=await hidden(desk, address) | {"do": "drop"})

    assert refused.status_code == 422
    assert "Le territoire a changé entre-temps" in refused.text
    assert dropped.status_code == 303
    assert (await desk.get(address)).status_code == 404
    assert (await program.get("/intake/api/territory")).json()["zones"][0]["name_fr"] == (
        "Autrement dit"
    )


async def test_a_zone_that_a_campaign_works_in_does_not_disappear_unnoticed(
    house: House, desk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    await declared(house, program, CHOSEN)

    sent = await send(desk, [("pack.zip", zipped(changed_brussels()))])
    page = (await desk.get(sent.headers["location"])).text

    assert "Info énergie sur les marchés" in page
    assert "cette campagne travaille dans un quartier qui disparaîtrait" in page


async def test_files_that_are_no_territory_are_refused_with_their_places(
    desk: httpx.AsyncClient,
) -> None:
    folder = read_pack(Path(BRUSSELS_PACK))
    files = {name: text.encode() for name, text in pack_files(folder).items()}
    wrong = files | {"zones.csv": files["zones.csv"].replace(b"Dailly,Dailly", b"Dailly,", 1)}

    nothing = await send(desk, [])
    picture = await send(desk, [("carte.csv", b"\x89PNG\0\0")], year="2024")
    broken = await send(desk, [("pack.zip", b"PK\x03\x04 no archive")])
    nameless = await send(desk, list(wrong.items()))

    answers = (nothing, picture, broken, nameless)
    assert [answer.status_code for answer in answers] == [422] * 4
    assert "Choisissez au moins un fichier." in nothing.text
    assert "carte.csv:1" in picture.text
    assert 'value="2024"' in picture.text
    assert "zones.RAQ03a.name_nl" in nameless.text, nameless.text


async def test_what_is_exported_comes_back_unchanged(desk: httpx.AsyncClient) -> None:
    exported = await desk.get("/intake/territory-pack")

    sent = await send(desk, [("brussels.zip", exported.content)])
    page = (await desk.get(sent.headers["location"])).text

    assert exported.headers["content-disposition"].startswith('attachment; filename="brussels-')
    assert "rien ne changerait" in page


async def test_a_zone_is_said_in_other_words_or_refused_with_what_was_typed(
    desk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    address = "/intake/territory/RAQ05"
    words = {"name_fr": "Gare du Nord", "name_nl": "Noordstation", "group_id": "RAQ05"}

    nameless = await desk.post(
        address, data=await hidden(desk, address) | words | {"name_nl": " ", "group_id": "a b"}
    )
    said = await desk.post(
        address,
        data=await hidden(desk, address) | words | {"host_partners": "CAP Nord; MM du Quai ;"},
    )

    zones = (await program.get("/intake/api/territory")).json()["zones"]
    [zone] = [zone for zone in zones if zone["id"] == "RAQ05"]
    assert nameless.status_code == 422
    assert 'value="Gare du Nord"' in nameless.text
    assert said.status_code == 303
    assert (zone["name_fr"], zone["name_nl"]) == ("Gare du Nord", "Noordstation")
    assert zone["host_partners"] == ["CAP Nord", "MM du Quai"]


@pytest.mark.slow
async def test_official_files_of_brussels_are_read_through_the_browser(
    desk: httpx.AsyncClient, program: httpx.AsyncClient, shared_data: Path
) -> None:
    names = (
        "brussels_sectors.geojson",
        "communes.geojson",
        "indicators.csv",
        "raq_zones_sectors.csv",
    )
    files = [(name, (shared_data / "brussels" / name).read_bytes()) for name in names]

    sent = await send(desk, files, name_fr="Bruxelles, secteurs")
    assert sent.status_code == 303, sent.text
    page = (await desk.get(sent.headers["location"])).text
    address = sent.headers["location"]
    confirmed = await desk.post(address, data=await hidden(desk, address) | {"do": "confirm"})

    assert "brussels_sectors.geojson" in page
    assert confirmed.status_code == 303, confirmed.text
    map_page = (await desk.get("/intake/territory")).text
    assert "territory-map-outlines" in map_page
    await program.put("/intake/api/territory", json=brussels())
