"""Every page of a lived-in house in a browser: for whoever sees, reads, hears or moves otherwise.

One page of every route that shows one, as `tests/architecture/routes.toml` lists them, and every
form as it comes back when it was sent empty: a new page is looked at without anybody adding a line.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route

from shared.access import Stage
from shared.words import Role
from tests import looking
from tests.e2e.test_directory import TABLE
from tests.forms import ORIGIN, path_of, send_request
from tests.house import House
from tests.integration.intake_world import accepted, invite
from tests.integration.test_every_page import is_page, opens, pages
from tests.integration.test_territory_pages import changed_brussels, zipped
from tests.lived_in import OWNER, LivedIn, a_lived_in_house
from tests.looking import told
from tests.phone import TALL_PX, NewPhone, Street, carry_session, faults
from tests.routes import Line, lines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
STRANGER, SETTING_UP, HALF_IN = "a stranger", "who sets up", "who is half in"
CHOOSING = "who has chosen a password"
SHELL = "GET /dispatch/app/"
# Sent empty, these do something, or begin a search that changes the page meanwhile.
DOES_SOMETHING = {
    "POST /dispatch/desk/campaigns/{campaign_id}/send",
    "POST /dispatch/desk/campaigns/{campaign_id}/search",
}
TABS = 2
PATIENCE_MS = 60_000  # two pages share what other tests leave of the machine


@dataclass(frozen=True)
class Sight:
    """Something to look at: a page, or what a form is answered with when it is sent like this."""

    who: str
    path: str
    form: Mapping[str, str] | None = field(default=None, hash=False)

    def __str__(self) -> str:
        return f"{'sent to ' if self.form is not None else ''}{self.path} as {self.who}"


@pytest.fixture(scope="module")
async def here(house: House) -> LivedIn:
    lived_in = await a_lived_in_house(house)
    transport = lived_in.house.transport
    lived_in.people[STRANGER] = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
    lived_in.people[SETTING_UP] = await house.enter_half(Stage.SET_UP)
    lived_in.people[CHOOSING] = await house.enter_half(Stage.SET_UP)
    lived_in.people[HALF_IN] = await house.enter_half(Stage.SECOND_STEP)
    return lived_in


def visitors(here: LivedIn, line: Line) -> Iterator[str]:
    """Name who may use a route: everybody in the house, or whoever is on the way in."""
    match line.open_to:
        case "set up":
            yield SETTING_UP
        case "second step":
            yield HALF_IN
        case "everybody" | "on the way":
            yield from (STRANGER, Role.COORDINATION)
        case _:
            yield from (who for who in here.people if opens(line, who.removeprefix("another ")))


async def asked(here: LivedIn, sight: Sight, language: str) -> httpx.Response:
    """Ask for a sight without a browser."""
    query = urlencode({"lang": language})
    address = f"{ORIGIN}{sight.path}{'&' if '?' in sight.path else '?'}{query}"
    headers = {k: v for k, v in here.people[sight.who].headers.items() if k == "authorization"}
    method = "GET" if sight.form is None else "POST"
    request = httpx.Request(method, address, headers=headers, data=sight.form)
    return await send_request(here.house.transport.app, request)


async def first_page(here: LivedIn, line: Line) -> Sight | None:
    """Find somebody to whom a route shows a whole page."""
    for who in visitors(here, line):
        sight = Sight(who, f"/{line.service}{path_of(line, here.ids)}")
        answer = await asked(here, sight, "fr")
        if answer.is_success and is_page(answer) and "<html" in answer.text:
            return sight
    return None


async def sights(here: LivedIn) -> list[Sight]:
    """List one page of every route, every form that comes back, and how problems are told."""
    found = [await first_page(here, line) for line in pages() if line.name != SHELL]
    found += [
        Sight(STRANGER, "/intake/"),
        Sight(OWNER, "/intake/"),
        Sight(Role.COORDINATION, "/nowhere"),
        Sight(Role.COORDINATION, "/intake/nowhere"),
        Sight(OWNER, "/notify/"),
        Sight(OWNER, "/access/me"),
        Sight(Role.ADMINISTRATOR, "/access/people"),
    ]
    told_as: set[tuple[int, str]] = set()
    for line in lines().values():
        is_form = line.method == "POST" and not line.sends_json
        if not is_form or line.name in DOES_SOMETHING or f"GET {line.name[5:]}" not in named():
            continue
        for who in list(visitors(here, line))[:1]:
            sight = Sight(who, f"/{line.service}{path_of(line, here.ids)}", {"nothing": ""})
            answer = await asked(here, sight, "fr")
            if not is_page(answer):
                continue
            if "<html" not in answer.text:  # a part of a page, for a script that asked
                continue
            comes_back = "<form" in answer.text.partition("<main")[2]
            kind = (answer.status_code, sight.path if comes_back else "a problem")
            found += [] if kind in told_as else [sight]
            told_as.add(kind)
    found += await further_states(here)
    return [sight for sight in dict.fromkeys(found) if sight is not None]


async def further_states(here: LivedIn) -> list[Sight]:
    """Bring the house into states in which pages look otherwise; list those pages."""
    desk, chooser = here.desk, here.people[CHOOSING]
    zipped_pack = {"files": ("pack.zip", zipped(changed_brussels()))}
    table = {"file": ("services.csv", TABLE.format(zone=here.ids["zone_id"]).encode())}
    territory = await desk.post("/intake/territory-import", files=zipped_pack)
    services = await desk.post("/dispatch/desk/directory/import", files=table)
    assert territory.is_redirect, territory.text
    assert services.is_redirect, services.text
    fresh = await invite(desk)
    own = {"sign_in_name": "half-in", "password": "quatre girafes lisent sous la pluie"}
    for step, form in (("password", own), ("app", {})):
        chosen = await chooser.post(f"/access/set-up/{step}", data=form)
        assert chosen.is_redirect, chosen.text
    to_declare = await accepted(here.house, desk)
    invited = {"role": "funder", "display_name": "COCOM"}
    return [
        Sight(Role.COORDINATION, territory.headers["location"]),
        Sight(Role.COORDINATION, services.headers["location"]),
        Sight(Role.COORDINATION, f"/intake/invitations/{fresh}"),
        Sight(Role.COORDINATION, f"/intake/invitations/{to_declare}/campaign"),
        Sight(Role.COORDINATION, f"/intake/campaigns/{here.ids['ended_campaign_id']}"),
        Sight(Role.COORDINATION, "/access/people", invited),
        Sight(CHOOSING, "/access/set-up"),
        Sight(CHOOSING, "/access/set-up/recovery-codes", {"nothing": ""}),
        Sight(STRANGER, "/access/sign-in", {"sign_in_name": "nobody", "password": "wrong"}),
    ]


def named() -> set[str]:
    return {line.name for line in lines().values()}


async def window(browser: Browser, here: LivedIn, who: str) -> BrowserContext:
    context = await browser.new_context(locale="fr-BE", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    if "Authorization" in here.people[who].headers:
        await carry_session(context, here.people[who])
    await looking.prepare(context)
    await context.route("**/live", lambda route: route.abort())  # nothing moves while we look
    return context


async def look(context: BrowserContext, street: Street, here: LivedIn, sight: Sight) -> list[str]:
    """Open a sight in French on a desk and in Dutch on a phone, and look at it in every way."""
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await page.set_viewport_size(looking.DESK)
    html = await show(page, street, here, sight, "fr")
    found = await looking.plain(page, html)
    found += await looking.head(page, "fr")
    found += await looking.sideways(page)
    if sight.form is None:
        found += await looking.by_keyboard(page, devtools)
    await looking.open_everything(page)
    found += await looking.axe(page)

    await page.set_viewport_size(looking.PHONE)
    if sight.form is None:
        await show(page, street, here, sight, "nl")
        found += told("nl", await looking.head(page, "nl"))
        await looking.open_everything(page)
    found += told("320 px", await looking.sideways(page))
    found += told("320 px", await looking.axe(page, *looking.ON_A_PHONE))
    if sight.form is None:
        found += told("forced colours", await looking.in_forced_colours(page))
        await page.set_viewport_size(looking.DESK)
        found += told("200 %", await looking.in_large_letters(page, devtools))
    await page.close()
    return [f"{sight}: {what}" for what in found]


async def show(page: Page, street: Street, here: LivedIn, sight: Sight, language: str) -> str:
    """Show a sight; return what was sent, before any script ran."""
    if sight.form is None:
        mark = "&" if "?" in sight.path else "?"
        answer = await page.goto(f"{street.url}{sight.path}{mark}lang={language}")
        assert answer is not None
        return await answer.text()
    answered = await asked(here, sight, language)
    kept = {k: v for k, v in answered.headers.items() if k != "content-length"}

    async def fulfil(route: Route) -> None:
        await route.fulfill(status=answered.status_code, headers=kept, body=answered.text)

    await page.route(street.url + sight.path, fulfil)
    await page.goto(street.url + sight.path)
    return answered.text


async def test_every_page_and_every_refused_form_is_open_to_everybody(
    here: LivedIn, street: Street, browser: Browser
) -> None:
    waiting = await sights(here)
    seen: list[str] = []
    contexts = {who: await window(browser, here, who) for who in {s.who for s in waiting}}

    async def look_on() -> None:
        while waiting:
            sight = waiting.pop()
            seen.extend(await look(contexts[sight.who], street, here, sight))

    async with asyncio.TaskGroup() as tabs:
        for _ in range(TABS):
            tabs.create_task(look_on())
    for context in contexts.values():
        await context.close()

    assert not seen, "\n".join(sorted(seen))


async def test_a_day_with_nothing_on_it_is_open_to_everybody(
    here: LivedIn, new_phone: NewPhone
) -> None:
    await here.world.hire("Zoë")
    phone = await new_phone(reduced_motion="reduce")
    await phone.sign_in(here.world.workers["Zoë"])
    page = await phone.open()
    found: dict[str, list[str]] = {}

    for width in (320, 390):
        await page.set_viewport_size({"width": width, "height": TALL_PX})
        for view in ("day", "time", "quarter", "journal", "waiting"):
            await page.click(f"[data-view={view}]")
            found[f"{view} {width}"] = await faults(page)

    assert {where: what for where, what in found.items() if what} == {}
