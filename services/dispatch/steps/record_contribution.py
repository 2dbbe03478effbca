"""A worker brings back what a task gave: once, however often the phone sends it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import start_problem
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.outcomes import (
    OUTCOMES,
    Body,
    Receipt,
    body_problems,
    closes_task,
    correction_reason,
    outcome_id,
    receive,
)
from services.dispatch.store import ContributionRow, Proposal
from shared.db import Tx
from shared.errors import MissingError, RefusedError, refuse
from shared.events import OutcomeCorrected, OutcomeRecorded, TaskDone
from shared.words import ContributionId, OutcomeId, WorkerId


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a sending; `version` is the one that counts now."""

    outcome_id: OutcomeId
    version: int
    receipt: Receipt


async def record_contribution(
    task_id: UUID, contribution_id: UUID, worker_id: UUID, body: Body, tx: Tx
) -> Recorded:
    """Save what a worker counted. The same again is absorbed, another body is a correction.

    The first contribution ends the task. An outcome may come late, also after the campaign's end.

    Raises:
        MissingError: no such task, or the id is another worker's.
        RefusedError: this worker did not accept the task, it has not begun, they recorded it
            under another id already, or a count cannot be right.
    """
    task = await store.task_of(tx, task_id, lock=True)
    yes = await store.accepted_proposal(tx, task_id, worker_id)
    if yes is None:
        raise refuse("not_accepted", "Seule une tâche que vous avez acceptée a un résultat.")
    known = await store.contribution_of(tx, contribution_id, task_id, worker_id)
    if known is not None and known.id == contribution_id:
        if (known.task_id, known.worker_id) != (task_id, worker_id):
            raise MissingError("contribution")
    elif known is not None:
        raise refuse("recorded_already", "Vous avez déjà noté le résultat\u00a0: corrigez-le.")
    sent = await store.fingerprints(tx, contribution_id) if known else frozenset[str]()
    receipt = receive(body, sent)
    if known is not None and receipt == "same":
        await store.count_repeat(tx, contribution_id, body.fingerprint())
        return Recorded(known.outcome_id, known.version, receipt)
    early = start_problem(yes.state, yes.starts_at, tx.now)
    if early is not None:
        raise early
    frame = (await store.campaign_of(tx, task.slot.campaign_id)).frame
    problems = body_problems(task.slot, frame.ends_on, local_day(tx.now), body)
    if problems:
        raise RefusedError(*problems)
    row = ContributionRow(
        id=ContributionId(contribution_id),
        outcome_id=outcome_id(task_id),
        task_id=yes.task_id,
        worker_id=WorkerId(worker_id),
        version=known.version + 1 if known else 1,
    )
    await store.save_version(tx, row, body)
    await say(tx, yes, row, body)
    if closes_task(body, done=task.done_at is not None):
        await store.mark_done(tx, task_id)
        await tx.emit(
            TaskDone(
                occurred_at=tx.now,
                task_id=yes.task_id,
                campaign_id=yes.campaign_id,
                zone_id=yes.zone_id,
                kind=yes.kind,
                done_on=body.happened_on,
            )
        )
    return Recorded(row.outcome_id, row.version, receipt)


async def say(tx: Tx, yes: Proposal, row: ContributionRow, body: Body) -> None:
    """Say a contribution with its meaning, so that no reader has to know our lists."""
    own = body.in_order()
    counted: dict[str, Any] = {
        "occurred_at": tx.now,
        "outcome_id": row.outcome_id,
        "contribution_id": row.id,
        "version": row.version,
        "task_id": yes.task_id,
        "campaign_id": yes.campaign_id,
        "zone_id": yes.zone_id,
        "worker_id": row.worker_id,
        "happened_on": own.happened_on,
        "mission": OUTCOMES[yes.kind].mission,
        "kind": yes.kind,
        "people_reached": own.people_reached,
        "themes": own.themes,
        "languages": own.languages,
        "non_take_up": own.non_take_up,
        "relays": own.relays,
    }
    if row.version == 1:
        await tx.emit(OutcomeRecorded(**counted))
    else:
        await tx.emit(OutcomeCorrected(**counted, reason=correction_reason(body)))
