"""A worker's day, for programs: own tasks, outcomes, signals, opinions, own time."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel

from services.dispatch import store
from services.dispatch.rules.local_time import instant, local_day
from services.dispatch.rules.operations import ContributionBody
from services.dispatch.rules.time_account import WeekAccount
from services.dispatch.steps.give_opinion import give_opinion
from services.dispatch.steps.raise_signal import raise_signal
from services.dispatch.steps.record_contribution import record_contribution
from services.dispatch.steps.start_task import start_task
from services.dispatch.web.own_view import view_account, view_own
from shared.web import Db, Worker
from shared.words import (
    ActionKind,
    CrisisKind,
    Ground,
    SignalKind,
    Stance,
    Theme,
    ZoneId,
)

router = APIRouter()
CREATED = 201


class OwnTaskShown(BaseModel):
    task_id: UUID
    proposal_id: UUID
    campaign_id: UUID
    zone_id: str
    kind: ActionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    started_at: AwareDatetime | None
    people: list[str]


class RecordedShown(BaseModel):
    outcome_id: UUID
    version: int


class SignalBody(BaseModel):
    id: UUID
    campaign_id: UUID | None = None
    zone_id: ZoneId
    kind: SignalKind
    theme: Theme


class ConsultationShown(BaseModel):
    consultation_id: UUID
    invitation_id: UUID
    crisis: CrisisKind
    closes_at: AwareDatetime
    accelerated: bool
    my_stance: Stance | None


class OpinionBody(BaseModel):
    stance: Stance
    grounds: list[Ground] = []


class WeekShown(BaseModel):
    monday: date
    weekly_min: int
    host_partner_min: int
    commitments_min: int
    campaigns_min: int
    campaigns_four_weeks_min: int
    left_min: int


class AccountShown(BaseModel):
    weeks: list[WeekShown]


@router.get("/api/tasks")
async def get_tasks(request: Request, database: Db, who: Worker) -> list[OwnTaskShown]:
    """List the tasks that one accepted, from today on."""
    async with database.reading() as tx:
        today = instant(local_day(tx.now), 0)
        accepted = await store.accepted_by_worker(tx, who.person_id, today)
        return [
            OwnTaskShown(
                task_id=task.proposal.task_id,
                proposal_id=task.proposal.id,
                campaign_id=task.proposal.campaign_id,
                zone_id=task.proposal.zone_id,
                kind=task.proposal.kind,
                starts_at=task.proposal.starts_at,
                ends_at=task.proposal.ends_at,
                started_at=task.proposal.started_at,
                people=task.beside,
            )
            for task in await view_own(tx, request, who.person_id, accepted)
        ]


@router.post("/api/tasks/{task_id}/start")
async def post_start(database: Db, who: Worker, task_id: UUID) -> dict[str, UUID]:
    """Begin a task that one accepted."""
    async with database.transaction() as tx:
        await start_task(task_id, who.person_id, tx)
    return {"task_id": task_id}


@router.put("/api/tasks/{task_id}/contributions/{contribution_id}")
async def put_contribution(  # noqa: PLR0913, PLR0917 - FastAPI names them all
    database: Db,
    who: Worker,
    task_id: UUID,
    contribution_id: UUID,
    body: ContributionBody,
    response: Response,
) -> RecordedShown:
    """Record what a task gave; 201 the first time, 200 for a repetition or a correction."""
    async with database.transaction() as tx:
        recorded = await record_contribution(
            task_id, contribution_id, who.person_id, body.as_body(), tx
        )
    if recorded.receipt == "new":
        response.status_code = CREATED
    return RecordedShown(outcome_id=recorded.outcome_id, version=recorded.version)


@router.post("/api/signals", responses={CREATED: {"model": dict[str, UUID]}})
async def post_signal(
    database: Db, who: Worker, body: SignalBody, response: Response
) -> dict[str, UUID]:
    """Send upwards what the field sees; 201 the first time, 200 for a repetition."""
    async with database.transaction() as tx:
        new = await raise_signal(
            body.id,
            who.person_id,
            tx,
            zone_id=body.zone_id,
            kind=body.kind,
            theme=body.theme,
            campaign_id=body.campaign_id,
        )
    if new:
        response.status_code = CREATED
    return {"id": body.id}


@router.get("/api/consultations")
async def get_consultations(database: Db, who: Worker) -> list[ConsultationShown]:
    """List the open consultations, with one's own opinion only."""
    async with database.reading() as tx:
        own = await store.own_opinions(tx, who.person_id)
        return [
            ConsultationShown(
                consultation_id=asked.id,
                invitation_id=asked.invitation_id,
                crisis=asked.crisis,
                closes_at=asked.closes_at,
                accelerated=asked.accelerated,
                my_stance=own[asked.id].stance if asked.id in own else None,
            )
            for asked in await store.list_consultations(tx)
            if asked.is_open(tx.now)
        ]


@router.post("/api/consultations/{consultation_id}/opinion")
async def post_opinion(
    database: Db, who: Worker, consultation_id: UUID, body: OpinionBody
) -> dict[str, int]:
    """Give an opinion, or change it while the window is open."""
    async with database.transaction() as tx:
        version = await give_opinion(consultation_id, who.person_id, body.stance, body.grounds, tx)
    return {"version": version}


@router.get("/api/time-account")
async def get_time_account(database: Db, who: Worker) -> AccountShown:
    """Show one's own time, this week and the three that follow. Nobody else can see it."""
    async with database.reading() as tx:
        weeks = await view_account(tx, who.person_id)
    return AccountShown(weeks=[as_week(week) for week in weeks])


def as_week(week: WeekAccount) -> WeekShown:
    return WeekShown.model_validate(week, from_attributes=True)
