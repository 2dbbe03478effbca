"""One browser for all, and phones before a house: what the tests in a browser share."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Playwright, async_playwright, expect

from tests.house import House
from tests.phone import FLAGS, WAIT_MS, NewPhone, Phone, Street, a_kept_phone, a_phone, a_street


@pytest.fixture(scope="module")
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    """The module's house behind one address, with a bundle as fresh as its sources."""
    async with a_street(house) as open_street:
        yield open_street


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    expect.set_options(timeout=WAIT_MS)  # as patient as what is clicked
    async with async_playwright() as running:
        yield running


@pytest.fixture(scope="session")
async def one_browser(playwright: Playwright, chromium: Path) -> AsyncIterator[Browser]:
    """A running Chromium: starting one takes longer than many a journey, so all share it."""
    running = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
    yield running
    await running.close()


@pytest.fixture(scope="module")
async def browser(one_browser: Browser) -> AsyncIterator[Browser]:
    """The browser; each window that is opened has cookies, storage and workers of its own."""
    yield one_browser
    for window in one_browser.contexts:  # what a test left open does not ask a house that is gone
        await window.close()


@pytest.fixture
async def new_phone(
    playwright: Playwright, browser: Browser, street: Street, chromium: Path, tmp_path: Path
) -> AsyncIterator[NewPhone]:
    """Make phones that are switched off when the test ends."""
    street.trouble.clear()
    phones: list[Phone] = []

    async def make(*, is_kept: bool = False, **options: Any) -> Phone:
        if is_kept:
            profile = tmp_path / f"phone-{len(phones)}"
            made = await a_kept_phone(playwright, chromium, street, profile, **options)
        else:
            made = await a_phone(browser, street, **options)
        phones.append(made)
        return made

    yield make
    for phone in phones:
        await phone.context.close()
