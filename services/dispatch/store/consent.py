"""Proposals: who was asked what, until when, and what they answered for themselves.

There is no query here that selects a no by worker: a no matters to its task, and only until the
task has passed.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, insert, or_, select, update

from services.dispatch.rules.consent import Clockwork
from services.dispatch.rules.roster import WeeklyPeriod, lies_across
from services.dispatch.store.tables import contribution, proposal, task
from shared.db import Tx
from shared.errors import MissingError
from shared.words import (
    ActionKind,
    CampaignId,
    Channel,
    DeclineReason,
    NotifyFailure,
    ProposalId,
    ProposalState,
    TaskId,
    WithdrawalReason,
    WorkerId,
)

NO = (ProposalState.DECLINED, ProposalState.HANDED_BACK)
UNASKED_AGAIN = (*NO, ProposalState.EXPIRED, ProposalState.COUNTERED)
"""Who is not suggested again for the same task by itself."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A task, proposed to one worker at one time. `worker_id` is None once it was forgotten."""

    id: ProposalId
    task_id: TaskId
    campaign_id: CampaignId
    zone_id: str
    kind: ActionKind
    worker_id: WorkerId | None
    state: ProposalState
    starts_at: datetime
    ends_at: datetime
    answer_by: datetime
    why: list[dict[str, Any]]
    decline_reason: DeclineReason | None = None
    wished_at: datetime | None = None
    started_at: datetime | None = None
    told_at: datetime | None = None
    told_by: Channel | None = None
    not_told_because: NotifyFailure | None = None
    raised_hand: bool = False

    def clock(self, now: datetime) -> Clockwork:
        """Return what the rules of consent need to know of time."""
        return Clockwork(now, self.answer_by, self.starts_at, started=self.started_at is not None)


def _proposals() -> Select[Any]:
    return select(
        proposal.c.id,
        proposal.c.task_id,
        task.c.campaign_id,
        task.c.zone_id,
        task.c.kind,
        proposal.c.worker_id,
        proposal.c.state,
        proposal.c.starts_at,
        proposal.c.ends_at,
        proposal.c.answer_by,
        proposal.c.why,
        proposal.c.decline_reason,
        proposal.c.wished_at,
        proposal.c.started_at,
        proposal.c.told_at,
        proposal.c.told_by,
        proposal.c.not_told_because,
        proposal.c.raised_hand,
    ).join(task, task.c.id == proposal.c.task_id)


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=ProposalId(row.id),
        task_id=TaskId(row.task_id),
        campaign_id=CampaignId(row.campaign_id),
        zone_id=row.zone_id,
        kind=ActionKind(row.kind),
        worker_id=WorkerId(row.worker_id) if row.worker_id else None,
        state=ProposalState(row.state),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        answer_by=row.answer_by,
        why=row.why,
        decline_reason=DeclineReason(row.decline_reason) if row.decline_reason else None,
        wished_at=row.wished_at,
        started_at=row.started_at,
        told_at=row.told_at,
        told_by=Channel(row.told_by) if row.told_by else None,
        not_told_because=NotifyFailure(row.not_told_because) if row.not_told_because else None,
        raised_hand=row.raised_hand,
    )


async def save_proposal(tx: Tx, asked: Proposal) -> None:
    """Save a new question to a worker."""
    await tx.execute(
        insert(proposal).values(
            id=asked.id,
            task_id=asked.task_id,
            worker_id=asked.worker_id,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            why=asked.why,
            proposed_at=tx.now,
            answer_by=asked.answer_by,
        )
    )


async def own_proposal(tx: Tx, proposal_id: UUID, worker_id: UUID) -> Proposal:
    """Return a worker's own proposal, held until the commit.

    Raises:
        MissingError: there is none, or it asks somebody else; which one is not told.
    """
    found = await proposal_of(tx, proposal_id, lock=True)
    if found.worker_id != worker_id:
        raise MissingError("proposal")
    return found


async def proposal_of(tx: Tx, proposal_id: UUID, *, lock: bool = False) -> Proposal:
    """Return a proposal. `lock`: hold it until the commit.

    Raises:
        MissingError: there is none.
    """
    query = _proposals().where(proposal.c.id == proposal_id)
    if lock:
        query = query.with_for_update(of=proposal)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise MissingError("proposal")
    return _proposal(row)


async def proposals_for(tx: Tx, task_id: UUID) -> list[Proposal]:
    """Return everything that was asked about one task, oldest first."""
    rows = await tx.execute(
        _proposals()
        .where(proposal.c.task_id == task_id)
        .order_by(proposal.c.proposed_at, proposal.c.id)
    )
    return [_proposal(row) for row in rows]


async def who_said_no(
    tx: Tx,
    campaign_id: UUID,
    since: datetime,
    states: Collection[ProposalState] = UNASKED_AGAIN,
) -> set[tuple[UUID, UUID]]:
    """Return (worker, task) pairs of later tasks that are not to be asked again as they stand.

    A task that moved to another time may be proposed to everybody again.
    """
    rows = await tx.execute(
        select(proposal.c.worker_id, proposal.c.task_id)
        .join(task, task.c.id == proposal.c.task_id)
        .where(task.c.campaign_id == campaign_id, task.c.starts_at > since)
        .where(proposal.c.state.in_([state.value for state in states]))
        .where(proposal.c.starts_at == task.c.starts_at, proposal.c.worker_id.is_not(None))
    )
    return {(row.worker_id, row.task_id) for row in rows}


