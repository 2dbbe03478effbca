"""A host partner: what it sees of its share, and that it sees nothing of anybody."""

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import text

from services.dispatch.rules.partners import joined
from services.dispatch.rules.roster import WeeklyPeriod
from shared import access
from shared.db import utc_now
from shared.words import PartnerRemark, Role, Weekday
from tests.dispatch_world import World, a_world
from tests.house import House
from tests.visitor import Visitor

NINE, TEN, NOON, TWO = 9 * 60, 10 * 60, 12 * 60, 14 * 60


@pytest.fixture(scope="module")
async def world(house: House) -> World:
    world = await a_world(house)
    monday = {"weekday": "mon", "starts_min": NINE, "ends_min": NOON}
    friday = {"weekday": "fri", "starts_min": TEN, "ends_min": TWO}
    await world.hire("Amina", host_partner="maison-verte", host_periods=[monday])
    await world.hire("Samir", host_partner="maison-verte", host_periods=[monday, friday])
    await world.hire("Lena", host_partner="cpas-est", host_periods=[friday])
    return world


async def link_of(house: House, partner_id: str) -> str:
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(
            tx, role=Role.HOST_PARTNER, display_name=partner_id, partner_id=partner_id
        )
        return await access.make_link(tx, person)


async def entered(house: House, partner_id: str) -> Visitor:
    return await Visitor(house).send("/access/enter", token=await link_of(house, partner_id))


async def test_a_partner_sees_its_own_periods_once_and_nobody(house: House, world: World) -> None:
    visitor = await entered(house, "cpas-est")
    other = await entered(house, "maison-verte")

    assert visitor.path == "/dispatch/partner"
    assert "vendredi, 10:00 – 14:00" in visitor.page
    assert "lundi" not in visitor.page
    assert other.page.count("lundi, 09:00 – 12:00") == 1
    for name in ("Amina", "Samir", "Lena"):
        assert name not in visitor.page + other.page


async def test_what_is_planned_or_accepted_changes_nothing_that_a_partner_sees(
    house: House, world: World
) -> None:
    visitor = await entered(house, "maison-verte")
    before = visitor.page

    campaign = await world.target(world.an_action(weekdays=("tue",), people_wanted=1))
    await world.confirm(campaign)
    (name, *_) = [name for name in world.workers if await world.proposals(name)]
    await world.accepted_task(name, campaign)
    await visitor.go("/dispatch/partner")

    assert visitor.page == before


async def test_a_partner_says_that_a_period_should_change_and_the_desk_hears_it(
    house: House, world: World
) -> None:
    visitor = await entered(house, "maison-verte")

    await visitor.send("/dispatch/partner/remark", remark=PartnerRemark.MOVE_A_PERIOD.value)
    heard = (await world.coordination.get("/dispatch/desk/partners")).text
    await world.coordination.post("/dispatch/desk/partners/maison-verte/answered")
    later = (await world.coordination.get("/dispatch/desk/partners")).text

    assert "transmis à la coordination" in visitor.page
    assert "Une période devrait changer" in heard
    assert "Une période devrait changer" not in later


async def test_everybody_reads_a_partners_name_and_the_coordination_corrects_it(
    house: House, world: World
) -> None:
    await world.hire("Zahra", host_partner="mm-neptune", host_partner_name="MM Neptune")
    desk, name = world.coordination, "Maison médicale Neptune"
    rename = "/dispatch/desk/partners/{}/name"
    campaign = await world.target()

    before = (await desk.get("/dispatch/desk/partners")).text
    too_long = await desk.post(rename.format("mm-neptune"), data={"name": "N" * 81})
    unknown = await desk.post(rename.format("nobody"), data={"name": name})
    await desk.post(rename.format("mm-neptune"), data={"name": f" {name} "})
    await world.hire("Rik", host_partner="mm-neptune")
    pages = [
        (await desk.get(path)).text
        for path in (
            "/dispatch/desk/partners",
            "/dispatch/desk/team?q=neptune",
            f"/dispatch/desk/campaigns/{campaign}",
            f"/dispatch/desk/workers/{world.ids['Rik']}",
        )
    ]
    pages.append((await entered(house, "mm-neptune")).page)
    pages.append((await world.workers["Zahra"].get("/dispatch/calendar")).text)
    phone = (await world.workers["Zahra"].get("/dispatch/api/day")).json()

    (invite,) = re.findall(r'href="(/access/people\?partner=mm-neptune[^"#]*)', pages[0])
    asked = (await desk.get(unescape(invite))).text
    assert 'name="partner_id" value="mm-neptune"' in asked
    assert f'value="{name}"' in asked
    assert "<h2>MM Neptune</h2>" in before
    assert (too_long.status_code, unknown.status_code) == (409, 404)
    assert f'value="{"N" * 81}"' in too_long.text
    for page in pages:
        assert name in page
    assert [who in pages[1] for who in ("Zahra", "Rik", "Lena")] == [True, True, False]
    assert {week["partner"] for week in phone["weeks"]} == {name}


async def test_a_partner_can_write_nothing_of_its_own(house: House, world: World) -> None:
    visitor = await entered(house, "maison-verte")

    await visitor.send("/dispatch/partner/remark", remark="Amina is always late")

    assert visitor.status == 422
    rows = await house.rows("dispatch", "select said from partner_remark")
    assert all(row["said"] in set(PartnerRemark) for row in rows)


async def test_the_link_of_a_partner_opens_again_until_the_next_one(
    house: House, world: World
) -> None:
    token = await link_of(house, "cpas-est")
    twice = [await opened(house, token), await opened(house, token)]
    async with house.databases["access"].transaction() as tx:
        owner = await tx.execute(text("select person_id from link order by made_at desc limit 1"))
        newer = await access.make_link(tx, owner.scalar_one())

    assert twice == [303, 303]
    assert (await opened(house, token), await opened(house, newer)) == (401, 303)


async def test_the_link_of_a_partner_ends_after_ninety_days(house: House, world: World) -> None:
    token = await link_of(house, "cpas-est")
    async with house.databases["access"].transaction() as tx:
        kept = await tx.execute(text("select expires_at from link order by made_at desc limit 1"))
        lasts = kept.scalar_one() - utc_now()
        await tx.execute(text("update link set expires_at = now()"))

    assert lasts.days in {89, 90}
    assert await opened(house, token) == 401


async def test_a_partner_whom_nobody_works_for_meets_nothing(house: House, world: World) -> None:
    visitor = await entered(house, "nobody-here")

    assert visitor.status == 404


async def opened(house: House, token: str) -> int:
    browser = httpx.AsyncClient(transport=house.transport, base_url="https://relais.test")
    return (await browser.post("/access/enter", data={"token": token})).status_code


def test_periods_that_touch_or_overlap_are_joined_in_the_order_of_the_week() -> None:
    periods = [
        WeeklyPeriod(Weekday.FRI, NINE, TEN),
        WeeklyPeriod(Weekday.MON, TEN, NOON),
        WeeklyPeriod(Weekday.MON, NINE, TEN),
        WeeklyPeriod(Weekday.MON, NINE, NOON),
        WeeklyPeriod(Weekday.MON, TWO, TWO + 60),
    ]

    assert joined(periods) == [
        WeeklyPeriod(Weekday.MON, NINE, NOON),
        WeeklyPeriod(Weekday.MON, TWO, TWO + 60),
        WeeklyPeriod(Weekday.FRI, NINE, TEN),
    ]
