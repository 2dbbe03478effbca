"""The scenario's people at the front door: HTTP with a session of their own, and nothing else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID

import httpx

from shared.errors import RelaisError

TIMEOUT_S = 60.0
AWAY_LIMIT_S = 90.0  # longer than it takes to start a killed process or engine again
AWAY_PAUSES_S = (0.05, 0.1, 0.2, 0.5, 1.0)
SERVICES = ("intake", "dispatch", "notify", "reporting")
NOBODY = UUID(int=0)
ASKED, SESSION_COOKIE = "__Host-asked", "__Host-sid"


@dataclass(frozen=True, slots=True)
class Form:
    """A page's form; its files have each a name, bytes, and what they say they are."""

    fields: Mapping[str, str | Sequence[str]]
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)


class RefusalError(RelaisError):
    """The system said no, with its reasons, by slug."""

    def __init__(self, path: str, slugs: tuple[str, ...], told: str) -> None:
        super().__init__(f"{path}: {told or ', '.join(slugs)}")
        self.slugs = slugs


class AnswerError(RelaisError):
    """An answer that nobody expected; the play cannot go on."""


class NotThereError(AnswerError):
    """What was asked for is not there, or not there yet."""


class FrontDoor:
    """The one address of a system; counts what was asked and what was refused."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests = 0
        self.refused: Counter[str] = Counter()
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=10)
        self._client = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def enter(self, token: str) -> "Visitor":
        """Exchange the token of a one-time link for a session."""
        visitor = Visitor(self, "")
        entered = await visitor.post("/access/api/sessions", {"token": token})
        return Visitor(self, entered["session"], UUID(entered["person_id"]))

    async def enter_by_mail(
        self, email: str, person_id: UUID, read_token: Callable[[], Awaitable[str]]
    ) -> "Visitor":
        """Ask for a link at an address, and come in by the letter, in the same browser.

        Raises:
            AnswerError: the link opens nothing.
        """
        asked = await self.answer("POST", "/access/link", body=Form({"email": email}))
        browser = {"cookie": f"{ASKED}={cookie_of(asked, ASKED)}"}
        token = await read_token()
        entered = await self.answer(
            "POST", "/access/link/open", body=Form({"token": token}), headers=browser
        )
        return Visitor(self, cookie_of(entered, SESSION_COOKIE), person_id)

    async def ask(
        self, method: str, path: str, session: str, body: object, query: Mapping[str, str]
    ) -> Any:
        """Send one request, and read the answer as JSON; None when it has none to read.

        Raises:
            RefusalError: the rules say no (409), or the form is incomplete (422).
            AnswerError: any other answer than a success.
        """
        answer = await self.answer(method, path, session, body, query)
        if answer.status_code == HTTPStatus.SEE_OTHER:  # a form did its work
            return None
        told = "json" in answer.headers.get("content-type", "")
        return answer.json() if answer.content and told else None

    async def answer(  # noqa: PLR0913, PLR0917 - what a request is
        self,
        method: str,
        path: str,
        session: str = "",
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request until it is answered; a service that is away is asked again.

        Raises:
            RefusalError: the rules say no (409), or the form is incomplete (422).
            AnswerError: any other answer than a success.
        """
        shown = {"authorization": f"Bearer {session}"} if session else {}
        sent: dict[str, Any] = {"json": body}
        if isinstance(body, Form):
            sent = {"data": body.fields, "files": body.files}
        loop = asyncio.get_running_loop()
        give_up_at_s, tries = loop.time() + AWAY_LIMIT_S, 0
        while True:
            self.requests += 1
            try:
                answer = await self._client.request(
                    method, path, headers={**shown, **(headers or {})}, params=query or None, **sent
                )
            except httpx.TransportError as error:
                if loop.time() > give_up_at_s:
                    raise AnswerError(f"{method} {path}: nobody answers ({error!r})") from error
            else:
                if answer.status_code not in {502, 503, 504} or loop.time() > give_up_at_s:
                    return self._checked(method, path, answer)
            await asyncio.sleep(AWAY_PAUSES_S[min(tries, len(AWAY_PAUSES_S) - 1)])
            tries += 1

    def _checked(self, method: str, path: str, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == HTTPStatus.SEE_OTHER or answer.is_success:
            return answer
        told_why = answer.status_code in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
        if told_why and "json" in answer.headers.get("content-type", ""):
            problems = answer.json().get("problems", [])
            slugs = tuple(problem["slug"] for problem in problems)
            self.refused.update(slugs)
            told = "; ".join(f"{p['message']} [{p['slug']} {p['place']}]" for p in problems)
            raise RefusalError(f"{method} {path}", slugs, told)
        told = f"{method} {path} was answered {answer.status_code}: {answer.text[:300]}"
        raise (NotThereError if answer.status_code == HTTPStatus.NOT_FOUND else AnswerError)(told)


def cookie_of(answer: httpx.Response, name: str) -> str:
    """Read a cookie that an answer sets. A browser keeps those of a loopback address, httpx not.

    Raises:
        AnswerError: it sets none of this name.
    """
    for line in answer.headers.get_list("set-cookie"):
        key, _, value = line.partition(";")[0].partition("=")
        if key == name and value:
            return value
    raise AnswerError(f"{answer.request.url.path} sets no {name}")


class Visitor:
    """Somebody with a session; without one, anybody."""

    def __init__(self, door: FrontDoor, session: str, person_id: UUID = NOBODY) -> None:
        self.door = door
        self.person_id = person_id
        self._session = session

    async def get(self, path: str, **query: str) -> Any:
        return await self.door.ask("GET", path, self._session, None, query)

    async def take(self, path: str, **query: str) -> bytes:
        """Take a page or a file as it is."""
        return (await self.door.answer("GET", path, self._session, None, query)).content

    async def read(self, path: str, **query: str) -> str:
        """Read a page."""
        return (await self.take(path, **query)).decode()

    async def get_once_there(self, path: str) -> Any:
        """Read what the system makes by itself: asked for again until it is there.

        Raises:
            NotThereError: it still is not, long after it should be.
        """
        loop = asyncio.get_running_loop()
        give_up_at_s, tries = loop.time() + AWAY_LIMIT_S, 0
        while True:
            try:
                return await self.get(path)
            except NotThereError:
                if loop.time() > give_up_at_s:
                    raise
            await asyncio.sleep(AWAY_PAUSES_S[min(tries, len(AWAY_PAUSES_S) - 1)])
            tries += 1

    async def post(self, path: str, body: object = None) -> Any:
        return await self.door.ask("POST", path, self._session, body, {})

    async def put(self, path: str, body: object) -> Any:
        return await self.door.ask("PUT", path, self._session, body, {})

    async def events(self, path: str) -> AsyncIterator[str]:
        """Follow a page's stream of events as a browser does; yield each event's name."""
        headers = {"authorization": f"Bearer {self._session}"}
        async with (
            httpx.AsyncClient(base_url=self.door.url, timeout=None) as client,  # noqa: S113 - it goes on until it is left
            client.stream("GET", path, headers=headers) as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    yield line.removeprefix("event: ")

    async def link_for(
        self,
        role: str,
        name: str,
        language: str = "fr",
        person_id: UUID | None = None,
        **more: str,
    ) -> tuple[UUID, str]:
        """Ask for a link for somebody, new or known; return who it is and the token.

        `more` is what the role needs besides: the `partner_id` of a host partner.
        """
        wanted = {"role": role, "display_name": name, "language": language} | more
        if person_id is not None:
            wanted["person_id"] = str(person_id)
        answer = await self.post("/access/api/accounts", wanted)
        return UUID(answer["person_id"]), answer["token"]
