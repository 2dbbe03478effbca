"""The coordination asks why, and what if. Nothing is saved, and nobody is asked."""

from dataclasses import dataclass
from uuid import UUID

from services.dispatch.rules.reasons import (
    Instead,
    Lever,
    Reasons,
    levers_of,
    reasons_of,
    with_instead,
)
from services.dispatch.steps.look_at_campaign import look_at_campaign
from services.dispatch.steps.think_aside import think_aside
from shared.db import Tx
from shared.errors import MissingError
from shared.words import TaskId, WorkerId


@dataclass(frozen=True, slots=True)
class Told:
    """Why a task is as it is; and, where it was asked for, what one fact would change."""

    reasons: Reasons
    levers: tuple[Lever, ...] | None = None
    instead: Instead | None = None


async def explain_task(
    campaign_id: UUID,
    task_id: UUID,
    tx: Tx,
    *,
    try_levers: bool = False,
    worker_id: UUID | None = None,
) -> Told:
    """Explain one task to come; `try_levers` and `worker_id` are solved, in some seconds.

    Raises:
        MissingError: no such campaign, no such task to come, or no such worker.
        TimeoutError: it took too long to solve.
    """
    sight = await look_at_campaign(tx, campaign_id)
    situation, suggested, task = sight.settled, sight.loose, TaskId(task_id)
    if task not in {slot.id for slot in situation.slots}:
        raise MissingError("task")
    if worker_id not in {None, *(w.id for w in situation.calendar.workers)}:
        raise MissingError("worker")

    def decide() -> Told:
        reasons = reasons_of(situation, suggested, task)
        solve = try_levers and not reasons.has_team
        return Told(
            reasons,
            levers_of(situation, suggested, task) if solve else None,
            with_instead(situation, suggested, task, WorkerId(worker_id)) if worker_id else None,
        )

    return await think_aside(decide)
