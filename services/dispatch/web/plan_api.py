"""Plans, gaps and proposals as the coordination handles them, for programs."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.dispatch.steps.agree_counter import agree_counter
from services.dispatch.steps.confirm_plan import confirm_plan
from services.dispatch.steps.explain_task import explain_task
from services.dispatch.steps.propose_task import propose_task
from services.dispatch.steps.rematch_campaign import rematch_campaign
from services.dispatch.steps.withdraw_proposal import withdraw_proposal
from services.dispatch.store import searches
from services.dispatch.web.plan_view import TaskView, suggest_for, view_plan
from services.dispatch.web.plan_words import names_for, show_why
from shared.web import Coordinator, Db
from shared.words import ActionKind, NotifyFailure, TaskState, WithdrawalReason

router = APIRouter()


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MemberShown(Shown):
    worker_id: UUID
    name: str
    why: list[str]
    state: Literal["suggested", "proposed", "accepted"]
    proposal_id: UUID | None
    told: bool
    not_told_because: NotifyFailure | None


class CounterShown(Shown):
    proposal_id: UUID
    worker_id: UUID
    wished_at: AwareDatetime


class TaskShown(BaseModel):
    task_id: UUID
    zone_id: str
    kind: ActionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    people_wanted: int
    state: TaskState
    team: list[MemberShown]
    not_done_because: str | None


class QualityShown(Shown):
    """How good the plan was when it was made: share of a proven bound, and tasks with a team."""

    of_bound_pct: float | None
    tasks: int
    tasks_with_team: int
    cut_tasks: int


class AlmostShown(Shown):
    worker_id: UUID
    name: str
    blocked_by: list[str]


class LeverShown(Shown):
    change: str
    frees: bool


class ReasonsShown(Shown):
    task_id: UUID
    summary: str
    missing: list[str]
    almost: list[AlmostShown]
    levers: list[LeverShown] | None


class PlanShown(BaseModel):
    plan_id: UUID | None
    version: int
    state: Literal["none", "ready", "confirmed"]
    confirmed_until: date | None
    quality: QualityShown | None
    tasks: list[TaskShown]


class GapShown(BaseModel):
    task_id: UUID
    zone_id: str
    kind: ActionKind
    starts_at: AwareDatetime
    missing: int
    since: AwareDatetime | None
    suggestions: list[MemberShown]
    counters: list[CounterShown]


class Confirmation(BaseModel):
    """Which version was looked at, and the last day to propose, included."""

    version: int
    until: date


class ConfirmationShown(BaseModel):
    proposed: int
    left_out: int


class Question(BaseModel):
    worker_id: UUID
    starts_at: AwareDatetime | None = None


class ProposalShown(BaseModel):
    proposal_id: UUID


class Withdrawal(BaseModel):
    reason: WithdrawalReason = WithdrawalReason.NO_LONGER_NEEDED


@router.get("/api/campaigns/{campaign_id}/plan")
async def get_plan(request: Request, database: Db, _: Coordinator, campaign_id: UUID) -> PlanShown:
    """Show a campaign's plan: each task with its team and why."""
    async with database.reading() as tx:
        view = await view_plan(tx, request, campaign_id)
        quality = await searches.quality_of(tx, campaign_id)
    return PlanShown(
        plan_id=view.plan.id if view.plan else None,
        version=view.plan.version if view.plan else 0,
        state=view.state,
        confirmed_until=view.plan.confirmed_until if view.plan else None,
        quality=QualityShown.model_validate(quality) if quality else None,
        tasks=[show_task(task) for task in view.tasks],
    )


@router.get("/api/campaigns/{campaign_id}/tasks/{task_id}/reasons")
async def get_reasons(
    request: Request,
    database: Db,
    _: Coordinator,
    campaign_id: UUID,
    task_id: UUID,
    levers: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> ReasonsShown:
    """Say why a task to come is as it is; `levers`: solve which single fact would free it."""
    async with database.reading() as tx:
        told = await explain_task(campaign_id, task_id, tx, try_levers=levers)
        names = await names_for(tx, request)
    return ReasonsShown.model_validate(show_why(names, told))


def show_task(task: TaskView) -> TaskShown:
    slot = task.slot
    return TaskShown(
        task_id=slot.id,
        zone_id=slot.zone_id,
        kind=slot.kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        people_wanted=slot.people_wanted,
        state=task.state,
        team=[MemberShown.model_validate(member) for member in task.team],
        not_done_because=task.not_done_because,
    )


@router.post("/api/campaigns/{campaign_id}/plan/confirm")
async def post_confirmation(
    database: Db, _: Coordinator, campaign_id: UUID, body: Confirmation
) -> ConfirmationShown:
    """Propose the tasks up to a day. Nothing is sent before this."""
    async with database.transaction() as tx:
        confirmed = await confirm_plan(campaign_id, body.version, body.until, tx)
    return ConfirmationShown(proposed=confirmed.proposed, left_out=confirmed.left_out)


@router.post("/api/campaigns/{campaign_id}/plan/rematch")
async def post_rematch(database: Db, _: Coordinator, campaign_id: UUID) -> dict[str, int]:
    """Make the plan anew around what people said; what was not proposed is confirmed anew."""
    async with database.transaction() as tx:
        return {"version": await rematch_campaign(campaign_id, tx)}


@router.get("/api/campaigns/{campaign_id}/gaps")
async def get_gaps(
    request: Request, database: Db, _: Coordinator, campaign_id: UUID
) -> list[GapShown]:
    """List the tasks to come that miss somebody, with who could come and other times wished."""
    async with database.reading() as tx:
        view = await view_plan(tx, request, campaign_id)
        suggested = await suggest_for(tx, request, view, view.gaps)
    return [
        GapShown(
            task_id=task.slot.id,
            zone_id=task.slot.zone_id,
            kind=task.slot.kind,
            starts_at=task.slot.starts_at,
            missing=task.missing,
            since=task.gap_since,
            suggestions=[
                MemberShown.model_validate(member) for member in suggested.get(task.slot.id, ())
            ],
            counters=[CounterShown.model_validate(counter) for counter in task.counters],
        )
        for task in view.gaps
    ]


@router.post("/api/tasks/{task_id}/propose")
async def post_question(
    database: Db, _: Coordinator, task_id: UUID, body: Question
) -> ProposalShown:
    """Ask one worker for one task. A hard rule that says no refuses, with every reason."""
    async with database.transaction() as tx:
        proposal_id = await propose_task(task_id, body.worker_id, tx, body.starts_at)
    return ProposalShown(proposal_id=proposal_id)


@router.post("/api/proposals/{proposal_id}/withdraw")
async def post_withdrawal(
    database: Db, _: Coordinator, proposal_id: UUID, body: Withdrawal
) -> ProposalShown:
    """Take a question back, or an accepted task that did not begin."""
    async with database.transaction() as tx:
        await withdraw_proposal(proposal_id, body.reason, tx)
    return ProposalShown(proposal_id=proposal_id)


@router.post("/api/proposals/{proposal_id}/agree")
async def post_agreement(database: Db, _: Coordinator, proposal_id: UUID) -> ProposalShown:
    """Agree with another time: the task moves, and the answer is the new question's id."""
    async with database.transaction() as tx:
        return ProposalShown(proposal_id=await agree_counter(proposal_id, tx))
