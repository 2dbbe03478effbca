"""Two tries of a campaign side by side in a browser, without scripts and at any width."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.dispatch_world import a_world
from tests.e2e.test_match_and_send import TALL_PX, at_the_desk
from tests.house import House
from tests.looking import faults
from tests.phone import Street, a_street

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    async with a_street(house) as open_street:
        yield open_street


async def test_two_tries_stand_side_by_side_without_scripts_and_axe_finds_nothing(
    house: House, street: Street, browser: Browser
) -> None:
    world = await a_world(house, "Amina", "Samir", "Marie-Évangéline Vandenbroucke-Desmedt")
    campaign = await world.target()
    plain = await at_the_desk(browser, world, java_script_enabled=False)
    page = await plain.new_page()
    await page.goto(f"{street.url}/dispatch/desk/campaigns/{campaign}")
    await page.get_by_role("link", name="Et si la campagne changeait").click()

    await page.get_by_label("Dernier jour").fill(str(world.monday + timedelta(days=20)))
    await page.get_by_role("button", name="Essayer").click()
    await expect(page.get_by_role("region", name="Essai 1")).to_contain_text("1 tâche de plus")
    await page.get_by_label("Durée (minutes)").first.fill("120")
    await page.get_by_role("button", name="Essayer").click()
    await expect(page.get_by_role("region", name="Essai 2")).to_contain_text("09:00 – 11:00")
    address = page.url
    await plain.close()

    context = await at_the_desk(browser, world)
    page = await context.new_page()
    found = {}
    for path in (address, f"{street.url}/dispatch/desk/what-if"):
        await page.goto(path)
        for width in (320, 390, 1440):
            await page.set_viewport_size({"width": width, "height": TALL_PX})
            found[f"{path[:60]} {width}"] = await faults(page)
    await context.close()

    assert {where: wrong for where, wrong in found.items() if wrong} == {}
    assert await world.proposals("Amina") == []
