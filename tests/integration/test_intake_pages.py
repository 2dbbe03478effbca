"""The coordination's pages: forms that work without scripts, and lose nothing that was typed."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.words import Boundary, Law, Role
from tests.house import House
from tests.integration.intake_world import (
    REPLY,
    SENTENCE,
    accepted,
    brussels,
    consult,
    declared,
    invite,
    now_and,
    say_opinion,
    zones_with_reasons,
)

CHOSEN = ["RAQ01", "RAQ02", "RAQ03a"]
INVITATION = {
    "asked_by": "partner",
    "requester": "Infor GazElec",
    "crisis": "energy",
    "wanted": "Tenir un stand d'information sur les marchés.",
    "publics": ["tenants", "families"],
    "wanted_from": "2022-01-10",
    "wanted_until": "2022-06-30",
    "where": "Marché de Molenbeek",
}

INLINE = r'\sstyle="|<style|<script(?![^>]* src=)|\son[a-z]+="'


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    """The coordination's browser: a cookie, and the session's own token in every form."""
    program = await house.enter(Role.COORDINATION, "Inès")
    await program.put("/intake/api/territory", json=brussels())
    browser = httpx.AsyncClient(transport=house.transport, base_url="https://relais.test")
    browser.cookies.set("__Host-sid", program.headers["Authorization"][7:])
    return browser


@pytest.fixture(scope="module")
async def program(house: House, desk: httpx.AsyncClient) -> httpx.AsyncClient:
    return await house.enter(Role.COORDINATION, "Inès, by program")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


async def send(desk: httpx.AsyncClient, address: str, **typed: Any) -> httpx.Response:
    """Fill a form as a browser does: what is hidden in the page goes with it."""
    page = (await desk.get(address)).text
    kept = {name: hidden(page, name) for name in ("csrf",)}
    for name in ("id", "rows", "consultation_id"):
        if f'name="{name}" value="' in page and name not in typed:
            kept[name] = hidden(page, name)
    return await desk.post(address, data=kept | typed)


async def test_a_form_that_another_site_sends_is_refused(
    house: House, desk: httpx.AsyncClient
) -> None:
    answer = await desk.post("/intake/invitations/new", data=INVITATION)

    assert answer.status_code == 403


async def test_a_refused_form_says_every_problem_and_keeps_what_was_typed(
    house: House, desk: httpx.AsyncClient
) -> None:
    typed = INVITATION | {"crisis": "", "wanted_until": "2021-01-01", "requester": "Le <guichet>"}

    answer = await send(desk, "/intake/invitations/new", **typed)

    assert answer.status_code == 422
    assert "Dites de quelle crise il s’agit." in answer.text
    assert "Le dernier jour précède le premier." in answer.text
    assert 'value="Le &lt;guichet&gt;"' in answer.text
    assert "Tenir un stand d&#39;information" in answer.text
    assert re.search(r'value="families" checked', answer.text)


async def test_an_invitation_is_judged_consulted_and_decided_in_the_browser(
    house: House, desk: httpx.AsyncClient
) -> None:
    made = await send(desk, "/intake/invitations/new", **INVITATION)
    address = made.headers["location"]
    answers = {f"holds_{q.value}": "yes" for q in (*Boundary, *Law)}
    answers |= {f"sentence_{q.value}": SENTENCE for q in (*Boundary, *Law)}
    decision = {"do": "decide", "decision": "accept", "reason": "L'équipe est d'accord."}

    judged = await send(desk, address, do="judge", arguments="Pour.", **answers)
    too_early = await send(desk, address, **decision)
    closes_at = (await now_and(house, 3))[:16]
    asked = await send(
        desk, address, do="consult", closes_at=local(closes_at), accelerated_because=SENTENCE
    )
    [consultation] = await house.rows(
        "intake",
        "select id from consultation where invitation_id = :id",
        id=address.rsplit("/", 1)[1],
    )
    await say_opinion(house, str(consultation["id"]), uuid4(), "against", "ethics")
    await house.at(await now_and(house, 4))
    page = (await desk.get(address)).text
    opinion = re.findall(r'name="reply_([^"]+)"', page)[0]
    unanswered = await send(desk, address, **decision)
    decided = await send(desk, address, **decision, **{f"reply_{opinion}": REPLY})

    assert made.status_code == judged.status_code == asked.status_code == 303
    assert "Consultez d’abord les RAQ" in too_early.text
    assert "L&#39;équipe est d&#39;accord." in too_early.text
    assert "Déontologie du travail social" in page
    assert unanswered.status_code == 422
    assert decided.status_code == 303
    assert "Acceptée" in (await desk.get(address)).text
    assert f"{address}/campaign" in (await desk.get(address)).text


def local(moment: str) -> str:
    """The played clock is told in UTC; a browser types Brussels' time, one hour later in winter."""
    hour = int(moment[11:13]) + 1
    return f"{moment[:11]}{hour:02}{moment[13:16]}"


