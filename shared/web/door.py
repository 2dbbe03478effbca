"""Coming in by a link, going out, inviting people by program, and the played clock."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import AwareDatetime, BaseModel, Field

from shared import access
from shared.errors import DeniedError, MissingError
from shared.settings import Clock, HouseSettings
from shared.web import mailed_link, openid, own_access, passkey_api, people, set_up, sign_in
from shared.web.app import create_app
from shared.web.entering import device_of, welcome
from shared.web.guard import (
    SESSION_COOKIE,
    Anyone,
    KeeperOfPeople,
    Operator,
    doors_of,
    refuse_other_sites,
    session_life,
    settings_of,
)
from shared.web.pages import page, see_other
from shared.web.people import may_invite
from shared.words import PartnerId, Role


class NewAccount(BaseModel):
    role: Role
    display_name: str
    language: Literal["fr", "nl", "en"] = "fr"
    person_id: UUID | None = None
    email: str | None = Field(default=None, description="By which an OpenID provider knows them.")
    partner_id: PartnerId | None = Field(default=None, description="Of a host partner.")


class Token(BaseModel):
    token: str


class Entered(BaseModel):
    session: str
    person_id: str
    role: Role


class Instant(BaseModel):
    instant: AwareDatetime


door = APIRouter()


@door.get("/enter", response_class=HTMLResponse)
async def enter_page(request: Request) -> Response:
    """Show where to come in. The link's token stands in the fragment: no server log sees it."""
    return page(request, "enter.html")


@door.post("/enter")
async def enter(request: Request, token: Annotated[str, Form()]) -> Response:
    """Come in with a link, by a click: mail scanners that open links do not click."""
    refuse_other_sites(request)
    settings = settings_of(request)
    opens = access.redeem if settings.links_let_in else access.begin_set_up
    async with doors_of(request).transaction() as tx:
        session, who = await opens(
            tx, token.strip(), session_life(settings), device=device_of(request)
        )
    return welcome(session, who)


@door.post("/leave")
async def leave(request: Request, who: Anyone) -> Response:
    """Sign out, however far one has come in."""
    async with doors_of(request).transaction() as tx:
        await access.end_session(tx, who.session_id)
    answer = see_other("/access/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@door.post("/api/sessions", status_code=201)
async def open_session(request: Request, body: Token) -> Entered:
    """Exchange a link's token for a session token, to be sent as `Authorization: Bearer`.

    For programs; where people have their own means to come in, their links open no session here.
    """
    settings = settings_of(request)
    only = frozenset(Role) if settings.links_let_in else {Role.SERVICE}
    async with doors_of(request).transaction() as tx:
        session, who = await access.redeem(tx, body.token, session_life(settings), only=only)
    return Entered(session=session, person_id=str(who.person_id), role=who.role)


@door.post("/api/accounts", status_code=201)
async def invite_person(request: Request, body: NewAccount, who: KeeperOfPeople) -> dict[str, str]:
    """Create an account and a link for it, in a role that whoever asks may give."""
    if not may_invite(who, body.role):
        raise DeniedError(signed_in=True)
    async with doors_of(request).transaction() as tx:
        person = await access.create_account(tx, **dict(body))
        token = await access.make_link(tx, person, actor_id=who.person_id)
    return {"person_id": str(person), "token": token}


@door.put("/api/clock")
async def move_clock(request: Request, body: Instant, _: Operator) -> Instant:
    """Move the played clock forward; only where the clock is a scenario's."""
    settings = settings_of(request)
    if settings.clock is not Clock.SCENARIO:
        raise MissingError("clock")
    async with doors_of(request).transaction() as tx:
        await access.move_clock(tx, body.instant)
    if request.app.state.after_clock is not None:
        await request.app.state.after_clock()
    return body


def access_app(
    settings: HouseSettings, after_clock: Callable[[], Awaitable[None]] | None = None
) -> FastAPI:
    """Build the app under `/access`: coming in, going out, accounts and the played clock."""
    routers = [
        door,
        sign_in.router,
        mailed_link.router,
        set_up.router,
        passkey_api.router,
        openid.router,
        own_access.router,
        people.router,
    ]
    app = create_app("access", settings, routers)
    app.state.after_clock = after_clock
    return app