async def count_asked(tx: Tx, task_ids: Collection[UUID]) -> Counter[UUID]:
    """Count by task how many questions were asked about it, whatever became of them."""
    rows = await tx.execute(
        select(proposal.c.task_id, func.count().label("number"))
        .where(proposal.c.task_id.in_(task_ids))
        .group_by(proposal.c.task_id)
    )
    return Counter({row.task_id: row.number for row in rows})


async def held_proposals(tx: Tx, campaign_id: UUID) -> defaultdict[UUID, list[Proposal]]:
    """Return by task the proposals of a campaign that wait for an answer or were accepted."""
    states = (ProposalState.PROPOSED, ProposalState.COUNTERED, ProposalState.ACCEPTED)
    rows = await tx.execute(
        _proposals()
        .where(task.c.campaign_id == campaign_id)
        .where(proposal.c.state.in_([state.value for state in states]))
        .order_by(proposal.c.proposed_at, proposal.c.id)
    )
    found: defaultdict[UUID, list[Proposal]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(_proposal(row))
    return found


async def teams_of(
    tx: Tx, task_ids: Collection[UUID], states: Collection[ProposalState]
) -> defaultdict[UUID, list[UUID]]:
    """Return by task who is in its team, as those who work with them may know."""
    rows = await tx.execute(
        select(proposal.c.task_id, proposal.c.worker_id)
        .where(proposal.c.task_id.in_(task_ids))
        .where(proposal.c.state.in_([state.value for state in states]))
        .order_by(proposal.c.task_id, proposal.c.worker_id)
    )
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row.worker_id)
    return found


async def own_proposals(tx: Tx, worker_id: UUID, since: datetime) -> list[Proposal]:
    """Return a worker's own proposals about tasks that end after an instant, soonest first."""
    rows = await tx.execute(
        _proposals()
        .where(proposal.c.worker_id == worker_id, proposal.c.ends_at > since)
        .order_by(proposal.c.starts_at, proposal.c.id)
    )
    return [_proposal(row) for row in rows]


async def accepted_across(tx: Tx, weekly: WeeklyPeriod) -> list[TaskId]:
    """List the accepted tasks to come that lie across a stretch of every week."""
    rows = await tx.execute(
        select(proposal.c.task_id, proposal.c.starts_at, proposal.c.ends_at)
        .where(proposal.c.state == ProposalState.ACCEPTED.value, proposal.c.starts_at > tx.now)
        .order_by(proposal.c.starts_at, proposal.c.task_id)
    )
    found = [TaskId(r.task_id) for r in rows if lies_across(weekly, r.starts_at, r.ends_at)]
    return list(dict.fromkeys(found))


async def accepted_by_worker(tx: Tx, worker_id: UUID, since: datetime) -> list[Proposal]:
    """Return the tasks that a worker accepted and that end after an instant, soonest first."""
    rows = await tx.execute(
        _proposals()
        .where(proposal.c.worker_id == worker_id, proposal.c.ends_at > since)
        .where(proposal.c.state == ProposalState.ACCEPTED.value)
        .order_by(proposal.c.starts_at, proposal.c.id)
    )
    return [_proposal(row) for row in rows]


async def accepted_proposal(tx: Tx, task_id: UUID, worker_id: UUID) -> Proposal | None:
    """Return a worker's yes to a task, held until the commit; None when there is none."""
    row = (
        await tx.execute(
            _proposals()
            .where(proposal.c.task_id == task_id, proposal.c.worker_id == worker_id)
            .where(proposal.c.state == ProposalState.ACCEPTED.value)
            .with_for_update(of=proposal)
        )
    ).one_or_none()
    return _proposal(row) if row else None


async def withdrawable(tx: Tx, campaign_id: UUID, now: datetime) -> list[Proposal]:
    """Return a campaign's open proposals, and its accepted ones that did not begin, held."""
    rows = await tx.execute(
        _proposals()
        .where(task.c.campaign_id == campaign_id)
        .where(
            or_(
                proposal.c.state.in_(["proposed", "countered"]),
                and_(
                    proposal.c.state == "accepted",
                    proposal.c.started_at.is_(None),
                    proposal.c.starts_at > now,
                ),
            )
        )
        .order_by(proposal.c.id)
        .with_for_update(of=proposal)
    )
    return [_proposal(row) for row in rows]


async def silent_proposals(tx: Tx, now: datetime, limit: int) -> list[Proposal]:
    """Return proposals whose answer is overdue, held; those that somebody is answering are not."""
    rows = await tx.execute(
        _proposals()
        .where(
            or_(
                and_(proposal.c.state == "proposed", proposal.c.answer_by <= now),
                and_(proposal.c.state == "countered", proposal.c.starts_at <= now),
            )
        )
        .order_by(proposal.c.answer_by, proposal.c.id)
        .limit(limit)
        .with_for_update(of=proposal, skip_locked=True)
    )
    return [_proposal(row) for row in rows]


