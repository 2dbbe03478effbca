"""Consultations of the workers: windows, opinions that stay hidden until they close, replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, and_, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.intake.rules.judgement import Consultation, Opinion
from services.intake.store.tables import consultation, opinion, reply
from shared.db import Tx
from shared.errors import MissingError
from shared.words import ConsultationId, Ground, InvitationId, PersonId, Stance, WorkerId


@dataclass(frozen=True, slots=True)
class KeptConsultation:
    id: ConsultationId
    invitation_id: InvitationId
    window: Consultation


@dataclass(frozen=True, slots=True)
class ReadableOpinion:
    """An opinion once the window has closed; `reply` is empty until somebody answered."""

    id: UUID
    opinion: Opinion
    reply: str


async def save_consultation(tx: Tx, kept: KeptConsultation, by: PersonId | None) -> None:
    """Keep the one consultation on an invitation."""
    await tx.execute(
        insert(consultation).values(
            id=kept.id,
            invitation_id=kept.invitation_id,
            opens_at=kept.window.opens_at,
            closes_at=kept.window.closes_at,
            accelerated_because=kept.window.accelerated_because,
            opened_by=by,
        )
    )


async def consultation_on(tx: Tx, invitation_id: UUID) -> KeptConsultation | None:
    """Return the consultation on an invitation; None when it was not opened."""
    rows = await tx.execute(
        select(consultation).where(consultation.c.invitation_id == invitation_id)
    )
    row = rows.one_or_none()
    return _as_consultation(row) if row else None


async def consultation_of(tx: Tx, consultation_id: UUID) -> KeptConsultation:
    """Return a consultation.

    Raises:
        MissingError: there is none.
    """
    rows = await tx.execute(select(consultation).where(consultation.c.id == consultation_id))
    row = rows.one_or_none()
    if row is None:
        raise MissingError("consultation")
    return _as_consultation(row)


def _as_consultation(row: Row[Any]) -> KeptConsultation:
    window = Consultation(row.opens_at, row.closes_at, row.accelerated_because)
    return KeptConsultation(ConsultationId(row.id), InvitationId(row.invitation_id), window)


async def save_opinion(tx: Tx, consultation_id: ConsultationId, given: Opinion) -> None:
    """Keep a worker's opinion unless a later one of theirs is known.

    The row's id is random: from it nobody can tell who wrote the opinion.
    """
    values = {
        "version": given.version,
        "stance": given.stance.value,
        "grounds": [ground.value for ground in given.grounds],
        "given_at": given.given_at,
    }
    keep = upsert(opinion).values(
        id=uuid4(), consultation_id=consultation_id, worker_id=given.worker_id, **values
    )
    await tx.execute(
        keep.on_conflict_do_update(
            index_elements=[opinion.c.consultation_id, opinion.c.worker_id],
            set_=values,
            where=opinion.c.version < given.version,
        )
    )


async def answered(tx: Tx, consultation_id: UUID) -> int:
    """Count the workers who gave an opinion. This may be told while the window is open."""
    counted = await tx.execute(
        select(func.count())
        .select_from(opinion)
        .where(opinion.c.consultation_id == consultation_id)
    )
    return int(counted.scalar_one())


async def opinions_of(tx: Tx, consultation_id: UUID) -> Sequence[ReadableOpinion]:
    """Return the opinions of a consultation whose window has closed; none before, for anybody.

    In the order of their stance and random id, so that their order says nothing about who or when.
    """
    rows = await tx.execute(
        select(opinion, func.coalesce(reply.c.words, "").label("reply"))
        .join(
            consultation,
            and_(
                consultation.c.id == opinion.c.consultation_id,
                consultation.c.closes_at <= tx.now,
            ),
        )
        .outerjoin(reply, reply.c.opinion_id == opinion.c.id)
        .where(opinion.c.consultation_id == consultation_id)
        .order_by(opinion.c.stance, opinion.c.id)
    )
    return [
        ReadableOpinion(
            row.id,
            Opinion(
                WorkerId(row.worker_id),
                row.version,
                Stance(row.stance),
                row.given_at,
                tuple(Ground(ground) for ground in row.grounds),
            ),
            row.reply,
        )
        for row in rows
    ]


async def consultation_of_opinion(tx: Tx, opinion_id: UUID) -> KeptConsultation:
    """Return the consultation of an opinion that may be read.

    Raises:
        MissingError: there is no such opinion, or its window has not closed.
    """
    rows = await tx.execute(
        select(consultation)
        .join(opinion, opinion.c.consultation_id == consultation.c.id)
        .where(opinion.c.id == opinion_id, consultation.c.closes_at <= tx.now)
    )
    row = rows.one_or_none()
    if row is None:
        raise MissingError("opinion")
    return _as_consultation(row)


async def save_reply(tx: Tx, opinion_id: UUID, words: str, by: PersonId | None) -> None:
    """Keep the coordination's reply to an opinion; a later one replaces it."""
    values = {"words": words, "replied_at": tx.now, "replied_by": by}
    keep = upsert(reply).values(opinion_id=opinion_id, **values)
    await tx.execute(keep.on_conflict_do_update(index_elements=[reply.c.opinion_id], set_=values))
