"""Facts are counted as they come: many at once, in any order, each once."""

from collections.abc import Sequence

from services.reporting import store
from shared.db import Tx
from shared.events import Event


async def project_facts(facts: Sequence[Event], tx: Tx) -> None:
    """Bring every projection up to date."""
    await store.project(tx, facts)
