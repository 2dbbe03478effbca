"""Choosing neighbourhoods in a browser: weights, map and list are one choice, by whichever way."""

import copy
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from shared.words import Role
from tests.house import House, eventually
from tests.integration.intake_world import accepted, brussels
from tests.looking import faults
from tests.phone import Street, a_street, carry_session

pytestmark = pytest.mark.slow
CLICKS_MAX = 15  # Source: the peers study, "declare a campaign and choose neighbourhoods".
WHY = "Là où les coupures se voient le plus, dit l'équipe."
CHOSEN = "#choices input[name=zone]:checked"


@pytest.fixture(scope="module")
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    async with a_street(house) as open_street:
        yield open_street


@pytest.fixture(scope="module")
async def program(house: House) -> httpx.AsyncClient:
    client = await house.enter(Role.COORDINATION, "Inès")
    loaded = await client.put("/intake/api/territory", json=brussels())
    assert loaded.is_success, loaded.text
    return client


async def a_desk(browser: Browser, program: httpx.AsyncClient, **options: Any) -> BrowserContext:
    """Open a window of the coordination's browser, 1440 pixels wide."""
    window = {"viewport": {"width": 1440, "height": 1000}, "locale": "fr-BE"} | options
    context = await browser.new_context(**window)
    await carry_session(context, program)
    return context


@pytest.fixture
async def page(
    house: House, browser: Browser, street: Street, program: httpx.AsyncClient
) -> AsyncIterator[Page]:
    """The declaration of a campaign, whose invitation was accepted."""
    invitation_id = await accepted(house, program)
    context = await a_desk(browser, program)
    shown = await context.new_page()
    await shown.goto(f"{street.url}/intake/invitations/{invitation_id}/campaign")
    yield shown
    await context.close()


async def classes(page: Page) -> str:
    found: str = await page.locator("svg[data-map] [data-zone]").evaluate_all(
        "zones => zones.map(z => /\\bk(.)/.exec(z.getAttribute('class'))[1]).join('')"
    )
    return found


async def zones_of(page: Page, group: int) -> list[str]:
    lines = page.locator("#choices > section").nth(group).locator("[data-zone]")
    return [await line.get_attribute("data-zone") or "" for line in await lines.all()]


async def chosen(page: Page) -> list[str]:
    return [await each.get_attribute("value") or "" for each in await page.locator(CHOSEN).all()]


async def counted(page: Page) -> None:
    """Wait until the list is that of the weights as they stand."""
    await page.wait_for_selector("#choices:not(.is-counting)")


async def test_a_slider_recolours_the_map_and_moves_zones_between_the_groups(page: Page) -> None:
    before, groups = await classes(page), await zones_of(page, 0)
    income = page.get_by_role("slider", name="Revenu médian")

    await income.focus()
    for _ in range(9):
        await page.keyboard.press("ArrowLeft")

    async def recoloured() -> bool:
        return await classes(page) != before

    await eventually(recoloured, "the map kept its colours")
    await counted(page)
    after = await zones_of(page, 0)
    assert (await income.input_value(), await zones_of(page, 0) != groups) == ("0", True)
    assert await page.locator("#sliders output").first.inner_text() == "0 %"
    assert await page.evaluate("document.activeElement.id") == "weight_median_income_eur"
    assert await page.get_by_label("Pourquoi ces poids").is_visible()

    await page.get_by_role("button", name="Revenir aux poids convenus").click()
    await page.wait_for_selector("#preset-energy[aria-pressed=true]")
    assert await classes(page) == before
    assert (await zones_of(page, 0) == groups, after != groups) == (True, True)


async def test_an_indicator_that_would_decide_alone_is_refused_where_it_is_moved(
    page: Page,
) -> None:
    before = await classes(page)

    for slider in await page.locator("#sliders input").all():
        own = await slider.get_attribute("id") == "weight_household_size"
        await slider.fill("50" if own else "0")

    told = page.locator("#choices [role=alert]")
    await told.wait_for()
    assert "de 0 à 50\u00a0%, pas 100\u00a0%." in await told.inner_text()
    assert await classes(page) == before


async def test_the_map_by_keyboard_and_the_list_are_one_choice(page: Page) -> None:
    zones = page.get_by_role("listbox", name="Où aller d’abord ?")
    await page.get_by_label("Aller à").fill("anneess")
    await page.keyboard.press("Enter")
    await page.locator("[data-zone=RAQ14]:focus, [data-zone]:focus").wait_for()
    first = await page.evaluate("document.activeElement.dataset.zone")
    await page.keyboard.press("Space")
    for key in ("ArrowUp", "ArrowLeft"):
        await page.keyboard.press(key)
    second = await page.evaluate("document.activeElement.dataset.zone")
    said = await page.locator("#map-says").inner_text()
    await page.keyboard.press("Enter")
    by_map = await chosen(page)
    marked = [
        await each.get_attribute("data-zone") or ""
        for each in await zones.locator("[aria-selected=true]").all()
    ]
    await page.locator(f"#choices input[value={first}]").uncheck()
    title = await page.locator("#choices-title").inner_text()

    assert sorted(by_map) == sorted(marked) == sorted([first, second])
    assert first != second
    assert said == await page.locator(f"#choices [data-zone={second}]").get_attribute("data-says")
    assert await zones.locator("[aria-selected=true]").count() == 1
    assert title == "1 quartier choisi"
    assert await page.locator("svg[data-map] [tabindex='0']").count() == 1


async def test_a_campaign_is_declared_and_its_neighbourhoods_chosen_in_fifteen_clicks(
    page: Page, house: House
) -> None:
    await page.evaluate(
        "addEventListener('click', e => { if (e.isTrusted)"
        " sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1; }, true)"
    )
    for name, value in {
        "name_fr": "Info énergie",
        "name_nl": "Energie-info",
        "quantity_0": "1",
        "starts_0": "08:30",
        "duration_0": "240",
        "zones_reason": WHY,
    }.items():
        await page.locator(f"[name={name}]").click()
        await page.locator(f"[name={name}]").fill(value)
    await page.locator("[name=kind_0]").select_option("market_stall")
    await page.locator("[name=weekdays_0][value=fri]").click()
    await page.get_by_role("button", name="que l’indice retient").click()
    await page.locator(CHOSEN).first.wait_for()
    picked = await chosen(page)
    await page.locator("button[name=go][value=declare]").click()
    await page.wait_for_url("**/intake/campaigns/*")

    clicks = int(await page.evaluate("sessionStorage.clicks"))
    told = await house.facts("intake.v1.campaign.declared")
    assert clicks <= CLICKS_MAX
    assert clicks >= len(["name_fr", "name_nl", "fri", "retained", "declare"])
    assert told[-1]["campaign_id"] == page.url.rsplit("/", 1)[1]
    await house.settle()
    targeted = await house.facts("intake.v1.neighbourhoods.targeted")
    assert targeted[-1]["zone_ids"] == sorted(picked)


