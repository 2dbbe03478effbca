"""A worker agrees that the total of a small campaign is published, or takes that back."""

from uuid import UUID

from services.reporting.store import waivers
from shared.db import Tx
from shared.errors import MissingError, refuse


async def give_waiver(worker_id: UUID, campaign_id: UUID, tx: Tx, *, agrees: bool) -> None:
    """Record a worker's yes with its instant, or forget it. Doing so twice changes nothing.

    Raises:
        MissingError: they did nothing in such a campaign.
        RefusedError: it is published, or its count is over.
    """
    await waivers.hold_waivers(tx, campaign_id)
    campaign = await waivers.small_campaign(tx, campaign_id)
    if campaign is None or worker_id not in campaign.workers:
        raise MissingError("campaign")
    if not campaign.open_at(tx.now):
        raise refuse(
            "waiver_too_late",
            "Le compte de cette campagne est scellé : votre accord ne peut plus changer.",
        )
    if agrees:
        await waivers.save_waiver(tx, campaign_id, worker_id)
    else:
        await waivers.delete_waiver(tx, campaign_id, worker_id)
