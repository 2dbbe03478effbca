"""The clock's door of reporting: what is swept, and how often."""

from services.reporting.settings import SealSettings
from shared.db import Tx
from shared.jobs import Chore, every

SEAL_EVERY_S = 300.0
SEALER = "sealer"


async def seal_ledgers(tx: Tx) -> int:
    """Seal what may be published, as the sealer: the only role that writes the ledger."""
    from services.reporting.steps import seal_ledgers as sealing  # noqa: PLC0415 - loads the solver

    return await sealing.seal_ledgers(tx, period_days=SealSettings().seal_period_days)


CHORES: tuple[Chore, ...] = (every(SEAL_EVERY_S, seal_ledgers, role=SEALER),)
