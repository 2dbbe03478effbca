"""A funder in a browser, in French and Dutch: coming in, inviting, files, extensions, the year."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page

from deploy.engines import Engines
from deploy.engines.ports import LOOPBACK, free_port
from shared import access
from shared.words import Role
from tests.house import House, a_house
from tests.integration.intake_world import brussels, declared
from tests.looking import faults
from tests.mail import Mailbox, a_mail_server
from tests.phone import WAIT_MS, Street, carry_session
from tests.sealed import MONDAY, Campaign, at, team, with_a_territory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
WEEK = timedelta(days=7)
EMAIL = "suivi@cocom.example"
SIZES = (390, 1440)
ASK, SENT, ENTER = (
    {"fr": "Envoyer le lien", "nl": "De link versturen"},
    {"fr": "Envoyer l’invitation", "nl": "De uitnodiging versturen"},
    {"fr": "Entrer", "nl": "Binnengaan"},
)
CARRY, UPWARDS, BACK = (
    {"fr": "Porter plus haut", "nl": "Naar het beleid brengen"},
    {"fr": "Plaidoyer", "nl": "Beleidssignalen"},
    {"fr": "Toutes les campagnes", "nl": "Alle campagnes"},
)
EXTEND = {"fr": "Demander une prolongation", "nl": "Een verlenging vragen"}


@pytest.fixture(scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with a_mail_server() as running:
        yield running


@pytest.fixture(scope="module")
async def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
async def house(engines: Engines, mailbox: Mailbox, port: int) -> AsyncIterator[House]:
    mail = {"smtp_host": LOOPBACK, "smtp_port": mailbox.port, "smtp_starttls": False}
    async with a_house(engines, public_url=f"http://{LOOPBACK}:{port}", **mail) as running:
        yield running


@pytest.fixture(scope="module")
async def campaign_id(house: House) -> str:
    """A campaign that was declared at the desk, and has been sealed twice."""
    desk = await house.enter(Role.COORDINATION, "Inès")
    await desk.put("/intake/api/territory", json=brussels())
    await with_a_territory(house)
    campaign_id = (await declared(house, desk, ["RAQ01", "RAQ02", "RAQ03a"]))["id"]
    campaign = Campaign(house, team(12), UUID(campaign_id))
    for week in range(2):
        await campaign.outcomes(MONDAY + week * WEEK, 36)
        await house.at(at(MONDAY + (week + 1) * WEEK, 7))
    async with house.databases["access"].transaction() as tx:
        await access.create_account(tx, role=Role.FUNDER, display_name="COCOM", email=EMAIL)
    return str(campaign_id)


@pytest.fixture(scope="module")
async def street(house: House, port: int, bundle: Path) -> AsyncIterator[Street]:
    served = Street(house.transport.app, port)
    await served.open()
    yield served
    await served.close()


@pytest.fixture
async def window(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(WAIT_MS)
    yield context
    await context.close()


class Hand:
    """A hand that counts its clicks."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    async def click(self, name: str) -> None:
        self.clicks += 1
        shown = self.page.locator("main").locator("button, a").filter(has_text=name)
        await shown.filter(visible=True).first.click()


