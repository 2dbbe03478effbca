"""A worker's phone: a real browser before a real server that can be stopped, or fail on purpose."""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvicorn
from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.engines.ports import LOOPBACK, free_port
from deploy.onlooker import session_cookie
from shared.web.live import end_streams
from tests import looking
from tests.house import House, eventually

OF_A_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "locale": "fr-BE",
    "timezone_id": "Europe/Brussels",
}
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SENDINGS = "/dispatch/api/operations"
UNTIL_SENT_S = 90.0
WAIT_MS = 15_000
QUEUED = """new Promise(done => {
  const asked = indexedDB.open("relais-field");
  asked.onsuccess = () => {
    const queued = asked.result.transaction("outbox").objectStore("outbox").count();
    queued.onsuccess = () => { asked.result.close(); done(queued.result); };
  };
})"""  # the counter is drawn a moment after the phone has written
ONE_TRY = """async () => {
  dispatchEvent(new Event("online"));  // the app sends in its turn; then the lock is ours
  await navigator.locks.request("relais-outbox", () => undefined);
}"""
UNDO_MS = 6_000  # a little longer than what was done on a phone can be undone


async def carry_session(context: BrowserContext, client: httpx.AsyncClient) -> None:
    """Give a browser the session with which somebody came in."""
    session = client.headers["Authorization"].removeprefix("Bearer ")
    await context.add_cookies([session_cookie(f"http://{LOOPBACK}", session)])


class _Server(uvicorn.Server):
    """One that leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Street:
    """The house behind one address. `trouble` says what happens to the next sendings of a phone.

    `before`: it never arrives. `after`: it takes effect and its answer breaks off.
    """

    app: ASGIApp
    port: int
    trouble: list[str] = field(default_factory=list)
    sendings: int = 0
    _server: _Server | None = None
    _task: "asyncio.Task[None] | None" = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def open(self) -> None:
        config = uvicorn.Config(
            self, host=LOOPBACK, port=self.port, lifespan="off", access_log=False, log_config=None
        )
        server = self._server = _Server(config)
        self._task = asyncio.create_task(server.serve())

        async def started() -> bool:
            return server.started

        await eventually(started, "the street did not open")

    async def close(self) -> None:
        if self._server is not None and self._task is not None:
            end_streams()  # as `deploy/run.py` does: a stream would go on in this process
            self._server.should_exit = self._server.force_exit = True
            await self._task
            self._server = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != SENDINGS:
            await self.app(scope, receive, send)
            return
        self.sendings += 1
        match self.trouble.pop(0) if self.trouble else "":
            case "before":
                await _answer(send, 503, b'{"title": "away"}')
            case "after":
                await self.app(scope, receive, _nowhere)
                await _answer(send, 200, b'{"id": "', promised=4000)
            case _:
                await self.app(scope, receive, send)


async def _nowhere(_: Message) -> None:
    """Lose an answer."""


async def _answer(send: Send, status: int, body: bytes, promised: int | None = None) -> None:
    """Send an answer; one that is shorter than promised looks like a broken connection."""
    length = str(promised or len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def chaos(number: int, seed: int) -> list[str]:
    """Return troubles for so many sendings: a third fails before or after."""
    return random.Random(seed).choices(["", "", "", "", "before", "after"], k=number)  # noqa: S311 - a test's chance


@asynccontextmanager
async def a_street(house: House) -> AsyncIterator[Street]:
    """Serve a house at an address of its own."""
    street = Street(house.transport.app, free_port())
    await street.open()
    try:
        yield street
    finally:
        await street.close()


@dataclass
class Phone:
    """A browser's window on the street; with a profile, what it keeps outlives its browser."""

    street: Street
    context: BrowserContext
    profile: Path | None = None
    taps: int = 0

    @property
    def page(self) -> Page:
        return self.context.pages[0]

    async def sign_in(self, client: httpx.AsyncClient) -> None:
        """Give this phone somebody's session; whoever had it before is signed out."""
        await self.context.clear_cookies()
        await carry_session(self.context, client)

    async def open(self, path: str = "/dispatch/app/") -> Page:
        """Open the app, and wait until it shows a day and may go without network."""
        await self.page.goto(self.street.url + path)
        await self.page.wait_for_selector("#loading", state="hidden")
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return self.page

    async def tap(self, what: Locator | str) -> None:
        """Tap once, and count it."""
        self.taps += 1
        place = self.page.locator(what) if isinstance(what, str) else what
        await place.click()

    async def button(self, name: str, within: str = "body") -> None:
        """Tap the button of this name."""
        found = self.page.locator(within).get_by_role("button", name=name)
        await self.tap(found.filter(visible=True).first)

    async def waits(self) -> int:
        """Read the permanent counter."""
        return int(await self.page.get_attribute("#band", "data-waiting") or "0")

    async def sent(self) -> None:
        """Let the network come back until nothing waits any more."""
        await self.page.clock.fast_forward(UNDO_MS)
        try:
            async with asyncio.timeout(UNTIL_SENT_S):
                while await self.page.evaluate(QUEUED):
                    await self.page.evaluate(ONE_TRY)
            await self.page.wait_for_selector("#band[data-waiting='0']")
        except TimeoutError:
            raise AssertionError("something still waits on the phone") from None

    async def kill(self) -> None:
        """Kill every process of this browser at once, as a flat battery does."""
        assert self.profile is not None, "only a kept phone has a browser of its own"
        mine = f"--user-data-dir={self.profile}"
        for process in psutil.process_iter(["cmdline"]):
            if mine in (process.info["cmdline"] or []):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        with contextlib.suppress(Exception):  # it is dead already
            await self.context.close()
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()


async def a_phone(browser: Browser, street: Street, **options: Any) -> Phone:
    """Open a window of its own in a running browser, 390 pixels wide."""
    context = await browser.new_context(**{**OF_A_PHONE, **options})
    await context.new_page()
    return await _in_hand(Phone(street, context))


async def a_kept_phone(
    playwright: Playwright, chromium: Path, street: Street, profile: Path, **options: Any
) -> Phone:
    """Start a browser of its own with a profile that stays, for who kills it and comes back."""
    context = await playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium,
        headless=True,
        args=list(FLAGS),
        **{**OF_A_PHONE, **options},
    )
    return await _in_hand(Phone(street, context, profile))


async def _in_hand(phone: Phone) -> Phone:
    phone.context.set_default_timeout(WAIT_MS)
    await phone.context.clock.install()
    return phone


NewPhone = Callable[..., Awaitable[Phone]]
"""Makes phones that are switched off when the test ends."""

TALL_PX = 4000  # nothing lies under the bar at the bottom, which axe would call too small to hit
TARGET_PX = 44
TOO_SMALL = """least => [...document.querySelectorAll('a, button, input, select, textarea')]
  .map(found => found.closest('label:has(input[type=radio], input[type=checkbox])') ?? found)
  .filter(found => found.getClientRects().length && !found.matches('.skip'))
  .filter(found => ['width', 'height'].some(side => found.getBoundingClientRect()[side] < least))
  .map(found => found.outerHTML.slice(0, 120))"""


async def faults(page: Page, *only: str) -> list[str]:
    """Return what is wrong with a page as it stands, and what is too small for a thumb."""
    small: list[str] = await page.evaluate(TOO_SMALL, TARGET_PX)
    found = await looking.faults(page, *only)
    return found + [f"smaller than {TARGET_PX} px: {html}" for html in small]
