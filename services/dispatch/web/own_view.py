"""What one worker sees of their own tasks: with whom, at what cost of their time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import Request

from services.dispatch import store
from services.dispatch.rules.consent import HOLDING
from services.dispatch.rules.instance import task_min
from services.dispatch.rules.local_time import DAY_MIN, instant, local_day, monday_of
from services.dispatch.rules.roster import RosterWorker
from services.dispatch.rules.time_account import Charge, WeekAccount, time_account
from services.dispatch.store import Campaign, Proposal
from services.dispatch.web.shown import Names
from shared.db import Tx, zone_names
from shared.errors import MissingError
from shared.words import ProposalState

WEEKS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A proposal to the worker who looks. `cost_min` includes the way there and back.

    `why`: the words that the coordination reads too.
    """

    proposal: Proposal
    campaign: Campaign
    zone: str
    beside: list[str]
    cost_min: int
    why: list[str]

    @property
    def with_names(self) -> str:
        return ", ".join(self.beside)


async def view_own(
    tx: Tx, request: Request, worker_id: UUID, proposals: Sequence[Proposal]
) -> list[OwnTask]:
    """Read what a worker needs to know of their own proposals."""
    worker = await own_entry(tx, worker_id)
    spots = await store.zone_spots(tx)
    names = Names(request, await store.worker_names(tx), await zone_names(tx))
    teams = await store.teams_of(tx, {p.task_id for p in proposals}, HOLDING)
    campaigns = {c.frame.campaign_id: c for c in await store.list_campaigns(tx)}
    found = []
    for p in proposals:
        duration_min = int((p.ends_at - p.starts_at).total_seconds()) // 60
        home = worker.home_zone if worker else p.zone_id
        found.append(
            OwnTask(
                p,
                campaigns[p.campaign_id],
                names.zone(p.zone_id),
                sorted(names.worker(w) for w in teams[p.task_id] if w != worker_id),
                task_min(home, p.zone_id, duration_min, spots),
                names.reasons(p.why),
            )
        )
    return found


async def own_entry(tx: Tx, worker_id: UUID) -> RosterWorker | None:
    """Return the worker who looks; None while the coordination has not put them on the roster."""
    try:
        return await store.worker_of(tx, worker_id)
    except MissingError:
        return None


async def view_account(tx: Tx, worker_id: UUID) -> list[WeekAccount]:
    """Account for a worker's own time, this week and the three that follow.

    Raises:
        MissingError: they are not on the roster.
    """
    worker = await store.worker_of(tx, worker_id)
    monday = monday_of(local_day(tx.now))
    begins = instant(monday - timedelta(weeks=3), 0)
    ends = instant(monday + timedelta(weeks=WEEKS_SHOWN) - timedelta(days=1), DAY_MIN)
    holdings = await store.list_holdings(
        tx, begins, ends, {ProposalState.ACCEPTED}, worker_id=worker_id
    )
    spots = await store.zone_spots(tx)
    charges = [
        Charge(
            local_day(held.starts_at),
            task_min(
                worker.home_zone,
                held.zone_id,
                int((held.ends_at - held.starts_at).total_seconds()) // 60,
                spots,
            ),
        )
        for held in holdings
    ]
    own = [c.commitment for c in await store.commitments_of(tx, worker_id, begins)]
    meeting = await store.team_meeting(tx)
    return time_account(worker, own, charges, monday, WEEKS_SHOWN, meeting=meeting)
