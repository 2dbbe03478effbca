"""A worker begins a task that they accepted themselves."""

from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.consent import start_problem
from services.dispatch.steps.look_at_task import must_run
from shared.db import Tx
from shared.errors import refuse


async def start_task(task_id: UUID, worker_id: UUID, tx: Tx) -> None:
    """Note that a worker began; saying it again changes nothing.

    Raises:
        MissingError: no such task.
        RefusedError: not accepted by this worker, more than an hour early, or not running.
    """
    task = await store.task_of(tx, task_id, lock=True)
    yes = await store.accepted_proposal(tx, task_id, worker_id)
    if yes is None:
        raise refuse("not_accepted", "Une tâche commence seulement après votre accord.")
    if yes.started_at is not None:
        return
    must_run(await store.campaign_of(tx, task.slot.campaign_id))
    problem = start_problem(yes.state, yes.starts_at, tx.now)
    if problem is not None:
        raise problem
    await store.save_started(tx, yes)
    await store.mark_started(tx, task_id)
