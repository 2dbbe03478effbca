"""The README's pictures: taken in Chromium, of a demonstration that stands still."""

import asyncio
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.chromium import FLAGS, find_chromium
from deploy.engines.errors import EngineError
from deploy.onlooker import BUSY, FUNDER, UNTIL, Onlooker, look_on, session_cookie
from deploy.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "docs" / "images"
DESK = (1280, 800)
PHONE = (390, 844)
COLOURS = 128  # flat colours and letters: more are not seen
SETTLED_MS = 1500  # a live part is asked for once after the page is there


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: who sees which page, the first of `paths` that there is, and how large."""

    name: str
    paths: tuple[str, ...]
    who: str = "coordination"
    size: tuple[int, int] = DESK
    tap: str = ""
    """What is tapped first, as a CSS selector."""
    top: str = ""
    """What stands at the top of the picture, as a CSS selector; else the page's own top."""
    until: datetime = UNTIL


DECIDED = datetime.fromisoformat("2022-01-11T20:00:00+01:00")
"""The invitation is accepted; its neighbourhoods are chosen tomorrow."""
DESK_OF = "/dispatch/desk/campaigns/{campaign}"
SHOTS = (
    Shot("demo", ("/demo/",)),
    Shot(
        "desk-target",
        ("/intake/invitations/{invitation}/campaign",),
        top=".columns:has(.map)",
        until=DECIDED,
    ),
    Shot("desk-match", (DESK_OF,)),
    Shot("desk-follow", (f"{DESK_OF}/follow", f"{DESK_OF}/board")),
    Shot("funder", ("/reporting/funder/campaigns/{campaign}",), FUNDER),
    Shot("field-day", ("/dispatch/app/",), BUSY, PHONE),
    Shot(
        "field-outcome",
        ("/dispatch/app/",),
        BUSY,
        PHONE,
        tap="[data-open=outcome]",
    ),
)


async def take_pictures(
    tell: Callable[[str], None], names: Sequence[str] = (), folder: Path = FOLDER
) -> list[Path]:
    """Play the demonstration, take these pictures or all, and return the files.

    Raises:
        EngineError: there is no Chromium, no Playwright, or no picture of a name.
    """
    chromium = find_chromium()
    if chromium is None:
        raise EngineError("Pictures need Chromium. Install it (Debian: apt install chromium).")
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - developers have it
    except ModuleNotFoundError as missing:
        raise EngineError("Pictures need the dependency group `dev`.") from missing
    unknown = sorted(set(names) - {shot.name for shot in SHOTS})
    if unknown:
        known = ", ".join(shot.name for shot in SHOTS)
        raise EngineError(f"There is no picture {', '.join(unknown)}. There are: {known}.")
    wanted = [shot for shot in SHOTS if not names or shot.name in names]
    taken: list[Path] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            for until in sorted({shot.until for shot in wanted}):
                async with look_on(tell, until) as onlooker:
                    due = [shot for shot in wanted if shot.until == until]
                    taken += [await take(browser, onlooker, shot, folder, tell) for shot in due]
        finally:
            await browser.close()
    return taken


async def take(
    browser: Any, onlooker: Onlooker, shot: Shot, folder: Path, tell: Callable[[str], None]
) -> Path:
    """Take one picture.

    Raises:
        EngineError: its page is not there.
    """
    session = await onlooker.session_of(shot.who)
    path = await onlooker.first_open(shot.paths, session)
    if path is None:
        raise EngineError(f"There is no page for {shot.name}.png: {', '.join(shot.paths)}.")
    width, height = shot.size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1 if shot.size == DESK else 2,
        locale="fr-BE",
        timezone_id="Europe/Brussels",
        reduced_motion="reduce",
    )
    try:
        await context.add_cookies([session_cookie(onlooker.url, session)])
        page = await context.new_page()
        await page.clock.install(time=onlooker.play.world.now)
        await page.clock.resume()
        await page.goto(onlooker.url + path)
        await page.evaluate("document.fonts.ready.then(() => true)")
        await page.wait_for_timeout(SETTLED_MS)
        if shot.tap:
            await page.locator(shot.tap).filter(visible=True).first.click()
            await page.wait_for_timeout(SETTLED_MS)
        if shot.top:
            await page.locator(shot.top).first.evaluate("place => place.scrollIntoView()")
        picture = await page.screenshot()
    finally:
        await context.close()
    file = folder / f"{shot.name}.png"
    file.write_bytes(await asyncio.to_thread(smaller, picture))
    tell(f"{file.name}: {file.stat().st_size // 1000} kB")
    return file


def smaller(picture: bytes) -> bytes:
    """Write a PNG with a palette: a third of the weight, and nobody sees it."""
    from PIL import Image  # noqa: PLC0415 - developers have it

    written = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            written, "PNG", optimize=True
        )
    return written.getvalue()
