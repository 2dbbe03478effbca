"""Coming in by an OpenID provider: who is let in, and whose word is not believed."""

import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from deploy.engines import Engines
from shared import access
from shared.settings import HouseSettings
from shared.words import Role
from tests.house import House, a_house
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, an_openid_provider
from tests.visitor import ADDRESS, Visitor

pytestmark = pytest.mark.usefixtures("bundle")  # workers land in the field app


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OpenIdProvider]:
    async with an_openid_provider() as running:
        yield running


@pytest.fixture(scope="module")
async def open_house(engines: Engines, provider: OpenIdProvider) -> AsyncIterator[House]:
    """A house for real use whose people come in by the provider."""
    async with a_house(
        engines,
        profile="production",
        clock="system",
        public_url=ADDRESS,
        openid_issuer=provider.issuer,
        openid_client_id=CLIENT_ID,
        openid_client_secret=CLIENT_SECRET,
        openid_name="Sociale.brussels",
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def honest(provider: OpenIdProvider) -> None:
    """Let the provider keep to the protocol, until a test says otherwise."""
    provider.wrong, provider.forged = {}, ""


async def invite(house: House, role: Role, name: str, email: str | None = None) -> tuple[UUID, str]:
    async with house.databases["access"].transaction() as tx:
        person = await access.create_account(tx, role=role, display_name=name, email=email)
        return person, await access.make_link(tx, person)


async def return_address(visitor: Visitor) -> str:
    """Go to the provider as a browser does; return where it sends one back."""
    asked = await visitor.http.get("/access/openid/start", follow_redirects=False)
    assert asked.status_code == 303
    async with httpx.AsyncClient() as browser:
        answered = await browser.get(asked.headers["location"])
    parts = urlsplit(answered.headers["location"])
    return f"{parts.path}?{parts.query}"


async def come_in(visitor: Visitor) -> Visitor:
    return await visitor.go(await return_address(visitor))


async def test_who_was_invited_under_a_verified_email_comes_in(
    open_house: House, provider: OpenIdProvider
) -> None:
    await invite(open_house, Role.WORKER, "Amina", "amina@sociale.example")
    provider.person = {"sub": "a-1", "email": "Amina@Sociale.example", "email_verified": True}
    provider.person["role"] = provider.person["roles"] = "administrator"  # nobody asked it

    first = await come_in(Visitor(open_house))
    provider.person = {"sub": "a-1", "email": "married@sociale.example", "email_verified": True}
    under_another_email = await come_in(Visitor(open_house))

    assert (first.path, under_another_email.path) == ("/dispatch/app/", "/dispatch/app/")
    assert (await first.go("/access/people")).status == 403


async def test_a_funder_comes_in_by_the_provider_like_everybody_else(
    open_house: House, provider: OpenIdProvider
) -> None:
    await invite(open_house, Role.FUNDER, "COCOM", "suivi@cocom.example")
    provider.person = {"sub": "f-1", "email": "suivi@cocom.example", "email_verified": True}

    visitor = await come_in(Visitor(open_house))

    assert (visitor.path, visitor.status) == ("/reporting/funder", 200)


async def test_an_email_that_nobody_verified_opens_nothing(
    open_house: House, provider: OpenIdProvider
) -> None:
    await invite(open_house, Role.COORDINATION, "Inès", "ines@sociale.example")
    provider.person = {"sub": "thief", "email": "ines@sociale.example", "email_verified": False}

    visitor = await come_in(Visitor(open_house))

    assert visitor.status == 403
    assert "Personne ne vous a encore invité·e" in visitor.page
    assert visitor.session is None


async def test_a_second_person_with_the_same_email_is_not_the_first(
    open_house: House, provider: OpenIdProvider
) -> None:
    await invite(open_house, Role.WORKER, "Samir", "samir@sociale.example")
    provider.person = {"sub": "s-1", "email": "samir@sociale.example", "email_verified": True}
    await come_in(Visitor(open_house))

    provider.person["sub"] = "s-2"
    other = await come_in(Visitor(open_house))

    assert other.status == 403


async def test_an_invitation_is_connected_to_whom_the_provider_proves(
    open_house: House, provider: OpenIdProvider
) -> None:
    _, token = await invite(open_house, Role.COORDINATION, "Nadia")
    provider.person = {"sub": "n-1"}
    visitor = await Visitor(open_house).send("/access/enter", token=token)
    offered = visitor.page

    await come_in(visitor)
    later = await come_in(Visitor(open_house))

    assert "Relier mon compte Sociale.brussels" in offered
    assert (visitor.path, later.path) == ("/intake/", "/intake/")


async def test_where_there_is_a_provider_there_are_no_passwords(open_house: House) -> None:
    visitor = await Visitor(open_house).go("/access/sign-in")
    offered = visitor.page

    await visitor.send("/access/sign-in", sign_in_name="amina", password="whatever it is")

    assert "Entrer avec Sociale.brussels" in offered
    assert 'type="password"' not in offered
    assert visitor.status == 404


@pytest.mark.filterwarnings("ignore:JWS algorithm")  # the provider breaks the protocol on purpose
@pytest.mark.parametrize("forged", ["none", "hmac", "other key"])
async def test_a_word_that_the_provider_did_not_sign_is_not_believed(
    open_house: House, provider: OpenIdProvider, forged: str
) -> None:
    email = f"lena-{forged.replace(' ', '-')}@sociale.example"
    await invite(open_house, Role.WORKER, "Lena", email)
    provider.person = {"sub": f"l-{forged}", "email": email, "email_verified": True}
    provider.forged = forged

    refused = await come_in(Visitor(open_house))
    provider.forged = ""
    believed = await come_in(Visitor(open_house))

    assert (refused.status, believed.path) == (403, "/dispatch/app/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-house"},
        {"aud": ["relais", "another"], "azp": "another"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "of another question"},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
    ],
    ids=["audience", "party", "issuer", "nonce", "expired", "nobody"],
)
async def test_a_word_for_another_house_question_or_time_is_not_believed(
    open_house: House, provider: OpenIdProvider, wrong: dict[str, object]
) -> None:
    name = "-".join(wrong)
    await invite(open_house, Role.WORKER, "Joke", f"{name}@sociale.example")
    provider.person = {"sub": name, "email": f"{name}@sociale.example", "email_verified": True}
    provider.wrong = wrong

    refused = await come_in(Visitor(open_house))
    provider.wrong = {}
    believed = await come_in(Visitor(open_house))

    assert (refused.status, believed.path) == (403, "/dispatch/app/")


