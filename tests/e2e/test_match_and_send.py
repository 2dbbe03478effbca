"""The plan's half-day grid in a browser: clicks counted, moved by mouse and by keys, refused."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.dispatch_world import World, a_world
from tests.house import House
from tests.looking import faults
from tests.phone import Street, a_street, carry_session

pytestmark = pytest.mark.slow
CLICKS_MAX = 6
WAIT_MS = 20_000
TALL_PX = 4000  # nothing lies under the bar at the bottom, which axe would call too small to hit
TEAM = ("Amina", "Samir", "Lotte", "Marie-Évangéline Vandenbroucke-Desmedt")


@pytest.fixture(scope="module")
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    async with a_street(house) as open_street:
        yield open_street


async def at_the_desk(browser: Browser, world: World, **options: Any) -> BrowserContext:
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="fr-BE", **options
    )
    context.set_default_timeout(WAIT_MS)
    await carry_session(context, world.coordination)
    return context


async def ten_tasks(house: House) -> tuple[World, str]:
    """Plan ten pairs in two weeks; Lotte is with her host partner on Monday mornings."""
    world = await a_world(house, *(name for name in TEAM if name != "Lotte"))
    await world.hire("Lotte", host_periods=[{"weekday": "mon", "starts_min": 480, "ends_min": 720}])
    days = ("mon", "tue", "wed", "thu", "fri")
    stall = world.an_action(kind="drop_in", weekdays=days, per_zone_per_week=5)
    return world, await world.target(stall)


async def test_ten_tasks_are_matched_and_sent_in_at_most_six_clicks(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await ten_tasks(house)
    context = await at_the_desk(browser, world)
    page = await context.new_page()
    await page.goto(f"{street.url}/dispatch/desk/campaigns/{campaign}")
    clicks = 1  # the button of the home page that leads here: its link is walked in test_judge.py

    for step in (
        page.get_by_role("button", name="Recalculer"),
        page.get_by_role("link", name="Diffuser aux RAQ"),
        page.get_by_role("link", name="Toute la campagne"),
        page.get_by_role("button", name="Diffuser maintenant"),
    ):
        await step.click()
        clicks += 1
    await expect(page.get_by_role("status")).to_contain_text("20 propositions sont parties")
    await house.settle()

    asked = [await world.proposals(name) for name in TEAM]
    assert sum(map(len, asked)) == 20
    assert len((await world.plan(campaign))["tasks"]) == 10
    assert clicks <= CLICKS_MAX
    await context.close()


async def test_a_mission_is_moved_with_keys_or_with_the_mouse_and_a_conflict_is_refused(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await ten_tasks(house)
    first, second = (await world.plan(campaign))["tasks"][:2]
    context = await at_the_desk(browser, world, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(f"{street.url}/dispatch/desk/campaigns/{campaign}")

    def row(name: str) -> Any:
        return page.locator(f'#grid [data-row="{world.ids[name]}"]')

    def seat(task: dict[str, Any], name: str) -> Any:
        return page.locator(f"#seat-{task['task_id']}-{world.ids[name]}")

    # The keyboard: to Lotte, who is with her host partner then; and then to nobody.
    member = min(m["name"] for m in first["team"])
    await seat(first, member).focus()
    await page.keyboard.press("Enter")
    for _ in range(24):
        if await row("Lotte").get_attribute("data-over") is not None:
            break
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("est chez son partenaire hébergeur")
    await expect(seat(first, member)).to_be_focused()
    refused = await faults(page)
    unchanged = await world.team(campaign)
    await page.keyboard.press(" ")
    for _ in range(24):
        if await page.locator('#grid tr[data-row=""][data-over]').count():
            break
        await page.keyboard.press("ArrowUp")
    await page.keyboard.press(" ")
    await expect(page.locator(f"#seat-{first['task_id']}-free")).to_be_focused()
    emptied = await world.team(campaign)

    # The mouse: the next day's mission to somebody who is not in its team.
    taken = min(m["name"] for m in second["team"])
    (free, *_) = sorted(set(TEAM) - {m["name"] for m in second["team"]})
    await seat(second, taken).drag_to(row(free).locator("th"))
    await expect(seat(second, free)).to_be_visible()
    moved = await world.team(campaign, 1)

    assert refused == []
    assert set(unchanged) == {m["name"] for m in first["team"]}
    assert set(emptied) == set(unchanged) - {member}
    assert free in moved
    assert taken not in moved
    assert [await world.proposals(name) for name in TEAM] == [[], [], [], []]
    await context.close()


async def test_without_scripts_a_seat_is_given_by_plain_forms_and_axe_finds_nothing_at_any_width(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await ten_tasks(house)
    first = (await world.plan(campaign))["tasks"][1]
    taken = min(m["name"] for m in first["team"])
    here = f"{street.url}/dispatch/desk/campaigns/{campaign}"
    plain = await at_the_desk(browser, world, java_script_enabled=False)
    page = await plain.new_page()
    await page.goto(here)
    await page.locator(f"#seat-{first['task_id']}-{world.ids[taken]}").click()
    await page.get_by_role("button", name="Donner à").first.click()
    await page.wait_for_url("**week=**")
    changed = await world.team(campaign, 1)
    await plain.close()

    context = await at_the_desk(browser, world)
    page = await context.new_page()
    until = world.monday + timedelta(days=13)
    found = {}
    for path in ("", "?view=list", f"/tasks/{first['task_id']}", f"/send?until={until}", "/search"):
        await page.goto(here + path)
        for width in (320, 390, 1440):
            await page.set_viewport_size({"width": width, "height": TALL_PX})
            found[f"{path} {width}"] = await faults(page)
    await page.get_by_role("button", name="Chercher").click()
    await page.wait_for_selector("#search progress")
    found["a search that runs"] = await faults(page)
    await context.close()

    assert taken not in changed
    assert {where: wrong for where, wrong in found.items() if wrong} == {}
