"""Looks at one page in a browser as people do who see, hear, read or move otherwise.

Everything returns what is wrong, in words; nothing is wrong when it returns nothing. What looks
from inside is tests/looking.js.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import BrowserContext, CDPSession, Page, ViewportSize

from deploy.bundle import MODULES

AXE = MODULES / "axe-core" / "axe.min.js"
INSIDE = Path(__file__).with_suffix(".js")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MORE_STOPS = (30, 60)  # what scrolls, and what a script put in, has stops of its own
ON_A_PHONE = ("target-size", "scrollable-region-focusable")
OF_COLOURS = ("color-contrast", "link-in-text-block")
FAULTS = """([within, runOnly]) => axe.run(within, {runOnly, resultTypes: ["violations"]})
  .then(found => found.violations.map(v => `${v.id}: ${v.nodes[0].html.slice(0, 160)}`))"""
DRAWN = "main svg:not(.ic)"
DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=900)
USUAL_PX, TWICE_PX = 16, 32
TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}


async def prepare(context: BrowserContext) -> None:
    """Put into every page of a window what looks at it; what the page itself allows is the same."""
    await context.add_init_script(path=AXE)
    await context.add_init_script(path=INSIDE)


async def axe(page: Page, *only: str) -> list[str]:
    """Ask axe-core, all of its rules or a few."""
    rules = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    found: list[str] = await page.evaluate("rules => looking.axe(rules)", rules)
    return found


async def faults(page: Page, *only: str, within: str = "html") -> list[str]:
    """Look at a page as it stands, wherever it was opened: axe-core, and what is too wide."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    rules = {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}
    found: list[str] = await page.evaluate(FAULTS, [within, rules])
    wider_px = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found + ([f"{wider_px} px wider than the screen"] if wider_px > 0 else [])


async def faults_at(page: Page, *widths_px: int) -> dict[int, list[str]]:
    """Look at a page at several widths: with all rules at the first, then with those of widths."""
    found: dict[int, list[str]] = {}
    for width_px in widths_px:
        await page.set_viewport_size({"width": width_px, "height": 1000})
        found[width_px] = await faults(page, *(ON_A_PHONE if found else ()))
    return found


async def open_everything(page: Page) -> None:
    await page.evaluate("looking.openEverything()")


async def sideways(page: Page) -> list[str]:
    """See that nobody has to scroll a page sideways."""
    found: list[str] = await page.evaluate("looking.sideways()")
    return found


async def head(page: Page, language: str) -> list[str]:
    """See that a page says its language, its title, and one heading."""
    found: list[str] = await page.evaluate("language => looking.head(language)", language)
    return found


async def plain(page: Page, html: str) -> list[str]:
    """Look for what does nothing where no script runs."""
    found: list[str] = await page.evaluate("html => looking.plain(html)", html)
    return found


async def by_keyboard(page: Page, devtools: CDPSession) -> list[str]:
    """Go through a page with the key Tab: everything is met, and one sees where one is."""
    stops = await page.evaluate("looking.followTheKeyboard()")
    found: list[str] = []
    for more in (stops, *MORE_STOPS):
        async with asyncio.TaskGroup() as keys:  # sent in this order, not waited for one by one
            for _ in range(more):
                keys.create_task(devtools.send("Input.dispatchKeyEvent", TAB))
        found = await page.evaluate("looking.theKeyboard()")
        if not found:
            break
    return found


async def in_large_letters(page: Page, devtools: CDPSession) -> list[str]:
    """Double the letters, as a browser's own setting does, and look for what is crowded out."""
    await devtools.send("Page.setFontSizes", {"fontSizes": {"standard": TWICE_PX}})
    size = await page.evaluate("getComputedStyle(document.documentElement).fontSize")
    found = [] if size == f"{TWICE_PX}px" else [f"the letters are {size}"]
    found += [*await page.evaluate("looking.crowded()"), *await sideways(page)]
    await devtools.send("Page.setFontSizes", {"fontSizes": {"standard": USUAL_PX}})
    return found


async def in_forced_colours(page: Page) -> list[str]:
    """See that drawings are still seen where people choose all colours themselves."""
    if not await page.locator(DRAWN).count():  # letters, rules and fields take any colours
        return []
    await page.emulate_media(forced_colors="active")
    found = await axe(page, *OF_COLOURS)
    await page.emulate_media(forced_colors="none")
    return found


def told(where: str, found: Sequence[str]) -> list[str]:
    return [f"{where}: {what}" for what in found]
