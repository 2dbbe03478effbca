"""A worker's day, as it is read from the store: for the page and for the phone alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import Request

from services.dispatch import store
from services.dispatch.rules.local_time import DAY_MIN, instant, local_day
from services.dispatch.rules.outcomes import NO_OUTCOME_AFTER, Body
from services.dispatch.rules.roster import RosterWorker, lies_across
from services.dispatch.store import Consultation, ContributionRow, Opinion, following
from services.dispatch.web.own_view import OwnTask, own_entry, view_own
from shared.db import Tx
from shared.words import ProposalState

JOURNAL = timedelta(days=90)  # how far back one looks in one's own journal


@dataclass(frozen=True, slots=True)
class OwnDay:
    """What one worker is asked, has accepted, has still to note, and noted lately.

    `worker` is None while the coordination has not put them on the roster; `conflicts` are
    accepted proposals that lie across something of one's own; `late_yes`: a yes that came when the
    place was taken waits for the next free one.
    """

    now: datetime
    today: date
    worker: RosterWorker | None
    mine: list[OwnTask]
    to_record: list[OwnTask]
    journal: list[OwnTask]
    recorded: dict[UUID, tuple[ContributionRow, Body]]
    conflicts: set[UUID]
    opinions: dict[UUID, Opinion]
    consultations: list[Consultation]
    late_yes: bool

    def in_state(self, state: ProposalState) -> list[OwnTask]:
        return [task for task in self.mine if task.proposal.state is state]

    def todays(self) -> list[OwnTask]:
        midnight = instant(self.today, DAY_MIN)
        accepted = self.in_state(ProposalState.ACCEPTED)
        return [task for task in accepted if task.proposal.starts_at < midnight]

    def later(self) -> list[OwnTask]:
        midnight = instant(self.today, DAY_MIN)
        accepted = self.in_state(ProposalState.ACCEPTED)
        return [task for task in accepted if task.proposal.starts_at >= midnight]


async def read_day(tx: Tx, request: Request, worker_id: UUID) -> OwnDay:
    """Read everything that a worker's day shows, from today's first hour on."""
    today = local_day(tx.now)
    morning = instant(today, 0)
    proposals = await store.own_proposals(tx, worker_id, morning)
    mine = await view_own(tx, request, worker_id, proposals)
    unheard = await store.unrecorded(tx, worker_id, tx.now - 2 * NO_OUTCOME_AFTER, morning)
    to_record = await view_own(tx, request, worker_id, unheard)
    lately = await store.recorded_proposals(tx, worker_id, tx.now - JOURNAL)
    journal = await view_own(tx, request, worker_id, lately)
    return OwnDay(
        now=tx.now,
        today=today,
        worker=await own_entry(tx, worker_id),
        mine=mine,
        to_record=[task for task in to_record if task.proposal.ends_at <= morning],
        journal=journal,
        recorded=await store.own_contributions(
            tx, worker_id, [task.proposal.task_id for task in [*mine, *journal]]
        ),
        conflicts=await own_conflicts(tx, worker_id, mine),
        opinions=await store.own_opinions(tx, worker_id),
        consultations=[c for c in await store.list_consultations(tx) if c.is_open(tx.now)],
        late_yes=await following.waits_for_a_place(tx, worker_id),
    )


async def own_conflicts(tx: Tx, worker_id: UUID, mine: Sequence[OwnTask]) -> set[UUID]:
    """Return the accepted tasks that lie across something of one's own, by proposal."""
    own = [c.commitment for c in await store.commitments_of(tx, worker_id, tx.now)]
    away = [a.absence for a in await store.absences_of(tx, worker_id, local_day(tx.now))]
    meeting = await store.team_meeting(tx)
    return {
        p.id
        for p in (task.proposal for task in mine)
        if p.state is ProposalState.ACCEPTED
        and (
            any(c.starts_at < p.ends_at and p.starts_at < c.ends_at for c in own)
            or (meeting is not None and lies_across(meeting, p.starts_at, p.ends_at))
            or any(a.from_on <= local_day(p.starts_at) <= a.until_on for a in away)
        )
    }
