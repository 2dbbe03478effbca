"""Pages of what the field signals, and of the coordination's answers."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.intake import store
from services.intake.steps.answer_signal import SignalAnswerForm, answer_signal
from services.intake.store import marks
from services.intake.web.forms import Typed, named, read_as, told, typed_in
from shared.db import Database, Tx, zone_names
from shared.errors import Problem, RefusedError
from shared.web import Coordinator, Db, language_of, live, page, see_other
from shared.words import CampaignId, SignalAnswer

router = APIRouter()


@router.get("/signals", response_class=HTMLResponse)
async def show_signals(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId | None = None
) -> Response:
    """Show the signals, those that wait for an answer first."""
    return await signals_page(request, database, campaign_id=campaign_id)


@router.get("/signals/part", response_class=HTMLResponse)
async def show_part(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId
) -> Response:
    """Show a campaign's signals and their answers, for the page on which it is followed."""
    async with database.reading() as tx:
        signals = await store.list_signals(tx, campaign_id=campaign_id)
        names = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "signals_part.html",
        campaign_id=campaign_id,
        waiting=[signal for signal in signals if not signal.answers],
        answered=[signal for signal in signals if signal.answers],
        zones={key: place.name(language) for key, place in names.items()},
    )


@router.get("/signals/live")
async def follow_signals(
    request: Request, database: Db, _: Coordinator, campaign_id: CampaignId
) -> StreamingResponse:
    """Say when a campaign's signals, or their answers, changed."""

    async def mark(tx: Tx) -> str:
        return await marks.mark_of_signals(tx, campaign_id)

    return live(request, database, mark)


@router.post("/signals")
async def answer(
    request: Request, database: Db, who: Coordinator, campaign_id: CampaignId | None = None
) -> Response:
    """Answer a signal, and stay with the campaign whose signals are read."""
    typed = await typed_in(request)
    try:
        named = read_as(_Answered, {key: typed.text(key) for key in _Answered.model_fields})
        async with database.transaction() as tx:
            await answer_signal(named.signal_id, named, who.person_id, tx)
    except RefusedError as refused:
        return await signals_page(
            request, database, typed, refused.problems, campaign_id=campaign_id
        )
    asked = f"?campaign_id={campaign_id}" if campaign_id else ""
    return see_other(f"/intake/signals{asked}")


class _Answered(SignalAnswerForm):
    signal_id: UUID


async def signals_page(
    request: Request,
    database: Database,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
    *,
    campaign_id: CampaignId | None = None,
) -> HTMLResponse:
    """Render the signals."""
    async with database.reading() as tx:
        signals = await store.list_signals(tx, campaign_id=campaign_id)
        if campaign_id is not None:
            await store.campaign_of(tx, campaign_id)
        campaigns = {campaign.id: campaign for campaign in await store.list_campaigns(tx)}
        names = await zone_names(tx)
    language = language_of(request)
    return page(
        request,
        "signals.html",
        422 if problems else 200,
        waiting=[signal for signal in signals if not signal.answers],
        answered=[signal for signal in signals if signal.answers],
        campaigns={key: campaign.name(language) for key, campaign in campaigns.items()},
        zones=names,
        campaign_id=campaign_id,
        answers=named(request, SignalAnswer),
        typed=typed or Typed(),
        problems=told(request, problems),
    )
