"""A worker's own agreements: whether the total of a small campaign may be published."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.reporting.rules.waivers import Answer
from services.reporting.steps.give_waiver import give_waiver
from services.reporting.store import waivers
from shared.web import Db, Worker, page, see_other

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
OWN = "/reporting/me/waivers"


@router.get("/me/waivers")
async def waivers_page(request: Request, database: Db, who: Worker) -> Response:
    """Say what a waiver means, and list the small campaigns in which one worked."""
    async with database.reading() as tx:
        mine = await waivers.campaigns_of_worker(tx, who.person_id)
        given = await waivers.given_by(tx, who.person_id)
        now = tx.now
    told = [
        (campaign, campaign.answer(given.get(campaign.campaign_id), now))
        for campaign in mine
        if campaign.is_small or campaign.campaign_id in given
    ]
    return page(request, "waivers.html", told=told, given=given, answers=Answer)


@router.post("/me/waivers/{campaign_id}/give")
async def give(database: Db, who: Worker, campaign_id: UUID) -> Response:
    """Agree that the total is published."""
    async with database.transaction() as tx:
        await give_waiver(who.person_id, campaign_id, tx, agrees=True)
    return see_other(f"{OWN}#c-{campaign_id}")


@router.post("/me/waivers/{campaign_id}/take-back")
async def take_back(database: Db, who: Worker, campaign_id: UUID) -> Response:
    """Take one's agreement back, before the last seal."""
    async with database.transaction() as tx:
        await give_waiver(who.person_id, campaign_id, tx, agrees=False)
    return see_other(f"{OWN}#c-{campaign_id}")
