"""Lighthouse over every main page of a demonstration, offline, with the pinned version.

The library is fetched once from npm by its own lock file in this folder, and never runs while it is
installed. Nothing is sent anywhere.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from deploy.bundle import Node, ensure_modules, find_node
from deploy.chromium import FLAGS, find_chromium
from deploy.engines.errors import EngineError
from deploy.engines.ports import free_port
from deploy.onlooker import BUSY, FUNDER, Onlooker, look_on, session_cookie
from deploy.settings import clean_environment

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
NODE_MAJOR_MIN = 23  # Lighthouse 13 needs 22.19; only majors are compared
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100}
WAIT_MS = 20_000
PAGE_LIMIT_S = 180.0


@dataclass(frozen=True, slots=True)
class Looked:
    """A page, whom it is shown to, and whether it is looked at as on a phone."""

    path: str
    who: str = "coordination"
    phone: bool = False


DESK = "/dispatch/desk/campaigns/{campaign}"
PAGES = (
    Looked("/access/sign-in", ""),
    Looked("/intake/"),
    Looked("/demo/", ""),
    Looked("/intake/invitations/new"),
    Looked("/intake/invitations/{invitation}"),
    Looked("/intake/campaigns/{campaign}"),
    Looked("/intake/territory"),
    Looked("/intake/signals"),
    Looked(DESK),
    Looked(f"{DESK}/send"),
    Looked(f"{DESK}/follow"),
    Looked(f"{DESK}/board"),
    Looked(f"{DESK}/kit"),
    Looked("/dispatch/desk/what-if"),
    Looked("/dispatch/desk/team"),
    Looked("/dispatch/desk/morning"),
    Looked("/dispatch/desk/directory"),
    Looked("/reporting/"),
    Looked("/reporting/campaigns/{campaign}"),
    Looked("/notify/"),
    Looked("/reporting/funder", FUNDER),
    Looked("/reporting/funder/campaigns/{campaign}", FUNDER),
    Looked("/reporting/funder/advocacy", FUNDER),
    Looked("/reporting/letters", FUNDER),
    Looked("/intake/funder", FUNDER),
    Looked("/reporting/public", ""),
    Looked("/dispatch/app/", BUSY, phone=True),
    Looked("/dispatch/", BUSY, phone=True),
    Looked("/notify/", BUSY, phone=True),
)


@dataclass(frozen=True, slots=True)
class Scores:
    """What Lighthouse says of a page: scores out of 100, and the audits that cost points."""

    page: Looked
    scores: dict[str, int]
    lacking: tuple[str, ...]

    @property
    def reaches_goals(self) -> bool:
        return all(self.scores.get(name, 0) >= goal for name, goal in GOALS.items())


async def audit(tell: Callable[[str], None]) -> list[Scores]:
    """Play the demonstration and look at every main page that there is.

    Raises:
        EngineError: there is no Chromium or node, npm failed, or Lighthouse could not look.
    """
    chromium = find_chromium()
    if chromium is None:
        raise EngineError("Lighthouse needs Chromium. Install it (Debian: apt install chromium).")
    node = find_node(NODE_MAJOR_MIN)
    await asyncio.to_thread(ensure_modules, node, HERE)
    found: list[Scores] = []
    async with look_on(tell) as onlooker:
        sessions = {"": ""} | {
            who: await onlooker.session_of(who) for who in ("coordination", BUSY, FUNDER)
        }
        for page in PAGES:
            path = await onlooker.first_open((page.path,), sessions[page.who])
            if path is None:
                tell(f"{page.path}: no such page")
                continue
            session = sessions[page.who]
            scores = await look_twice(
                node, chromium, onlooker, page=page, path=path, session=session
            )
            tell(f"{page.path}: {', '.join(map(str, scores.scores.values())) or 'not seen'}")
            found.append(scores)
    return found


async def look_twice(  # noqa: PLR0913 - with what, at what, as whom
    node: Node, chromium: Path, onlooker: Onlooker, *, page: Looked, path: str, session: str
) -> Scores:
    """Look again where Lighthouse itself stumbled; a page that it cannot see has no scores."""
    for last_try in (False, True):
        try:
            return await look_at(node, chromium, onlooker, page=page, path=path, session=session)
        except EngineError as stumbled:
            if last_try:
                return Scores(page, {}, (str(stumbled),))
    raise AssertionError


async def look_at(  # noqa: PLR0913 - with what, at what, as whom
    node: Node, chromium: Path, onlooker: Onlooker, *, page: Looked, path: str, session: str
) -> Scores:
    """Run Lighthouse on one page, in a browser of its own that has the session as a cookie."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="relais-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch_persistent_context(
                Path(folder) / "profile",
                executable_path=chromium,
                args=[*FLAGS, f"--remote-debugging-port={port}"],
            )
            try:
                if session:
                    await browser.add_cookies([session_cookie(onlooker.url, session)])
                argv = [
                    node.node,
                    str(PROGRAM),
                    onlooker.url + path,
                    f"--port={port}",
                    "--quiet",
                    "--output=json",
                    f"--output-path={report}",
                    f"--only-categories={','.join(GOALS)}",
                    f"--max-wait-for-load={WAIT_MS}",
                    "--no-enable-error-reporting",
                    *(() if page.phone else ("--preset=desktop",)),
                ]
                await run_lighthouse(argv, page)
            finally:
                await browser.close()
        return read_report(page, json.loads(report.read_text()))


async def run_lighthouse(argv: list[str], page: Looked) -> None:
    """Run the program.

    Raises:
        EngineError: it took too long, or could not look; it says why.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=HERE,
        env=clean_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PAGE_LIMIT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise EngineError(f"Lighthouse did not finish with {page.path}.") from None
    if process.returncode != 0:
        raise EngineError(f"Lighthouse could not look at {page.path}:\n{said.decode()[-2000:]}")


def read_report(page: Looked, report: dict[str, Any]) -> Scores:
    """Read the scores and which audits cost points."""
    categories, audits = report["categories"], report["audits"]
    lacking = {
        audits[line["id"]]["title"]
        for category in categories.values()
        for line in category["auditRefs"]
        if line["weight"]
        and (audits[line["id"]]["score"] or 0) < 1
        and audits[line["id"]]["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}
    }
    scores = {name: round(100 * (found["score"] or 0)) for name, found in categories.items()}
    return Scores(page, scores, tuple(sorted(lacking)))
