"""Passkeys in Chromium, with the authenticator that the browser itself plays."""

import socket
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, expect

from deploy.engines import Engines
from shared import access
from shared.words import Role
from tests.house import House, a_house
from tests.looking import faults
from tests.openid_provider import serving

pytestmark = pytest.mark.slow
PHRASE = "quatre girafes lisent sous la pluie"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
async def local_house(engines: Engines) -> AsyncIterator[House]:
    """A house for real use on http://localhost, which browsers trust like https."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://localhost:{listening.getsockname()[1]}"
        async with (
            a_house(engines, profile="production", clock="system", public_url=address) as running,
            serving(running.transport.app, listening),
        ):
            yield running


@pytest.fixture
async def context(browser: Browser, local_house: House) -> AsyncIterator[BrowserContext]:
    address = local_house.settings.public_url
    window = await browser.new_context(base_url=address, locale="fr-BE")
    yield window
    await window.close()


async def an_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give a page's browser an authenticator; return how to speak with it, and its id."""
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("WebAuthn.enable")
    added = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return cdp, added["authenticatorId"]


async def with_a_passkey(house: House, page: Page, name: str) -> None:
    """Open a coordinator's invitation and choose a password, a passkey and codes for paper."""
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=Role.COORDINATION, display_name=name)
        token = await access.make_link(tx, person)
    await page.goto(f"/access/enter#{token}")
    await page.get_by_role("button", name="Entrer").click()
    await page.get_by_label("Nom d’utilisateur").fill(name)
    await page.get_by_label("Mot de passe, 12 caractères au moins").fill(PHRASE)
    await page.get_by_role("button", name="Garder ce mot de passe").click()
    adds = page.get_by_role("button", name="Ajouter une clé d’accès")
    await adds.wait_for()
    wrong = await faults(page)
    await adds.click()
    shows = page.get_by_role("button", name="Montrer mes codes de secours")
    await shows.wait_for()
    wrong += await faults(page)
    await shows.click()
    await page.get_by_role("link", name="Je les ai notés").click()
    await page.get_by_role("button", name="Entrer dans Relais").click()
    await page.wait_for_url("**/intake/")
    assert wrong == []


async def test_a_coordinator_makes_a_passkey_and_comes_in_with_it_alone(
    local_house: House, context: BrowserContext
) -> None:
    page = await context.new_page()
    refused: list[str] = []
    page.on(
        "console",
        lambda said: refused.append(said.text) if "Content Security" in said.text else None,
    )
    cdp, authenticator = await an_authenticator(page)
    await with_a_passkey(local_house, page, "ines")
    kept = await cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    await page.get_by_role("button", name="Sortir").click()

    await page.get_by_role("button", name="Entrer avec une clé d’accès").click()

    await page.wait_for_url("**/intake/")
    assert [key["rpId"] for key in kept["credentials"]] == ["localhost"]
    assert refused == []


async def test_a_password_alone_does_not_open_where_there_is_a_passkey(
    local_house: House, context: BrowserContext
) -> None:
    page = await context.new_page()
    await an_authenticator(page)
    await with_a_passkey(local_house, page, "nadia")
    await page.get_by_role("button", name="Sortir").click()
    await page.get_by_label("Nom d’utilisateur").fill("nadia")
    await page.get_by_label("Mot de passe").fill(PHRASE)
    await page.get_by_role("button", name="Entrer", exact=True).click()
    await page.wait_for_url("**/access/second-step")
    assert await faults(page) == []
    shut = await page.request.get("/intake/")

    await page.get_by_role("button", name="Entrer avec une clé d’accès").click()

    await page.wait_for_url("**/intake/")
    assert shut.status == 401


async def test_a_passkey_that_does_not_verify_its_holder_opens_nothing(
    local_house: House, context: BrowserContext
) -> None:
    page = await context.new_page()
    cdp, authenticator = await an_authenticator(page)
    await with_a_passkey(local_house, page, "fatou")
    await page.get_by_role("button", name="Sortir").click()
    await cdp.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": authenticator, "isUserVerified": False},
    )

    await page.get_by_role("button", name="Entrer avec une clé d’accès").click()

    await expect(page.get_by_role("alert")).to_contain_text("n’a pas ouvert")
    assert await faults(page) == []
    assert (await page.request.get("/intake/")).status == 401


async def test_an_answer_of_a_passkey_counts_once(
    local_house: House, context: BrowserContext
) -> None:
    page = await context.new_page()
    await an_authenticator(page)
    await with_a_passkey(local_house, page, "lena")
    await page.get_by_role("button", name="Sortir").click()
    async with page.expect_request("**/api/passkeys/enter") as entering:
        await page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    await page.wait_for_url("**/intake/")
    thief = await context.browser.new_context(base_url=local_house.settings.public_url)  # type: ignore[union-attr]  # it runs

    replayed = await thief.request.post(
        "/access/api/passkeys/enter", data=(await entering.value).post_data_json
    )

    assert replayed.status == 401