async def save_accepted(tx: Tx, yes: Proposal) -> None:
    """Save a worker's own yes."""
    await tx.execute(
        update(proposal)
        .where(proposal.c.id == yes.id)
        .values(
            state=ProposalState.ACCEPTED.value,
            answered_at=tx.now,
            accepted_at=tx.now,
            accepted_by=yes.worker_id,
        )
    )


async def save_state(  # noqa: PLR0913 - one state, and what each may bring
    tx: Tx,
    proposal_ids: Collection[UUID],
    state: ProposalState,
    *,
    decline_reason: DeclineReason | None = None,
    wished_at: datetime | None = None,
    withdrawn_because: WithdrawalReason | None = None,
) -> None:
    """Save what became of proposals, other than a yes."""
    values: dict[str, Any] = {"state": state.value, "answered_at": tx.now, "started_at": None}
    if decline_reason is not None:
        values["decline_reason"] = decline_reason.value
    if wished_at is not None:
        values["wished_at"] = wished_at
    if withdrawn_because is not None:
        values["withdrawn_because"] = withdrawn_because.value
    await tx.execute(update(proposal).where(proposal.c.id.in_(proposal_ids)).values(values))


async def save_started(tx: Tx, yes: Proposal) -> None:
    """Save that a worker began."""
    await tx.execute(update(proposal).where(proposal.c.id == yes.id).values(started_at=tx.now))


async def save_told(tx: Tx, proposal_id: UUID, channel: Channel) -> None:
    """Save that a worker was reached; the first channel that did counts."""
    await tx.execute(
        update(proposal)
        .where(proposal.c.id == proposal_id)
        .values(
            told_at=func.coalesce(proposal.c.told_at, tx.now),
            told_by=func.coalesce(proposal.c.told_by, channel.value),
            not_told_because=None,
        )
    )


async def save_not_told(tx: Tx, proposal_id: UUID, failure: NotifyFailure) -> None:
    """Save that one channel failed, unless another had reached that worker."""
    await tx.execute(
        update(proposal)
        .where(proposal.c.id == proposal_id, proposal.c.told_at.is_(None))
        .values(not_told_because=failure.value)
    )


async def forget_answers(tx: Tx, before: datetime, limit: int) -> int:
    """Forget who answered anything but a yes about tasks that are past; return how many rows."""
    due = (
        select(proposal.c.id)
        .where(proposal.c.ends_at <= before, proposal.c.worker_id.is_not(None))
        .where(proposal.c.state.not_in(["proposed", "accepted"]))
        .limit(limit)
    )
    forgotten = await tx.execute(
        update(proposal)
        .where(proposal.c.id.in_(due))
        .values(worker_id=None, accepted_by=None, why=[])
    )
    return int(forgotten.rowcount)


async def past_undone(
    tx: Tx, ended_before: datetime, limit: int, *, accepted: bool
) -> list[TaskId]:
    """Return tasks that ended before an instant and are open, with or without anybody's yes."""
    yes = (
        select(proposal.c.id)
        .where(proposal.c.task_id == task.c.id, proposal.c.state == "accepted")
        .exists()
    )
    rows = await tx.execute(
        select(task.c.id)
        .where(task.c.done_at.is_(None), task.c.not_done_at.is_(None))
        .where(task.c.withdrawn_at.is_(None), task.c.ends_at <= ended_before)
        .where(yes if accepted else ~yes)
        .order_by(task.c.ends_at, task.c.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return [TaskId(found) for found in rows.scalars()]


async def unrecorded(tx: Tx, worker_id: UUID, since: datetime, now: datetime) -> list[Proposal]:
    """Return a worker's accepted tasks that began and of which they recorded nothing yet."""
    recorded = (
        select(contribution.c.id)
        .where(contribution.c.task_id == proposal.c.task_id)
        .where(contribution.c.worker_id == worker_id)
        .exists()
    )
    rows = await tx.execute(
        _proposals()
        .where(proposal.c.worker_id == worker_id, proposal.c.state == "accepted")
        .where(proposal.c.starts_at <= now, proposal.c.ends_at > since, ~recorded)
        .order_by(proposal.c.starts_at, proposal.c.id)
    )
    return [_proposal(row) for row in rows]


async def recorded_proposals(tx: Tx, worker_id: UUID, since: datetime) -> list[Proposal]:
    """Return a worker's accepted tasks of which they recorded something, the last one first."""
    recorded = (
        select(contribution.c.id)
        .where(contribution.c.task_id == proposal.c.task_id)
        .where(contribution.c.worker_id == worker_id)
        .exists()
    )
    rows = await tx.execute(
        _proposals()
        .where(proposal.c.worker_id == worker_id, proposal.c.state == "accepted")
        .where(proposal.c.ends_at > since, recorded)
        .order_by(proposal.c.starts_at.desc(), proposal.c.id)
    )
    return [_proposal(row) for row in rows]
