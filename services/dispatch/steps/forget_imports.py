"""A file that nobody said yes to is forgotten."""

from datetime import timedelta

from services.dispatch.store import directory
from shared.db import Tx

KEPT_FOR = timedelta(days=1)


async def forget_imports(tx: Tx) -> int:
    """Forget what waits since yesterday; return how many."""
    return await directory.forget_imports(tx, tx.now - KEPT_FOR)