async def test_a_campaign_is_declared_in_the_browser(
    house: House, desk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    invitation_id = await accepted(house, program)
    address = f"/intake/invitations/{invitation_id}/campaign"
    zones = await zones_with_reasons(program, CHOSEN)
    typed = {
        "name_fr": "Info énergie",
        "name_nl": "Energie-info",
        "starts_on": "2022-01-10",
        "ends_on": "2022-06-30",
        "publics": ["tenants"],
        "languages_wanted": ["fr", "ar"],
        "partners": "inforgazelec",
        "share_max_pct": "40",
        "kind_0": "market_stall",
        "quantity_0": "1",
        "people_0": "2",
        "starts_0": "08:30",
        "duration_0": "240",
        "weekdays_0": ["fri"],
        "partners_0": "inforgazelec",
        "preset": "energy",
        "k": "3",
        "zone": CHOSEN,
        "zones_reason": "Là où les coupures se voient le plus.",
        **{f"against_{zone}": why for zone, why in zones["contradictions"].items()},
    }

    empty = (await desk.get(address)).text
    more = await send(desk, address, go="more", **typed)
    refused = await send(desk, address, go="declare", **(typed | {"ends_on": "", "starts_0": ""}))
    made = await send(desk, address, go="declare", **typed)
    await house.settle()

    assert "Retenus par l’indice" in empty
    assert "donnée manquante" in empty
    assert (more.status_code, hidden(more.text, "rows")) == (200, "3")
    assert refused.status_code == 422
    assert "aucune campagne n’existe sans fin" in refused.text
    assert "<strong>Action 1, Heures</strong>" in refused.text
    assert 'value="Info énergie"' in refused.text
    assert made.status_code == 303, made.text
    campaign_id = made.headers["location"].rsplit("/", 1)[1]
    told = await house.facts("intake.v1.neighbourhoods.targeted")
    [fact] = [f for f in told if f["campaign_id"] == campaign_id]
    assert fact["zone_ids"] == CHOSEN
    assert fact["actions"][0]["starts_min"] == 510
    assert fact["actions"][0]["partners"] == ["inforgazelec"]


async def test_a_campaign_is_closed_in_the_browser_with_a_reason(
    house: House, desk: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    asked = await declared(house, program, CHOSEN)
    address = f"/intake/campaigns/{asked['id']}"

    silent = await send(desk, address, do="close", reason="")
    closed = await send(desk, address, do="close", reason="Le besoin a disparu.")

    assert (silent.status_code, closed.status_code) == (422, 303)
    assert "Clôturer pour de bon" not in (await desk.get(address)).text


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
async def test_every_page_is_told_in_three_languages_without_inline_styles_or_scripts(
    house: House, desk: httpx.AsyncClient, program: httpx.AsyncClient, language: str
) -> None:
    asked = await declared(house, program, CHOSEN)
    open_one = await invite(program)
    await consult(program, open_one, await now_and(house, 3))
    acceptance = await accepted(house, program)
    heading = {"fr": "En cours", "nl": "Lopend", "en": "Under way"}

    for path in (
        "/intake/",
        "/intake/invitations/new",
        f"/intake/invitations/{open_one}",
        f"/intake/invitations/{asked['invitation_id']}",
        f"/intake/invitations/{acceptance}/campaign",
        f"/intake/campaigns/{asked['id']}",
        "/intake/alerts",
        "/intake/signals",
        "/intake/territory",
        "/intake/territory/RAQ01",
    ):
        page = await desk.get(path, params={"lang": language})
        assert page.status_code == 200, path
        assert f'<html lang="{language}">' in page.text
        assert not re.search(INLINE, page.text), path
        assert "%(" not in page.text, path
    for path in ("/intake/first/part", "/intake/signals/list"):
        part = await desk.get(path, params={"lang": language})
        assert (part.status_code, "<html" in part.text) == (200, False)
    for path in ("/intake/first/live", "/intake/signals/live"):
        stream = await desk.get(path)
        assert stream.text == "retry: 1000\n\nevent: changed\ndata:\n\n"
    table = (await desk.get("/intake/invitations.csv", params={"lang": language})).text
    workbook = await desk.get("/intake/invitations.xlsx", params={"lang": language})
    assert table.lstrip("\ufeff").startswith("received;crisis;asked_by;")
    assert table.count("\r\n") == 1 + len((await program.get("/intake/api/invitations")).json())
    assert "Informer sur les tarifs" not in table  # what somebody wrote stays here
    assert workbook.content.startswith(b"PK")
    lost = await desk.get("/intake/nowhere", params={"lang": language})
    assert (lost.status_code, 'href="/dispatch/desk/morning"' in lost.text) == (404, True)
    home = await desk.get("/intake/", params={"lang": language})
    assert heading[language] in home.text
