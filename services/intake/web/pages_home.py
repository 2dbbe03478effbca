"""The coordination's first page: what is now, the campaigns with their five steps, what waits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from services.intake import store
from services.intake.rules.campaign import Stage, Standing, standing_of
from services.intake.rules.invitation import answer_due_on
from services.intake.rules.source_text import N_
from services.intake.store import marks
from services.intake.web.api_alerts import state_of
from shared.db import Database, zone_names
from shared.web import Coordinator, Db, language_of, live, page
from shared.words import CampaignState, Decision

router = APIRouter()

SIGNALS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, as French source strings; `urgency` orders what waits for a person."""

    says: str
    button: str
    href: str
    urgency: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignLine:
    campaign: store.Campaign
    standing: Standing
    next: Next
    signals: int


@dataclass(frozen=True, slots=True)
class InvitationAsking:
    line: store.InvitationLine
    next: Next


@router.get("/", response_class=HTMLResponse)
async def home(request: Request, database: Db, _: Coordinator) -> HTMLResponse:
    """Show what is now, what runs, what waits, and what is past."""
    return await home_page(request, database, "home.html")


@router.get("/first/part", response_class=HTMLResponse)
async def show_part(request: Request, database: Db, _: Coordinator) -> HTMLResponse:
    """Show what changes of the first page, for the page that follows it."""
    return await home_page(request, database, "home_part.html")


@router.get("/first/live")
async def follow_home(request: Request, database: Db, _: Coordinator) -> StreamingResponse:
    """Say when something of the first page changed."""
    return live(request, database, marks.mark_of_home)


async def home_page(request: Request, database: Database, template: str) -> HTMLResponse:
    """Render the first page, or the part of it that changes."""
    async with database.reading() as tx:
        now = tx.now
        lines = await store.list_invitations(tx)
        campaigns = await store.list_campaigns(tx)
        progress = await store.list_progress(tx)
        drafts = [d for d in await store.list_drafts(tx) if state_of(d) == "draft"]
        signals = [s for s in await store.list_signals(tx) if not s.answers]
        territory = await store.find_territory(tx)
        names = await zone_names(tx)
    living = [
        campaign_line(
            campaign,
            progress.get(campaign.id, store.Progress()),
            len([s for s in signals if s.campaign_id == campaign.id]),
        )
        for campaign in campaigns
        if campaign.life.state is not CampaignState.CLOSED
    ]
    asking = [
        InvitationAsking(line, step) for line in lines if (step := next_of_invitation(line, now))
    ]
    return page(
        request,
        template,
        today=now,
        now=most_urgent(living, asking, len(signals)),
        campaigns=sorted(living, key=lambda line: line.campaign.life.starts_on),
        invitations=asking,
        past=[c for c in campaigns if c.life.state is CampaignState.CLOSED],
        refused=[line for line in lines if line.decision is Decision.REFUSE],
        drafts=drafts,
        signals=signals,
        signals_shown=signals[:SIGNALS_SHOWN],
        names={campaign.id: campaign.name(language_of(request)) for campaign in campaigns},
        zones=names,
        has_territory=territory is not None,
        stages=STAGES,
        answer_due_on=answer_due_on,
        language=language_of(request),
    )


STAGES = {
    Stage.DECLARE: N_("Déclarer"),
    Stage.MATCH: N_("Cibler et apparier"),
    Stage.SEND: N_("Diffuser"),
    Stage.FOLLOW: N_("Suivre"),
    Stage.ACCOUNT: N_("Rendre compte"),
}


def campaign_line(campaign: store.Campaign, progress: store.Progress, signals: int) -> CampaignLine:
    """Say where a campaign stands, and what comes next."""
    standing = standing_of(
        campaign.life.state,
        targeted=campaign.targeted_at is not None,
        matched=progress.matched_at is not None,
        sent=progress.sent_at is not None,
    )
    return CampaignLine(campaign, standing, _next_of(campaign, standing), signals)


def _next_of(campaign: store.Campaign, standing: Standing) -> Next:
    desk = f"/dispatch/desk/campaigns/{campaign.id}"
    own = f"/intake/campaigns/{campaign.id}"
    if campaign.life.state is CampaignState.SUSPENDED:
        return Next(
            N_("Suspendue\u00a0: plus rien n’est proposé. Reprenez-la, ou clôturez-la."),
            N_("Reprendre ou clôturer"),
            f"{own}#life",
            4,
        )
    match standing.now:
        case Stage.SEND:
            return Next(
                N_("Un plan attend votre accord. Rien n’est envoyé avant."),
                N_("Relire le plan"),
                desk,
                1,
            )
        case Stage.FOLLOW:
            return Next(
                N_("Des tâches sont proposées\u00a0: les réponses arrivent."),
                N_("Suivre"),
                f"{desk}/follow",
            )
        case Stage.MATCH:
            return Next(N_("Le plan n’est pas encore prêt."), N_("Voir où il en est"), desk)
        case _:
            return Next(
                N_("Ses quartiers partent vers le plan\u00a0: c’est l’affaire d’un instant."),
                N_("Voir la campagne"),
                own,
            )


def next_of_invitation(line: store.InvitationLine, now: datetime) -> Next | None:
    """Say what an invitation waits for; None when it asks nothing any more."""
    href = f"/intake/invitations/{line.invitation.id}"
    if line.decision is Decision.REFUSE or line.campaign_id is not None:
        return None
    if line.decision is not None:
        return Next(
            N_("Acceptée\u00a0: campagne à déclarer"), N_("Déclarer"), f"{href}/campaign", 2
        )
    if line.consultation_closes_at is None:
        return Next(N_("À évaluer, RAQ à consulter"), N_("Évaluer"), href, 3)
    if now < line.consultation_closes_at:
        return Next(N_("Les RAQ donnent leur avis"), N_("Voir"), href)
    return Next(N_("Avis reçus\u00a0: à décider"), N_("Décider"), href, 0)


def most_urgent(
    campaigns: Sequence[CampaignLine], invitations: Sequence[InvitationAsking], signals: int
) -> tuple[Next, CampaignLine | InvitationAsking | None] | None:
    """Choose the one thing to do now; None when nothing waits for the coordination.

    What the workers already answered comes first; then plans, the soonest campaign in front.
    """
    waiting = list(_waiting(campaigns, invitations))
    if waiting:
        return min(waiting, key=lambda each: each[0])[1:]
    if signals:
        return (
            Next(
                N_("Des signaux du terrain attendent une réponse."),
                N_("Répondre"),
                "/intake/signals",
            ),
            None,
        )
    return None


def _waiting(
    campaigns: Sequence[CampaignLine], invitations: Sequence[InvitationAsking]
) -> Iterator[tuple[tuple[int, str], Next, CampaignLine | InvitationAsking]]:
    for line in campaigns:
        if line.next.urgency is not None:
            yield (line.next.urgency, line.campaign.life.starts_on.isoformat()), line.next, line
    for asking in invitations:
        if asking.next.urgency is not None:
            yield (asking.next.urgency, asking.line.received_at.isoformat()), asking.next, asking
