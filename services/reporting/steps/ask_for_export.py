"""The coordination asks for the figures of many campaigns at once."""

from uuid import UUID

from services.reporting import store
from services.reporting.store import exports
from shared.db import Tx
from shared.errors import refuse

WAITING_MAX = 3  # of one person's at once: each holds a few hundred kilobytes per campaign


async def ask_for_export(
    tx: Tx, export_id: UUID, person_id: UUID, *, language: str, year: int | None
) -> None:
    """Note what is to be made; asked twice under one id, it is made once.

    Raises:
        RefusedError: no campaign runs in that year, or three of theirs wait already.
    """
    if await exports.own_export(tx, export_id, person_id) is not None:
        return
    chosen = [
        line.campaign_id
        for line in await store.list_campaigns(tx)
        if year is None or line.starts_on.year <= year <= line.ends_on.year
    ]
    if not chosen:
        raise refuse("no_campaign", "Aucune campagne cette année-là.", place="year")
    theirs = await exports.exports_of(tx, person_id)
    if sum(one.ready_at is None and one.failed_at is None for one in theirs) >= WAITING_MAX:
        message = "Trois exports sont déjà en cours. Attendez le premier, ou oubliez-en un."
        raise refuse("too_many_exports", message)
    wanted = exports.Export(export_id, person_id, language, year, chosen, 0, tx.now, None, None, 0)
    await exports.save_export(tx, wanted)
