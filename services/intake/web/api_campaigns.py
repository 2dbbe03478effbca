"""Campaigns, from their declaration to their close: for programs."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.intake import store
from services.intake.steps.close_campaign import close_campaign
from services.intake.steps.declare_campaign import DeclarationForm, declare_campaign
from services.intake.steps.resume_campaign import resume_campaign
from services.intake.steps.suspend_campaign import suspend_campaign
from services.intake.web.api_invitations import Made
from services.intake.web.audit import note
from shared.access import Identity
from shared.db import Database, Tx
from shared.events import PlannedAction
from shared.web import Coordinator, Db
from shared.words import (
    CampaignId,
    CampaignState,
    ClosingReason,
    CrisisKind,
    InvitationId,
    Language,
    PartnerId,
    PersonId,
    Public,
    ZoneId,
)

router = APIRouter(prefix="/api")

REASON_MAX_CHARACTERS = 2_000


class Reason(BaseModel):
    """Why a campaign is suspended or closed, in words that stay in intake."""

    reason: str = Field(default="", max_length=REASON_MAX_CHARACTERS)


class CampaignOut(BaseModel):
    """A campaign. Its zones come in the order of their ids, which says nothing about them."""

    id: CampaignId
    invitation_id: InvitationId
    name_fr: str
    name_nl: str
    crisis: CrisisKind
    state: CampaignState
    starts_on: date
    ends_on: date
    publics: tuple[Public, ...]
    languages_wanted: tuple[Language, ...]
    languages_required: tuple[Language, ...]
    actions: tuple[PlannedAction, ...]
    partners: tuple[PartnerId, ...]
    share_max_pct: int
    full_time_equivalents_max: float | None
    zone_ids: tuple[ZoneId, ...]
    zones_reason: str
    declared_at: datetime
    targeted_at: datetime | None
    closed_at: datetime | None
    closing_reason: ClosingReason | None


@router.post("/campaigns", status_code=201)
async def post_campaign(
    request: Request, database: Db, who: Coordinator, form: DeclarationForm
) -> Made:
    """Declare a campaign; refused with every problem at once."""
    return Made(id=await declare_and_note(request, database, who, form))


async def declare_and_note(
    request: Request, database: Database, who: Identity, form: DeclarationForm
) -> CampaignId:
    """Declare a campaign, and note in the trail who declared it and chose its neighbourhoods."""
    async with database.transaction() as tx:
        campaign_id, is_new = await declare_campaign(form, who.person_id, tx)
        if is_new:
            zones = str(len(set(form.zones.chosen)))
            await note(request, who, "campaign.declared", campaign_id)
            await note(request, who, "neighbourhoods.chosen", campaign_id, zones=zones)
    return campaign_id


@router.get("/campaigns")
async def get_campaigns(database: Db, _: Coordinator) -> list[CampaignOut]:
    """List the campaigns, the last to start first."""
    async with database.reading() as tx:
        return [campaign_out(campaign) for campaign in await store.list_campaigns(tx)]


@router.get("/campaigns/{campaign_id}")
async def get_campaign(database: Db, _: Coordinator, campaign_id: CampaignId) -> CampaignOut:
    """Show a campaign."""
    async with database.reading() as tx:
        return campaign_out(await store.campaign_of(tx, campaign_id))


Change = Callable[[CampaignId, str, PersonId | None, Tx], Awaitable[CampaignState]]
CHANGES: dict[str, Change] = {
    "suspend": suspend_campaign,
    "resume": resume_campaign,
    "close": close_campaign,
}


async def change_and_note(  # noqa: PLR0913 - who changes what, how and why
    request: Request,
    database: Database,
    who: Identity,
    campaign_id: CampaignId,
    how: str,
    *,
    reason: str,
) -> CampaignState:
    """Suspend, resume or close a campaign, and note in the trail who did."""
    async with database.transaction() as tx:
        state = await CHANGES[how](campaign_id, reason, who.person_id, tx)
        if tx.emitted:
            await note(request, who, f"campaign.{how}", campaign_id)
    return state


@router.post("/campaigns/{campaign_id}/suspend")
async def post_suspension(
    request: Request, database: Db, who: Coordinator, campaign_id: CampaignId, body: Reason
) -> dict[str, CampaignState]:
    """Suspend a running campaign."""
    state = await change_and_note(
        request, database, who, campaign_id, "suspend", reason=body.reason
    )
    return {"state": state}


@router.post("/campaigns/{campaign_id}/resume")
async def post_resumption(
    request: Request, database: Db, who: Coordinator, campaign_id: CampaignId
) -> dict[str, CampaignState]:
    """Resume a suspended campaign."""
    state = await change_and_note(request, database, who, campaign_id, "resume", reason="")
    return {"state": state}


@router.post("/campaigns/{campaign_id}/close")
async def post_closing(
    request: Request, database: Db, who: Coordinator, campaign_id: CampaignId, body: Reason
) -> dict[str, CampaignState]:
    """Close a campaign for good."""
    state = await change_and_note(request, database, who, campaign_id, "close", reason=body.reason)
    return {"state": state}


def campaign_out(campaign: store.Campaign) -> CampaignOut:
    """Show a campaign as it was declared, and where it stands."""
    return CampaignOut(
        id=campaign.id,
        invitation_id=campaign.invitation_id,
        name_fr=campaign.name_fr,
        name_nl=campaign.name_nl,
        crisis=campaign.crisis,
        state=campaign.life.state,
        starts_on=campaign.life.starts_on,
        ends_on=campaign.life.ends_on,
        publics=campaign.publics,
        languages_wanted=campaign.languages_wanted,
        languages_required=campaign.languages_required,
        actions=campaign.actions,
        partners=campaign.partners,
        share_max_pct=campaign.share_max_pct,
        full_time_equivalents_max=campaign.full_time_equivalents_max,
        zone_ids=campaign.zone_ids,
        zones_reason=campaign.zones_reason,
        declared_at=campaign.declared_at,
        targeted_at=campaign.targeted_at,
        closed_at=campaign.closed_at,
        closing_reason=campaign.closing_reason,
    )
