"""Coming in by a link that one asks for by e-mail, for whoever follows campaigns for a funder.

Asking answers the same, and as fast, whoever asks: the address is looked up once the answer has
left. The token stands in the fragment, and opens by a click: mail scanners do not click.
docs/decisions/0034.
"""

import logging
import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from starlette.background import BackgroundTask
from uuid_utils.compat import uuid7

from shared import access
from shared.access.accounts import EMAIL_LENGTH, plain_email
from shared.access.mailed_links import (
    MAILED_LINK_LIFE,
    Mailed,
    make_mailed_link,
    open_mailed_link,
)
from shared.errors import DeniedError, MissingError, OutsideError, RefusedError
from shared.mail import Letter, hand_over
from shared.settings import HouseSettings
from shared.web.entering import Tries, begin, welcome
from shared.web.guard import doors_of, refuse_other_sites, settings_of
from shared.web.languages import language_of, translate
from shared.web.pages import page

router = APIRouter(prefix="/link")
log = logging.getLogger(__name__)

BROWSER_COOKIE = "__Host-asked"
BROWSER_BYTES = 32
BROWSER_LENGTH = 43  # so many characters are 32 bytes in base64
LIFE_MIN = round(MAILED_LINK_LIFE.total_seconds() / 60)
NO_ADDRESS = "Cette adresse n’est pas une adresse e-mail."
SUBJECT = "Votre lien pour suivre les campagnes"
BODY = (
    "Bonjour,\n\nVous avez demandé à suivre les campagnes des relais d’action de quartier. Ce lien"
    " s’ouvre une seule fois, dans les %(minutes)s minutes, dans le navigateur où vous l’avez"
    " demandé."
)
NOT_ASKED = "Vous n’avez rien demandé\u00a0? Ignorez ce courriel\u00a0: personne n’entre sans lui."


def needs_mail(request: Request) -> HouseSettings:
    """Return the settings, where letters can be sent.

    Raises:
        MissingError: no mail server is configured; nobody is offered a link then.
    """
    settings = settings_of(request)
    if settings.smtp_host is None:
        raise MissingError("mail server")
    return settings


@router.get("", response_class=HTMLResponse)
async def ask_page(request: Request) -> Response:
    """Show where to ask for a link."""
    needs_mail(request)
    return page(request, "link_ask.html", email="", problem="")


@router.post("")
async def ask(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Answer everybody alike; mail a link to whom a funder's access was given."""
    settings = needs_mail(request)
    refuse_other_sites(request)
    plain = plain_email(email)
    if not is_an_address(plain):
        problem = translate(language_of(request), NO_ADDRESS)
        return page(request, "link_ask.html", 422, email=email.strip(), problem=problem)
    await Tries(request).count("mailed link", plain)
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if len(browser) != BROWSER_LENGTH:  # whoever asks twice may open either letter
        browser = secrets.token_urlsafe(BROWSER_BYTES)
    answer = page(request, "link_asked.html", email=email.strip(), minutes=LIFE_MIN)
    answer.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=round(MAILED_LINK_LIFE.total_seconds()),
        secure=True,
        httponly=True,
        samesite="lax",
        path="/",
    )
    answer.background = BackgroundTask(mail_link, request, settings, plain, browser)
    return answer


def is_an_address(plain: str) -> bool:
    """Tell whether a letter could go there; whether anybody reads it is another matter."""
    local, _, domain = plain.rpartition("@")
    seems = bool(local) and "." in domain and len(plain) <= EMAIL_LENGTH
    return seems and plain.isprintable() and not any(sign in plain for sign in ' ,;<>"')


async def mail_link(request: Request, settings: HouseSettings, email: str, browser: str) -> None:
    """Make a link and mail it, if this address was invited. What fails is asked for again."""
    async with doors_of(request).transaction() as tx:
        made = await make_mailed_link(tx, email, browser)
    if made is None:
        return
    try:
        await hand_over(settings, letter_with(settings, email, made))
    except (OutsideError, RefusedError, ValueError):  # none is logged whole: it names an address
        log.warning("a link could not be mailed")


def letter_with(settings: HouseSettings, email: str, made: Mailed) -> Letter:
    """Write the letter in the language of the account."""
    address = f"{settings.public_url.rstrip('/')}/access/link/open#{made.token}"
    body = translate(made.language, BODY, {"minutes": LIFE_MIN})
    not_asked = translate(made.language, NOT_ASKED)
    return Letter(
        key=uuid7(),
        to=email,
        subject=translate(made.language, SUBJECT),
        body=f"{body}\n\n{address}\n\n{not_asked}\n",
    )


@router.get("/open", response_class=HTMLResponse)
async def open_page(request: Request) -> Response:
    """Show the button that opens a link; no server log sees the token."""
    needs_mail(request)
    return page(request, "link_open.html", refused=False)


@router.post("/open")
async def open_link(request: Request, token: Annotated[str, Form()] = "") -> Response:
    """Come in with a link, in the browser that asked for it."""
    needs_mail(request)
    refuse_other_sites(request)
    browser = request.cookies.get(BROWSER_COOKIE, "")
    try:
        async with doors_of(request).transaction() as tx:
            known = await open_mailed_link(tx, token.strip(), browser)
            session, who = await begin(request, tx, known, by="mailed link", reads_only=True)
    except DeniedError:
        async with doors_of(request).transaction() as tx:
            await access.note(tx, "mailed_link.refused")
        return page(request, "link_open.html", 401, refused=True)
    answer = welcome(session, who)
    answer.delete_cookie(BROWSER_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer
