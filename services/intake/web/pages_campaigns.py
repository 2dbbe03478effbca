"""Pages of a campaign: its five steps, where it stands, and its life."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from services.intake import store
from services.intake.rules.charter import CHARTERS
from services.intake.rules.source_text import N_
from services.intake.rules.territory.drawing import MapLook, draw_map
from services.intake.web.api_campaigns import CHANGES, change_and_note
from services.intake.web.forms import Typed, told, typed_in
from services.intake.web.pages_home import campaign_line
from shared.db import Database, partner_names, zone_names
from shared.errors import Problem, RefusedError, refuse
from shared.web import Coordinator, Db, language_of, page, see_other, translate
from shared.words import CampaignId, CampaignState

router = APIRouter()


@router.get("/campaigns/{campaign_id}", response_class=HTMLResponse)
async def show_campaign(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId
) -> Response:
    """Show a campaign."""
    return await campaign_page(request, database, campaign_id)


@router.post("/campaigns/{campaign_id}")
async def change_campaign(
    request: Request, database: Db, who: Coordinator, campaign_id: CampaignId
) -> Response:
    """Do what the button said: suspend, resume or close."""
    typed = await typed_in(request)
    how, reason = typed.text("do"), typed.text("reason")
    try:
        if how in CHANGES:
            if how != "resume" and not reason:
                raise refuse("no_reason", N_("Dites pourquoi, en une phrase."), place="reason")
            await change_and_note(request, database, who, campaign_id, how, reason=reason)
    except RefusedError as refused:
        return await campaign_page(request, database, campaign_id, typed, refused.problems)
    return see_other(f"/intake/campaigns/{campaign_id}")


async def campaign_page(
    request: Request,
    database: Database,
    campaign_id: CampaignId,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render a campaign."""
    async with database.reading() as tx:
        campaign = await store.campaign_of(tx, campaign_id)
        contradictions = await store.contradictions_of(tx, campaign_id)
        moves = await store.moves_of(tx, campaign_id)
        signals = await store.list_signals(tx, campaign_id=campaign_id)
        names = await zone_names(tx)
        territory = await store.find_territory(tx)
        invitation = await store.invitation_of(tx, campaign.invitation_id)
        decided = await store.decision_of(tx, campaign.invitation_id)
        judged = await store.judgement_of(tx, campaign.invitation_id)
        progress = await store.list_progress(tx, campaign_id)
        partners = await partner_names(tx)
    language = language_of(request)
    zones = {zone_id: place.name(language) for zone_id, place in names.items()}
    drawn = None
    if territory is not None:
        targeted = translate(language, N_("quartier de la campagne"))
        look = MapLook(
            title=translate(language, N_("Quartiers de la campagne")),
            classes=dict.fromkeys(campaign.zone_ids, "is-targeted"),
            notes=dict.fromkeys(campaign.zone_ids, targeted),
        )
        svg = draw_map(territory.pack, language, look)
        drawn = Markup(svg)  # noqa: S704 - the drawing escapes whatever it is given
    return page(
        request,
        "campaign.html",
        422 if problems else 200,
        campaign=campaign,
        running=campaign.life.state is CampaignState.RUNNING,
        suspended=campaign.life.state is CampaignState.SUSPENDED,
        closed=campaign.life.state is CampaignState.CLOSED,
        line=campaign_line(
            campaign,
            progress.get(campaign.id, store.Progress()),
            len([s for s in signals if not s.answers]),
        ),
        invitation=invitation,
        decided=decided,
        answers=answers_told(judged),
        chosen=sorted(
            (names[z] for z in campaign.zone_ids if z in names),
            key=lambda place: place.name(language),
        ),
        zones=zones,
        called=lambda ids: [partners.get(partner_id, partner_id) for partner_id in ids],
        contradictions=contradictions,
        moves=moves,
        signals=len(signals),
        drawn=drawn,
        language=language,
        typed=typed or Typed(),
        problems=told(request, problems, zones),
    )


def answers_told(judged: store.KeptJudgement | None) -> list[tuple[str, str]]:
    """Say what a campaign's charter was answered, as titles in French source strings."""
    if judged is None:
        return []
    charter = CHARTERS[judged.judgement.charter]
    boundaries, laws = judged.judgement.boundaries, judged.judgement.laws
    return [
        *((charter.boundaries[q].title, a.sentence) for q, a in boundaries.items()),
        *((charter.laws[q].title, a.sentence) for q, a in laws.items()),
    ]
