"""A campaign followed in a browser, and the weekly meeting's screen: clicks, restarts, tabs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.engines.ports import free_port
from shared.events import CampaignSuspended, NotificationFailed
from shared.words import CampaignId, Channel, DeliveryId, NotifyFailure, ProposalId, Role
from tests.dispatch_world import World, a_world
from tests.house import House, eventually
from tests.looking import faults
from tests.phone import WAIT_MS, Phone, Street, a_phone, carry_session

pytestmark = pytest.mark.slow
MORNING = "/dispatch/desk/morning"
TABS = 8  # browsers allow six connections to one address
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Streams:
    """A door that counts the streams which are open behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_stream = scope["type"] == "http" and scope["path"].endswith("/live")
        self.open += is_stream
        try:
            await self.app(scope, receive, send)
        finally:
            self.open -= is_stream


@pytest.fixture(scope="module")
def streams(house: House) -> Streams:
    return Streams(house.transport.app)


@pytest.fixture(scope="module")
async def street(streams: Streams, bundle: Path) -> AsyncIterator[Street]:
    served = Street(streams, free_port())
    await served.open()
    yield served
    await served.close()


@asynccontextmanager
async def a_desk(
    browser: Browser, client: httpx.AsyncClient, **options: Any
) -> AsyncIterator[BrowserContext]:
    """Open the coordination's browser, 1440 pixels wide."""
    usual = {"viewport": {"width": 1440, "height": 1000}, "locale": "fr-BE"}
    context = await browser.new_context(**usual | options)
    context.set_default_timeout(WAIT_MS)
    await carry_session(context, client)
    try:
        yield context
    finally:
        await context.close()


class Hand:
    """A hand on a mouse that counts its clicks."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    async def click(self, text: str, within: str = "body") -> None:
        self.clicks += 1
        shown = self.page.locator(within).locator("summary, button, a").filter(has_text=text)
        await shown.filter(visible=True).first.click()


async def asked_for_monday(house: House, *more: str) -> tuple[World, str]:
    """A stand for two on Monday, asked of Amina and Samir; `more` people could come too."""
    world = await a_world(house, "Amina", "Samir")
    campaign = await world.target(ends_on=world.monday)
    await world.confirm(campaign, until_day=0)
    for name in more:
        await world.hire(name)
    return world, campaign


def follow(street: Street, campaign: str) -> str:
    return f"{street.url}/dispatch/desk/campaigns/{campaign}/follow"


async def is_live(page: Page, state: str = "on") -> None:
    await page.wait_for_selector(
        f"#follow[data-live-state={state}], #morning[data-live-state={state}]"
    )


async def open_live(page: Page, address: str) -> None:
    """Open a page, and wait until what its stream's first word asked for has come."""
    async with page.expect_response(
        lambda answer: "/desk/" in answer.url and "/part" in answer.url
    ):
        await page.goto(address)
        await is_live(page)


async def answer(world: World, name: str, what: str, **body: Any) -> None:
    (asked,) = await world.proposals(name)
    answered = await world.answer(name, asked, what, **body)
    assert answered.status_code == 200, answered.text


