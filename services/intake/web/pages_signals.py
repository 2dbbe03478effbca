"""Pages of what the field signals, and of the coordination's answers."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.intake import store
from services.intake.steps.answer_signal import SignalAnswerForm, answer_signal
from services.intake.store import marks
from services.intake.web.forms import Typed, read_as, told, typed_in
from shared.db import Database, Tx, zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, live, page, see_other
from shared.words import CampaignId, SignalAnswer

router = APIRouter()
FOLLOW = "follow"


@router.get("/signals", response_class=HTMLResponse)
async def show_signals(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId | None = None
) -> Response:
    """Show the signals, those that wait for an answer first."""
    return await signals_page(request, database, campaign_id=campaign_id)


@router.get("/signals/list", response_class=HTMLResponse)
async def show_list(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId | None = None
) -> Response:
    """Show the signals alone, for the page that follows them."""
    return await signals_page(request, database, campaign_id=campaign_id, whole=False)


@router.get("/signals/part", response_class=HTMLResponse)
async def show_part(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId
) -> Response:
    """Show a campaign's signals and their answers, for the page on which it is followed."""
    return await signals_part(request, database, campaign_id)


async def signals_part(
    request: Request,
    database: Database,
    campaign_id: CampaignId,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> HTMLResponse:
    """Render a campaign's signals as a part of the page on which it is followed."""
    async with database.reading() as tx:
        signals = await store.list_signals(tx, campaign_id=campaign_id)
        names = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "signals_part.html",
        422 if problems else 200,
        campaign_id=campaign_id,
        waiting=[signal for signal in signals if not signal.answers],
        answered=[signal for signal in signals if signal.answers],
        zones={key: place.name(language) for key, place in names.items()},
        answers=tuple(SignalAnswer),
        typed=typed or Typed(),
        problems=told(request, problems),
    )


@router.get("/signals/live")
async def follow_signals(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId | None = None
) -> StreamingResponse:
    """Say when signals, or their answers, changed: all, or those of a campaign."""

    async def mark(tx: Tx) -> str:
        return await marks.mark_of_signals(tx, campaign_id)

    return live(request, database, mark)


@router.post("/signals")
async def answer(
    request: Request, database: Db, who: Coordinator, campaign_id: CampaignId | None = None
) -> Response:
    """Answer a signal, and stay where it is read: among all, or where its campaign is followed.

    A script on that page gets its part alone.
    """
    typed = await typed_in(request)
    follows = request.query_params.get("back") == FOLLOW
    in_part = campaign_id is not None and follows and "hx-request" in request.headers
    try:
        named = read_as(_Answered, {key: typed.text(key) for key in _Answered.model_fields})
        async with database.transaction() as tx:
            await answer_signal(named.signal_id, named, who.person_id, tx)
    except RefusedError as refused:
        if campaign_id is not None and in_part:
            return await signals_part(request, database, campaign_id, typed, refused.problems)
        return await signals_page(
            request, database, typed, refused.problems, campaign_id=campaign_id
        )
    if campaign_id is None:
        return see_other("/intake/signals")
    if in_part:
        return await signals_part(request, database, campaign_id)
    if follows:
        return see_other(f"/dispatch/desk/campaigns/{campaign_id}/follow#signals")
    return see_other(f"/intake/signals?campaign_id={campaign_id}")


class _Answered(SignalAnswerForm):
    signal_id: UUID


async def signals_page(  # noqa: PLR0913 - a page, and what was typed into it
    request: Request,
    database: Database,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
    *,
    campaign_id: CampaignId | None = None,
    whole: bool = True,
) -> HTMLResponse:
    """Render the signals, or what of the page changes."""
    async with database.reading() as tx:
        signals = await store.list_signals(tx, campaign_id=campaign_id)
        if campaign_id is not None:
            await store.campaign_of(tx, campaign_id)
        campaigns = {campaign.id: campaign for campaign in await store.list_campaigns(tx)}
        names = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "signals.html" if whole else "signals_list.html",
        422 if problems else 200,
        waiting=[signal for signal in signals if not signal.answers],
        answered=[signal for signal in signals if signal.answers],
        campaigns={key: campaign.name(language) for key, campaign in campaigns.items()},
        zones=names,
        campaign_id=campaign_id,
        answers=tuple(SignalAnswer),
        back=request.query_params.get("back", ""),
        typed=typed or Typed(),
        problems=told(request, problems),
    )
