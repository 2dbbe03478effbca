"""Coming in by name and password, and the second step."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from shared import access
from shared.access import NEEDS_A_SECOND_STEP, Account, Proofs, Stage
from shared.access.codes import seal_of, use_code
from shared.access.passkeys import Site
from shared.access.passwords import person_with, plain_name
from shared.db import Tx
from shared.errors import MissingError
from shared.settings import HouseSettings
from shared.web.entering import Tries, begin, welcome
from shared.web.guard import HalfIn, doors_of, refuse_other_sites, settings_of
from shared.web.languages import language_of, translate
from shared.web.pages import page

router = APIRouter()

WRONG = "Ce nom ou ce mot de passe n’est pas le bon."
WRONG_CODE = "Ce code n’est pas le bon, ou plus."


def needs_own_accounts(settings: HouseSettings) -> None:
    """Close what a house with an OpenID provider does not have.

    Raises:
        MissingError: people come in by the provider here.
    """
    if settings.openid_issuer is not None:
        raise MissingError("own accounts")


def sign_in_page(request: Request, status: int = 200, problem: str = "") -> Response:
    """Render the page on which one comes in."""
    settings = settings_of(request)
    return page(
        request,
        "sign_in.html",
        status,
        problem=translate(language_of(request), problem) if problem else "",
        provider=settings.openid_name if settings.openid_issuer else None,
        passkeys=Site.of(settings.public_url) is not None,
        mails=settings.smtp_host is not None,
    )


@router.get("/sign-in", response_class=HTMLResponse)
async def ask(request: Request) -> Response:
    """Show where to come in."""
    return sign_in_page(request)


@router.post("/sign-in")
async def sign_in(
    request: Request, sign_in_name: Annotated[str, Form()], password: Annotated[str, Form()]
) -> Response:
    """Come in by name and password; who has a second step is asked for it."""
    refuse_other_sites(request)
    needs_own_accounts(settings_of(request))
    tries = Tries(request)
    await tries.count("name", plain_name(sign_in_name))
    async with doors_of(request).transaction() as tx:
        found = await person_with(tx, sign_in_name, password)
        known = await access.find_account(tx, found) if found else None
        if known is not None and not known.disabled:
            await tries.were_right(tx)
            stage = stage_after_password(known, await access.proofs_of(tx, known.person_id))
            token, who = await begin(request, tx, known, by="password", stage=stage)
            return welcome(token, who)
        await access.note(tx, "sign_in.failed", subject_id=found)
    return sign_in_page(request, 401, WRONG)


def stage_after_password(who: Account, proofs: Proofs) -> Stage:
    """Tell how far a password alone brings somebody."""
    if proofs.second_step:
        return Stage.SECOND_STEP
    return Stage.SET_UP if who.role in NEEDS_A_SECOND_STEP else Stage.FULL


async def second_step_page(
    request: Request, tx: Tx, who: access.Identity, status: int = 200, problem: str = ""
) -> Response:
    """Render the page that asks for the second proof."""
    proofs = await access.proofs_of(tx, who.person_id)
    return page(
        request,
        "second_step.html",
        status,
        proofs=proofs,
        passkeys=proofs.passkeys > 0,
        problem=translate(language_of(request), problem) if problem else "",
    )


@router.get("/second-step", response_class=HTMLResponse)
async def ask_for_more(request: Request, who: HalfIn) -> Response:
    """Ask for the second proof."""
    async with doors_of(request).reading() as tx:
        return await second_step_page(request, tx, who)


@router.post("/second-step")
async def second_step(request: Request, who: HalfIn, code: Annotated[str, Form()]) -> Response:
    """Come in with a code, from the app or from paper."""
    tries = Tries(request)
    await tries.count("second step", str(who.person_id))
    seal = seal_of(settings_of(request).secret.get_secret_value())
    async with doors_of(request).transaction() as tx:
        kind = await use_code(tx, who.person_id, code, seal)
        if kind is None:
            await access.note(tx, "sign_in.failed", subject_id=who.person_id)
            return await second_step_page(request, tx, who, 401, WRONG_CODE)
        await tries.were_right(tx)
        known = await access.open_account(tx, who.person_id)
        token, entered = await begin(request, tx, known, by=f"password and {kind} code")
    return welcome(token, entered)
