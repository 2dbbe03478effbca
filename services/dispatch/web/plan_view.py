"""A campaign's plan as the coordination sees it. Nothing here is counted per person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import Request

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING, Progress, task_state
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.planning import Suggestion
from services.dispatch.rules.roster import Slot
from services.dispatch.rules.wording import Said
from services.dispatch.steps.suggest_people import suggest_people
from services.dispatch.store import Campaign, PlanRow, Proposal, TaskRow
from services.dispatch.web.shown import Names
from shared.db import Tx, zone_names
from shared.web import translate
from shared.words import CampaignState, Channel, NotifyFailure, ProposalState, TaskState

MemberState = Literal["suggested", "proposed", "accepted"]
NOT_DONE = {
    "nobody_accepted": "personne ne l’a acceptée",
    "no_outcome": "aucun résultat n’a été noté",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team, and how far the question to them is."""

    worker_id: UUID
    name: str
    why: list[str]
    state: MemberState
    proposal_id: UUID | None = None
    told: bool = False
    not_told_because: NotifyFailure | None = None
    told_at: datetime | None = None
    told_by: Channel | None = None
    answer_by: datetime | None = None
    raised_hand: bool = False
    started: bool = False
    said: tuple[Said, ...] = ()
    """Why they are there, as it can be written in any language."""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """Another time that somebody wishes."""

    proposal_id: UUID
    worker_id: UUID
    name: str
    wished_at: datetime


@dataclass(frozen=True, slots=True)
class TaskView:
    slot: Slot
    state: TaskState
    team: list[Member]
    counters: list[Counter]
    missing: int
    asked: bool
    gap_since: datetime | None
    not_done_because: str | None
    to_come: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    campaign: Campaign
    plan: PlanRow | None
    tasks: list[TaskView]

    @property
    def state(self) -> Literal["none", "ready", "confirmed"]:
        if self.plan is None:
            return "none"
        return "ready" if self.plan.confirmed_until is None else "confirmed"

    @property
    def gaps(self) -> list[TaskView]:
        """The tasks to come that miss somebody, or for which another time is wished."""
        return [task for task in self.tasks if task.to_come and (task.missing or task.counters)]


async def view_plan(tx: Tx, request: Request, campaign_id: UUID) -> PlanView:
    """Read a campaign's plan.

    Raises:
        MissingError: no such campaign.
    """
    campaign = await store.campaign_of(tx, campaign_id)
    plan = await store.plan_of(tx, campaign_id)
    held = await store.held_proposals(tx, campaign_id)
    suggested = await store.suggestions_of(tx, campaign_id)
    names = Names(request, await store.worker_names(tx), await zone_names(tx))
    tasks = [
        view_task(
            names,
            (campaign, plan, tx.now),
            row,
            held.get(row.slot.id, []),
            suggested.get(row.slot.id, []),
        )
        for row in await store.list_tasks(tx, campaign_id)
    ]
    return PlanView(campaign, plan, tasks)


def view_task(
    names: Names,
    at: tuple[Campaign, PlanRow | None, datetime],
    row: TaskRow,
    held: list[Proposal],
    suggested: list[Suggestion],
) -> TaskView:
    """Show one task. Until people are asked, its team is whom the plan suggests."""
    campaign, plan, now = at
    holding = [p for p in held if p.state in HOLDING]
    until_on = plan.confirmed_until if plan else None
    confirmed = until_on is not None and local_day(row.slot.starts_at) <= until_on
    to_come = (
        not row.is_over and row.slot.starts_at > now and campaign.state is CampaignState.RUNNING
    )
    asked = bool(held) or confirmed
    team = [
        Member(
            p.worker_id,
            names.worker(p.worker_id),
            names.reasons(p.why),
            "accepted" if p.state is ProposalState.ACCEPTED else "proposed",
            p.id,
            told=p.told_at is not None,
            not_told_because=p.not_told_because,
            told_at=p.told_at,
            told_by=p.told_by,
            answer_by=p.answer_by,
            raised_hand=p.raised_hand,
            started=p.started_at is not None,
            said=tuple(p.why),
        )
        for p in holding
        if p.worker_id is not None
    ]
    others = [
        Member(
            s.worker_id,
            names.worker(s.worker_id),
            names.reasons(s.why),
            "suggested",
            said=s.why,
            kept=s.kept,
        )
        for s in suggested
    ]
    here = len(team) if asked else len(others)
    progress = Progress(
        row.slot.people_wanted,
        accepted=sum(m.state == "accepted" for m in team),
        asked=len(held) - sum(m.state == "accepted" for m in team),
        started=row.started_at is not None,
        done=row.done_at is not None,
        not_done=row.not_done_at is not None,
        withdrawn=row.withdrawn_at is not None,
    )
    return TaskView(
        slot=row.slot,
        state=task_state(progress),
        asked=asked,
        team=team if asked else others,
        counters=[
            Counter(p.id, p.worker_id, names.worker(p.worker_id), p.wished_at)
            for p in held
            if p.state is ProposalState.COUNTERED and p.wished_at and p.worker_id
        ],
        missing=max(0, row.slot.people_wanted - here),
        gap_since=row.gap_since,
        not_done_because=why_not(names, row) if not team and not others else None,
        to_come=to_come,
    )


def why_not(names: Names, row: TaskRow) -> str | None:
    """Say why nobody does a task."""
    if row.not_done_because is not None:
        return translate(names.language, NOT_DONE[row.not_done_because])
    return names.reason(row.unmatched_because) if row.unmatched_because else None


async def suggest_for(
    tx: Tx, request: Request, view: PlanView, gaps: Sequence[TaskView]
) -> dict[UUID, list[Member]]:
    """Work out who could fill some gaps as everybody's calendars are now, by task."""
    found = await suggest_people(view.campaign, [gap.slot for gap in gaps if gap.asked], tx)
    names = Names(request, await store.worker_names(tx), await zone_names(tx))
    return {
        task_id: [
            Member(s.worker_id, names.worker(s.worker_id), names.reasons(s.why), "suggested")
            for s in theirs
        ]
        for task_id, theirs in found.items()
    }
