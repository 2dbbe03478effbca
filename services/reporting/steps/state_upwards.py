"""The coordination says upwards, in its own words, what the field sees."""

from services.reporting.rules.reports.advocacy import check_statement
from services.reporting.store import advocacy
from shared.db import Tx
from shared.errors import MissingError
from shared.words import SignalKind, Theme


async def state_upwards(kind: SignalKind, theme: Theme, text_fr: str, text_nl: str, tx: Tx) -> None:
    """Put a sentence in the place of what was said of this theme before.

    Raises:
        RefusedError: a language is missing, or a text is too short, too long or cannot be printed.
    """
    text_fr, text_nl = text_fr.strip(), text_nl.strip()
    check_statement(text_fr, text_nl)
    await tx.wait_for_lock("advocacy")
    await advocacy.say(tx, kind, theme, text_fr, text_nl)


async def withdraw_statement(kind: SignalKind, theme: Theme, tx: Tx) -> None:
    """Take back what was said.

    Raises:
        MissingError: nothing is said of it.
    """
    if not await advocacy.withdraw(tx, kind, theme):
        raise MissingError("statement")
