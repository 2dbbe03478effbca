"""Days on which a worker is away. Own life comes first: never refused because of a task."""

from datetime import timedelta
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.local_time import local_day
from services.dispatch.rules.roster import Absence
from shared.db import Tx
from shared.errors import refuse
from shared.words import TaskId

LONGEST = timedelta(days=366)


async def save_absence(absence_id: UUID, own: Absence, tx: Tx) -> list[TaskId]:
    """Save days away, both included; return the accepted tasks on these days.

    They are shown to the worker as conflicts, to be handed back by themselves.

    Raises:
        MissingError: no such worker, or the id is another worker's.
        RefusedError: it ends before it begins, or lasts more than a year.
    """
    if not timedelta(0) <= own.until_on - own.from_on <= LONGEST:
        raise refuse(
            "bad_period", "Une absence finit après son début, un an au plus.", place="until_on"
        )
    await store.lock_worker(tx, own.worker_id)
    await store.save_absence(tx, absence_id, own)
    accepted = await store.accepted_by_worker(tx, own.worker_id, tx.now)
    return [p.task_id for p in accepted if own.from_on <= local_day(p.starts_at) <= own.until_on]
