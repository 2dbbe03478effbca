"""The played clock: one row that every service may read, and only the way in may move."""

from datetime import datetime

from sqlalchemy import text

from shared.db import Tx
from shared.errors import refuse


async def move_clock(tx: Tx, instant: datetime) -> None:
    """Move the played clock forward; the web door only offers this outside production.

    Raises:
        RefusedError: backwards. What happened has happened.
    """
    moved = await tx.execute(
        text(
            "insert into clock (id, instant) values (1, :instant)"
            " on conflict (id) do update set instant = excluded.instant"
            " where clock.instant <= excluded.instant returning 1"
        ),
        {"instant": instant},
    )
    if moved.first() is None:
        raise refuse("clock_backwards", "L’horloge ne recule pas.", place="instant")
