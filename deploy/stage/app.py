"""Routes of the demonstration's page. It shows a play; it opens no door that people have not.

Who wants to enter as somebody gets what the coordination could give: a fresh one-time link, asked
for at the front door. The page exists only while a demonstration runs.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from deploy.mailbox import Mailbox
from deploy.player import Play
from deploy.player.front_door import RefusalError
from deploy.player.scenario import Scenario
from shared.web.assets import assets
from shared.web.headers import closed
from shared.web.languages import LANGUAGES, UI, language_of, local_formats, translations
from shared.web.pages import in_language, remember_language
from shared.words import partner_id_of

TEMPLATES = Path(__file__).parent / "templates"
SHOWN_SENTENCES = 60
SHOWN_LETTERS = 100
LOOK_EVERY_S = 1.0
REFRESH_S = 3
"""How often a browser without scripts asks for the page again."""
OURS = {"same-origin", "none"}


@dataclass
class Show:
    """What the page shows. `play` is None while the system starts."""

    scenario: Scenario
    mailbox: Mailbox
    play: Play | None = None
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        return self.play is None or not self.play.finished

    @property
    def partners(self) -> dict[str, str]:
        """The host partners of the scenario's team: their names by their ids."""
        names = sorted({person.host_partner for person in self.scenario.roster})
        return {partner_id_of(name, {}): name for name in names}

    async def figures(self) -> dict[str, Any] | None:
        """Read the campaign's figures as the coordination does; None before it is declared."""
        if self.play is None:
            return None
        return await self.play.world.figures_of(self.play.world.campaign_id)


class Stage:
    """The pages."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self._environment = _environment()

    def _page(self, request: Request, template: str, **more: object) -> Response:
        language = language_of(request)
        catalogue = translations(language)
        body = self._environment.get_template(template).render(
            {
                **local_formats(language),
                "_": catalogue.gettext,
                "gettext": catalogue.gettext,
                "ngettext": catalogue.ngettext,
                "who": None,
                "menu": [],
                "csrf": "",
                "lang": language,
                "languages": LANGUAGES,
                "path": request.url.path,
                "section": "",
                "in_language": partial(in_language, request),
                "static": "/demo/static",  # the house's own is not there yet while it starts
                "assets": assets(),
                "with_scripts": True,
                "service": "demo",
                "show": self.show,
                **more,
            }
        )
        answer = HTMLResponse(body)
        if request.query_params.get("lang") in LANGUAGES:
            remember_language(answer, language)
        return answer

    async def scene(self, request: Request) -> Response:
        """Show the scenario's date, what happens, and the figures so far."""
        return await self._scene(request, "scene.html")

    async def part(self, request: Request) -> Response:
        """Show only what changes while the scenario plays."""
        return await self._scene(request, "scene_part.html")

    async def live(self, _: Request) -> Response:
        """Say when something happened, as the house's own streams do (`shared/web/live.py`)."""
        return StreamingResponse(
            self._changes(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def _changes(self) -> AsyncIterator[str]:
        last: object = ()
        while True:
            play = self.show.play
            now = None if play is None else (play.moments, play.finished)
            if now != last:
                last = now
                yield "event: changed\ndata:\n\n"
            await asyncio.sleep(LOOK_EVERY_S)

    async def _scene(self, request: Request, template: str) -> Response:
        language = language_of(request)
        world = self.show.play.world if self.show.play else None
        told = list(world.story.sentences)[-SHOWN_SENTENCES:] if world else []
        return self._page(
            request,
            template,
            refresh_s=REFRESH_S if self.show.goes_on else None,
            figures=await self.show.figures(),
            told=[(s.at, s.within(language)) for s in reversed(told)],
            zones=world.zones if world else {},
        )

    async def enter_as(self, request: Request) -> Response:
        """Ask the front door for a link for one of the scenario's people, and go there."""
        if request.headers.get("sec-fetch-site", "same-origin") not in OURS:
            return PlainTextResponse("", status_code=403)
        if self.show.play is None:
            return RedirectResponse("/demo/", status_code=303)
        try:
            return await self._link_for(request)
        except RefusalError:  # they chose a password meanwhile, and come in with that
            return RedirectResponse("/access/sign-in", status_code=303)

    async def _link_for(self, request: Request) -> Response:
        assert self.show.play is not None  # noqa: S101 - who calls has looked
        world, key = self.show.play.world, str((await request.form()).get("key", ""))
        desk = world.coordination
        if key == "coordination":
            name = world.scenario.coordination
            _, token = await desk.link_for("coordination", name, "fr", desk.person_id)
        elif key == "funder":
            name = world.scenario.funder.name
            _, token = await desk.link_for("funder", name, "fr", world.scenario.id_of("funder"))
        elif key in world.workers:
            person, known = world.scenario.person(key), world.workers[key].person_id
            _, token = await desk.link_for("worker", person.name, person.reads, known)
        elif key in self.show.partners:
            name = self.show.partners[key]
            person_id = world.scenario.id_of(name)  # the same account each time
            _, token = await desk.link_for("host_partner", name, "fr", person_id, partner_id=key)
        else:
            return PlainTextResponse("", status_code=404)
        return RedirectResponse(f"/access/enter#{token}", status_code=303)

    async def mail(self, request: Request) -> Response:
        """Show the last letters."""
        letters = list(self.show.mailbox.letters)[:SHOWN_LETTERS]
        return self._page(request, "mail.html", letters=letters)

    async def letter(self, request: Request) -> Response:
        """Show one letter."""
        found = self.show.mailbox.letter(request.path_params["number"])
        if found is None:
            return RedirectResponse("/demo/mail", status_code=303)
        return self._page(request, "letter.html", letter=found)


def stage_app(show: Show) -> Starlette:
    """Build the app under `/demo`."""
    stage = Stage(show)
    routes = [
        Route("/", stage.scene),
        Route("/part", stage.part),
        Route("/live", stage.live),
        Route("/enter-as", stage.enter_as, methods=["POST"]),
        Route("/mail", stage.mail),
        Route("/mail/{number:int}", stage.letter),
        Mount("/static", StaticFiles(directory=UI / "static")),
    ]
    return Starlette(routes=[Mount("/demo", routes=routes)], middleware=[Middleware(_Headers)])


class _Headers(BaseHTTPMiddleware):
    """The same security headers as everywhere."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return closed(await call_next(request), request.url.path)


def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(UI / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    return environment
