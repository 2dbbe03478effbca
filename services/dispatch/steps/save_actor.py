"""The coordination saves a local actor of the directory."""

from services.dispatch.rules.directory.actor import Actor, problems_of, tidied
from services.dispatch.rules.local_time import local_day
from services.dispatch.store import directory
from shared.db import Tx, zone_names
from shared.errors import RefusedError, refuse


async def save_actor(one: Actor, tx: Tx) -> Actor:
    """Save an actor whole; return it as it is kept.

    Raises:
        RefusedError: no name, a text that is too long, an address that cannot be one, an unknown
            neighbourhood, or a record that was merged into another.
    """
    kept = tidied(one)
    problems = problems_of(kept, await zone_names(tx), local_day(tx.now))
    if problems:
        raise RefusedError(*problems)
    if one.id in await directory.merged_into(tx):
        raise refuse("merged", "Cette fiche a été réunie avec une autre.")
    await directory.save_actor(tx, kept)
    return kept
