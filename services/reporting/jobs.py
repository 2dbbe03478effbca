"""The clock's door of reporting: what is swept, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from services.reporting.rules.published import Published
from services.reporting.settings import LetterSettings, SealSettings
from services.reporting.steps import keep_closing_reports as keeping
from services.reporting.steps import make_exports as exporting
from services.reporting.steps import send_letters as sending
from services.reporting.steps.promise_letters import promise_letters
from services.reporting.store.addresses import AddressKeys
from shared.db import Database, Tx
from shared.jobs import Chore, every, every_errand
from shared.mail import Letter, hand_over

SEAL_EVERY_S = 300.0
KEEP_EVERY_S = 60.0
PROMISE_EVERY_S = 60.0
SEND_EVERY_S = 10.0
CORRECT_EVERY_S = 3600.0
EXPORT_EVERY_S = 2.0
SEALER = "sealer"


@dataclass(frozen=True, slots=True)
class Press:
    """How what is published is read, set and written: the pages' own, handed in by `main.py`."""

    read: keeping.Read
    files: keeping.MakeFiles
    report_letter: Callable[[str, sending.Addressed, Published, bytes | None], Letter]
    question_letter: Callable[[str, sending.Addressed], Letter]
    gather: exporting.Gather
    export_files: exporting.WriteFiles


async def seal_ledgers(tx: Tx) -> int:
    """Seal what may be published, as the sealer: the only role that writes the ledger."""
    from services.reporting.steps import seal_ledgers as sealing  # noqa: PLC0415 - loads the solver

    return await sealing.seal_ledgers(tx, period_days=SealSettings().seal_period_days)


async def tell_corrections(tx: Tx) -> int:
    """Tell a year's correction, as the sealer: nobody else sees what was sealed of whom."""
    from services.reporting.steps import tell_corrections as telling  # noqa: PLC0415 - loads numpy

    return await telling.tell_corrections(tx)


def chores(press: Press) -> tuple[Chore, ...]:
    """List the sweeps: seal, correct, keep what was sealed last, promise letters, send them."""

    async def keep_closing_reports(database: Database) -> None:
        await keeping.keep_closing_reports(database, press.read, press.files)

    async def send_letters(database: Database) -> None:
        settings = LetterSettings()
        if settings.smtp_host is None or settings.secret is None:
            return  # letters wait; nobody is offered any
        await sending.send_letters(
            database,
            sending.Desk(
                keys=AddressKeys.of(settings.secret.get_secret_value()),
                read=press.read,
                write_report=partial(press.report_letter, settings.public_url),
                write_question=partial(press.question_letter, settings.public_url),
                deliver=partial(hand_over, settings),
            ),
        )

    async def make_exports(database: Database) -> None:
        await exporting.make_exports(database, press.gather, press.export_files)

    return (
        every(SEAL_EVERY_S, seal_ledgers, role=SEALER),
        every(CORRECT_EVERY_S, tell_corrections, role=SEALER),
        every_errand(KEEP_EVERY_S, keep_closing_reports),
        every(PROMISE_EVERY_S, promise_letters),
        every_errand(SEND_EVERY_S, send_letters),
        every_errand(EXPORT_EVERY_S, make_exports),
    )
