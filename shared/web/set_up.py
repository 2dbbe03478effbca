"""Choosing how one comes in: after an invitation, or to change it. Works without JavaScript.

The stage `set_up` opens these pages and nothing else; it ends with `finish`, which opens the house
when what was chosen is enough for the role.
"""

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from shared import access
from shared.access import NEEDS_A_SECOND_STEP, Identity
from shared.access.codes import (
    app_address,
    confirm_app,
    draw_recovery_codes,
    offer_app,
    offered_app,
    seal_of,
)
from shared.access.passkeys import Site, passkeys_of, remove_passkey
from shared.access.passwords import choose_password, sign_in_name_of
from shared.db import Tx
from shared.errors import Problem, RefusedError, refuse
from shared.web.entering import Tries, begin, welcome
from shared.web.guard import SettingUp, doors_of, settings_of
from shared.web.languages import language_of, translate
from shared.web.pages import page, see_other
from shared.web.sign_in import needs_own_accounts

router = APIRouter(prefix="/set-up")

HERE = "/access/set-up"


async def set_up_page(
    request: Request, tx: Tx, who: Identity, problems: tuple[Problem, ...] = ()
) -> Response:
    """Render what is chosen and what is still to choose."""
    settings, language = settings_of(request), language_of(request)
    name = await sign_in_name_of(tx, who.person_id) or ""
    seal = seal_of(settings.secret.get_secret_value())
    key = await offered_app(tx, who.person_id, seal)
    proofs = await access.proofs_of(tx, who.person_id)
    return page(
        request,
        "set_up.html",
        409 if problems else 200,
        provider=settings.openid_name if settings.openid_issuer else None,
        proofs=proofs,
        must=who.role in NEEDS_A_SECOND_STEP,
        enough=proofs.enough_for(who.role),
        sign_in_name=name,
        app_key=key,
        picture=segno.make(app_address(key, name)).svg_data_uri(scale=4, light="white")
        if key
        else "",
        passkeys=await passkeys_of(tx, who.person_id),
        passkeys_work=Site.of(settings.public_url) is not None,
        problems=[translate(language, p.message, p.values) for p in problems],
    )


async def refused(request: Request, who: Identity, error: RefusedError) -> Response:
    """Show the page again, with what is wrong."""
    async with doors_of(request).reading() as tx:
        return await set_up_page(request, tx, who, error.problems)


@router.get("", response_class=HTMLResponse)
async def show(request: Request, who: SettingUp) -> Response:
    """Show what is chosen and what is still to choose."""
    async with doors_of(request).reading() as tx:
        return await set_up_page(request, tx, who)


@router.post("/password")
async def keep_password(
    request: Request,
    who: SettingUp,
    sign_in_name: Annotated[str, Form()],
    password: Annotated[str, Form()],
) -> Response:
    """Choose a name and a password."""
    needs_own_accounts(settings_of(request))
    try:
        async with doors_of(request).transaction() as tx:
            await choose_password(tx, who.person_id, sign_in_name, password, (who.display_name,))
    except RefusedError as error:
        return await refused(request, who, error)
    return see_other(HERE)


@router.post("/app")
async def new_app(request: Request, who: SettingUp) -> Response:
    """Draw a key for an app that shows codes."""
    needs_own_accounts(settings_of(request))
    seal = seal_of(settings_of(request).secret.get_secret_value())
    async with doors_of(request).transaction() as tx:
        await offer_app(tx, who.person_id, seal)
    return see_other(HERE)


@router.post("/app/confirm")
async def keep_app(request: Request, who: SettingUp, code: Annotated[str, Form()]) -> Response:
    """Take the app into use, for a code that it shows."""
    tries = Tries(request)
    await tries.count("new app", str(who.person_id))
    seal = seal_of(settings_of(request).secret.get_secret_value())
    try:
        async with doors_of(request).transaction() as tx:
            await confirm_app(tx, who.person_id, code, seal)
            await tries.were_right(tx)
    except RefusedError as error:
        return await refused(request, who, error)
    return see_other(HERE)


@router.post("/passkeys/remove")
async def drop_passkey(
    request: Request, who: SettingUp, credential: Annotated[str, Form(pattern="^([0-9a-f]{2})+$")]
) -> Response:
    """Forget a passkey."""
    async with doors_of(request).transaction() as tx:
        await remove_passkey(tx, who.person_id, bytes.fromhex(credential))
    return see_other(HERE)


@router.post("/recovery-codes")
async def recovery_codes(request: Request, who: SettingUp) -> Response:
    """Draw ten codes for paper, and show them once."""
    needs_own_accounts(settings_of(request))
    async with doors_of(request).transaction() as tx:
        codes = await draw_recovery_codes(tx, who.person_id)
    return page(request, "recovery_codes.html", codes=codes)


@router.post("/finish")
async def finish(request: Request, who: SettingUp) -> Response:
    """Come in, with what was chosen."""
    try:
        async with doors_of(request).transaction() as tx:
            if not (await access.proofs_of(tx, who.person_id)).enough_for(who.role):
                message = "Il manque encore quelque chose pour entrer\u00a0: voyez ci-dessous."
                raise refuse("not_enough", message)
            known = await access.open_account(tx, who.person_id)
            token, entered = await begin(request, tx, known, by="own choice")
            await access.end_sessions_of(tx, who.person_id, but=entered.session_id)
    except RefusedError as error:
        return await refused(request, who, error)
    return welcome(token, entered)
