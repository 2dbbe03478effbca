"""Reports by mail: who wants them, how often, and how they stop. docs/decisions/0019.

Readers subscribe on the funder's side. The two pages that a letter links to are open to everybody:
the link itself is what proves that one reads the address.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.reporting.rules.letters import Rhythm
from services.reporting.steps.confirm_subscription import confirm_subscription
from services.reporting.steps.stop_subscription import stop_subscription
from services.reporting.steps.subscribe_to_reports import subscribe_to_reports
from services.reporting.store import letters
from services.reporting.store.addresses import AddressKeys, What
from shared import access
from shared.access import Identity
from shared.access.accounts import plain_email
from shared.db import Database, Tx
from shared.errors import MissingError, Problem, RefusedError, refuse
from shared.settings import HouseSettings
from shared.web import Coordinator, Db, allow, identify, language_of, page, see_other, settings_of
from shared.web.entering import Tries
from shared.web.guard import doors_of
from shared.web.languages import translate
from shared.web.mailed_link import is_an_address
from shared.words import PersonId, Role

router = APIRouter(prefix="/letters", include_in_schema=False)

Subscriber = Annotated[Identity, Depends(allow(Role.FUNDER, Role.COORDINATION, from_a_reader=True))]
UserLanguage = Literal["fr", "nl", "en"]
ByLink = Callable[[Tx, AddressKeys, str], Awaitable[None]]
OWN = "/reporting/letters"
REFUSED = 422


def keys_of(settings: HouseSettings) -> AddressKeys:
    """Return what seals addresses and signs links in this house."""
    return AddressKeys.of(settings.secret.get_secret_value())


@router.get("", response_class=HTMLResponse)
async def letters_page(
    request: Request, database: Db, who: Subscriber, saved: str = ""
) -> Response:
    """Show what one receives, and the form to change it; to the coordination, who receives any."""
    return await show(request, database, who, saved=saved)


async def show(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Db,
    who: Identity,
    *,
    saved: str = "",
    typed: str | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response:
    settings = settings_of(request)
    async with database.reading() as tx:
        own = await letters.subscription_of(tx, who.person_id)
        everybody = await letters.subscriptions(tx) if who.role is Role.COORDINATION else []
    address = keys_of(settings).open(own.subscription_id, own.address) if own else None
    names: dict[PersonId, str] = {}
    if everybody:
        async with doors_of(request).reading() as tx:
            names = {known.person_id: known.display_name for known in await access.accounts(tx)}
    language = language_of(request)
    return page(
        request,
        "letters.html",
        REFUSED if problems else 200,
        own=own,
        address=typed if typed is not None else address or "",
        rhythms=tuple(Rhythm),
        chosen=own.rhythm if own else Rhythm.EACH_SEAL,
        spoken=own.language if own else who.language,
        everybody=[(names.get(PersonId(row.person_id), ""), row) for row in everybody],
        can_mail=settings.smtp_host is not None,
        saved=saved if own else "stopped" * (saved == "stopped"),
        problems=[translate(language, one.message, one.values) for one in problems],
    )


@router.post("", response_class=HTMLResponse)
async def subscribe(  # noqa: PLR0913, PLR0917 - the form's fields
    request: Request,
    database: Db,
    who: Subscriber,
    rhythm: Annotated[Rhythm, Form()],
    language: Annotated[UserLanguage, Form()],
    email: Annotated[str, Form()] = "",
) -> Response:
    """Keep what somebody wants; an address that they were not invited under is asked first."""
    settings = settings_of(request)
    plain = plain_email(email)
    try:
        proven = await checked(request, who, plain)
        async with database.transaction() as tx:
            waits = await subscribe_to_reports(
                tx,
                keys_of(settings),
                who.person_id,
                email=plain,
                rhythm=rhythm,
                language=language,
                proven=proven,
            )
    except RefusedError as refused:
        return await show(request, database, who, typed=email, problems=refused.problems)
    return see_other(f"{OWN}?saved={'asked' if waits else 'yes'}")


async def checked(request: Request, who: Identity, plain: str) -> bool:
    """Tell whether somebody was invited under this address; count the tries of others.

    Raises:
        RefusedError: it is none; nobody is written to here; or whoever came in by a mailed link
            gives another than the one that proved who they are.
        TooOftenError: too many addresses in an hour.
    """
    if settings_of(request).smtp_host is None:
        raise refuse("no_mail_server", "L’e-mail n’est pas configuré sur ce serveur.")
    if not is_an_address(plain) or not plain.isascii():
        raise refuse("bad_email", "Cette adresse n’est pas une adresse e-mail.", place="email")
    async with doors_of(request).reading() as tx:
        proven = await access.is_invited_as(tx, who.person_id, plain)
    if not proven and who.reads_only:
        message = (
            "Vous êtes entré·e par un lien reçu par courriel : donnez l’adresse où vous l’avez"
            " reçu."
        )
        raise refuse("not_invited_as", message, place="email")
    if not proven:
        await Tries(request).count("report letter", plain)
    return proven


@router.post("/end")
async def end(database: Db, who: Subscriber) -> Response:
    """Stop one's own letters."""
    async with database.transaction() as tx:
        own = await letters.subscription_of(tx, who.person_id)
        if own is not None:
            await letters.delete_subscription(tx, own.subscription_id)
    return see_other(f"{OWN}?saved=stopped")


@router.post("/end-for")
async def end_for(database: Db, _: Coordinator, person_id: Annotated[str, Form()] = "") -> Response:
    """Stop somebody's letters: they left, and read them no longer."""
    async with database.transaction() as tx:
        for row in await letters.subscriptions(tx):
            if str(row.person_id) == person_id:
                await letters.delete_subscription(tx, row.subscription_id)
    return see_other(OWN)


@router.get("/confirm/{link}", response_class=HTMLResponse)
async def confirm_page(request: Request, link: str) -> Response:
    """Show the button that says yes: a mail scanner that opens the link says nothing."""
    await identify(request)
    return page(request, "letter_answer.html", asks="confirm", done=False)


@router.post("/confirm/{link}", response_class=HTMLResponse)
async def confirm(request: Request, database: Db, link: str) -> Response:
    """Say yes to letters, as whoever reads the address."""
    return await done_by_link(request, database, link, confirm_subscription, "confirm")


@router.get("/stop/{link}", response_class=HTMLResponse)
async def stop_page(request: Request, link: str) -> Response:
    """Show the button that stops letters."""
    await identify(request)
    return page(request, "letter_answer.html", asks="stop", done=False)


@router.post("/stop/{link}", response_class=HTMLResponse)
async def stop(request: Request, database: Db, link: str) -> Response:
    """Stop letters, from the page or from the button of a mail program (RFC 8058)."""
    return await done_by_link(request, database, link, stop_subscription, "stop")


async def done_by_link(
    request: Request, database: Database, link: str, step: ByLink, asks: What
) -> Response:
    """Do what a letter's link is for; a link that fits nothing is told as such."""
    await identify(request)
    try:
        async with database.transaction() as tx:
            await step(tx, keys_of(settings_of(request)), link)
    except MissingError:
        return page(request, "letter_answer.html", 404, asks="nothing", done=False)
    return page(request, "letter_answer.html", asks=asks, done=True)
