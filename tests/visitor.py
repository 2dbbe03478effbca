"""Somebody at a browser without JavaScript: follows pages, sends their forms back as they stand."""

import re
from html import unescape

import httpx

from tests.house import House

ADDRESS = "https://relais.test"  # secure: the browser keeps secure cookies for no other
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Visitor:
    """A browser. `page` is what it shows, `status` how that was answered."""

    def __init__(self, house: House, user_agent: str = FIREFOX, address: str = "10.0.0.1") -> None:
        transport = httpx.ASGITransport(house.transport.app, client=(address, 1234))
        self.http = httpx.AsyncClient(
            transport=transport,
            base_url=ADDRESS,
            headers={"User-Agent": user_agent, "Accept-Language": "fr"},
            follow_redirects=True,
        )
        self.page, self.status, self.path = "", 0, ""

    async def go(self, path: str) -> "Visitor":
        """Open a page."""
        return self._shows(await self.http.get(path))

    async def send(self, path: str, **fields: str) -> "Visitor":
        """Send a form of the page that is shown, with the token that stands in it.

        The field app's shell holds nobody's data: it asks for its token, and so do we.
        """
        shown = self.page
        if self.path == "/dispatch/app/":
            shown = (
                f'name="csrf" value="{(await self.http.get("/dispatch/api/me")).json()["csrf"]}"'
            )
        token = re.search(r'name="csrf" value="([^"]+)"', shown)
        form = ({"csrf": token[1]} if token else {}) | fields
        headers = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
        return self._shows(await self.http.post(path, data=form, headers=headers))

    def _shows(self, answer: httpx.Response) -> "Visitor":
        self.page, self.status = unescape(answer.text), answer.status_code
        self.path = answer.url.path
        return self

    @property
    def session(self) -> str | None:
        """The session token that the browser keeps."""
        return self.http.cookies.get("__Host-sid")

    def found(self, pattern: str) -> str:
        """Return what the page shows at this place."""
        match = re.search(pattern, self.page)
        assert match is not None, f"{pattern} is not on {self.path}"
        return match[1]
