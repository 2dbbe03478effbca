"""Who may come in: sessions, roles, and forms that another site sent."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from shared import access
from shared.access import Identity, SessionLife, Stage
from shared.db import Database
from shared.errors import DeniedError
from shared.settings import HouseSettings
from shared.words import Role

SESSION_COOKIE = "__Host-sid"
BY_ITSELF = "x-by-itself"
"""A header of what a page asks without anybody's doing: it does not keep a session awake."""
BY_PROGRAM = HTTPBearer(auto_error=False, scheme_name="session")
BY_BROWSER = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, scheme_name="cookie")
"""How a session is shown, as the OpenAPI documents say it; `shown_token` reads it."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def settings_of(request: Request) -> HouseSettings:
    """Return the settings of the running app."""
    settings: HouseSettings = request.app.state.settings
    return settings


def database_of(request: Request) -> Database:
    """Return the service's own database."""
    database: Database = request.app.state.database
    return database


Db = Annotated[Database, Depends(database_of)]


def session_life(settings: HouseSettings) -> SessionLife:
    """Read how long sessions live from the settings."""
    return SessionLife(
        timedelta(seconds=settings.session_idle_s), timedelta(seconds=settings.session_absolute_s)
    )


def doors_of(request: Request) -> Database:
    """Return the database of the way in, whose clock is real."""
    database: Database = request.app.state.access
    return database


def shown_token(request: Request) -> str | None:
    """Return the session token of a browser's cookie or of a program's header."""
    bearer = request.headers.get("authorization", "")
    return bearer[7:] if bearer[:7].lower() == "bearer " else request.cookies.get(SESSION_COOKIE)


async def identify(request: Request) -> Identity | None:
    """Tell who is in; None for a stranger, and for whoever is still on the way in."""
    who = await identify_on_the_way(request)
    return who if who is not None and who.stage is Stage.FULL else None


async def identify_on_the_way(request: Request) -> Identity | None:
    """Tell who asks, however far they have come in; None for a stranger."""
    token = shown_token(request)
    if not token:
        return None
    async with doors_of(request).transaction() as tx:
        who = await access.identify(
            tx,
            token,
            session_life(settings_of(request)),
            used=BY_ITSELF not in request.headers,
        )
    request.state.who = who
    return who


async def is_still_in(request: Request) -> bool:
    """Tell whether whoever began this request is still signed in, without counting as use."""
    token = shown_token(request)
    if not token:
        return False
    async with doors_of(request).reading() as tx:
        life = session_life(settings_of(request))
        who = await access.identify(tx, token, life, used=False)
    return who is not None and who.stage is Stage.FULL


def refuse_other_sites(request: Request) -> None:
    """Refuse what another site made the browser send.

    Browsers say where a request comes from; a program says nothing, and carries no cookie either.

    Raises:
        DeniedError: it comes from elsewhere.
    """
    site = request.headers.get("sec-fetch-site")
    if site is None:  # an old browser names the origin at least
        origin = request.headers.get("origin")
        site = "none" if origin is None or origin == own_origin(request) else "cross-site"
    if site not in {"same-origin", "none"}:
        raise DeniedError(signed_in=True)


def own_origin(request: Request) -> str:
    """Return the address of this house as the browser sees it."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


async def refuse_forged(request: Request, who: Identity) -> None:
    """Refuse a form that another site made the browser send.

    A bearer token is proof enough: no browser adds it by itself.

    Raises:
        DeniedError: the session's own token did not come with the form.
    """
    if request.method in SAFE_METHODS or request.headers.get("authorization"):
        return
    refuse_other_sites(request)
    given = request.headers.get("x-csrf-token")
    if given is None:
        given = str((await request.form()).get("csrf", ""))
    if not secrets.compare_digest(given.encode(), who.csrf.encode()):
        raise DeniedError(signed_in=True)


ShownByProgram = Annotated[object, Security(BY_PROGRAM)]
ShownByBrowser = Annotated[object, Security(BY_BROWSER)]


def allow(*roles: Role, from_a_reader: bool = False) -> Callable[..., Awaitable[Identity]]:
    """Let in these roles only; everybody who is signed in when none is named.

    Whoever came in by a link that was mailed changes nothing, unless a form is taken
    `from_a_reader` too: the link proves an address, and opens no lasting access.
    """

    async def guard(request: Request, _: ShownByProgram, __: ShownByBrowser) -> Identity:
        who = await identify(request)
        if who is None:
            raise DeniedError(signed_in=False)
        if roles and who.role not in roles:
            raise DeniedError(signed_in=True)
        if who.reads_only and not from_a_reader and request.method not in SAFE_METHODS:
            raise DeniedError(signed_in=True)
        await refuse_forged(request, who)
        return who

    return guard


def on_the_way(*stages: Stage) -> Callable[..., Awaitable[Identity]]:
    """Let in whoever is at one of these stages of coming in."""

    async def guard(request: Request, _: ShownByProgram, __: ShownByBrowser) -> Identity:
        who = await identify_on_the_way(request)
        if who is None or who.stage not in stages:
            raise DeniedError(signed_in=False)
        await refuse_forged(request, who)
        return who

    return guard


Coordinator = Annotated[Identity, Depends(allow(Role.COORDINATION))]
Worker = Annotated[Identity, Depends(allow(Role.WORKER))]
TeamMember = Annotated[Identity, Depends(allow(Role.COORDINATION, Role.WORKER))]
Operator = Annotated[Identity, Depends(allow(Role.ADMINISTRATOR, Role.SERVICE))]
AnyPerson = Annotated[Identity, Depends(allow())]
Funder = Annotated[Identity, Depends(allow(Role.FUNDER, from_a_reader=True))]
HostPartner = Annotated[Identity, Depends(allow(Role.HOST_PARTNER))]
Administrator = Annotated[Identity, Depends(allow(Role.ADMINISTRATOR))]
KeeperOfPeople = Annotated[Identity, Depends(allow(Role.COORDINATION, Role.ADMINISTRATOR))]
SettingUp = Annotated[Identity, Depends(on_the_way(Stage.SET_UP))]
HalfIn = Annotated[Identity, Depends(on_the_way(Stage.SECOND_STEP))]
Anyone = Annotated[Identity, Depends(on_the_way(*Stage))]
