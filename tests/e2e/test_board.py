"""The board and the account in Chromium: back in time by mouse, keys, buttons and a plain form."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, expect

from deploy.engines import Engines
from shared.events import Event
from shared.words import Role
from tests.dispatch_world import World, a_world
from tests.house import House
from tests.looking import faults
from tests.phone import Street, a_street, carry_session
from tests.told import a_campaign_of_facts, a_house_where_only

pytestmark = pytest.mark.slow
WIDTHS = (1440, 390, 320)


@pytest.fixture
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    assert bundle
    async with a_street(house) as opened:
        yield opened


async def a_desk(
    browser: Browser,
    street: Street,
    client: httpx.AsyncClient,
    *,
    width: int = 1440,
    scripts: bool = True,
) -> BrowserContext:
    """Open a browser with the coordination's session."""
    context = await browser.new_context(
        base_url=street.url,
        locale="fr-BE",
        timezone_id="Europe/Brussels",
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
    )
    await carry_session(context, client)
    return context


async def a_story(house: House) -> tuple[World, str]:
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target()
    await world.confirm(campaign, until_day=0)
    await world.go(-13, "10:00")
    for name in ("Amina", "Samir"):
        for proposal in await world.proposals(name):
            await world.answer(name, proposal, "accept")
    await world.go(-12, "11:30")
    return world, campaign


async def test_the_slider_moves_the_board_by_mouse_keys_buttons_and_without_scripts(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await a_story(house)
    path = f"/dispatch/desk/campaigns/{campaign}/board"
    context = await a_desk(browser, street, world.coordination)
    page = await context.new_page()
    await page.goto(path)
    chip, slider = page.locator(".week .chip").first, page.locator("#minute")
    await expect(chip).to_contain_text("équipe complète")

    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.locator("#then")).to_contain_text("Comme on le savait le")
    await expect(chip).to_contain_text("0 oui sur 2")
    assert await page.evaluate("document.activeElement.id") == "minute"
    said = await slider.get_attribute("aria-valuetext")
    assert said is not None
    assert said in await page.locator("#then").inner_text()

    await page.locator("#go-after").focus()  # the two yeses came in one minute
    await page.keyboard.press("Enter")
    await expect(chip).to_contain_text("équipe complète")
    await expect(page.locator("#go-after")).to_be_focused()
    moved = await page.locator("#board").get_attribute("data-minute")
    await expect(slider).to_have_value(str(moved))
    await page.get_by_role("link", name="− 1 minute").click()
    await expect(chip).to_contain_text("0 oui sur 2")
    await page.locator("#go-now").click()
    await expect(page.locator("#then")).to_contain_text("Maintenant")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        assert await faults(page) == [], width
    await context.close()

    plain = await a_desk(browser, street, world.coordination, width=390, scripts=False)
    page = await plain.new_page()
    await page.goto(path)
    first = await page.locator("#at").get_attribute("min")
    await page.locator("#at").fill(str(first))
    await page.get_by_role("button", name="Aller à ce moment").click()
    await expect(page.locator(".week .chip").first).to_contain_text("0 oui sur 2")
    await page.locator("#minute").press("End")
    await page.get_by_role("button", name="Voir ce moment").click()
    await expect(page.locator(".week .chip").first).to_contain_text("équipe complète")
    await plain.close()


@pytest.fixture
async def counting(engines: Engines) -> AsyncIterator[House]:
    """A house where only reporting listens: what it counts can be said without anybody's doing."""
    async with a_house_where_only("reporting", engines) as running:
        yield running


async def say(house: House, facts: Sequence[Event]) -> None:
    for fact in facts:
        async with house.databases[fact.said_by].transaction() as tx:
            await tx.emit(fact)
    await house.settle()


async def test_a_figure_is_there_as_soon_as_it_is_counted_and_without_scripts(
    counting: House, browser: Browser, bundle: Path
) -> None:
    assert bundle
    coordination = await counting.enter(Role.COORDINATION, "Inès")
    campaign, facts = a_campaign_of_facts()
    await say(counting, facts[: len(facts) // 2])
    async with a_street(counting) as street:
        context = await a_desk(browser, street, coordination)
        page = await context.new_page()
        await page.goto(f"/reporting/campaigns/{campaign}")
        await expect(page.locator("#figures[data-live-state=on]")).to_be_visible()

        await say(counting, facts[len(facts) // 2 :])
        path = f"/reporting/api/campaigns/{campaign}/figures"
        people = (await coordination.get(path)).json()["people_reached"]
        await expect(page.locator("dl.made dd").first).to_have_text(str(people))
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            assert await faults(page) == [], width
        await page.goto("/reporting/")
        assert await faults(page) == []
        await context.close()

        plain = await a_desk(browser, street, coordination, width=390, scripts=False)
        page = await plain.new_page()
        await page.goto(f"/reporting/campaigns/{campaign}")
        await expect(page.locator("dl.made dd").first).to_have_text(str(people))
        await page.get_by_text("ce que cela compte").click()
        await expect(page.locator("dl.made details p").first).to_be_visible()
        await plain.close()
