"""The field tells whether a service still takes people. Who told is not kept."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.dispatch.rules.directory.actor import Actor
from services.dispatch.rules.local_time import local_day
from services.dispatch.store import directory
from shared.db import Tx
from shared.errors import refuse
from shared.words import Saturation


async def report_saturation(
    actor_id: UUID, saturation: Saturation, seen_on: date | None, tx: Tx
) -> Actor:
    """Keep the latest report; an older one that arrives late changes nothing.

    Raises:
        MissingError: no such actor.
        RefusedError: nothing was reported, or of a day to come.
    """
    today = local_day(tx.now)
    day = seen_on or today
    if saturation is Saturation.UNKNOWN:
        raise refuse("nothing", "Dites ce que vous avez constaté.", place="saturation")
    if day > today:
        raise refuse("in_future", "Cette date est à venir.", place="seen_on")
    known = await directory.actor_of(tx, actor_id, lock=True)
    if known.reported_on is not None and day < known.reported_on:
        return known
    reported = replace(known, saturation=saturation, reported_on=day)
    await directory.save_actor(tx, reported)
    return reported
