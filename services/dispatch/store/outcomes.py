"""What came back from the field: contributions with their versions, signals, opinions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from services.dispatch.rules.outcomes import Body
from services.dispatch.store.tables import (
    consultation,
    contribution,
    contribution_version,
    decision,
    opinion,
    signal,
    task,
)
from shared.db import Tx
from shared.events import ConsultationOpened, RelayCount, SignalRaised
from shared.words import (
    ActionKind,
    ConsultationId,
    ContributionId,
    CorrectionReason,
    CrisisKind,
    Ground,
    InvitationId,
    Language,
    NonTakeUp,
    OutcomeId,
    SignalKind,
    Stance,
    TaskId,
    Theme,
    WorkerId,
)


@dataclass(frozen=True, slots=True)
class ContributionRow:
    id: ContributionId
    outcome_id: OutcomeId
    task_id: TaskId
    worker_id: WorkerId
    version: int


async def contribution_of(
    tx: Tx, contribution_id: UUID, task_id: UUID, worker_id: UUID
) -> ContributionRow | None:
    """Return the contribution of this id, or else this worker's to this task, held.

    None when neither is there.
    """
    rows = (
        await tx.execute(
            select(contribution)
            .where(
                (contribution.c.id == contribution_id)
                | ((contribution.c.task_id == task_id) & (contribution.c.worker_id == worker_id))
            )
            .with_for_update()
        )
    ).all()
    found = [ContributionRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
    return next((own for own in found if own.id == contribution_id), found[0] if found else None)


async def fingerprints(tx: Tx, contribution_id: UUID) -> frozenset[str]:
    """Return what was sent under a contribution's id so far."""
    rows = await tx.execute(
        select(contribution_version.c.fingerprint).where(
            contribution_version.c.contribution_id == contribution_id
        )
    )
    return frozenset(rows.scalars())


async def save_version(tx: Tx, row: ContributionRow, body: Body) -> None:
    """Save one version of a contribution; the row says which."""
    if row.version == 1:
        await tx.execute(
            insert(contribution).values(
                id=row.id,
                outcome_id=row.outcome_id,
                task_id=row.task_id,
                worker_id=row.worker_id,
                version=1,
            )
        )
    else:
        await tx.execute(
            update(contribution).where(contribution.c.id == row.id).values(version=row.version)
        )
    own = body.in_order()
    await tx.execute(
        insert(contribution_version).values(
            contribution_id=row.id,
            version=row.version,
            happened_on=own.happened_on,
            people_reached=own.people_reached,
            themes=[theme.value for theme in own.themes],
            languages=[language.value for language in own.languages],
            non_take_up=[form.value for form in own.non_take_up],
            relays=[relay.model_dump(mode="json") for relay in own.relays],
            reason=own.reason.value if own.reason else None,
            fingerprint=own.fingerprint(),
        )
    )


async def count_repeat(tx: Tx, contribution_id: UUID, fingerprint: str) -> None:
    """Count a sending that was received before."""
    await tx.execute(
        update(contribution_version)
        .where(contribution_version.c.contribution_id == contribution_id)
        .where(contribution_version.c.fingerprint == fingerprint)
        .values(repeats=contribution_version.c.repeats + 1)
    )


async def own_contributions(
    tx: Tx, worker_id: UUID, task_ids: list[UUID]
) -> dict[UUID, tuple[ContributionRow, Body]]:
    """Return by task what a worker recorded last, for that worker's own page."""
    rows = await tx.execute(
        select(contribution, contribution_version)
        .join(
            contribution_version,
            (contribution_version.c.contribution_id == contribution.c.id)
            & (contribution_version.c.version == contribution.c.version),
        )
        .where(contribution.c.worker_id == worker_id, contribution.c.task_id.in_(task_ids))
    )
    return {
        row.task_id: (
            ContributionRow(row.id, row.outcome_id, row.task_id, row.worker_id, row.version),
            _body(row),
        )
        for row in rows
    }


async def last_contributions(tx: Tx, worker_id: UUID) -> dict[tuple[ActionKind, str], Body]:
    """Return what a worker recorded last, by kind of action and zone, to fill in the next form."""
    rows = await tx.execute(
        select(task.c.kind, task.c.zone_id, contribution_version)
        .join(contribution, contribution.c.task_id == task.c.id)
        .join(
            contribution_version,
            (contribution_version.c.contribution_id == contribution.c.id)
            & (contribution_version.c.version == contribution.c.version),
        )
        .where(contribution.c.worker_id == worker_id)
        .order_by(
            task.c.kind,
            task.c.zone_id,
            contribution_version.c.happened_on.desc(),
            contribution_version.c.recorded_at.desc(),
        )
        .ext(distinct_on(task.c.kind, task.c.zone_id))
    )
    return {(ActionKind(row.kind), row.zone_id): _body(row) for row in rows}


