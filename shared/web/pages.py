"""Pages from templates, in the reader’s language."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from shared.access import Identity, Stage
from shared.settings import Profile
from shared.web.assets import STATIC, assets
from shared.web.languages import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    UI,
    language_of,
    local_formats,
    translations,
)
from shared.words import Role


def template_environment(service: str) -> Environment:
    """Build Jinja's environment: the service's own templates first, then the shared ones."""
    loaders: list[Any] = [FileSystemLoader(UI / "templates")]
    if service != "access":
        loaders.insert(0, PackageLoader(f"services.{service}", "templates"))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    return environment


CAMPAIGNS = "/intake/"
TEAM = "/dispatch/desk/"
MENUS: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.COORDINATION: (
        (CAMPAIGNS, "Campagnes"),
        ("/intake/territory", "Quartiers"),
        (TEAM, "Équipe"),
        ("/dispatch/desk/morning", "Matinée"),
        ("/reporting/", "Chiffres"),
        ("/notify/", "Messages"),
    ),
    Role.WORKER: (
        ("/dispatch/", "Ma journée"),
        ("/notify/", "Mes messages"),
    ),
    Role.HOST_PARTNER: (
        ("/dispatch/partner", "Votre part du temps"),
        ("/reporting/public", "Ce que font les RAQ"),
    ),
    Role.FUNDER: (
        ("/reporting/funder", "Suivi des campagnes"),
        ("/intake/funder", "Inviter l’équipe"),
    ),
    Role.ADMINISTRATOR: (("/access/people", "Accès"),),
}


def menu_of(who: Identity | None) -> tuple[tuple[str, str], ...]:
    """List where a role may go, as paths and French source strings."""
    return MENUS.get(who.role, ()) if who and who.stage is Stage.FULL else ()


def section_of(path: str, menu: Sequence[tuple[str, str]]) -> str:
    """Tell which entry of a menu a page belongs to; empty when none.

    Whatever the coordination reads of one campaign belongs to the campaigns, whichever service
    shows it, and so does one that is only tried; who has access belongs to the team.
    """
    entries = [href for href, _ in menu]
    of_one = "/campaigns/" in path or path.endswith("/what-if")
    if of_one and CAMPAIGNS in entries and not path.startswith("/reporting/funder"):
        path = CAMPAIGNS
    if TEAM in entries and path.startswith("/access/people"):
        path = TEAM
    fitting = [href for href in entries if path.startswith(href)]
    return max(fitting, key=len, default="")


def in_language(request: Request, code: str) -> str:
    """Return the address of the same page, with the same choices, in another language."""
    return "?" + urlencode(
        [(k, v) for k, v in request.query_params.multi_items() if k != "lang"] + [("lang", code)]
    )


def page(request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
    """Render a template in the reader's language.

    Templates get `_`, `word(enum)` for a closed list's name, the formats below, `who` (or None),
    `lang`, `csrf`, `service` and `assets`. The coordination's pages carry the desk's scripts: each
    works without them.

    Formats, as in French: `day` (jeudi 31 mars 2022), `day_of_year` (jeudi 31 mars), `date_only`
    (31 mars 2022), `short_day` (jeu. 31), `month` (mars 2022), `moment` (jeudi 31 mars, 09:00),
    `hour` (09:00), `number` (1 234,5).
    """
    language = language_of(request)
    environment: Environment = request.app.state.templates
    catalogue = translations(language)
    who: Identity | None = getattr(request.state, "who", None)
    body = environment.get_template(template).render(
        {
            **local_formats(language),
            "_": catalogue.gettext,
            "gettext": catalogue.gettext,
            "ngettext": catalogue.ngettext,
            "who": who,
            "menu": [(href, catalogue.gettext(name)) for href, name in menu_of(who)],
            "section": section_of(request.url.path, menu_of(who)),
            "in_language": partial(in_language, request),
            "static": STATIC,
            "assets": assets(),
            "with_scripts": who is not None and who.role is Role.COORDINATION,
            "csrf": who.csrf if who else "",
            "lang": language,
            "languages": LANGUAGES,
            "path": request.url.path,
            "service": request.app.state.service,
            "demo": request.app.state.settings.profile is Profile.DEMO,
            **context,
        }
    )
    answer = HTMLResponse(body, status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        remember_language(answer, language)
    return answer


def remember_language(answer: Response, language: str) -> None:
    """Keep the reader's choice for a year. It tells a language and nothing else."""
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=31_536_000,
        secure=True,
        httponly=True,
        samesite="lax",
        path="/",
    )


def see_other(path: str) -> RedirectResponse:
    """Send the browser to a page after a form did its work."""
    return RedirectResponse(path, status_code=303)
