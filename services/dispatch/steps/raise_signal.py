"""A worker sends upwards what the field sees: a code, a place and a theme."""

from uuid import UUID

from services.dispatch import store
from shared.db import Tx, zone_names
from shared.errors import MissingError, refuse
from shared.events import SignalRaised
from shared.words import CampaignId, SignalId, SignalKind, Theme, WorkerId


async def raise_signal(  # noqa: PLR0913 - a signal has that many codes
    signal_id: UUID,
    worker_id: UUID,
    tx: Tx,
    *,
    zone_id: str,
    kind: SignalKind,
    theme: Theme,
    campaign_id: UUID | None,
) -> bool:
    """Save a signal once; False when this one was received before.

    Raises:
        MissingError: no such campaign, or the id is another worker's signal.
        RefusedError: an unknown neighbourhood, or the id was used for another signal.
    """
    if campaign_id is not None:
        await store.campaign_of(tx, campaign_id)
    if zone_id not in await zone_names(tx):
        raise refuse("unknown_zone", "Ce quartier n’est pas connu.", place="zone_id")
    fact = SignalRaised(
        occurred_at=tx.now,
        signal_id=SignalId(signal_id),
        campaign_id=CampaignId(campaign_id) if campaign_id else None,
        zone_id=zone_id,
        worker_id=WorkerId(worker_id),
        kind=kind,
        theme=theme,
    )
    if await store.save_signal(tx, fact):
        await tx.emit(fact)
        return True
    known = await store.signal_of(tx, signal_id)
    if known.worker_id != worker_id:
        raise MissingError("signal")
    if (known.campaign_id, known.zone_id, known.kind, known.theme) != (
        campaign_id,
        zone_id,
        kind,
        theme,
    ):
        raise refuse("other_signal", "Ce signal est déjà envoyé, avec un autre contenu.")
    return False