async def test_without_scripts_the_list_and_the_buttons_do_it_all(
    house: House, browser: Browser, street: Street, program: httpx.AsyncClient
) -> None:
    invitation_id = await accepted(house, program)
    context = await a_desk(browser, program, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{street.url}/intake/invitations/{invitation_id}/campaign")
    before = await zones_of(page, 0)

    await page.locator("[name=name_fr]").fill("Info énergie")
    await page.locator("#choices input[value=RAQ14]").check()
    await page.get_by_role("button", name="Santé").click()
    by_health = await zones_of(page, 0)
    await page.get_by_role("slider", name="Revenu médian").fill("0")
    await page.get_by_role("button", name="Comparer à nouveau").click()
    weighed = await page.locator("#sliders output").first.inner_text()
    kept = await page.locator("[name=name_fr]").input_value()
    await page.get_by_role("button", name="que l’indice retient").click()

    assert (kept, weighed) == ("Info énergie", "0\u00a0%")
    assert "RAQ14" in await chosen(page)
    assert set(await zones_of(page, 0)) < set(await chosen(page))
    assert before != by_health
    assert await page.get_by_label("Aller à").is_hidden()
    await context.close()


def forty_zones() -> dict[str, Any]:
    """The territory with twelve more quarters, some with the longest names there are."""
    pack = copy.deepcopy(brussels())
    for number in range(40 - len(pack["zones"])):
        copied = copy.deepcopy(pack["zones"][number])
        at = f"NEW{number:02}"
        copied |= {
            "id": at,
            "name_fr": f"Quartier des Anciens-Combattants-Réunis {number}",
            "name_nl": f"Verenigde-Oudstrijderswijk {number}",
            "tile": {"col": number % 8, "row": 8 + number // 8},
        }
        pack["zones"].append(copied)
        pack["values"] += [
            value | {"code": at}
            for value in pack["values"]
            if value["level"] == "zone" and value["code"] == pack["zones"][number]["id"]
        ]
    return pack


async def test_axe_finds_nothing_with_forty_zones_in_any_state(
    page: Page, program: httpx.AsyncClient
) -> None:
    loaded = await program.put("/intake/api/territory", json=forty_zones())
    assert loaded.is_success, loaded.text
    found: dict[str, list[str]] = {}

    for language in ("nl", "fr"):
        await page.goto(f"{page.url.split('?')[0]}?lang={language}")
        if language == "nl":
            found[language] = await faults(page, within="#target")
    shown = await page.locator("svg[data-map] [role=option]").count()
    for which in ("#choices details", "#choices > section:last-of-type details"):
        await page.locator(which).first.locator("summary").click()
    await page.locator("#choices input[name=zone]").last.check()
    await page.locator("#sliders input").first.fill("0")
    await counted(page)
    for width in (320, 1440):
        await page.set_viewport_size({"width": width, "height": 4000})
        found[f"{width}"] = await faults(page, within="#target")
    await page.emulate_media(forced_colors="active", reduced_motion="reduce")
    found["forced colours"] = await faults(page, within="#target")

    assert shown == await page.locator("#choices input[name=zone]").count() == 40
    assert {where: what for where, what in found.items() if what} == {}
    await program.put("/intake/api/territory", json=brussels())


async def test_every_service_learns_the_names_of_the_territory_that_was_loaded(
    page: Page, program: httpx.AsyncClient, tmp_path: Path
) -> None:
    pack = tmp_path / "forty.json"
    pack.write_text(json.dumps(forty_zones()))
    await page.goto(page.url.split("/intake/")[0] + "/intake/territory-import")

    await page.get_by_label("Fichiers").set_input_files(pack)
    await page.get_by_role("button", name="Lire ce qui changerait").click()
    await page.get_by_role("button", name="Charger ce territoire").click()
    await page.get_by_text("sont connus de tous les services").wait_for()

    for service in ("dispatch", "notify", "reporting"):
        known = (await program.get(f"/{service}/api/zones")).json()
        assert "NEW03" in {place["id"] for place in known}, service
    await program.put("/intake/api/territory", json=brussels())


async def test_axe_finds_nothing_on_the_territorys_pages(page: Page, tmp_path: Path) -> None:
    home = page.url.split("/intake/")[0] + "/intake"
    pack = tmp_path / "brussels.json"
    pack.write_text(json.dumps(forty_zones()))
    found: dict[str, list[str]] = {}

    for width in (320, 1440):
        await page.set_viewport_size({"width": width, "height": 4000})
        for path in ("territory", "territory/RAQ01", "territory-import"):
            await page.goto(f"{home}/{path}")
            found[f"{path} {width}"] = await faults(page)
        await page.get_by_label("Fichiers").set_input_files(pack)
        await page.get_by_role("button", name="Lire ce qui changerait").click()
        await page.get_by_role("heading", name="12 quartiers de plus").wait_for()
        found[f"changes {width}"] = await faults(page)

    assert {where: what for where, what in found.items() if what} == {}
