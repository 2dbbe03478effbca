"""What is read while a campaign runs: late yeses, raised hands, noes by task, signals, changes.

A no is counted by task here, and its reason by campaign: no query joins either to a worker.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.store.tables import campaign_life, late_yes, proposal, signal, task
from shared.db import Tx
from shared.words import (
    DeclineReason,
    ProposalState,
    SignalAnswer,
    SignalKind,
    Theme,
    WorkerId,
)

UNWILLING = (ProposalState.DECLINED, ProposalState.EXPIRED, ProposalState.HANDED_BACK)


async def keep_late_yes(tx: Tx, campaign_id: UUID, worker_id: UUID) -> None:
    """Keep that somebody said yes when the place was taken; the first time counts."""
    await tx.execute(
        upsert(late_yes)
        .values(campaign_id=campaign_id, worker_id=worker_id, said_at=tx.now)
        .on_conflict_do_nothing()
    )


async def forget_late_yes(tx: Tx, campaign_id: UUID, worker_id: UUID | None = None) -> None:
    """Forget a late yes: its turn has come. Without a worker: the campaign has ended."""
    gone = delete(late_yes).where(late_yes.c.campaign_id == campaign_id)
    await tx.execute(gone if worker_id is None else gone.where(late_yes.c.worker_id == worker_id))


async def late_yeses(tx: Tx, campaign_id: UUID) -> list[WorkerId]:
    """Return who said yes when the place was taken, the first one first."""
    rows = await tx.execute(
        select(late_yes.c.worker_id)
        .where(late_yes.c.campaign_id == campaign_id)
        .order_by(late_yes.c.said_at, late_yes.c.worker_id)
    )
    return [WorkerId(worker_id) for worker_id in rows.scalars()]


async def waits_for_a_place(tx: Tx, worker_id: UUID) -> bool:
    """Tell a worker whether a late yes of theirs is kept for a campaign that runs."""
    running = func.coalesce(campaign_life.c.state, "running") == "running"
    found = await tx.execute(
        select(late_yes.c.worker_id)
        .outerjoin(campaign_life, campaign_life.c.campaign_id == late_yes.c.campaign_id)
        .where(late_yes.c.worker_id == worker_id, running)
        .limit(1)
    )
    return found.first() is not None


async def mark_raised_hand(tx: Tx, proposal_id: UUID) -> None:
    """Note on an open question that its worker raised a hand for it. It stays a question."""
    await tx.execute(
        update(proposal)
        .where(proposal.c.id == proposal_id, proposal.c.state == ProposalState.PROPOSED.value)
        .values(raised_hand=True)
    )


async def noes_by_task(tx: Tx, campaign_id: UUID) -> defaultdict[UUID, Counter[ProposalState]]:
    """Count by task how many declined, let the delay pass, or gave it back. Nobody is named.

    Only the last answer of somebody who was asked twice counts.
    """
    latest = (
        select(
            proposal.c.task_id,
            proposal.c.state,
            func.row_number()
            .over(
                partition_by=(
                    proposal.c.task_id,
                    func.coalesce(proposal.c.worker_id, proposal.c.id),
                ),
                order_by=proposal.c.proposed_at.desc(),
            )
            .label("turn"),
        )
        .join(task, task.c.id == proposal.c.task_id)
        .where(task.c.campaign_id == campaign_id)
        .subquery()
    )
    rows = await tx.execute(
        select(latest.c.task_id, latest.c.state, func.count().label("number"))
        .where(latest.c.turn == 1, latest.c.state.in_([state.value for state in UNWILLING]))
        .group_by(latest.c.task_id, latest.c.state)
    )
    found: defaultdict[UUID, Counter[ProposalState]] = defaultdict(Counter)
    for row in rows:
        found[row.task_id][ProposalState(row.state)] = row.number
    return found


async def decline_reasons(tx: Tx, campaign_id: UUID) -> Counter[DeclineReason]:
    """Count the reasons of a campaign's noes, over all its tasks at once."""
    rows = await tx.execute(
        select(proposal.c.decline_reason, func.count().label("number"))
        .join(task, task.c.id == proposal.c.task_id)
        .where(task.c.campaign_id == campaign_id, proposal.c.state == "declined")
        .where(proposal.c.decline_reason.is_not(None))
        .group_by(proposal.c.decline_reason)
    )
    return Counter({DeclineReason(row.decline_reason): row.number for row in rows})


