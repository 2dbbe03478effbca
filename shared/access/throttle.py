"""How often one may try to come in. Kept in PostgreSQL, so that a restart forgives nobody.

A try is counted before it is judged, in a transaction of its own: a hundred at once are a hundred
tries, and a refused one is not rolled back.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, text, update

from shared.access.tables import attempt
from shared.db import Tx
from shared.errors import TooOftenError

FORGOTTEN_AFTER = timedelta(hours=1)
KEPT_AT_MOST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many tries for free; then a pause that doubles with each, up to `longest`."""

    tries: int
    pause: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)


FOR_A_NAME = Allowance(5)  # ASVS 6.3.1
FOR_AN_ADDRESS = Allowance(40)  # a whole team behind one router forgets its passwords together


def attempt_key(secret: str, kind: str, value: str) -> bytes:
    """Name what is counted without keeping it: no address, no sign-in name in the table."""
    return hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).digest()


async def count_try(tx: Tx, key: bytes, allowance: Allowance) -> None:
    """Count a try before it is judged; commit, then judge.

    Raises:
        TooOftenError: there were too many; this one must not be judged.
    """
    await tx.execute(delete(attempt).where(attempt.c.last_at < tx.now - KEPT_AT_MOST))
    counted = await tx.execute(
        text(
            "insert into attempt as known (key_hash, tries, last_at, blocked_until)"
            " values (:key, 1, :now, :now)"
            " on conflict (key_hash) do update set"
            "  tries = case when known.last_at < :forgotten then 1 else known.tries + 1 end,"
            "  last_at = :now,"
            "  blocked_until = case"
            "   when known.last_at < :forgotten or known.tries + 1 < :free then :now"
            "   else :now + least(:longest, :pause * power(2, least(known.tries + 1 - :free, 20)))"
            "  end"
            " where known.blocked_until <= :now returning 1"
        ),
        {
            "key": key,
            "now": tx.now,
            "forgotten": tx.now - FORGOTTEN_AFTER,
            "free": allowance.tries,
            "pause": allowance.pause,
            "longest": allowance.longest,
        },
    )
    if counted.first() is None:
        until = select(attempt.c.blocked_until).where(attempt.c.key_hash == key)
        blocked_until = (await tx.execute(until)).scalar_one()
        raise TooOftenError(max(1, round((blocked_until - tx.now).total_seconds())))


async def take_back(tx: Tx, key: bytes, *, all_of_them: bool) -> None:
    """Forget this try, which was right; or all of them, when they were on one's own name."""
    if all_of_them:
        await tx.execute(delete(attempt).where(attempt.c.key_hash == key))
    else:
        one_less = update(attempt).where(attempt.c.key_hash == key, attempt.c.tries > 0)
        await tx.execute(one_less.values(tries=attempt.c.tries - 1, blocked_until=tx.now))
