"""The screen of the weekly meeting: what misses somebody, and hands that go up for it.

Everybody in the room reads it. It names who said yes and whose hand was seen, and nobody else:
not who is silent, who said no or why, nor whom a rule keeps from a task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.dispatch import store
from services.dispatch.steps.note_raised_hand import note_raised_hand
from services.dispatch.steps.suggest_people import suggest_people
from services.dispatch.store import Consultation, following
from services.dispatch.web.field_pages import as_uuid
from services.dispatch.web.forms import typed
from services.dispatch.web.plan_view import Member, PlanView, TaskView, view_plan
from shared.db import Database, Tx, ZoneName, zone_names
from shared.errors import RefusedError
from shared.web import Coordinator, Db, language_of, live, page, see_other
from shared.words import CampaignState

router = APIRouter(prefix="/morning", default_response_class=HTMLResponse, include_in_schema=False)
PATH = "/dispatch/desk/morning"
REFUSED = 409
GAPS_SHOWN = 12  # of each campaign, the soonest: a room does not read further


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A task that misses somebody, as it may be projected.

    `awaited`: how many were asked and are silent, without a name. `call`: the rules find nobody.
    """

    campaign: str | None
    task: TaskView
    call: bool

    @property
    def sure(self) -> list[Member]:
        return [member for member in self.task.team if member.state == "accepted"]

    @property
    def raised(self) -> list[Member]:
        return [m for m in self.task.team if m.state == "proposed" and m.raised_hand]

    @property
    def awaited(self) -> int:
        return sum(m.state == "proposed" and not m.raised_hand for m in self.task.team)

    def may_raise(self, roster: Sequence[tuple[UUID, str]]) -> list[tuple[UUID, str]]:
        """List everybody but those whom the screen names already: who cannot is not to be read."""
        named = {member.worker_id for member in (*self.sure, *self.raised)}
        return [(worker_id, name) for worker_id, name in roster if worker_id not in named]


@dataclass(frozen=True, slots=True)
class MorningView:
    places: list[OpenPlace]
    confirming: list[OpenPlace]
    consultations: list[Consultation]
    roster: list[tuple[UUID, str]]
    zones: dict[str, ZoneName]

    @property
    def calls(self) -> list[OpenPlace]:
        """Places for which the rules find nobody: a call for reinforcement."""
        return [place for place in self.places if place.call]

    @property
    def others(self) -> list[OpenPlace]:
        return [place for place in self.places if not place.call]


async def view_morning(tx: Tx, request: Request) -> MorningView:
    """Read what every running campaign misses."""
    language = language_of(request)
    open_places: list[OpenPlace] = []
    confirming: list[OpenPlace] = []
    for campaign in await store.list_campaigns(tx):
        if campaign.state is not CampaignState.RUNNING:
            continue
        view = await view_plan(tx, request, campaign.frame.campaign_id)
        asked = [task for task in view.tasks if task.to_come and task.asked]
        gaps = [task for task in asked if task.missing][:GAPS_SHOWN]
        found = await suggest_people(campaign, [task.slot for task in gaps], tx)
        open_places += [
            OpenPlace(campaign.name(language), task, call=not found.get(task.slot.id))
            for task in gaps
        ]
        confirming += _confirming(view, language)
    return MorningView(
        sorted(open_places, key=_when),
        sorted(confirming, key=_when),
        [c for c in await store.list_consultations(tx) if c.is_open(tx.now)],
        [(entry.worker.id, entry.worker.name) for entry in await store.list_roster(tx)],
        await zone_names(tx),
    )


def _confirming(view: PlanView, language: str) -> list[OpenPlace]:
    places = (
        OpenPlace(view.campaign.name(language), task, call=False)
        for task in view.tasks
        if task.to_come
    )
    return [place for place in places if place.raised]


def _when(place: OpenPlace) -> tuple[str, str]:
    return place.task.slot.starts_at.isoformat(), str(place.task.slot.id)


async def morning_page(
    request: Request, database: Database, template: str = "morning.html", *, refused: bool = False
) -> Response:
    """Render the screen. A refusal says that it was one, and not why: everybody reads it."""
    async with database.reading() as tx:
        view = await view_morning(tx, request)
    language = language_of(request)
    return page(
        request,
        template,
        REFUSED if refused else 200,
        view=view,
        here=PATH,
        zones={zone.id: zone.name(language) for zone in view.zones.values()},
        refused=refused,
    )


@router.get("")
async def show_morning(request: Request, database: Db, _: Coordinator) -> Response:
    """Show the screen of the weekly meeting."""
    return await morning_page(request, database)


@router.get("/part")
async def show_part(request: Request, database: Db, _: Coordinator) -> Response:
    """Show what changes of that screen."""
    return await morning_page(request, database, "morning_part.html")


@router.get("/live")
async def follow_live(request: Request, database: Db, _: Coordinator) -> StreamingResponse:
    """Say when something of any campaign changed."""
    return live(request, database, following.mark_of)


@router.post("/hands")
async def note_hand(request: Request, database: Db, _: Coordinator) -> Response:
    """Note a raised hand; the worker then confirms on their own device."""
    form = await typed(request)
    task_id, worker_id = as_uuid(form.text("task_id")), as_uuid(form.text("worker_id"))
    try:
        async with database.transaction() as tx:
            await note_raised_hand(task_id, worker_id, tx)
    except RefusedError:
        return await morning_page(request, database, refused=True)
    return see_other(f"{PATH}#hands")
