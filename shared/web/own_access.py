"""One's own access: who one is, the devices on which one is signed in, and how one comes in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from shared import access
from shared.access import Stage
from shared.access.passwords import person_with, sign_in_name_of
from shared.errors import refuse
from shared.web.entering import Tries, begin, welcome
from shared.web.guard import AnyPerson, doors_of, session_life, settings_of
from shared.web.pages import page, see_other
from shared.web.sign_in import needs_own_accounts

router = APIRouter()

DEVICES = "/access/devices"


@router.get("/me", response_class=HTMLResponse)
async def me(request: Request, who: AnyPerson) -> Response:
    """Tell who is signed in, and with what they come in."""
    async with doors_of(request).reading() as tx:
        proofs = await access.proofs_of(tx, who.person_id)
        name = await sign_in_name_of(tx, who.person_id)
    own = settings_of(request).openid_issuer is None
    return page(request, "me.html", proofs=proofs, sign_in_name=name, own_accounts=own)


@router.post("/me/change")
async def change(
    request: Request, who: AnyPerson, password: Annotated[str, Form()] = ""
) -> Response:
    """Open the page on which one chooses how to come in; the password is asked once more."""
    needs_own_accounts(settings_of(request))
    tries = Tries(request)
    async with doors_of(request).reading() as tx:
        name = await sign_in_name_of(tx, who.person_id)
    if name is not None:  # who came in by a link alone has none yet
        await tries.count("name", name)
    async with doors_of(request).transaction() as tx:
        if name is not None:
            if await person_with(tx, name, password) != who.person_id:
                raise refuse("wrong_password", "Ce mot de passe n’est pas le bon.")
            await tries.were_right(tx)
        known = await access.open_account(tx, who.person_id)
        token, changing = await begin(request, tx, known, by="password", stage=Stage.SET_UP)
    return welcome(token, changing)


@router.get("/devices", response_class=HTMLResponse)
async def devices(request: Request, who: AnyPerson) -> Response:
    """List where one is signed in."""
    async with doors_of(request).reading() as tx:
        known = await access.devices_of(tx, who.person_id, session_life(settings_of(request)))
    return page(request, "devices.html", devices=known)


@router.post("/devices/end")
async def end_device(
    request: Request, who: AnyPerson, session_id: Annotated[UUID, Form()]
) -> Response:
    """Sign out on one of one's devices."""
    async with doors_of(request).transaction() as tx:
        await access.end_sessions_of(tx, who.person_id, only=session_id)
    return see_other(DEVICES)


@router.post("/devices/end-others")
async def end_others(request: Request, who: AnyPerson) -> Response:
    """Sign out everywhere but here."""
    async with doors_of(request).transaction() as tx:
        await access.end_sessions_of(tx, who.person_id, but=who.session_id)
    return see_other(DEVICES)
