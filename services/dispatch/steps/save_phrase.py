"""The coordination adds a phrase to a campaign's kit, in French and other languages."""

from dataclasses import replace

from services.dispatch import store
from services.dispatch.rules.directory.actor import one_line
from services.dispatch.rules.kit import Phrase, problems_of_phrase
from services.dispatch.store import kit
from shared.db import Tx
from shared.errors import RefusedError


async def save_phrase(one: Phrase, tx: Tx) -> Phrase:
    """Save a phrase whole: a translation that is not said any more is gone.

    Raises:
        MissingError: no such campaign, or the id is another campaign's.
        RefusedError: nothing in French, a text that is too long, a language said twice.
    """
    said = tuple((language, one_line(text)) for language, text in one.said if one_line(text))
    kept = replace(one, fr=one_line(one.fr), said=said)
    problems = problems_of_phrase(kept.fr, kept.said)
    if problems:
        raise RefusedError(*problems)
    await store.campaign_of(tx, kept.campaign_id)
    await kit.save_phrase(tx, kept)
    return kept
