"""The coordination redraws a zone: another set of sectors."""

from collections.abc import Sequence

from services.intake import store
from services.intake.rules.territory import zones
from shared.db import Tx
from shared.words import PersonId, ZoneId


async def edit_zone(
    zone_id: ZoneId, sectors: Sequence[str], by: PersonId | None, tx: Tx
) -> zones.ZoneEdit:
    """Keep the territory with one zone changed; return what the zone amounts to, before and after.

    Contiguity and the number of inhabitants are shown, never enforced.

    Raises:
        MissingError: no such zone.
        RefusedError: no sectors, or sectors that the territory does not know.
    """
    await tx.wait_for_lock("territory")
    territory = await store.current_territory(tx)
    edited = zones.edit_zone(territory.pack, zone_id, sectors)
    await store.save_territory(tx, edited.pack, by)
    return edited