# Everything that the pages which follow campaigns show: answers, people told, tasks with the clock
# that makes them begin and end, the life of campaigns, and the calendars that suggestions rest on.
CHANGED = text("""
select md5(concat_ws('/',
  (select string_agg(concat_ws(',', p.id, p.state, p.told_at, p.not_told_because, p.raised_hand,
     p.started_at), ';' order by p.id)
   from proposal p join task t on t.id = p.task_id
   where cast(:campaign as uuid) is null or t.campaign_id = :campaign),
  (select concat_ws(',', count(*), count(started_at), count(done_at), count(not_done_at),
     count(withdrawn_at), sum(extract(epoch from starts_at)),
     count(*) filter (where starts_at <= :now), count(*) filter (where ends_at <= :now))
   from task where cast(:campaign as uuid) is null or campaign_id = :campaign),
  (select string_agg(concat_ws(',', campaign_id, version, confirmed_until), ';'
     order by campaign_id)
   from plan where cast(:campaign as uuid) is null or campaign_id = :campaign),
  (select string_agg(concat_ws(',', a.task_id, a.worker_id), ';' order by a.task_id, a.worker_id)
   from assignment a join task t on t.id = a.task_id
   where cast(:campaign as uuid) is null or t.campaign_id = :campaign),
  (select string_agg(concat_ws(',', campaign_id, state), ';' order by campaign_id)
   from campaign_life),
  (select string_agg(concat_ws(',', campaign_id, worker_id), ';' order by campaign_id, worker_id)
   from late_yes),
  (select concat_ws(',', count(*), max(saved_at)) from worker),
  (select concat_ws(',', count(*), max(noted_at)) from commitment),
  (select concat_ws(',', count(*), max(noted_at)) from absence),
  (select concat_ws(',', count(*), count(*) filter (where closes_at <= :now)) from consultation),
  (select count(*) from decision)
))
""")


async def mark_of(tx: Tx, campaign_id: UUID | None = None) -> str:
    """Read a short text that differs whenever what is followed does; of all campaigns without one.

    Twice a second per page that somebody looks at: some milliseconds for a thousand proposals.
    """
    found = await tx.execute(CHANGED, {"campaign": campaign_id, "now": tx.now})
    return str(found.scalar_one())


@dataclass(frozen=True, slots=True)
class HeardSignal:
    """What a worker signalled in a campaign, without who; `answer` is the coordination's last."""

    id: UUID
    zone_id: str
    kind: SignalKind
    theme: Theme
    raised_at: datetime
    answer: SignalAnswer | None
    answered_at: datetime | None


async def signals_of(tx: Tx, campaign_id: UUID) -> list[HeardSignal]:
    """List a campaign's signals: those that wait for an answer first, then the latest."""
    rows = await tx.execute(
        select(signal)
        .where(signal.c.campaign_id == campaign_id)
        .order_by(signal.c.answered_at.is_not(None), signal.c.raised_at.desc(), signal.c.id)
    )
    return [
        HeardSignal(
            row.id,
            row.zone_id,
            SignalKind(row.kind),
            Theme(row.theme),
            row.raised_at,
            SignalAnswer(row.answer) if row.answer else None,
            row.answered_at,
        )
        for row in rows
    ]


async def save_answer(tx: Tx, signal_id: UUID, answer: SignalAnswer, at: datetime) -> None:
    """Keep what a signal was answered, unless a later answer is known."""
    older = signal.c.answered_at.is_(None) | (signal.c.answered_at < at)
    await tx.execute(
        update(signal)
        .where(signal.c.id == signal_id, older)
        .values(answer=answer.value, answered_at=at)
    )
