"""A worker's own proposals, for programs. Nobody else can answer them."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel

from services.dispatch import store
from services.dispatch.steps.accept_proposal import accept_proposal
from services.dispatch.steps.counter_proposal import counter_proposal
from services.dispatch.steps.decline_proposal import decline_proposal
from services.dispatch.steps.hand_back_task import hand_back_task
from services.dispatch.web.own_view import OwnTask, view_own
from shared.web import Db, Worker
from shared.words import ActionKind, DeclineReason, ProposalState

router = APIRouter()


class OwnProposal(BaseModel):
    proposal_id: UUID
    task_id: UUID
    campaign_id: UUID
    zone_id: str
    kind: ActionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    answer_by: AwareDatetime
    state: ProposalState
    with_: list[str]
    costs_min: int
    why: list[str]

    model_config = {"alias_generator": lambda name: name.rstrip("_"), "populate_by_name": True}


class Refusal(BaseModel):
    reason: DeclineReason = DeclineReason.NO_REASON_GIVEN


class Wish(BaseModel):
    wished_at: AwareDatetime


class Answered(BaseModel):
    proposal_id: UUID
    state: ProposalState


@router.get("/api/proposals")
async def get_proposals(request: Request, database: Db, who: Worker) -> list[OwnProposal]:
    """List one's own proposals about tasks to come or under way."""
    async with database.reading() as tx:
        proposals = await store.own_proposals(tx, who.person_id, tx.now)
        return [show(task) for task in await view_own(tx, request, who.person_id, proposals)]


def show(task: OwnTask) -> OwnProposal:
    p = task.proposal
    return OwnProposal(
        proposal_id=p.id,
        task_id=p.task_id,
        campaign_id=p.campaign_id,
        zone_id=p.zone_id,
        kind=p.kind,
        starts_at=p.starts_at,
        ends_at=p.ends_at,
        answer_by=p.answer_by,
        state=p.state,
        with_=task.beside,
        costs_min=task.cost_min,
        why=task.why,
    )


@router.post("/api/proposals/{proposal_id}/accept")
async def post_yes(database: Db, who: Worker, proposal_id: UUID) -> Answered:
    """Say yes. Refused with every reason when a hard rule says no by now.

    A yes that comes late takes the place when it is free: the answer then names the question that
    it answers. Otherwise the question stays ended, and the yes is kept for the next free place.
    """
    async with database.transaction() as tx:
        answered = await accept_proposal(proposal_id, who.person_id, tx)
    return Answered(proposal_id=answered.id, state=answered.state)


@router.post("/api/proposals/{proposal_id}/decline")
async def post_no(database: Db, who: Worker, proposal_id: UUID, body: Refusal) -> Answered:
    """Say no; the reason helps to mend the plan and is counted for nobody.

    A no that comes after its question ended changes nothing.
    """
    async with database.transaction() as tx:
        answered = await decline_proposal(proposal_id, who.person_id, body.reason, tx)
    return Answered(proposal_id=proposal_id, state=answered)


@router.post("/api/proposals/{proposal_id}/counter")
async def post_wish(database: Db, who: Worker, proposal_id: UUID, body: Wish) -> Answered:
    """Propose another time."""
    async with database.transaction() as tx:
        await counter_proposal(proposal_id, who.person_id, body.wished_at, tx)
    return Answered(proposal_id=proposal_id, state=ProposalState.COUNTERED)


@router.post("/api/proposals/{proposal_id}/hand-back")
async def post_hand_back(database: Db, who: Worker, proposal_id: UUID) -> Answered:
    """Give an accepted task back before it begins."""
    async with database.transaction() as tx:
        await hand_back_task(proposal_id, who.person_id, tx)
    return Answered(proposal_id=proposal_id, state=ProposalState.HANDED_BACK)