async def test_answers_are_seen_without_reloading_and_a_gap_is_filled_in_two_clicks(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await asked_for_monday(house, "Lotte")
    async with a_desk(browser, world.coordination) as desk:
        page = await desk.new_page()
        await open_live(page, follow(street, campaign))
        await page.wait_for_selector("text=Aucun signal dans cette campagne.")
        assert await page.locator(".live-on").is_visible()
        await page.evaluate("window.sameAsBefore = true")
        hand = Hand(page)

        await answer(world, "Samir", "decline", reason="busy")
        await page.wait_for_selector("#gaps >> text=À compléter")
        await hand.click("Demander à Lotte")
        focused = await page.evaluate("document.activeElement.id")
        await answer(world, "Amina", "accept")  # the part is drawn anew under an open question
        await page.wait_for_selector("text=Amina a dit oui.")
        still = await page.evaluate("[document.activeElement.id, window.sameAsBefore]")
        await hand.click("Confirmer la demande")
        await page.wait_for_selector("text=Lotte n’a pas encore répondu")

        assert hand.clicks == 2
        assert focused.startswith("fill-open-")
        assert still == [focused, True]
        assert await world.team(campaign) == {"Amina": "accepted", "Lotte": "proposed"}
        assert await page.locator("#gaps").count() == 0


async def test_what_somebody_chooses_is_not_drawn_over_and_comes_right_afterwards(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await asked_for_monday(house, "Lotte")
    await answer(world, "Samir", "decline", reason="busy")
    async with a_desk(browser, world.coordination) as desk:
        page = await desk.new_page()
        await open_live(page, follow(street, campaign))
        await page.click("text=Demander à quelqu’un d’autre")
        chosen = page.locator("select[name=worker_id]").first
        await chosen.focus()
        await chosen.select_option(str(world.ids["Lotte"]))
        asked_again: list[str] = []
        page.on("request", lambda request: asked_again.append(request.url))

        await answer(world, "Amina", "accept")
        async with page.expect_response(lambda answer: "/follow/part" in answer.url):
            await page.wait_for_function("document.activeElement.matches('select[name=worker_id]')")
            kept = await chosen.input_value()
            before = [url for url in asked_again if "/follow/part" in url]
            await chosen.blur()

        await page.wait_for_selector("text=Amina a dit oui.")
        assert kept == str(world.ids["Lotte"])
        assert before == []


async def test_the_page_survives_a_restart_of_the_server_and_of_the_database(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await asked_for_monday(house)
    async with a_desk(browser, world.coordination) as desk:
        page = await desk.new_page()
        await open_live(page, follow(street, campaign))

        await street.close()
        await is_live(page, "off")
        lost = await page.locator(".live-off").inner_text()
        await answer(world, "Samir", "accept")
        await street.open()
        await page.wait_for_selector("text=Samir a dit oui.")
        await is_live(page)

        house.owner_rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        await eventually(lambda: reached(world), "the house did not come back")
        await answer(world, "Amina", "accept")
        await page.wait_for_selector("text=/(Amina, Samir|Samir, Amina) ont dit oui/")

        assert "Connexion perdue, nouvel essai" in lost
        assert len(await world.facts_of(campaign, "accepted")) == 2


async def reached(world: World) -> bool:
    try:
        return (await world.workers["Amina"].get("/dispatch/api/proposals")).status_code == 200
    except Exception:  # noqa: BLE001 - a connection that was cut says so in several ways
        return False


async def test_hidden_tabs_give_their_streams_back_and_a_session_that_ends_takes_them_along(
    house: House, street: Street, browser: Browser, streams: Streams
) -> None:
    world, campaign = await asked_for_monday(house)
    client = await house.enter(Role.COORDINATION, "Karim")

    async def none_open() -> bool:
        return streams.open == 0

    await eventually(none_open, "streams of the tests before are still open")
    async with a_desk(browser, client) as desk:
        pages: list[Page] = []
        for _ in range(TABS):
            if pages:
                await pages[-1].evaluate(HIDE, arg=True)
            pages.append(await desk.new_page())
            await pages[-1].goto(follow(street, campaign))
            await is_live(pages[-1])

        async def two_open() -> bool:
            return streams.open == 2

        await eventually(two_open, "hidden tabs still hold streams")
        await answer(world, "Samir", "accept")
        await pages[-1].wait_for_selector("text=Samir a dit oui.")
        unseen = await pages[0].locator("text=Samir a dit oui.").count()
        await pages[-1].evaluate(HIDE, arg=True)
        await pages[0].evaluate(HIDE, arg=False)
        await pages[0].wait_for_selector("text=Samir a dit oui.")
        await eventually(two_open, "the tab in front has no stream of its own")

        left = await client.post("/access/leave")
        await eventually(none_open, "a stream outlives its session")

    assert left.is_redirect
    assert unseen == 0


@pytest.fixture
async def phone(browser: Browser, street: Street) -> AsyncIterator[Phone]:
    made = await a_phone(browser, street)
    yield made
    await made.context.close()


async def test_a_hand_is_noted_in_two_clicks_and_only_its_own_phone_says_yes(
    house: House, street: Street, browser: Browser, phone: Phone
) -> None:
    world, campaign = await asked_for_monday(house, "Roos")
    await answer(world, "Samir", "decline", reason="busy")
    await answer(world, "Amina", "accept")
    await phone.sign_in(world.workers["Roos"])
    projector = {"viewport": {"width": 1920, "height": 1080}}
    async with a_desk(browser, world.coordination, **projector) as desk:
        page = await desk.new_page()
        await open_live(page, street.url + MORNING)
        (task,) = [t["task_id"] for t in (await world.plan(campaign))["tasks"]]
        hand = Hand(page)

        await hand.click("Une main se lève", f"#place-{task}")
        await hand.click("Roos", f"#place-{task}")
        waiting = page.locator("section[aria-labelledby=hands]")
        await waiting.get_by_text("Roos").wait_for()
        in_between = await world.team(campaign)
        (asked,) = await world.proposals("Roos")
        day = await phone.open()
        await day.wait_for_selector("text=Vous avez levé la main en matinée : confirmez.")
        await phone.button("J’accepte")
        await phone.sent()
        await waiting.get_by_text("Roos").wait_for(state="detached")

        assert hand.clicks == 2
        assert in_between == {"Amina": "accepted", "Roos": "proposed"}
        assert asked["task_id"] == task
        assert await world.team(campaign) == {"Amina": "accepted", "Roos": "accepted"}


async def test_a_click_is_not_lost_to_a_part_that_is_drawn_anew_meanwhile(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await asked_for_monday(house, "Nadège")
    await answer(world, "Samir", "decline", reason="busy")
    async with a_desk(browser, world.coordination) as desk:
        pressed, beside = await desk.new_page(), await desk.new_page()
        for page in (pressed, beside):
            await open_live(page, street.url + MORNING)
        (task,) = [t["task_id"] for t in (await world.plan(campaign))["tasks"]]
        await Hand(pressed).click("Une main se lève", f"#place-{task}")
        button = pressed.locator(f"#place-{task}").get_by_role("button", name="Nadège")
        await button.hover()
        await pressed.mouse.down()

        await answer(world, "Amina", "accept")
        await beside.locator(f"#place-{task}").get_by_text("Amina y va").wait_for()
        place = pressed.locator(f"#place-{task}")
        under_the_finger = await place.get_by_text("Amina y va").count()
        await pressed.mouse.up()

        raised = pressed.locator("section[aria-labelledby=hands]")
        await raised.get_by_text("Nadège").wait_for()
        assert under_the_finger == 0


async def test_everything_works_without_javascript(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await asked_for_monday(house, "Lotte", "Joke")
    await answer(world, "Samir", "decline", reason="busy")
    await answer(world, "Amina", "decline", reason="busy")
    async with a_desk(browser, world.coordination, java_script_enabled=False) as desk:
        page = await desk.new_page()
        await page.goto(follow(street, campaign))
        hand = Hand(page)
        no_promise = await page.locator(".live-on, .live-off").filter(visible=True).count()
        signals = await page.locator("#campaign-signals a").count()
        (task,) = [t["task_id"] for t in (await world.plan(campaign))["tasks"]]

        await hand.click("Demander à Lotte", f"#gap-{task}")
        await hand.click("Confirmer la demande", f"#gap-{task}")
        await page.goto(street.url + MORNING)
        await hand.click("Une main se lève", f"#place-{task}")
        await hand.click("Joke", f"#place-{task}")
        screen = await page.locator("section[aria-labelledby=hands]").inner_text()

        assert hand.clicks == 4
        assert (no_promise, signals) == (0, 1)
        assert "Joke" in screen
        assert await world.team(campaign) == {"Lotte": "proposed", "Joke": "proposed"}


async def test_axe_finds_nothing_in_any_state_at_any_width(
    house: House, street: Street, browser: Browser
) -> None:
    world = await a_world(house, "Amina", "Samir", "Jean-Baptiste Vandenbroucke-Deschouwer")
    campaign = await world.target(
        world.an_action(), world.an_action(kind="drop_in", starts_min=14 * 60)
    )
    found: dict[str, list[str]] = {}
    async with a_desk(browser, world.coordination) as desk:
        page = await desk.new_page()

        async def look(state: str, path: str, *widths: int, language: str = "fr") -> None:
            for width in widths:
                height = 1080 if width > 1440 else 1000
                await page.set_viewport_size({"width": width, "height": height})
                await page.goto(f"{path}?lang={language}")
                await is_live(page)
                for opened in await page.locator("main summary").all():
                    await opened.click()
                found[f"{state}, {width}"] = await faults(page)

        await look("nobody asked", follow(street, campaign), 1440)
        await look("nothing open", street.url + MORNING, 1920)
        await world.confirm(campaign, until_day=0)
        asked = {name: await world.proposals(name) for name in world.workers}
        (first, *_) = [(name, mine[0]) for name, mine in asked.items() if mine]
        unreached = [mine[-1] for name, mine in asked.items() if mine and name != first[0]]
        await world.answer(first[0], first[1], "decline", reason="busy")
        await world.say(
            NotificationFailed(
                occurred_at=await world.now(),
                delivery_id=DeliveryId(uuid4()),
                proposal_id=ProposalId(UUID(str(unreached[0]["proposal_id"]))),
                channel=Channel.EMAIL,
                reason=NotifyFailure.NO_CONTACT_POINT,
            )
        )
        await look("gaps and somebody unreached", follow(street, campaign), 1440, 390, 320)
        await look("gaps, in Dutch", follow(street, campaign), 390, language="nl")
        await look("places", street.url + MORNING, 1920, 390, 320)
        for name in world.workers:
            for mine in await world.proposals(name):
                await world.answer(name, mine, "accept")
        await world.go(0, "09:30")
        await look("answered and under way", follow(street, campaign), 1440, 390)
        await world.say(
            CampaignSuspended(
                occurred_at=await world.now() + timedelta(seconds=1),
                campaign_id=CampaignId(UUID(campaign)),
            )
        )
        await look("suspended", follow(street, campaign), 1440)

    assert {state: wrong for state, wrong in found.items() if wrong} == {}


async def test_a_signal_is_answered_in_two_clicks_and_a_session_that_ended_is_said(
    house: House, street: Street, browser: Browser
) -> None:
    world, campaign = await asked_for_monday(house)

    async def signal(kind: str) -> None:
        told = {"id": str(uuid4()), "zone_id": world.zone, "kind": kind, "theme": "energy"}
        raised = await world.workers["Amina"].post(
            "/dispatch/api/signals", json=told | {"campaign_id": campaign}
        )
        assert raised.is_success, raised.text
        await house.settle()

    await signal("saturated_service")
    async with a_desk(browser, world.coordination) as desk:
        page = await desk.new_page()
        await open_live(page, follow(street, campaign))
        hand = Hand(page)
        await hand.click("Répondre", within="#signals-part")
        note = page.locator("#signals-part textarea").first
        await note.fill("Le CPAS rappelle.")
        await page.locator("#signals-part summary").first.focus()  # away from what was typed
        await signal("unmet_need")  # the part waits: what is typed is not drawn over
        hand.clicks += 1
        await page.click("#signals-part details[open] button[value=acted_upon]")
        await page.wait_for_selector("#signals-part li:has-text('. Le CPAS rappelle.')")

        assert hand.clicks == 2
        assert page.url == follow(street, campaign)
        assert await page.locator("#signals-part li").count() == 2
        assert await page.locator("#signals-part >> text=Attend votre réponse.").count() == 1

        await page.evaluate(HIDE, arg=True)
        left = await world.coordination.post("/access/leave")
        assert left.status_code < 400, left.text
        await page.evaluate(HIDE, arg=False)
        await is_live(page, "out")
        await page.wait_for_selector("#follow .live-out >> text=Entrer à nouveau")
        assert await page.locator("#answers").is_visible()  # what was shown stays
