"""What the field signalled, and what the coordination answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.intake.store.tables import signal, signal_answer
from shared.db import Tx
from shared.errors import MissingError
from shared.events import SignalRaised
from shared.words import (
    CampaignId,
    PersonId,
    SignalAnswer,
    SignalId,
    SignalKind,
    Theme,
    WorkerId,
    ZoneId,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """The coordination's answer; its words stay in intake."""

    answer: SignalAnswer
    words: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal with its answers, oldest first. `worker_id` is who is told of the answer."""

    id: SignalId
    campaign_id: CampaignId | None
    zone_id: ZoneId
    worker_id: WorkerId
    kind: SignalKind
    theme: Theme
    raised_at: datetime
    answers: tuple[Answered, ...]


async def save_signal(tx: Tx, fact: SignalRaised) -> None:
    """Keep a signal, once."""
    await tx.execute(
        upsert(signal)
        .values(
            id=fact.signal_id,
            campaign_id=fact.campaign_id,
            zone_id=fact.zone_id,
            worker_id=fact.worker_id,
            kind=fact.kind.value,
            theme=fact.theme.value,
            raised_at=fact.occurred_at,
        )
        .on_conflict_do_nothing()
    )


async def signal_of(tx: Tx, signal_id: UUID, *, lock: bool = False) -> Signal:
    """Return a signal.

    Raises:
        MissingError: there is none.
    """
    if lock:
        await tx.execute(select(signal.c.id).where(signal.c.id == signal_id).with_for_update())
    found = await list_signals(tx, signal_id=signal_id)
    if not found:
        raise MissingError("signal")
    return found[0]


async def list_signals(
    tx: Tx, *, campaign_id: UUID | None = None, signal_id: UUID | None = None
) -> Sequence[Signal]:
    """List signals, the newest first; of one campaign when it is named."""
    query = select(signal).order_by(signal.c.raised_at.desc(), signal.c.id)
    if campaign_id is not None:
        query = query.where(signal.c.campaign_id == campaign_id)
    if signal_id is not None:
        query = query.where(signal.c.id == signal_id)
    rows = (await tx.execute(query)).all()
    answers = await tx.execute(
        select(signal_answer)
        .where(signal_answer.c.signal_id.in_([row.id for row in rows]))
        .order_by(signal_answer.c.number)
    )
    told: dict[UUID, tuple[Answered, ...]] = {}
    for row in answers:
        one = Answered(SignalAnswer(row.answer), row.words, row.answered_at)
        told[row.signal_id] = (*told.get(row.signal_id, ()), one)
    return [
        Signal(
            id=SignalId(row.id),
            campaign_id=row.campaign_id,
            zone_id=row.zone_id,
            worker_id=WorkerId(row.worker_id),
            kind=SignalKind(row.kind),
            theme=Theme(row.theme),
            raised_at=row.raised_at,
            answers=told.get(row.id, ()),
        )
        for row in rows
    ]


async def save_answer(
    tx: Tx, told: Signal, answer: SignalAnswer, words: str, by: PersonId | None
) -> None:
    """Keep an answer after those before it."""
    await tx.execute(
        insert(signal_answer).values(
            signal_id=told.id,
            number=len(told.answers) + 1,
            answer=answer.value,
            words=words,
            answered_at=tx.now,
            answered_by=by,
        )
    )
