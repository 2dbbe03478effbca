"""Everybody walks the house by its links, from the page that they open first.

No link leads to an error, and every page that is open to somebody can be reached by links alone:
what nobody finds was not built.
"""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from starlette.routing import compile_path

from shared.words import Role
from tests.forms import ORIGIN, send_request
from tests.house import House
from tests.integration.test_every_page import NOT_IN_THIS_STATE
from tests.lived_in import OWNER, LivedIn, a_lived_in_house
from tests.routes import Line, lines

FIRST_PAGE = {
    Role.COORDINATION.value: "/intake/",
    OWNER: "/dispatch/",
    Role.FUNDER.value: "/reporting/funder",
    Role.HOST_PARTNER.value: "/dispatch/partner",
    Role.ADMINISTRATOR.value: "/access/people",
}
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
ACTION = re.compile(r'\baction="([^"]*)"')
POSTS = re.compile(r'method="post"', re.IGNORECASE)
PARTS = re.compile(r'(?:hx-get|data-live)="([^"]+)"')
MENU_AT_LEAST = 2
SAME_PAGES = 3  # of one route this many are opened: one week of a plan leads where the others do
# Reached by other ways than a link of a page.
NO_LINK = {
    "GET /access/openid/start": "a button where OpenID Connect is configured",
    "GET /access/openid/back": "the provider sends back here",
    "GET /reporting/letters/confirm/{link}": "a letter leads there",
    "GET /reporting/letters/stop/{link}": "a letter leads there",
    "GET /access/second-step": "on the way in",
    "GET /access/set-up": "on the way in",
    "GET /dispatch/app/sw.js": "the shell registers it",
    "GET /dispatch/app/app.webmanifest": "the shell's head names it",
    "GET /dispatch/calendar-feed/{token}.ics": "its owner copies the secret address",
    "GET /dispatch/desk/directory/imports/{import_id}": "whoever brought a file is sent there",
    "GET /dispatch/desk/campaigns/{campaign_id}/tasks/{task_id}/able": "the grid's script asks",
    "GET /dispatch/desk/campaigns/{campaign_id}/search/part": "only while a search runs",
    "GET /dispatch/desk/campaigns/{campaign_id}/search/live": "only while a search runs",
}


@pytest.fixture(scope="module")
async def here(house: House) -> LivedIn:
    return await a_lived_in_house(house)


class Walk:
    """One person's way through the house, breadth first. `reached` holds names of routes."""

    def __init__(self, here: LivedIn, who: str) -> None:
        self.app = here.house.transport.app
        self.headers = {"Authorization": here.people[who].headers["Authorization"]}
        self.patterns = [
            (line, compile_path(f"/{line.service}{line.path}")[0]) for line in lines().values()
        ]
        self.seen: dict[str, int] = {}
        self.reached: set[str] = set()
        self.broken: list[str] = []

    def line_of(self, method: str, path: str) -> Line | None:
        fitting = [
            line for line, pattern in self.patterns if line.method == method and pattern.match(path)
        ]
        return min(fitting, key=lambda line: line.path.count("{"), default=None)

    async def go(self, first: str) -> None:
        waiting, known = deque([(first, "the first page")]), {first}
        while waiting:
            path, from_page = waiting.popleft()
            for target in await self.open(path, from_page):
                if target not in known:
                    known.add(target)
                    waiting.append((target, path))

    async def open(self, path: str, from_page: str) -> list[str]:
        """Open a page, unless enough of its kind were; return where it leads."""
        line = self.line_of("GET", path.split("?", maxsplit=1)[0])
        if line is None:
            if not path.startswith(("/static/", "/demo")) and path != "/":
                self.broken.append(f"{path} is no page; on {from_page}")
            return []
        self.seen[line.name] = self.seen.get(line.name, 0) + 1
        if self.seen[line.name] > SAME_PAGES or path.split("?", maxsplit=1)[0].endswith("/live"):
            self.reached.add(line.name)
            return []
        request = httpx.Request("GET", ORIGIN + path, headers=self.headers)
        answer = await send_request(self.app, request)
        if answer.is_error and not (line.away and not line.broke(answer.status_code)):
            self.broken.append(f"{path}: {answer.status_code}; on {from_page}")
            return []
        self.reached.add(line.name)
        if answer.is_redirect:
            return list(inside([answer.headers["location"]], path))
        if not str(answer.headers.get("content-type", "")).startswith("text/html"):
            return []
        for attributes, _ in FORM.findall(answer.text):
            self.look_at_form(attributes, path)
        return list(inside(LINK.findall(answer.text) + PARTS.findall(answer.text), path)) + [
            target
            for attributes, _ in FORM.findall(answer.text)
            if not POSTS.search(attributes)
            for target in inside(ACTION.findall(attributes), path)
        ]

    def look_at_form(self, attributes: str, path: str) -> None:
        """Note a form that is sent where nothing takes it."""
        action = ACTION.search(attributes)
        target = (
            urljoin(path, unescape(action[1])).split("?")[0]
            if action
            else path.split("?", maxsplit=1)[0]
        )
        method = "POST" if POSTS.search(attributes) else "GET"
        line = self.line_of(method, target)
        if line is None:
            self.broken.append(f"{method} {target} takes no form; on {path}")
        else:
            self.reached.add(line.name)


def inside(targets: list[str], path: str) -> Iterator[str]:
    """List the links that stay in the house, without their fragments."""
    for target in targets:
        found = urlsplit(urljoin(ORIGIN + path, unescape(target)))
        if f"{found.scheme}://{found.netloc}" == ORIGIN and not found.path.startswith("/static/"):
            yield found.path + (
                f"?{found.query}" if found.query and "lang=" not in found.query else ""
            )


WALKS: dict[str, Walk] = {}


async def walked(here: LivedIn, who: str) -> Walk:
    if who not in WALKS:
        WALKS[who] = Walk(here, who)
        await WALKS[who].go(FIRST_PAGE[who])
    return WALKS[who]


@pytest.mark.parametrize("who", FIRST_PAGE)
async def test_no_link_and_no_form_leads_nowhere(here: LivedIn, who: str) -> None:
    walk = await walked(here, who)

    assert len(walk.reached) > MENU_AT_LEAST
    assert not walk.broken, "\n".join(walk.broken)


async def test_every_page_is_reached_by_links(here: LivedIn) -> None:
    walks = [await walked(here, who) for who in FIRST_PAGE]
    pages = {
        line.name
        for line in lines().values()
        if line.method == "GET" and not line.sends_json and line.path not in {"/live", "/ready"}
    }
    reached = set().union(*(walk.reached for walk in walks))

    lost = pages - reached - NO_LINK.keys() - NOT_IN_THIS_STATE.keys()
    assert not lost, "No page leads to:\n" + "\n".join(sorted(lost))
    stale = NO_LINK.keys() & reached
    assert not stale, f"Links lead to these after all: {stale}"
