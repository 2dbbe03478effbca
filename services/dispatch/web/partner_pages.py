"""What a host partner sees of its share, and where the coordination hears what it says of it.

A partner sees when its own periods are, joined over everybody who works for it, and nothing of
tasks, hours or people. docs/decisions/0023.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch.rules.partners import joined
from services.dispatch.rules.roster import WeeklyPeriod
from services.dispatch.steps.make_remark import make_remark
from services.dispatch.steps.name_partner import name_partner
from services.dispatch.steps.save_worker import HOST_SHARE_MIN_PCT
from services.dispatch.store import partners
from services.dispatch.web.forms import tell, typed
from services.dispatch.web.shown import called
from shared.access import Identity
from shared.db import Database, partner_names
from shared.errors import MissingError, Problem, RefusedError
from shared.web import Coordinator, Db, HostPartner, page, see_other
from shared.words import PartnerId, PartnerRemark, Weekday

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

HERE = "/dispatch/partner"
DESK = "/dispatch/desk/partners"
REFUSED = 409


@dataclass(frozen=True, slots=True)
class PeriodShown:
    """A period of every week, as a clock shows it."""

    weekday: Weekday
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class PartnerShown:
    """A partner of the roster as the desk shows it."""

    partner_id: PartnerId
    name: str
    periods: list[PeriodShown]
    remark: partners.RemarkRow | None


def own_partner(who: Identity) -> PartnerId:
    """Return the partner on whose behalf somebody comes.

    Raises:
        MissingError: their account names none.
    """
    if who.partner_id is None:
        raise MissingError("partner")
    return who.partner_id


def show(periods: list[WeeklyPeriod]) -> list[PeriodShown]:
    """Write periods as a clock shows them, joined."""
    return [PeriodShown(p.weekday, clock(p.starts_min), clock(p.ends_min)) for p in joined(periods)]


def clock(minute: int) -> str:
    """Write minutes after midnight."""
    return f"{minute // 60:02}:{minute % 60:02}"


@router.get("/partner")
async def show_partner(
    request: Request, database: Db, who: HostPartner, said: str = ""
) -> Response:
    """Show a host partner when its own periods are."""
    partner_id = own_partner(who)
    async with database.reading() as tx:
        agreed = await partners.partner_periods(tx)
        remark = (await partners.remarks(tx)).get(partner_id)
        name = called(partner_id, await partner_names(tx))
    if partner_id not in agreed:
        raise MissingError("partner")
    return page(
        request,
        "partner.html",
        name=name,
        periods=show(agreed[partner_id]),
        share_pct=HOST_SHARE_MIN_PCT,
        remark=remark,
        remarks=tuple(PartnerRemark),
        said=bool(said),
    )


@router.post("/partner/remark")
async def say(database: Db, who: HostPartner, remark: Annotated[PartnerRemark, Form()]) -> Response:
    """Say whether they fit."""
    async with database.transaction() as tx:
        await make_remark(own_partner(who), remark, tx)
    return see_other(f"{HERE}?said=1")


@router.get("/desk/partners")
async def show_partners(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the coordination every partner's periods, and what it says of them."""
    return await partners_page(request, database)


async def partners_page(
    request: Request,
    database: Database,
    problems: Sequence[Problem] = (),
    typed_for: tuple[str, str] = ("", ""),
) -> Response:
    """Render the partners by name; what was `typed_for` one of them stays."""
    async with database.reading() as tx:
        agreed = await partners.partner_periods(tx)
        said = await partners.remarks(tx)
        names = await partner_names(tx)
    known = [
        PartnerShown(key, called(key, names), show(periods), said.get(key))
        for key, periods in agreed.items()
    ]
    return page(
        request,
        "partners.html",
        REFUSED if problems else 200,
        partners=sorted(known, key=lambda one: one.name.casefold()),
        problems=tell(request, problems),
        typed_for=typed_for,
    )


@router.post("/desk/partners/{partner_id}/name")
async def rename(request: Request, database: Db, _: Coordinator, partner_id: PartnerId) -> Response:
    """Call a partner by another name."""
    form = await typed(request)
    name = form.text("name")
    try:
        async with database.transaction() as tx:
            await name_partner(partner_id, name, tx)
    except RefusedError as refused:
        return await partners_page(request, database, refused.problems, (partner_id, name))
    return see_other(f"{DESK}#partner-{partner_id}")


@router.post("/desk/partners/{partner_id}/answered")
async def answered(database: Db, _: Coordinator, partner_id: PartnerId) -> Response:
    """Take a partner's word off the desk: it was answered, by telephone."""
    async with database.transaction() as tx:
        await partners.forget_remark(tx, partner_id)
    return see_other(DESK)
