"""A worker's own appointment. Own life comes first: it is never refused because of a task."""

from datetime import timedelta
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.roster import Commitment
from shared.db import Tx, zone_names
from shared.errors import refuse
from shared.words import TaskId

LONGEST = timedelta(days=1)  # longer is an absence


async def save_commitment(commitment_id: UUID, own: Commitment, tx: Tx) -> list[TaskId]:
    """Save a commitment; return the accepted tasks that it lies across.

    Such a task is shown to the worker as a conflict, to be handed back by themselves: refusing
    the commitment would put the campaign before their own work, and handing the task back for
    them would answer in their place.

    Raises:
        MissingError: no such worker, or the id is another worker's.
        RefusedError: it ends before it begins, lasts more than a day, or is nowhere we know.
    """
    if not timedelta(0) < own.ends_at - own.starts_at <= LONGEST:
        raise refuse(
            "bad_period", "Un engagement finit après son début, un jour au plus.", place="ends_at"
        )
    if own.zone_id is not None and own.zone_id not in await zone_names(tx):
        raise refuse("unknown_zone", "Ce quartier n’est pas connu.", place="zone_id")
    await store.lock_worker(tx, own.worker_id)
    await store.save_commitment(tx, commitment_id, own)
    accepted = await store.accepted_by_worker(tx, own.worker_id, tx.now)
    return [p.task_id for p in accepted if p.starts_at < own.ends_at and own.starts_at < p.ends_at]
