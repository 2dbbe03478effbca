"""A worker says what they think of an invitation, while the window is open."""

from collections.abc import Sequence
from uuid import UUID

from services.dispatch import store
from services.dispatch.store import Opinion
from shared.db import Tx
from shared.errors import MissingError, refuse
from shared.events import OpinionGiven
from shared.words import Ground, Stance, WorkerId

NEEDS_GROUNDS = {Stance.AGAINST, Stance.WITH_CONDITIONS}


async def give_opinion(
    consultation_id: UUID, worker_id: UUID, stance: Stance, grounds: Sequence[Ground], tx: Tx
) -> int:
    """Save an opinion and return its version; the same again changes nothing.

    Raises:
        MissingError: no such consultation.
        RefusedError: the window is closed, or an objection or a condition rests on nothing.
    """
    found = await store.list_consultations(tx, consultation_id)
    if not found:
        raise MissingError("consultation")
    if not found[0].is_open(tx.now):
        raise refuse("window_closed", "La consultation est terminée.")
    if stance in NEEDS_GROUNDS and not grounds:
        raise refuse(
            "no_grounds", "Dites sur quoi repose l’objection ou la condition.", place="grounds"
        )
    await tx.wait_for_lock(f"opinion {consultation_id} {worker_id}")
    known = (await store.own_opinions(tx, worker_id)).get(consultation_id)
    told = tuple(sorted(set(grounds)))
    if known is not None and (known.stance, known.grounds) == (stance, told):
        return known.version
    opinion = Opinion(known.version + 1 if known else 1, stance, told)
    await store.save_opinion(tx, consultation_id, worker_id, opinion)
    await tx.emit(
        OpinionGiven(
            occurred_at=tx.now,
            consultation_id=found[0].id,
            worker_id=WorkerId(worker_id),
            version=opinion.version,
            stance=stance,
            grounds=told,
        )
    )
    return opinion.version
