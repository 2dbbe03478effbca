"""Two records of one service become one."""

from uuid import UUID

from services.dispatch.rules.directory.actor import Actor, merged
from services.dispatch.store import directory
from shared.db import Tx
from shared.errors import refuse


async def merge_actors(kept_id: UUID, gone_id: UUID, tx: Tx) -> Actor:
    """Put a record into another; an import that still names it is told so. Merging twice is once.

    Raises:
        MissingError: one of them is not there.
        RefusedError: they are one and the same.
    """
    if kept_id == gone_id:
        raise refuse("same", "Choisissez une autre fiche.", place="other_id")
    await tx.wait_for_lock("directory")
    kept = await directory.actor_of(tx, kept_id, lock=True)
    if (await directory.merged_into(tx)).get(gone_id) == kept_id:
        return kept
    gone = await directory.actor_of(tx, gone_id, lock=True)
    together = merged(kept, gone)
    await directory.save_actor(tx, together)
    await directory.save_merge(tx, gone_id, kept_id)
    return together
