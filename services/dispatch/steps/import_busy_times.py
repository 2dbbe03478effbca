"""Busy times come in with a calendar file, for a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.dispatch import store
from services.dispatch.rules.busy_times import endless, read_busy
from services.dispatch.steps.think_aside import think_aside
from services.dispatch.store import calendars
from shared.db import Tx
from shared.words import TaskId


@dataclass(frozen=True, slots=True)
class Imported:
    """How many stretches of time are taken, and which accepted tasks lie across them."""

    times: int
    conflicts: Sequence[TaskId]


async def import_busy_times(worker_id: UUID, import_id: UUID, content: bytes, tx: Tx) -> Imported:
    """Keep a calendar's busy times as commitments, instead of those that it brought before.

    Own life comes first, as with a commitment that is typed: a task that lies across is shown to
    the worker as a conflict, and handed back by nobody but them.

    Raises:
        MissingError: no such worker, or the import is another worker's.
        RefusedError: the file cannot be read as a calendar.
    """
    try:
        read = await think_aside(lambda: read_busy(content, tx.now))
    except TimeoutError:
        raise endless() from None
    await store.lock_worker(tx, worker_id)
    await calendars.save_import(tx, import_id, worker_id, read.until, read.times)
    accepted = await store.accepted_by_worker(tx, worker_id, tx.now)
    across = [
        p.task_id
        for p in accepted
        if any(busy.starts_at < p.ends_at and p.starts_at < busy.ends_at for busy in read.times)
    ]
    return Imported(len(read.times), across)
