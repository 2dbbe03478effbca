"""The coordination judges, decides, declares and answers in Chromium, with its clicks counted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import (
    Browser,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from shared.events import SignalRaised
from shared.words import CampaignId, Role, SignalId, SignalKind, Theme, WorkerId
from tests.house import House
from tests.integration.intake_world import (
    REPLY,
    SENTENCE,
    a_judgement,
    accepted,
    brussels,
    consult,
    declared,
    invite,
    now_and,
    say_opinion,
)
from tests.looking import faults_at
from tests.phone import Street, a_street, carry_session

pytestmark = pytest.mark.slow
CLICKS_MAX = 12
CHOSEN = ["RAQ01", "RAQ02", "RAQ03a"]


@dataclass
class Desk:
    """A coordinator before a screen; every press of the mouse is counted."""

    page: Page
    street: Street
    clicks: int = 0

    async def open(self, path: str) -> None:
        await self.page.goto(self.street.url + path)

    async def click(self, what: Locator) -> None:
        self.clicks += 1
        await what.click()

    async def button(self, name: str) -> None:
        await self.click(self.page.get_by_role("button", name=name, exact=True))

    async def type(self, *texts: str) -> None:
        """Type each text in the field that has the keyboard, and go on to the next text field."""
        for number, text in enumerate(texts):
            if number:
                await self.tab_to("textarea")
            await self.page.keyboard.insert_text(text)

    async def tab_to(self, selector: str, most: int = 80) -> None:
        for _ in range(most):
            await self.page.keyboard.press("Tab")
            if await self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.fixture(scope="module")
async def program(house: House) -> httpx.AsyncClient:
    program = await house.enter(Role.COORDINATION, "Inès")
    await program.put("/intake/api/territory", json=brussels())
    return program


@pytest.fixture(scope="module")
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    async with a_street(house) as running:
        yield running


async def a_desk(
    browser: Browser, street: Street, program: httpx.AsyncClient, **options: Any
) -> Desk:
    size = ViewportSize(width=1440, height=1000)
    context = await browser.new_context(locale="fr-BE", viewport=size, **options)
    context.set_default_timeout(15_000)
    await carry_session(context, program)
    return Desk(await context.new_page(), street)


async def consultation_of(house: House, invitation_id: str) -> str:
    rows = await house.rows(
        "intake", "select id from consultation where invitation_id = :id", id=invitation_id
    )
    return str(rows[0]["id"])


async def test_an_invitation_is_decided_in_twelve_clicks_and_nothing_typed_is_lost(
    house: House, street: Street, browser: Browser, program: httpx.AsyncClient
) -> None:
    name = "Infor GazElec, antenne de Molenbeek"
    invitation = await invite(program, requester=name)
    desk = await a_desk(browser, street, program)
    page = desk.page

    await desk.open("/intake/")
    await desk.click(page.get_by_role("link", name=name))
    await desk.click(page.locator("#sentence_ethics"))
    await desk.type(*[SENTENCE] * 10, "Pour : le besoin est là.")
    async with page.expect_response(lambda answer: answer.request.method == "POST"):
        await page.keyboard.press("Tab")  # the page keeps what is typed by itself
    await expect(page.locator("#missing")).not_to_contain_text("sans phrase")
    await page.reload()
    await expect(page.locator("#sentence_no_interference")).to_have_value(SENTENCE)
    await desk.button("Demander l’avis des RAQ")
    await page.wait_for_url("**#consult")
    asked = await consultation_of(house, invitation)
    for stance, grounds in (("against", ["ethics"]), ("with_conditions", ["one_off"]), ("for", [])):
        await say_opinion(house, asked, uuid4(), stance, *grounds)
    await page.reload()
    await expect(page.locator("#objections")).to_contain_text("Les avis restent cachés")
    await expect(page.locator("textarea[name^=reply_]")).to_have_count(0)
    await house.at(await now_and(house, 24 * 5))

    await desk.open("/intake/")
    await desk.click(page.locator(".now-band a"))
    await desk.click(page.locator("textarea[name^=reply_]").first)
    await desk.type(REPLY, REPLY)
    await desk.click(page.get_by_label("Acceptée", exact=True))
    await desk.tab_to("#reason")
    await desk.type("L'équipe est d'accord et la charte est respectée.")
    await desk.button("Décider")

    await expect(page.get_by_role("heading", name="Acceptée")).to_be_visible()
    assert desk.clicks <= CLICKS_MAX
    known = (await program.get(f"/intake/api/invitations/{invitation}")).json()
    assert known["decided"]["decision"] == "accept"
    assert [o["reply"] for o in known["consultation"]["opinions"] if o["reply"]] == [REPLY] * 2


async def test_a_refused_decision_keeps_every_word_and_says_where_to_go(
    house: House, street: Street, browser: Browser, program: httpx.AsyncClient
) -> None:
    invitation = await invite(program)
    colleague = await a_desk(browser, street, program)
    desk = await a_desk(browser, street, program)
    await colleague.open(f"/intake/invitations/{invitation}")
    await desk.open(f"/intake/invitations/{invitation}")
    page = desk.page
    words = "Une raison qui a pris du temps à écrire."

    await page.locator("#sentence_ethics").fill("Une réponse à moi, bien pesée.")
    await page.get_by_label("Acceptée", exact=True).check()
    await page.locator("#reason").fill(words)
    await desk.button("Décider")

    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Consultez d’abord les RAQ")
    await expect(page.locator("#reason")).to_have_value(words)
    await desk.click(alert.get_by_role("link", name="Public cible"))
    await expect(page.locator("#sentence_target_public")).to_be_in_viewport()
    await colleague.page.locator("#sentence_ethics").fill("Une autre réponse, d'une collègue.")
    await colleague.button("Garder le brouillon")
    await expect(colleague.page.get_by_role("alert")).to_contain_text("entre-temps")
    await expect(colleague.page.locator(".question").first).to_contain_text("bien pesée")
    await expect(colleague.page.locator("#sentence_ethics")).to_have_value(
        "Une autre réponse, d'une collègue."
    )


async def test_an_invitation_is_refused_with_the_keyboard_alone(
    house: House, street: Street, browser: Browser, program: httpx.AsyncClient
) -> None:
    name = "Une commune qui veut contrôler"
    await invite(program, requester=name)
    desk = await a_desk(browser, street, program)
    page = desk.page

    await desk.open("/intake/")
    for _ in range(60):
        await page.keyboard.press("Tab")
        if name in (await page.evaluate("document.activeElement.textContent")):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/invitations/*")
    await desk.tab_to("[name=decision]")
    await page.keyboard.press("ArrowUp")  # round to the last one
    await desk.tab_to("#reason")
    await desk.type("Contrôler des adresses n'est pas notre métier.")
    await desk.tab_to("button[value=decide]")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="Refusée")).to_be_visible()
    assert desk.clicks == 0


async def test_without_scripts_a_campaign_is_decided_declared_and_closed(
    house: House, street: Street, browser: Browser, program: httpx.AsyncClient
) -> None:
    invitation = await invite(program)
    desk = await a_desk(browser, street, program, java_script_enabled=False)
    page = desk.page
    await desk.open(f"/intake/invitations/{invitation}")
    for field in await page.locator("textarea[name^=sentence_]").all():
        await field.fill(SENTENCE)
    await page.locator("#reason").fill("L'équipe est d'accord, on y va.")
    await desk.button("Garder le brouillon")
    await expect(page.locator("#reason")).to_have_value("L'équipe est d'accord, on y va.")
    await desk.button("Demander l’avis des RAQ")
    await house.at(await now_and(house, 24 * 5))
    await page.reload()
    await expect(page.locator("#objections")).to_contain_text("Personne n’a donné d’avis")
    await page.get_by_label("Acceptée", exact=True).check()
    await desk.button("Décider")
    await desk.click(page.get_by_role("link", name="Déclarer la campagne"))

    await expect(page.locator("#kind_0")).to_have_value("market_stall")
    await page.locator("#add_kind").select_option("drop_in")
    await desk.button("Ajouter une action")
    await expect(page.locator("#kind_2")).to_have_value("drop_in")
    await desk.click(page.locator("button[value=remove_1]"))
    await expect(page.locator("#kind_1")).to_have_value("drop_in")
    await expect(page.locator("#kind_2")).to_have_count(0)

    asked = await declared(house, program, CHOSEN, **await two_weeks(house))
    await desk.open(f"/intake/campaigns/{asked['id']}")
    await desk.button("Clôturer pour de bon")
    await expect(page.get_by_role("alert")).to_contain_text("Dites pourquoi")
    await page.get_by_label("Raison").fill("Le besoin a disparu.")
    await desk.button("Clôturer pour de bon")
    await expect(page.locator(".happened")).to_contain_text("Le besoin a disparu.")
    await desk.click(page.get_by_role("link", name="Préparer cette invitation"))
    await expect(page.locator("#requester")).to_have_value(
        "Ministère de la santé et de l'action sociale"
    )
    await expect(page.locator("[name=zone_ids]:checked")).to_have_count(len(CHOSEN))


async def two_weeks(house: House) -> dict[str, str]:
    """Give a campaign days that are to come, whatever the clock shows by now."""
    return {
        "starts_on": (await now_and(house, 24 * 2))[:10],
        "ends_on": (await now_and(house, 24 * 16))[:10],
    }


async def a_signal(house: House, campaign_id: str) -> None:
    async with house.databases["dispatch"].transaction() as tx:
        await tx.emit(
            SignalRaised(
                occurred_at=tx.now,
                signal_id=SignalId(uuid4()),
                campaign_id=CampaignId(campaign_id),  # type: ignore[arg-type]  # read as a UUID
                zone_id="RAQ01",
                worker_id=WorkerId(uuid4()),
                kind=SignalKind.SATURATED_SERVICE,
                theme=Theme.ENERGY,
            )
        )
    await house.settle()


async def test_a_line_of_actions_comes_and_goes_and_a_signal_is_answered_in_two_clicks(
    house: House, street: Street, browser: Browser, program: httpx.AsyncClient
) -> None:
    invitation = await accepted(house, program)
    desk = await a_desk(browser, street, program)
    page = desk.page
    await desk.open(f"/intake/invitations/{invitation}/campaign")
    await page.locator("#name_fr").fill("Un nom déjà écrit")
    await page.locator("#add_kind").select_option("drop_in")
    await desk.button("Ajouter une action")
    await expect(page.locator("#kind_2")).to_have_value("drop_in")
    await expect(page.locator("#name_fr")).to_have_value("Un nom déjà écrit")
    await desk.click(page.locator("button[value=remove_0]"))
    await expect(page.locator("#kind_2")).to_have_count(0)
    await expect(page.locator("#kind_1")).to_have_value("drop_in")
    asked = await declared(house, program, CHOSEN, **await two_weeks(house))
    await a_signal(house, asked["id"])
    await desk.open(f"/intake/signals?campaign_id={asked['id']}")
    desk.clicks = 0

    await desk.click(page.locator("summary", has_text="Répondre"))
    await desk.button("Nous le portons plus haut")

    await expect(page.locator(".answer")).to_contain_text("Nous le portons plus haut")
    assert desk.clicks == 2


async def test_axe_finds_nothing_on_any_state_at_any_width(
    house: House, street: Street, browser: Browser, program: httpx.AsyncClient
) -> None:
    asked = await declared(house, program, CHOSEN, **await two_weeks(house))
    await a_signal(house, asked["id"])
    fresh = await invite(program, requester="Un organisme au nom très long " * 8, zone_ids=CHOSEN)
    opened = await invite(program, wanted="Un texte long, sans fin. " * 100)
    await program.put(f"/intake/api/invitations/{opened}/judgement", json=a_judgement())
    consultation = await consult(program, opened, await now_and(house, 3))
    for _ in range(12):
        await say_opinion(house, consultation, uuid4(), "against", "ethics", "one_off")
    await house.at(await now_and(house, 4))
    waiting = await invite(program)
    await consult(program, waiting, await now_and(house, 3))
    decided = await accepted(house, program)
    desk = await a_desk(browser, street, program, reduced_motion="reduce")
    paths = (
        "/intake/",
        "/intake/invitations/new",
        f"/intake/invitations/new?after={asked['id']}",
        *(f"/intake/invitations/{one}" for one in (fresh, opened, waiting, decided)),
        f"/intake/campaigns/{asked['id']}",
        "/intake/signals",
        "/intake/alerts",
        f"/dispatch/desk/consultations/{consultation}",
    )
    found: dict[str, list[str]] = {}

    for path in paths:
        await desk.open(path)
        for width, wrong in (await faults_at(desk.page, 320, 390, 1440)).items():
            found[f"{path} {width}"] = wrong

    assert {place: wrong for place, wrong in found.items() if wrong} == {}
