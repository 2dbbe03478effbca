"""The coordination says yes to an import that it has looked at."""

from uuid import UUID

from services.dispatch.rules.directory.importing import Effect, digest
from services.dispatch.rules.directory.table import Named
from services.dispatch.steps.look_at_import import look_at_import
from services.dispatch.store import directory
from shared.db import Tx
from shared.errors import refuse


async def confirm_import(import_id: UUID, seen: str, named: Named, tx: Tx) -> int:
    """Keep every line that is not refused; return how many records were added or changed.

    Args:
        import_id: of the file.
        seen: the digest of what was shown.
        named: finds a category by its folded name in any language.
        tx: the transaction.

    Raises:
        MissingError: it was confirmed already, left or forgotten.
        RefusedError: the directory changed since: what would happen is not what was shown.
    """
    await tx.wait_for_lock("directory")
    looked = await look_at_import(import_id, named, tx)
    if digest(looked.judged) != seen:
        raise refuse("changed", "Le répertoire a changé entre-temps : relisez ce qui changerait.")
    kept = [
        one.actor
        for one in looked.judged
        if one.actor is not None and one.effect in {Effect.ADD, Effect.CHANGE}
    ]
    for actor in kept:
        await directory.save_actor(tx, actor)
    await directory.delete_import(tx, import_id)
    return len(kept)
