"""What the browser's script asks for a passkey: two questions, two answers."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from shared import access
from shared.access.passkeys import Site, ask_for_new, ask_who, keep_new, person_of
from shared.access.passwords import sign_in_name_of
from shared.errors import MissingError
from shared.web.entering import Tries, begin, device_of, hand_over, home_of
from shared.web.guard import SettingUp, doors_of, refuse_other_sites, settings_of
from shared.web.sign_in import needs_own_accounts

router = APIRouter(prefix="/api/passkeys")


class Credential(BaseModel):
    """What the browser's `credential.toJSON()` gives; judged by the library, field by field."""

    credential: dict[str, Any]


class Landing(BaseModel):
    """Where the browser goes next."""

    go: str


def site_of(request: Request) -> Site:
    """Tell for which address passkeys are here.

    Raises:
        MissingError: a bare IP address, or people come in by a provider.
    """
    settings = settings_of(request)
    needs_own_accounts(settings)
    site = Site.of(settings.public_url)
    if site is None:
        raise MissingError("passkeys")
    return site


@router.post("/ask-new")
async def ask_new(request: Request, who: SettingUp) -> dict[str, Any]:
    """Return what the browser needs to make a passkey."""
    async with doors_of(request).transaction() as tx:
        name = await sign_in_name_of(tx, who.person_id) or who.display_name
        return await ask_for_new(tx, who, site_of(request), name)


@router.post("", status_code=201)
async def keep(request: Request, who: SettingUp, body: Credential) -> Landing:
    """Keep the passkey that the browser made."""
    async with doors_of(request).transaction() as tx:
        await keep_new(tx, who, site_of(request), body.credential, device_of(request))
    return Landing(go="/access/set-up")


@router.post("/ask")
async def ask(request: Request) -> dict[str, Any]:
    """Return what the browser needs to let somebody choose one of their passkeys."""
    refuse_other_sites(request)
    site = site_of(request)
    async with doors_of(request).transaction() as tx:
        return await ask_who(tx, site)


@router.post("/enter", response_model=Landing)
async def enter(request: Request, body: Credential) -> Response:
    """Come in with a passkey: it is both steps, because it verified its holder."""
    refuse_other_sites(request)
    site, tries = site_of(request), Tries(request)
    await tries.count()
    async with doors_of(request).transaction() as tx:
        person = await person_of(tx, site, body.credential)
        await tries.were_right(tx)
        known = await access.open_account(tx, person)
        token, who = await begin(request, tx, known, by="passkey")
    answer = JSONResponse(Landing(go=home_of(who)).model_dump())
    hand_over(answer, token)
    return answer
