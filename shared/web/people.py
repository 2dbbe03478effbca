"""Who has access: inviting people, starting them afresh, closing what they no longer need."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from shared import access
from shared.access import Account, Identity, Proofs
from shared.access.mailed_links import MAY_COME_BY_MAIL
from shared.errors import DeniedError, Problem, RefusedError
from shared.settings import HouseSettings
from shared.web.guard import Administrator, KeeperOfPeople, doors_of, settings_of
from shared.web.languages import LANGUAGES, language_of, translate
from shared.web.pages import page, see_other
from shared.words import PARTNER_ID_LENGTH, Language, PartnerId, Role

router = APIRouter(prefix="/people")

HERE = "/access/people"
NAME_LENGTH = 80
MAY_INVITE = {
    Role.COORDINATION: frozenset({Role.COORDINATION, Role.WORKER, Role.HOST_PARTNER, Role.FUNDER}),
    Role.ADMINISTRATOR: frozenset(Role),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as the page shows it: whether somebody has come in, never when or how often."""

    account: Account
    proofs: Proofs


def may_invite(who: Identity, role: Role) -> bool:
    """Tell whether this person may give access in this role."""
    return role in MAY_INVITE.get(who.role, frozenset())


async def people_page(
    request: Request, who: Identity, problems: tuple[Problem, ...] = ()
) -> Response:
    """Render the list of accounts that this person keeps."""
    language = language_of(request)
    async with doors_of(request).reading() as tx:
        known = [
            Shown(account, await access.proofs_of(tx, account.person_id))
            for account in await access.accounts(tx)
            if may_invite(who, account.role)
        ]
    return page(
        request,
        "people.html",
        409 if problems else 200,
        people=known,
        roles=[role for role in Role if may_invite(who, role) and role is not Role.WORKER],
        comes_by_address=roles_that_come_by_address(settings_of(request)),
        languages_of_accounts=[Language(code) for code in LANGUAGES],
        for_partner={
            "id": request.query_params.get("partner", "")[:PARTNER_ID_LENGTH],
            "name": request.query_params.get("called", "")[:NAME_LENGTH],
        },
        problems=[translate(language, p.message, p.values) for p in problems],
    )


def roles_that_come_by_address(settings: HouseSettings) -> frozenset[Role]:
    """List the roles to which an e-mail is of use: a provider or a letter finds them by it."""
    if settings.openid_issuer is not None:
        return frozenset(Role) - {Role.HOST_PARTNER, Role.SERVICE}
    return MAY_COME_BY_MAIL if settings.smtp_host is not None else frozenset()


def link_page(request: Request, name: str, token: str, *, by_mail: bool = False) -> Response:
    """Show a link, once; `by_mail`: this person may also ask for links at their own address."""
    settings = settings_of(request)
    return page(
        request,
        "person_link.html",
        name=name,
        link=f"{settings.public_url}/access/enter#{token}",
        ask_at=f"{settings.public_url}/access/link" if by_mail and settings.smtp_host else "",
    )


@router.get("", response_class=HTMLResponse)
async def show(request: Request, who: KeeperOfPeople) -> Response:
    """List who has access."""
    return await people_page(request, who)


@router.post("")
async def invite(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request,
    who: KeeperOfPeople,
    role: Annotated[Role, Form()],
    display_name: Annotated[str, Form()],
    language: Annotated[Literal["fr", "nl", "en"], Form()] = "fr",
    email: Annotated[str, Form()] = "",
    partner_id: Annotated[PartnerId | Literal[""], Form()] = "",
) -> Response:
    """Invite somebody, and show their link once."""
    if not may_invite(who, role):
        raise DeniedError(signed_in=True)
    try:
        async with doors_of(request).transaction() as tx:
            person = await access.create_account(
                tx,
                role=role,
                display_name=display_name,
                language=language,
                email=email or None,
                partner_id=partner_id or None,
            )
            token = await access.make_link(tx, person, actor_id=who.person_id)
    except RefusedError as error:
        return await people_page(request, who, error.problems)
    by_mail = bool(email) and role in MAY_COME_BY_MAIL
    return link_page(request, display_name, token, by_mail=by_mail)


@router.post("/{person_id}/link")
async def new_link(request: Request, who: KeeperOfPeople, person_id: UUID) -> Response:
    """Make a new link for somebody; the administration's starts them afresh."""
    try:
        async with doors_of(request).transaction() as tx:
            known = await access.open_account(tx, person_id)
            if not may_invite(who, known.role):
                raise DeniedError(signed_in=True)
            token = await access.make_link(tx, person_id, actor_id=who.person_id)
    except RefusedError as error:
        return await people_page(request, who, error.problems)
    return link_page(request, known.display_name, token)


@router.post("/{person_id}/address")
async def give_address(
    request: Request, who: KeeperOfPeople, person_id: UUID, email: Annotated[str, Form()]
) -> Response:
    """Say by which e-mail somebody may come in; only its hash is kept."""
    try:
        async with doors_of(request).transaction() as tx:
            known = await access.open_account(tx, person_id)
            if not may_invite(who, known.role):
                raise DeniedError(signed_in=True)
            await access.give_address(tx, person_id, email, actor_id=who.person_id)
    except RefusedError as error:
        return await people_page(request, who, error.problems)
    return see_other(HERE)


@router.post("/{person_id}/close")
async def close(request: Request, who: Administrator, person_id: UUID) -> Response:
    """Let somebody in no longer."""
    try:
        async with doors_of(request).transaction() as tx:
            await access.close_account(tx, person_id, actor_id=who.person_id)
    except RefusedError as error:
        return await people_page(request, who, error.problems)
    return see_other(HERE)


@router.post("/{person_id}/reopen")
async def reopen(request: Request, who: Administrator, person_id: UUID) -> Response:
    """Let somebody in again."""
    async with doors_of(request).transaction() as tx:
        await access.reopen_account(tx, person_id, actor_id=who.person_id)
    return see_other(HERE)