async def test_an_answer_fits_only_the_browser_that_asked_and_only_once(
    open_house: House, provider: OpenIdProvider
) -> None:
    await invite(open_house, Role.WORKER, "Ilias", "ilias@sociale.example")
    provider.person = {"sub": "i-1", "email": "ilias@sociale.example", "email_verified": True}
    asking = Visitor(open_house)
    address = await return_address(asking)

    lured = await Visitor(open_house).go(address)
    other_state = await asking.go(address.replace("state=", "state=x"))
    again = Visitor(open_house)
    address = await return_address(again)
    first = await again.go(address)
    landed = first.path
    replayed = await again.go(address)

    assert (lured.status, other_state.status) == (403, 403)
    assert landed == "/dispatch/app/"
    assert replayed.status == 403


async def test_a_closed_account_stays_closed_whoever_proves_it(
    open_house: House, provider: OpenIdProvider
) -> None:
    person, _ = await invite(open_house, Role.WORKER, "Gone", "gone@sociale.example")
    operator, _ = await invite(open_house, Role.ADMINISTRATOR, "Technique")
    async with open_house.databases["access"].transaction() as tx:
        await access.close_account(tx, person, actor_id=operator)
    provider.person = {"sub": "g-1", "email": "gone@sociale.example", "email_verified": True}

    assert (await come_in(Visitor(open_house))).status == 403


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"openid_issuer": "http://elsewhere.example"}, "https"),
        ({"openid_client_secret": None}, "CLIENT_SECRET"),
    ],
)
def test_a_provider_that_is_half_configured_or_unencrypted_is_refused_at_start(
    open_house: House, said: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        HouseSettings.model_validate(open_house.settings.model_dump() | said)
