"""The roster: workers, what they speak and can do, and everything that takes their time."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.local_time import DAY_MIN, instant
from services.dispatch.rules.roster import (
    Absence,
    Calendar,
    Commitment,
    Holding,
    RosterWorker,
    WeeklyPeriod,
)
from services.dispatch.store.tables import (
    absence,
    commitment,
    host_period,
    proposal,
    task,
    worker,
    worker_language,
    worker_refuses,
    worker_skill,
    working_period,
)
from services.dispatch.store.tables import team_meeting as meeting_row
from shared.db import Tx, zone_names
from shared.errors import MissingError
from shared.words import ActionKind, Language, ProposalState, Skill, Weekday, WorkerId


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A worker, with the day on which each language and skill was last confirmed."""

    worker: RosterWorker
    languages: dict[Language, date | None]
    skills: dict[Skill, date | None]


@dataclass(frozen=True, slots=True)
class OwnCommitment:
    id: UUID
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class OwnAbsence:
    id: UUID
    absence: Absence


async def save_worker(tx: Tx, entry: RosterEntry) -> None:
    """Save a worker whole: what is not said any more is gone."""
    who = entry.worker
    values = {
        "id": who.id,
        "name": who.name,
        "home_zone": who.home_zone,
        "host_partner": who.host_partner,
        "weekly_min": who.weekly_min,
        "host_share_pct": who.host_share_pct,
        "travel_max_min": who.travel_max_min,
        "saved_at": tx.now,
    }
    await tx.execute(
        upsert(worker).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
    )
    parts: tuple[tuple[Table, list[dict[str, Any]]], ...] = (
        (
            worker_language,
            [{"language": k.value, "confirmed_on": v} for k, v in entry.languages.items()],
        ),
        (worker_skill, [{"skill": k.value, "confirmed_on": v} for k, v in entry.skills.items()]),
        (worker_refuses, [{"kind": kind.value} for kind in sorted(who.kinds_refused)]),
        (working_period, [_period_values(period) for period in who.working]),
        (host_period, [_period_values(period) for period in who.host_periods]),
    )
    for table, rows in parts:
        await tx.execute(delete(table).where(table.c.worker_id == who.id))
        if rows:
            await tx.execute(insert(table), [{"worker_id": who.id, **row} for row in rows])


def _period_values(period: WeeklyPeriod) -> dict[str, Any]:
    return {
        "weekday": period.weekday.value,
        "starts_min": period.starts_min,
        "ends_min": period.ends_min,
    }


async def lock_worker(tx: Tx, worker_id: UUID) -> None:
    """Hold a worker's row until the commit: two answers of one person come one after the other.

    Raises:
        MissingError: nobody of this id is on the roster.
    """
    found = await tx.execute(
        select(worker.c.id).where(worker.c.id == worker_id).with_for_update(key_share=True)
    )
    if found.first() is None:
        raise MissingError("worker")


async def list_roster(tx: Tx, worker_id: UUID | None = None) -> list[RosterEntry]:
    """List the roster, or one person of it, by name."""
    query = select(worker).order_by(worker.c.name, worker.c.id)
    rows = (
        await tx.execute(query if worker_id is None else query.where(worker.c.id == worker_id))
    ).all()
    tongues = await _by_worker(tx, worker_language, worker_id)
    skills = await _by_worker(tx, worker_skill, worker_id)
    refused = await _by_worker(tx, worker_refuses, worker_id)
    working = await _by_worker(tx, working_period, worker_id)
    hosts = await _by_worker(tx, host_period, worker_id)
    return [
        RosterEntry(
            RosterWorker(
                id=row.id,
                name=row.name,
                home_zone=row.home_zone,
                weekly_min=row.weekly_min,
                host_partner=row.host_partner,
                host_share_pct=row.host_share_pct,
                travel_max_min=row.travel_max_min,
                working=_periods(working[row.id]),
                host_periods=_periods(hosts[row.id]),
                languages=frozenset(Language(own.language) for own in tongues[row.id]),
                skills=frozenset(Skill(own.skill) for own in skills[row.id]),
                kinds_refused=frozenset(ActionKind(own.kind) for own in refused[row.id]),
            ),
            {Language(own.language): own.confirmed_on for own in tongues[row.id]},
            {Skill(own.skill): own.confirmed_on for own in skills[row.id]},
        )
        for row in rows
    ]


async def worker_of(tx: Tx, worker_id: UUID) -> RosterWorker:
    """Return one worker.

    Raises:
        MissingError: nobody of this id is on the roster.
    """
    found = await list_roster(tx, worker_id)
    if not found:
        raise MissingError("worker")
    return found[0].worker


async def worker_names(tx: Tx) -> dict[UUID, str]:
    """Return how people are called."""
    return {row.id: row.name for row in await tx.execute(select(worker.c.id, worker.c.name))}


