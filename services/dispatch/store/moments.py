"""What happened to a campaign, as triggers wrote it down. Nothing here tells who said no."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from services.dispatch.rules.history import Moment, What
from services.dispatch.store.tables import moment, proposal, task
from shared.db import Tx
from shared.words import ProposalState, TaskId, WorkerId


async def moments_of(tx: Tx, campaign_id: UUID) -> list[Moment]:
    """Return everything that happened to a campaign, in the order in which it was written."""
    rows = await tx.execute(
        select(
            moment.c.number,
            moment.c.at,
            moment.c.what,
            moment.c.task_id,
            moment.c.starts_at,
            moment.c.ends_at,
            moment.c.people_wanted,
            moment.c.version,
            moment.c.until_on,
        )
        .where(moment.c.campaign_id == campaign_id)
        .order_by(moment.c.number)
    )
    return [
        Moment(
            row.number,
            row.at,
            What(row.what),
            TaskId(row.task_id) if row.task_id else None,
            row.starts_at,
            row.ends_at,
            row.people_wanted,
            row.version,
            row.until_on,
        )
        for row in rows
    ]


async def last_moment(tx: Tx, campaign_id: UUID) -> int:
    """Return the number of the last moment of a campaign; zero when nothing happened."""
    last = await tx.execute(
        select(func.coalesce(func.max(moment.c.number), 0)).where(
            moment.c.campaign_id == campaign_id
        )
    )
    return int(last.scalar_one())


async def standing_yeses(
    tx: Tx, campaign_id: UUID, at: datetime
) -> Mapping[TaskId, list[WorkerId]]:
    """Return by task who had said yes by an instant and has not taken it back to this day.

    Whoever took a yes back is not in it, for no instant: two boards side by side tell no no.
    """
    rows = await tx.execute(
        select(proposal.c.task_id, proposal.c.worker_id)
        .join(task, task.c.id == proposal.c.task_id)
        .where(task.c.campaign_id == campaign_id)
        .where(proposal.c.state == ProposalState.ACCEPTED.value, proposal.c.accepted_at <= at)
        .order_by(proposal.c.accepted_at, proposal.c.worker_id)
    )
    found: defaultdict[TaskId, list[WorkerId]] = defaultdict(list)
    for row in rows:
        found[TaskId(row.task_id)].append(WorkerId(row.worker_id))
    return found
