"""The coordination saves a worker of the roster."""

from itertools import pairwise

from services.dispatch import store
from services.dispatch.rules.local_time import DAY_MIN, WEEKDAYS
from services.dispatch.rules.roster import WeeklyPeriod
from services.dispatch.store import RosterEntry
from shared.db import Tx, save_partners, zone_names
from shared.errors import Problem, RefusedError

HOST_SHARE_MIN_PCT = 20  # Source: the charter, "20 % du temps de travail" is the host partner's
WEEKLY_MIN, WEEKLY_MAX = 60, 50 * 60  # minutes; more than 50 hours a week is a slip


async def save_worker(entry: RosterEntry, tx: Tx, partner_name: str | None = None) -> None:
    """Save a worker whole, and how their host partner is called, when that is said.

    Raises:
        RefusedError: an unknown home neighbourhood, impossible hours, overlapping periods, or a
            host partner's share below 20 %.
    """
    worker = entry.worker
    problems = []
    if worker.home_zone not in await zone_names(tx):
        problems.append(Problem("unknown_zone", "Ce quartier n’est pas connu.", place="home_zone"))
    if not WEEKLY_MIN <= worker.weekly_min <= WEEKLY_MAX:
        problems.append(Problem("bad_hours", "De 1 à 50 heures par semaine.", place="weekly_hours"))
    if worker.host_share_pct < HOST_SHARE_MIN_PCT:
        problems.append(
            Problem(
                "host_share",
                "Le partenaire hébergeur garde au moins 20\u00a0% du temps.",
                place="host_share_pct",
            )
        )
    for place, periods in (("working", worker.working), ("host_periods", worker.host_periods)):
        if not sound(periods):
            problems.append(
                Problem(
                    "bad_periods",
                    "Une période finit après son début et n’en recouvre pas une autre.",
                    place=place,
                )
            )
    if problems:
        raise RefusedError(*problems)
    await store.save_worker(tx, entry)
    if worker.host_partner and partner_name:
        await save_partners(tx, {worker.host_partner: partner_name})


def sound(periods: tuple[WeeklyPeriod, ...]) -> bool:
    """Tell whether weekly periods lie within their day and beside one another."""
    ordered = sorted(periods, key=lambda p: (WEEKDAYS.index(p.weekday), p.starts_min))
    return all(0 <= p.starts_min < p.ends_min <= DAY_MIN for p in ordered) and all(
        a.weekday is not b.weekday or a.ends_min <= b.starts_min for a, b in pairwise(ordered)
    )
