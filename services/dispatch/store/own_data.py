"""Everything that dispatch keeps of one worker, for that worker and for nobody else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select

from services.dispatch.rules.outcomes import Body
from services.dispatch.store.consent import Proposal, own_proposals
from services.dispatch.store.outcomes import (
    Consultation,
    Opinion,
    _body,
    list_consultations,
    own_opinions,
)
from services.dispatch.store.roster import (
    OwnAbsence,
    OwnCommitment,
    RosterEntry,
    absences_of,
    commitments_of,
    list_roster,
)
from services.dispatch.store.tables import contribution, contribution_version, signal, task
from shared.db import Tx
from shared.words import ActionKind, SignalKind, Theme

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One version of what a worker recorded of a task."""

    kind: ActionKind
    zone_id: str
    campaign_id: UUID
    version: int
    recorded_at: datetime
    body: Body


@dataclass(frozen=True, slots=True)
class Raised:
    """A signal as it was sent."""

    raised_at: datetime
    zone_id: str
    kind: SignalKind
    theme: Theme


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is kept of one worker, their notes apart. `entry` is None for who is on no roster."""

    entry: RosterEntry | None
    recorded: list[Recorded]
    proposals: list[Proposal]
    commitments: list[OwnCommitment]
    absences: list[OwnAbsence]
    opinions: list[tuple[Consultation, Opinion]]
    signals: list[Raised]


async def own_data(tx: Tx, worker_id: UUID) -> OwnData:
    """Read what is kept of a worker."""
    roster = await list_roster(tx, worker_id)
    opinions = await own_opinions(tx, worker_id)
    return OwnData(
        entry=roster[0] if roster else None,
        recorded=await _recorded(tx, worker_id),
        proposals=await own_proposals(tx, worker_id, EVER),
        commitments=await commitments_of(tx, worker_id, EVER),
        absences=await absences_of(tx, worker_id, date(1970, 1, 1)),
        opinions=[
            (asked, opinions[asked.id])
            for asked in await list_consultations(tx)
            if asked.id in opinions
        ],
        signals=await _raised(tx, worker_id),
    )


async def _recorded(tx: Tx, worker_id: UUID) -> list[Recorded]:
    rows = await tx.execute(
        select(task.c.kind, task.c.zone_id, task.c.campaign_id, contribution_version)
        .join(contribution, contribution.c.task_id == task.c.id)
        .join(contribution_version, contribution_version.c.contribution_id == contribution.c.id)
        .where(contribution.c.worker_id == worker_id)
        .order_by(
            contribution_version.c.happened_on,
            contribution.c.id,
            contribution_version.c.version,
        )
    )
    return [
        Recorded(
            ActionKind(row.kind),
            row.zone_id,
            row.campaign_id,
            row.version,
            row.recorded_at,
            _body(row),
        )
        for row in rows
    ]


async def _raised(tx: Tx, worker_id: UUID) -> list[Raised]:
    rows = await tx.execute(
        select(signal).where(signal.c.worker_id == worker_id).order_by(signal.c.raised_at)
    )
    return [
        Raised(row.raised_at, row.zone_id, SignalKind(row.kind), Theme(row.theme)) for row in rows
    ]
