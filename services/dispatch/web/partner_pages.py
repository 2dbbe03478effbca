"""What a host partner sees of its share, and where the coordination hears what it says of it.

A partner sees when its own periods are, joined over everybody who works for it, and nothing of
tasks, hours or people. docs/decisions/0023.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from services.dispatch.rules.partners import joined
from services.dispatch.rules.roster import WeeklyPeriod
from services.dispatch.steps.make_remark import make_remark
from services.dispatch.steps.save_worker import HOST_SHARE_MIN_PCT
from services.dispatch.store import partners
from shared.access import Identity
from shared.errors import MissingError
from shared.web import Coordinator, Db, HostPartner, page, see_other
from shared.words import PartnerId, PartnerRemark, Weekday

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

HERE = "/dispatch/partner"
DESK = "/dispatch/desk/partners"


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
    if partner_id not in agreed:
        raise MissingError("partner")
    return page(
        request,
        "partner.html",
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
    async with database.reading() as tx:
        agreed = await partners.partner_periods(tx)
        said = await partners.remarks(tx)
    known = [PartnerShown(key, show(periods), said.get(key)) for key, periods in agreed.items()]
    return page(request, "partners.html", partners=known)


@router.post("/desk/partners/{partner_id}/answered")
async def answered(database: Db, _: Coordinator, partner_id: PartnerId) -> Response:
    """Take a partner's word off the desk: it was answered, by telephone."""
    async with database.transaction() as tx:
        await partners.forget_remark(tx, partner_id)
    return see_other(DESK)
