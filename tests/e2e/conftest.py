"""Phones before a house: what the tests of the field app share."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Playwright, async_playwright

from tests.house import House
from tests.phone import NewPhone, Phone, Street, a_phone, a_street


@pytest.fixture(scope="module")
async def street(house: House, bundle: Path) -> AsyncIterator[Street]:
    """The module's house behind one address, with a bundle as fresh as its sources."""
    async with a_street(house) as open_street:
        yield open_street


@pytest.fixture(scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as running:
        yield running


@pytest.fixture
async def new_phone(
    playwright: Playwright, street: Street, chromium: Path, tmp_path: Path
) -> AsyncIterator[NewPhone]:
    """Make phones that are switched off when the test ends."""
    street.trouble.clear()
    phones: list[Phone] = []

    async def make(**options: Any) -> Phone:
        profile = tmp_path / f"phone-{len(phones)}"
        phones.append(await a_phone(playwright, chromium, street, profile, **options))
        return phones[-1]

    yield make
    for phone in phones:
        await phone.context.close()
