"""Coming in by a link, going out, inviting people, and the played clock."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import AwareDatetime, BaseModel

from shared import access
from shared.db import Database
from shared.errors import DeniedError, MissingError
from shared.settings import Clock, HouseSettings
from shared.web.app import create_app
from shared.web.guard import SESSION_COOKIE, AnyPerson, Operator, session_life, settings_of
from shared.web.pages import page, see_other
from shared.words import Role


class NewAccount(BaseModel):
    role: Role
    display_name: str
    language: Literal["fr", "nl", "en"] = "fr"
    person_id: UUID | None = None


class Token(BaseModel):
    token: str


class Entered(BaseModel):
    session: str
    person_id: str
    role: Role


class Instant(BaseModel):
    instant: AwareDatetime


door = APIRouter()

MAY_INVITE = {
    Role.COORDINATION: {Role.COORDINATION, Role.WORKER, Role.HOST_PARTNER},
    Role.ADMINISTRATOR: set(Role) - {Role.FUNDER},
}
HOME_OF = {
    Role.COORDINATION: "/intake/",
    Role.WORKER: "/dispatch/",
}


@door.get("/enter", response_class=HTMLResponse)
async def enter_page(request: Request) -> Response:
    """Show where to come in. The link's token stands in the fragment: no server log sees it."""
    return page(request, "enter.html")


@door.post("/enter")
async def enter(request: Request, token: Annotated[str, Form()]) -> Response:
    """Come in with a link, by a click: mail scanners that open links do not click."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise DeniedError(signed_in=False)
    doors: Database = request.app.state.access
    settings = settings_of(request)
    async with doors.transaction() as tx:
        session, who = await access.redeem(tx, token.strip(), session_life(settings))
    answer = see_other(HOME_OF.get(who.role, "/access/me"))
    answer.set_cookie(SESSION_COOKIE, session, secure=True, httponly=True, samesite="lax", path="/")
    return answer


@door.post("/leave")
async def leave(request: Request, who: AnyPerson) -> Response:
    """Sign out."""
    doors: Database = request.app.state.access
    async with doors.transaction() as tx:
        await access.end_session(tx, who.session_id)
    answer = see_other("/access/enter")
    answer.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@door.get("/me", response_class=HTMLResponse)
async def me(request: Request, _: AnyPerson) -> Response:
    """Tell who is signed in."""
    return page(request, "me.html")


@door.post("/api/sessions", status_code=201)
async def open_session(request: Request, body: Token) -> Entered:
    """Exchange a link's token for a session token, to be sent as `Authorization: Bearer`."""
    doors: Database = request.app.state.access
    async with doors.transaction() as tx:
        session, who = await access.redeem(tx, body.token, session_life(settings_of(request)))
    return Entered(session=session, person_id=str(who.person_id), role=who.role)


@door.post("/api/accounts", status_code=201)
async def invite_person(request: Request, body: NewAccount, who: AnyPerson) -> dict[str, str]:
    """Create an account and a link for it. The coordination invites workers and host partners."""
    if body.role not in MAY_INVITE.get(who.role, set()):
        raise DeniedError(signed_in=True)
    doors: Database = request.app.state.access
    async with doors.transaction() as tx:
        person = await access.create_account(
            tx,
            role=body.role,
            display_name=body.display_name,
            language=body.language,
            person_id=body.person_id,
        )
        token = await access.make_link(tx, person, actor_id=who.person_id)
    return {"person_id": str(person), "token": token}


@door.put("/api/clock")
async def move_clock(request: Request, body: Instant, _: Operator) -> Instant:
    """Move the played clock forward; only where the clock is a scenario's."""
    settings = settings_of(request)
    if settings.clock is not Clock.SCENARIO:
        raise MissingError("clock")
    doors: Database = request.app.state.access
    async with doors.transaction() as tx:
        await access.move_clock(tx, body.instant)
    if request.app.state.after_clock is not None:
        await request.app.state.after_clock()
    return body


def access_app(
    settings: HouseSettings, after_clock: Callable[[], Awaitable[None]] | None = None
) -> FastAPI:
    """Build the app under `/access`: coming in, going out, accounts and the played clock."""
    app = create_app("access", settings, [door])
    app.state.after_clock = after_clock
    return app