def _body(row: Any) -> Body:
    return Body(
        happened_on=row.happened_on,
        people_reached=row.people_reached,
        themes=tuple(Theme(value) for value in row.themes),
        languages=tuple(Language(value) for value in row.languages),
        non_take_up=tuple(NonTakeUp(value) for value in row.non_take_up),
        relays=tuple(RelayCount.model_validate(value) for value in row.relays),
        reason=CorrectionReason(row.reason) if row.reason else None,
    )


# --- signals -------------------------------------------------------------------------------------


async def save_signal(tx: Tx, fact: SignalRaised) -> bool:
    """Save a signal under its client-made id; False when it was received before."""
    saved = await tx.execute(
        upsert(signal)
        .values(
            id=fact.signal_id,
            campaign_id=fact.campaign_id,
            zone_id=fact.zone_id,
            worker_id=fact.worker_id,
            kind=fact.kind.value,
            theme=fact.theme.value,
            raised_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(signal.c.id)
    )
    return saved.first() is not None


@dataclass(frozen=True, slots=True)
class SignalRow:
    campaign_id: UUID | None
    zone_id: str
    worker_id: UUID
    kind: SignalKind
    theme: Theme


async def signal_of(tx: Tx, signal_id: UUID) -> SignalRow:
    """Return a signal that was saved."""
    row = (await tx.execute(select(signal).where(signal.c.id == signal_id))).one()
    return SignalRow(
        row.campaign_id, row.zone_id, row.worker_id, SignalKind(row.kind), Theme(row.theme)
    )


# --- consultations -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question to the workers; `decided` ends it before its time."""

    id: ConsultationId
    invitation_id: InvitationId
    crisis: CrisisKind
    closes_at: datetime
    accelerated: bool
    decided: bool

    def is_open(self, now: datetime) -> bool:
        return now < self.closes_at and not self.decided


@dataclass(frozen=True, slots=True)
class Opinion:
    version: int
    stance: Stance
    grounds: tuple[Ground, ...]


async def save_consultation(tx: Tx, fact: ConsultationOpened) -> None:
    """Save that the workers are asked."""
    await tx.execute(
        upsert(consultation)
        .values(
            id=fact.consultation_id,
            invitation_id=fact.invitation_id,
            crisis=fact.crisis.value,
            closes_at=fact.closes_at,
            accelerated=fact.accelerated,
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )


async def save_decision(tx: Tx, invitation_id: UUID, decided_at: datetime) -> None:
    """Save that an invitation was decided upon: its consultations are over."""
    await tx.execute(
        upsert(decision)
        .values(invitation_id=invitation_id, decided_at=decided_at)
        .on_conflict_do_nothing(index_elements=["invitation_id"])
    )


async def list_consultations(tx: Tx, consultation_id: UUID | None = None) -> list[Consultation]:
    """List consultations, the one that closes first in front; or one of them."""
    query = (
        select(consultation, decision.c.decided_at)
        .outerjoin(decision, decision.c.invitation_id == consultation.c.invitation_id)
        .order_by(consultation.c.closes_at, consultation.c.id)
    )
    if consultation_id is not None:
        query = query.where(consultation.c.id == consultation_id)
    return [
        Consultation(
            ConsultationId(row.id),
            InvitationId(row.invitation_id),
            CrisisKind(row.crisis),
            row.closes_at,
            row.accelerated,
            row.decided_at is not None,
        )
        for row in await tx.execute(query)
    ]


async def own_opinions(tx: Tx, worker_id: UUID) -> dict[UUID, Opinion]:
    """Return by consultation what a worker thinks, for that worker."""
    rows = await tx.execute(select(opinion).where(opinion.c.worker_id == worker_id))
    return {
        row.consultation_id: Opinion(
            row.version, Stance(row.stance), tuple(Ground(value) for value in row.grounds)
        )
        for row in rows
    }


async def who_answered(tx: Tx, consultation_id: UUID) -> frozenset[UUID]:
    """Tell who gave an opinion, and nothing of what it was."""
    rows = await tx.execute(
        select(opinion.c.worker_id).where(opinion.c.consultation_id == consultation_id)
    )
    return frozenset(rows.scalars())


async def save_opinion(tx: Tx, consultation_id: UUID, worker_id: UUID, given: Opinion) -> None:
    """Save a worker's opinion; a later one replaces it."""
    values = {
        "version": given.version,
        "stance": given.stance.value,
        "grounds": [ground.value for ground in given.grounds],
        "given_at": tx.now,
    }
    await tx.execute(
        upsert(opinion)
        .values(consultation_id=consultation_id, worker_id=worker_id, **values)
        .on_conflict_do_update(index_elements=["consultation_id", "worker_id"], set_=values)
    )
