"""A worker said what they think of an invitation."""

from services.intake import store
from services.intake.rules.judgement import Opinion, check_opinion_in_time
from shared.db import Tx
from shared.events import OpinionGiven


async def hear_opinion(fact: OpinionGiven, tx: Tx) -> None:
    """Keep the opinion, hidden until the window closes; a later version replaces it.

    Raises:
        MissingError: the consultation is not known (yet).
        RefusedError: it was given outside the window.
    """
    consultation = await store.consultation_of(tx, fact.consultation_id)
    check_opinion_in_time(consultation.window, fact.occurred_at)
    given = Opinion(fact.worker_id, fact.version, fact.stance, fact.occurred_at, fact.grounds)
    await store.save_opinion(tx, fact.consultation_id, given)