@pytest.mark.parametrize("language", ["fr", "nl"])
async def test_a_funder_comes_in_by_one_click_invites_takes_a_file_and_asks_for_more(  # noqa: PLR0917 - what a journey needs
    street: Street,
    window: BrowserContext,
    mailbox: Mailbox,
    campaign_id: str,
    language: str,
    tmp_path: Path,
) -> None:
    page = await window.new_page()
    said: list[str] = []

    await page.goto(f"{street.url}/access/link?lang={language}")
    said += await looked_at(page, tmp_path / f"{language}-ask")
    await page.fill("#email", EMAIL)
    await Hand(page).click(ASK[language])
    await page.wait_for_load_state()
    said += await looked_at(page, tmp_path / f"{language}-asked")
    link = next(
        line
        for line in mailbox.to(EMAIL)[-1].get_content().splitlines()
        if line.startswith(street.url)
    )

    hand = Hand(page)
    await page.goto(link)
    said += await looked_at(page, tmp_path / f"{language}-open")
    await hand.click(ENTER[language])
    await page.wait_for_url("**/reporting/funder")
    assert hand.clicks == 1
    assert "#" not in page.url

    await page.goto(f"{street.url}/intake/funder")
    said += await looked_at(page, tmp_path / f"{language}-invite")
    fields = await page.locator("form[action='/intake/funder']").evaluate(
        "form => new Set([...form.elements].filter(e => e.name && e.type !== 'hidden')"
        ".map(e => e.name)).size"
    )
    assert fields <= 8
    await page.fill("#requester", "COCOM")
    await page.select_option("#crisis", "energy")
    await page.fill("#wanted", "Informer sur les tarifs sociaux.")
    await page.check("input[value=tenants]")
    await page.fill("#wanted_from", "2022-03-01")
    await page.fill("#wanted_until", "2022-05-31")
    await page.fill("#where", "Anderlecht")
    await Hand(page).click(SENT[language])
    await page.wait_for_url("**/intake/funder/invitations/*")
    said += await looked_at(page, tmp_path / f"{language}-receipt")

    await page.goto(f"{street.url}/reporting/funder/campaigns/{campaign_id}")
    said += await looked_at(page, tmp_path / f"{language}-campaign")
    async with page.expect_download() as download:
        await Hand(page).click("Excel")
    taken = await (await download.value).path()
    assert taken.read_bytes().startswith(b"PK")

    hand = Hand(page)
    await hand.click(EXTEND[language])
    await page.wait_for_url("**/intake/funder?extends=*")
    said += await looked_at(page, tmp_path / f"{language}-extend")
    await hand.click(SENT[language])
    await page.wait_for_url("**/intake/funder/invitations/*")
    assert hand.clicks <= 3
    assert await page.locator(f"a[href='/reporting/funder/campaigns/{campaign_id}']").count()

    assert said == []


@pytest.mark.parametrize("language", ["fr", "nl"])
async def test_what_the_desk_carries_upwards_is_read_by_the_funder_beside_the_years_tables(
    house: House,
    street: Street,
    browser: Browser,
    campaign_id: str,
    *,
    language: str,
    tmp_path: Path,
) -> None:
    assert campaign_id
    desk, reader = [
        await signed_in(browser, street, await house.enter(role, f"{role} {language}"))
        for role in (Role.COORDINATION, Role.FUNDER)
    ]
    text = {
        "fr": "Les délais de recours dépassent la fin du chauffage.",
        "nl": "De termijn voor beroep loopt langer dan de winter.",
    }
    said: list[str] = []

    await desk.goto(f"{street.url}/reporting/funder/advocacy?lang={language}")
    await desk.select_option("#theme", "energy")
    await desk.select_option("#kind", "unmet_need")
    for name, words in text.items():
        await desk.fill(f"#text_{name}", words)
    await Hand(desk).click(CARRY[language])
    await desk.locator("main").get_by_text(text["nl"]).first.wait_for()
    said += await looked_at(desk, tmp_path / f"{language}-carried")

    hand = Hand(reader)
    await reader.goto(f"{street.url}/reporting/funder?lang={language}")
    await hand.click(UPWARDS[language])
    await reader.locator("main").get_by_text(text[language]).first.wait_for()
    said += await looked_at(reader, tmp_path / f"{language}-upwards")
    await hand.click(BACK[language])
    await hand.click("2022")
    await reader.wait_for_url("**/reporting/funder/years/2022")
    said += await looked_at(reader, tmp_path / f"{language}-year")
    async with reader.expect_download() as download:
        await hand.click("Excel")
    taken = await (await download.value).path()

    assert hand.clicks == 4
    assert taken.read_bytes().startswith(b"PK")
    assert not await reader.locator("main form").count()
    assert said == []


async def signed_in(browser: Browser, street: Street, client: httpx.AsyncClient) -> Page:
    context = await browser.new_context(base_url=street.url)
    context.set_default_timeout(WAIT_MS)
    await carry_session(context, client)
    return await context.new_page()


async def looked_at(page: Page, picture: Path) -> Sequence[str]:
    """Take a picture at each width; return what axe-core finds, and what is wider than a phone."""
    found: list[str] = []
    for width in SIZES:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.screenshot(path=f"{picture}-{width}.png", full_page=True)
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found += [f"{picture.name}: wider than {width}"] if wide else []
    return [*found, *(f"{picture.name}: {wrong}" for wrong in await faults(page))]
