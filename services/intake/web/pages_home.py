"""The coordination's first page: what waits, the invitations, the campaigns."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.intake import store
from services.intake.rules.source_text import N_
from services.intake.web.api_alerts import state_of
from shared.web import Coordinator, Db, language_of, page
from shared.words import CampaignState, Decision

router = APIRouter()


@router.get("/", response_class=HTMLResponse)
async def home(request: Request, database: Db, _: Coordinator) -> HTMLResponse:
    """Show what waits for the coordination."""
    async with database.reading() as tx:
        now = tx.now
        lines = await store.list_invitations(tx)
        campaigns = await store.list_campaigns(tx)
        drafts = [d for d in await store.list_drafts(tx) if state_of(d) == "draft"]
        signals = [s for s in await store.list_signals(tx) if not s.answers]
        territory = await store.find_territory(tx)
    stages = [(line, *stage_of(line, now)) for line in lines]
    return page(
        request,
        "home.html",
        open_invitations=[(line, stage) for line, stage, is_open in stages if is_open],
        settled_invitations=[(line, stage) for line, stage, is_open in stages if not is_open],
        campaigns=[c for c in campaigns if c.life.state is not CampaignState.CLOSED],
        closed_campaigns=[c for c in campaigns if c.life.state is CampaignState.CLOSED],
        drafts=len(drafts),
        signals=len(signals),
        has_territory=territory is not None,
        language=language_of(request),
    )


def stage_of(line: store.InvitationLine, now: datetime) -> tuple[str, bool]:
    """Say how far an invitation is, as a French source string, and whether it asks something."""
    if line.decision is Decision.REFUSE:
        return N_("Refusée"), False
    if line.campaign_id is not None:
        return N_("Devenue une campagne"), False
    if line.decision is not None:
        return N_("Acceptée\u00a0: campagne à déclarer"), True
    if line.consultation_closes_at is None:
        return N_("À évaluer, RAQ à consulter"), True
    if now < line.consultation_closes_at:
        return N_("Les RAQ donnent leur avis"), True
    return N_("Avis reçus\u00a0: à décider"), True
