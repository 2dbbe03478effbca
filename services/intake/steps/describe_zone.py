"""The coordination says a zone in other words: its names, its host partners, its working zone."""

from services.intake import store
from services.intake.rules.territory import zones
from shared.db import Tx
from shared.words import PersonId, ZoneId


async def describe_zone(
    zone_id: ZoneId, said: zones.ZoneDescription, by: PersonId | None, tx: Tx
) -> None:
    """Keep the territory with other words for one zone.

    Raises:
        MissingError: no such zone.
        RefusedError: a name is missing or does not hold.
    """
    await tx.wait_for_lock("territory")
    territory = await store.current_territory(tx)
    await store.save_territory(tx, zones.describe_zone(territory.pack, zone_id, said), by)