async def _by_worker(tx: Tx, table: Table, worker_id: UUID | None) -> defaultdict[UUID, list[Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    rows = await tx.execute(
        query if worker_id is None else query.where(table.c.worker_id == worker_id)
    )
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.worker_id].append(row)
    return found


def _periods(rows: Sequence[Any]) -> tuple[WeeklyPeriod, ...]:
    return tuple(WeeklyPeriod(Weekday(r.weekday), r.starts_min, r.ends_min) for r in rows)


# --- everything that takes time ------------------------------------------------------------------


async def load_calendar(
    tx: Tx, from_on: date, until_on: date, states: Collection[ProposalState]
) -> Calendar:
    """Load the roster and all that takes its time between two days, both included.

    Args:
        tx: the transaction.
        from_on: first day.
        until_on: last day.
        states: which proposals take their worker's time.
    """
    begins, ends = instant(from_on, 0), instant(until_on, DAY_MIN)
    own = await tx.execute(
        select(commitment)
        .where(commitment.c.starts_at < ends, commitment.c.ends_at > begins)
        .order_by(commitment.c.starts_at, commitment.c.id)
    )
    away = await tx.execute(
        select(absence)
        .where(absence.c.from_on <= until_on, absence.c.until_on >= from_on)
        .order_by(absence.c.from_on, absence.c.id)
    )
    return Calendar(
        workers=tuple(entry.worker for entry in await list_roster(tx)),
        commitments=tuple(_commitment(row) for row in own),
        absences=tuple(_absence(row) for row in away),
        holdings=tuple(await list_holdings(tx, begins, ends, states)),
        meeting=await team_meeting(tx),
    )


async def team_meeting(tx: Tx) -> WeeklyPeriod | None:
    """Return when the whole team meets every week; None when nothing is set."""
    row = (await tx.execute(select(meeting_row))).first()
    return None if row is None else _periods([row])[0]


async def save_meeting(tx: Tx, meeting: WeeklyPeriod | None) -> None:
    """Set when the whole team meets every week, or that it does not."""
    if meeting is None:
        await tx.execute(delete(meeting_row))
        return
    values = {"only_one": True, **_period_values(meeting), "saved_at": tx.now}
    await tx.execute(
        upsert(meeting_row)
        .values(values)
        .on_conflict_do_update(index_elements=["only_one"], set_=values)
    )


async def list_holdings(
    tx: Tx,
    begins: datetime,
    ends: datetime,
    states: Collection[ProposalState],
    worker_id: UUID | None = None,
) -> list[Holding]:
    """List the tasks that people hold between two instants, of every campaign."""
    query = (
        select(
            proposal.c.worker_id,
            proposal.c.task_id,
            proposal.c.starts_at,
            proposal.c.ends_at,
            task.c.campaign_id,
            task.c.zone_id,
        )
        .join(task, task.c.id == proposal.c.task_id)
        .where(proposal.c.state.in_([state.value for state in states]))
        .where(proposal.c.starts_at < ends, proposal.c.ends_at > begins)
        .where(proposal.c.worker_id.is_not(None))
        .order_by(proposal.c.starts_at, proposal.c.id)
    )
    if worker_id is not None:
        query = query.where(proposal.c.worker_id == worker_id)
    rows = await tx.execute(query)
    return [Holding(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


async def zone_spots(tx: Tx) -> dict[str, tuple[float, float]]:
    """Return where zones lie, in km."""
    return {zone.id: (zone.x_km, zone.y_km) for zone in (await zone_names(tx)).values()}


async def commitments_of(tx: Tx, worker_id: UUID, since: datetime) -> list[OwnCommitment]:
    """List a worker's commitments that end after an instant."""
    rows = await tx.execute(
        select(commitment)
        .where(commitment.c.worker_id == worker_id, commitment.c.ends_at > since)
        .order_by(commitment.c.starts_at, commitment.c.id)
    )
    return [OwnCommitment(row.id, _commitment(row)) for row in rows]


async def save_commitment(tx: Tx, commitment_id: UUID, own: Commitment) -> None:
    """Save a commitment under its client-made id.

    Raises:
        MissingError: the id is another worker's.
    """
    values = {
        "starts_at": own.starts_at,
        "ends_at": own.ends_at,
        "zone_id": own.zone_id,
    }
    saved = await tx.execute(
        upsert(commitment)
        .values(id=commitment_id, worker_id=own.worker_id, noted_at=tx.now, **values)
        .on_conflict_do_update(
            index_elements=["id"],
            set_={**values, "noted_at": tx.now},
            where=commitment.c.worker_id == own.worker_id,
        )
        .returning(commitment.c.id)
    )
    if saved.first() is None:
        raise MissingError("commitment")


async def delete_commitment(tx: Tx, worker_id: UUID, commitment_id: UUID) -> None:
    """Forget a commitment; one that is not there is forgotten already."""
    await tx.execute(
        delete(commitment).where(
            commitment.c.id == commitment_id, commitment.c.worker_id == worker_id
        )
    )


async def absences_of(tx: Tx, worker_id: UUID, since: date) -> list[OwnAbsence]:
    """List a worker's absences that end on a day or later."""
    rows = await tx.execute(
        select(absence)
        .where(absence.c.worker_id == worker_id, absence.c.until_on >= since)
        .order_by(absence.c.from_on, absence.c.id)
    )
    return [OwnAbsence(row.id, _absence(row)) for row in rows]


async def save_absence(tx: Tx, absence_id: UUID, own: Absence) -> None:
    """Save an absence under its client-made id.

    Raises:
        MissingError: the id is another worker's.
    """
    values = {"from_on": own.from_on, "until_on": own.until_on}
    saved = await tx.execute(
        upsert(absence)
        .values(id=absence_id, worker_id=own.worker_id, noted_at=tx.now, **values)
        .on_conflict_do_update(
            index_elements=["id"],
            set_={**values, "noted_at": tx.now},
            where=absence.c.worker_id == own.worker_id,
        )
        .returning(absence.c.id)
    )
    if saved.first() is None:
        raise MissingError("absence")


async def delete_absence(tx: Tx, worker_id: UUID, absence_id: UUID) -> None:
    """Forget an absence; one that is not there is forgotten already."""
    await tx.execute(
        delete(absence).where(absence.c.id == absence_id, absence.c.worker_id == worker_id)
    )


def _commitment(row: Any) -> Commitment:
    return Commitment(WorkerId(row.worker_id), row.starts_at, row.ends_at, row.zone_id)


def _absence(row: Any) -> Absence:
    return Absence(WorkerId(row.worker_id), row.from_on, row.until_on)
