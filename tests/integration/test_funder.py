"""What a funder may do: invite, have a receipt, ask for an extension; and what it never reads."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.words import Role
from tests.house import House, a_client_id
from tests.integration.intake_world import (
    REPLY,
    SENTENCE,
    a_judgement,
    brussels,
    consult,
    declared,
    now_and,
    say_opinion,
)
from tests.visitor import Visitor

CHOSEN = ["RAQ01", "RAQ02", "RAQ03a"]
REASON = "La charte est respectée, à condition de rester deux mois."
CHANGE = "Deux mois au lieu de cinq."
ASKED = {
    "requester": "COCOM",
    "crisis": "energy",
    "wanted": "Informer sur les tarifs sociaux là où les coupures augmentent.",
    "publics": ["tenants", "families"],
    "wanted_from": "2022-01-17",
    "wanted_until": "2022-06-30",
    "where": "Anderlecht et Molenbeek",
}


@pytest.fixture(scope="module")
async def desk(house: House) -> httpx.AsyncClient:
    program = await house.enter(Role.COORDINATION, "Inès")
    await program.put("/intake/api/territory", json=brussels())
    return program


@pytest.fixture(scope="module")
async def funder(house: House) -> httpx.AsyncClient:
    return await house.enter(Role.FUNDER, "COCOM")


def shown(answer: httpx.Response) -> str:
    """Return what a page says, without its tags, with plain spaces."""
    words = re.sub(r"<[^>]+>", " ", unescape(answer.text).replace("\u00a0", " "))
    return re.sub(r"\s+", " ", words)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


async def send(client: httpx.AsyncClient, **changed: Any) -> httpx.Response:
    body: Mapping[str, Any] = {"id": a_client_id(), **ASKED, **changed}
    return await client.post("/intake/funder", data=body, follow_redirects=True)


def id_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, shown(answer)
    return answer.url.path.rpartition("/")[2]


async def test_a_funder_reads_the_boundaries_before_it_writes_in_eight_fields_at_most(
    funder: httpx.AsyncClient,
) -> None:
    page = (await funder.get("/intake/funder")).text

    form = page[page.index('<form method="post" action="/intake/funder"') :]
    form = form[: form.index("</form>")]
    named = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', form))
    fields = named - {"csrf", "id"}
    assert fields == set(ASKED)
    assert len(fields) <= 8
    for boundary in ("Déontologie du travail social", "Public cible", "Zone de travail"):
        assert 0 < page.index(boundary) < page.index('name="requester"')
    assert "RAQ01" not in page


async def test_an_invitation_has_a_receipt_with_a_reference_and_the_day_of_an_answer(
    house: House, desk: httpx.AsyncClient, funder: httpx.AsyncClient
) -> None:
    answer = await send(funder)

    receipt = shown(answer)
    (line, *_) = (await desk.get("/intake/api/invitations")).json()
    last = line["id"].replace("-", "")[-8:].upper()
    assert line["asked_by"] == "funder"
    assert line["zone_ids"] == []
    assert f"Invitation {last[:4]}-{last[4:]}" in receipt
    assert "Réponse au plus tard le lundi 17 janvier 2022" in receipt
    for page in (f"/intake/invitations/{line['id']}", "/intake/"):
        told = shown(await desk.get(page))
        assert f"{last[:4]}-{last[4:]}" in told or "réponse promise pour le lundi 17" in told


async def test_an_invitation_sent_twice_is_kept_once(
    house: House, funder: httpx.AsyncClient
) -> None:
    once = a_client_id()

    first, again = await send(funder, id=once), await send(funder, id=once)
    other = await send(funder, id=once, wanted="Tout autre chose, sous le même identifiant.")

    rows = await house.rows("intake", "select 1 from invitation where id = :id", id=once)
    facts = [f for f in await house.facts("intake.v1.invitation.received") if once in str(f)]
    assert first.url == again.url
    assert (len(rows), other.status_code) == (1, 422)
    assert len(facts) == 1
    assert not any("coupures" in str(fact) for fact in facts)


async def test_what_misses_is_told_and_what_was_typed_stays(funder: httpx.AsyncClient) -> None:
    answer = await send(funder, crisis="", wanted_until="2021-12-31", wanted_from="2021-12-01")
    incomplete = await send(funder, crisis="")

    assert answer.status_code == incomplete.status_code == 422
    assert "Le dernier jour est déjà passé" in shown(answer)
    assert "Dites de quelle crise il s'agit" in shown(incomplete).replace("’", "'")
    assert "coupures augmentent" in incomplete.text
    assert 'value="tenants" checked' in incomplete.text


async def test_a_funder_follows_its_invitation_and_reads_a_reason_but_never_an_opinion(
    house: House, desk: httpx.AsyncClient, funder: httpx.AsyncClient
) -> None:
    invitation = id_of(await send(funder))
    at, api = f"/intake/funder/invitations/{invitation}", f"/intake/api/invitations/{invitation}"
    steps = [shown(await funder.get(at))]

    await desk.put(f"{api}/judgement", json=a_judgement(arguments="Contre : l'équipe est fatiguée"))
    consultation = await consult(desk, invitation, await now_and(house, 3))
    await say_opinion(house, consultation, uuid4(), "against", "ethics")
    steps.append(shown(await funder.get(at)))
    await house.at(await now_and(house, 4))
    steps.append(shown(await funder.get(at)))
    opinions = (await desk.get(f"{api}/consultation")).json()["opinions"]
    for opinion in opinions:
        reply = {"reply": REPLY}
        await desk.post(f"/intake/api/opinions/{opinion['opinion_id']}/reply", json=reply)
    ruling = {"decision": "adjust", "reason": REASON, "changes": [CHANGE]}
    decided = await desk.post(f"{api}/decision", json=ruling)
    steps.append(shown(await funder.get(at)))

    assert decided.status_code == 200, decided.text
    assert "La coordination l’évalue selon la charte" in steps[0]
    assert "L’équipe est consultée jusqu’au" in steps[1]
    assert "La coordination décide" in steps[2]
    assert "Acceptée le" in steps[3]
    assert REASON in steps[3]
    assert CHANGE in steps[3]
    everything = " ".join([*steps, (await funder.get("/intake/funder")).text])
    inner = (SENTENCE, REPLY, "fatiguée", "a répondu", "ont répondu", "Contre", "factures arrivent")
    assert not [said for said in inner if said in everything.replace("’", "'")]


async def test_an_answer_that_is_late_is_said_to_be_late(
    house: House, funder: httpx.AsyncClient
) -> None:
    until = await house.rows(
        "intake", "select instant + interval '400 days' as d from access.clock"
    )
    invitation = id_of(await send(funder, wanted_until=str(until[0]["d"].date())))

    await house.at(await now_and(house, 15 * 24))

    told = shown(await funder.get(f"/intake/funder/invitations/{invitation}"))
    assert "la coordination a du retard" in told


async def test_another_funder_reads_nothing_of_it(house: House, funder: httpx.AsyncClient) -> None:
    until = await house.rows("intake", "select instant + interval '90 days' as d from access.clock")
    invitation = id_of(await send(funder, wanted_until=str(until[0]["d"].date())))
    other = await house.enter(Role.FUNDER, "Une autre")

    theirs = await other.get(f"/intake/funder/invitations/{invitation}")
    page = await other.get("/intake/funder")

    assert theirs.status_code == 404
    assert invitation not in page.text
    assert "Vous n’avez encore invité à rien" in shown(page)


async def test_an_extension_is_a_new_invitation_that_repeats_nobody_elses_words(
    house: House, desk: httpx.AsyncClient, funder: httpx.AsyncClient
) -> None:
    campaign = await declared(house, desk, CHOSEN, starts_on=await day(house, 1))
    other = await house.enter(Role.FUNDER, "Une autre")

    page = (await other.get("/intake/funder", params={"extends": campaign["id"]})).text
    filled = {
        "id": field(page, "id"),
        "extends": field(page, "extends"),
        "crisis": "energy",
        "wanted": unescape(re.findall(r"<textarea[^>]*>([^<]*)", page)[0]),
        "publics": re.findall(r'value="(\w+)" checked', page),
        **{name: field(page, name) for name in ("wanted_from", "wanted_until", "where")},
    }
    answer = await other.post("/intake/funder", data=filled, follow_redirects=True)

    assert "Informer sur les tarifs et les droits" not in page  # the words of whoever invited first
    assert not [zone for zone in CHOSEN if zone in page]
    assert "Info énergie sur les marchés" in filled["wanted"]
    assert filled["wanted_from"] > campaign["ends_on"]
    receipt = shown(answer)
    assert answer.status_code == 200, receipt
    assert "Après la campagne Info énergie sur les marchés" in receipt
    kept = (await desk.get(f"/intake/api/invitations/{id_of(answer)}")).json()
    assert kept["decided"] is kept["consultation"] is kept["judgement"] is None
    assert "Après la campagne" in shown(await desk.get(f"/intake/invitations/{id_of(answer)}"))


async def test_a_campaign_that_does_not_exist_cannot_be_extended(
    house: House, funder: httpx.AsyncClient
) -> None:
    until = await day(house, 90)

    page = await funder.get("/intake/funder", params={"extends": str(uuid4())})
    sent = await send(funder, extends=str(uuid4()), wanted_until=until)
    garbled = await send(funder, extends="x", wanted_until=until)

    assert (page.status_code, sent.status_code, garbled.status_code) == (404, 404, 422)


async def test_where_no_mail_is_sent_nobody_is_offered_a_link(house: House) -> None:
    anybody = httpx.AsyncClient(transport=house.transport, base_url="https://relais.test")

    offered = await anybody.get("/access/sign-in")
    asked = await anybody.post("/access/link", data={"email": "suivi@cocom.example"})

    assert "Recevoir un lien" not in offered.text
    assert asked.status_code == 404


@pytest.mark.parametrize("role", [Role.COORDINATION, Role.ADMINISTRATOR])
async def test_a_funder_is_invited_on_the_page_of_who_has_access(house: House, role: Role) -> None:
    keeper = await house.enter(role, f"Keeper, {role.value}")

    page = await keeper.get("/access/people")
    made = await keeper.post(
        "/access/people",
        data={"role": "funder", "display_name": "COCOM", "email": f"{role.value}@cocom.example"},
    )

    assert '<option value="funder">' in page.text
    assert made.status_code == 200
    assert "/access/enter#" in made.text


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
async def test_the_funders_pages_are_told_in_three_languages(
    house: House, funder: httpx.AsyncClient, language: str
) -> None:
    until = await day(house, 90)
    invitation = id_of(await send(funder, wanted_until=until))

    for path in ("/intake/funder", f"/intake/funder/invitations/{invitation}"):
        page = await funder.get(path, params={"lang": language})
        assert f'<html lang="{language}">' in page.text
        assert "%(" not in page.text
    menu = (await funder.get("/intake/funder", params={"lang": language})).text
    assert re.search(r'href="/intake/funder" aria-current="page"', menu)
    assert 'class="plate brand" href="/reporting/funder"' in menu


async def day(house: House, days: int) -> str:
    rows = await house.rows(
        "intake",
        "select (instant + make_interval(days => :days))::date as d from access.clock",
        days=days,
    )
    return str(rows[0]["d"])


async def test_a_host_partner_reaches_the_public_page_from_its_own_menu(house: House) -> None:
    partner = await house.enter(Role.HOST_PARTNER, "Maison médicale")

    page = await partner.get("/reporting/public")

    assert page.status_code == 200
    assert re.search(r'href="/reporting/public" aria-current="page"', page.text)
    assert "/intake/funder" not in page.text


async def test_the_coordination_gives_a_funder_a_link_by_program_as_a_demonstration_does(
    house: House, desk: httpx.AsyncClient
) -> None:
    wanted = {"role": "funder", "display_name": "COCOM", "person_id": str(uuid4())}

    made = [await desk.post("/access/api/accounts", json=wanted) for _ in range(2)]
    visitor = Visitor(house)
    await visitor.send("/access/enter", token=made[-1].json()["token"])

    assert [answer.status_code for answer in made] == [201, 201]
    assert (visitor.path, visitor.status) == ("/reporting/funder", 200)
