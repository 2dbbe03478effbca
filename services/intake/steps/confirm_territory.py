"""A territory that was sent becomes the one that counts, once its changes were read."""

from uuid import UUID

from services.intake import store
from services.intake.rules.source_text import N_
from shared.db import Tx
from shared.errors import refuse
from shared.words import PersonId


async def confirm_territory(draft_id: UUID, read_against: int, by: PersonId | None, tx: Tx) -> int:
    """Load a pack that waited; return its version.

    Args:
        draft_id: what `propose_territory` returned.
        read_against: the version that the changes were read against; 0 when there was none.
        by: who confirms.
        tx: the transaction.

    Raises:
        MissingError: it was confirmed, thrown away or forgotten.
        RefusedError: another territory counts meanwhile, so that the changes are others.
    """
    await tx.wait_for_lock("territory")
    draft = await store.territory_draft_of(tx, draft_id)
    counts = await store.find_territory(tx)
    if (counts.version if counts else 0) != read_against:
        raise refuse(
            "territory_changed_meanwhile",
            N_("Le territoire a changé entre-temps : relisez ce qui change, puis confirmez."),
            place="territory",
        )
    version = await store.save_territory(tx, draft.pack, by)
    await store.drop_territory_draft(tx, draft_id)
    return version
