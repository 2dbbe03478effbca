"""Invitations, their judgement by the charter, and the decision on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from services.intake.rules.invitation import Invitation
from services.intake.rules.judgement import Answer, Judgement, Verdict
from services.intake.store.tables import (
    campaign,
    consultation,
    decision,
    invitation,
    judgement,
    judgement_answer,
)
from shared.db import Tx
from shared.errors import MissingError
from shared.words import (
    Boundary,
    CampaignId,
    CrisisKind,
    Decision,
    InvitationId,
    Law,
    PersonId,
    Public,
    Requester,
)


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation in a list: how far it is; `by_requester`: they were promised an answer."""

    invitation: Invitation
    received_at: datetime
    consultation_closes_at: datetime | None
    decision: Decision | None
    campaign_id: CampaignId | None
    by_requester: bool


@dataclass(frozen=True, slots=True)
class SentInvitation:
    """An invitation as whoever sent it may see it: how far it is, never what anybody thinks of it.

    `reason` and `changes` are written for them to read; they are empty until it is decided.
    """

    invitation: Invitation
    received_at: datetime
    consultation_closes_at: datetime | None
    decision: Decision | None
    reason: str
    changes: tuple[str, ...]
    decided_at: datetime | None
    campaign_id: CampaignId | None


@dataclass(frozen=True, slots=True)
class KeptJudgement:
    """A version of the answers to the charter, with the arguments for and against."""

    judgement: Judgement
    arguments: str
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class KeptDecision:
    id: UUID
    verdict: Verdict
    decided_at: datetime


async def save_invitation(
    tx: Tx, asked: Invitation, by: PersonId | None, *, by_requester: bool = False
) -> None:
    """Keep an invitation that `check_invitation` let in; `by_requester`: `by` is who invites."""
    assert asked.asked_by is not None  # noqa: S101 -- for the type checker; the rule saw to it
    assert asked.crisis is not None  # noqa: S101 -- the same
    await tx.execute(
        insert(invitation).values(
            id=asked.id,
            asked_by=asked.asked_by.value,
            requester=asked.requester.strip(),
            crisis=asked.crisis.value,
            wanted=asked.wanted.strip(),
            publics=[public.value for public in asked.publics],
            wanted_from=asked.wanted_from,
            wanted_until=asked.wanted_until,
            place=asked.place.strip(),
            zone_ids=sorted(set(asked.zone_ids)),
            received_at=tx.now,
            received_by=by,
            by_requester=by_requester,
            extends=asked.extends,
        )
    )


async def invitation_of(tx: Tx, invitation_id: UUID, *, lock: bool = False) -> Invitation:
    """Return an invitation; `lock` keeps others from judging or deciding it meanwhile.

    Raises:
        MissingError: there is none.
    """
    query = select(invitation).where(invitation.c.id == invitation_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise MissingError("invitation")
    return _as_invitation(row)


async def list_invitations(tx: Tx) -> Sequence[InvitationLine]:
    """List all invitations, the newest first."""
    rows = await tx.execute(
        select(
            invitation,
            consultation.c.closes_at,
            decision.c.decision.label("decided"),
            campaign.c.id.label("campaign_id"),
        )
        .outerjoin(consultation, consultation.c.invitation_id == invitation.c.id)
        .outerjoin(decision, decision.c.invitation_id == invitation.c.id)
        .outerjoin(campaign, campaign.c.invitation_id == invitation.c.id)
        .order_by(invitation.c.received_at.desc(), invitation.c.id)
    )
    return [
        InvitationLine(
            _as_invitation(row),
            row.received_at,
            row.closes_at,
            Decision(row.decided) if row.decided else None,
            row.campaign_id,
            row.by_requester,
        )
        for row in rows
    ]


async def invitations_sent_by(tx: Tx, person_id: UUID) -> Sequence[SentInvitation]:
    """List what somebody from outside sent by their own hand, the newest first."""
    rows = await tx.execute(
        select(
            invitation,
            consultation.c.closes_at,
            decision.c.decision.label("decided"),
            decision.c.reason,
            decision.c.changes,
            decision.c.decided_at,
            campaign.c.id.label("campaign_id"),
        )
        .outerjoin(consultation, consultation.c.invitation_id == invitation.c.id)
        .outerjoin(decision, decision.c.invitation_id == invitation.c.id)
        .outerjoin(campaign, campaign.c.invitation_id == invitation.c.id)
        .where(invitation.c.received_by == person_id, invitation.c.by_requester)
        .order_by(invitation.c.received_at.desc(), invitation.c.id)
    )
    return [
        SentInvitation(
            _as_invitation(row),
            row.received_at,
            row.closes_at,
            Decision(row.decided) if row.decided else None,
            row.reason or "",
            tuple(row.changes or ()),
            row.decided_at,
            row.campaign_id,
        )
        for row in rows
    ]


def _as_invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=InvitationId(row.id),
        asked_by=Requester(row.asked_by),
        requester=row.requester,
        crisis=CrisisKind(row.crisis),
        wanted=row.wanted,
        publics=tuple(Public(public) for public in row.publics),
        wanted_from=row.wanted_from,
        wanted_until=row.wanted_until,
        place=row.place,
        zone_ids=tuple(row.zone_ids),
        extends=row.extends,
    )


# --- the charter answered ------------------------------------------------------------------------


async def save_judgement(
    tx: Tx, invitation_id: InvitationId, given: Judgement, arguments: str, by: PersonId | None
) -> int:
    """Keep the answers as the next version, or do nothing when they are the last one's."""
    last = await judgement_of(tx, invitation_id)
    if last is not None and (last.judgement, last.arguments) == (given, arguments):
        return last.version
    version = last.version + 1 if last else 1
    await tx.execute(
        insert(judgement).values(
            invitation_id=invitation_id,
            version=version,
            charter=given.charter,
            arguments=arguments,
            saved_at=tx.now,
            saved_by=by,
        )
    )
    asked: list[tuple[str, Mapping[Any, Answer]]] = [
        ("boundary", given.boundaries),
        ("law", given.laws),
    ]
    answers = [
        {
            "invitation_id": invitation_id,
            "version": version,
            "kind": kind,
            "question": question.value,
            "respected": answer.respected,
            "sentence": answer.sentence,
        }
        for kind, answered in asked
        for question, answer in answered.items()
    ]
    if answers:
        await tx.execute(insert(judgement_answer), answers)
    return version


async def judgement_of(tx: Tx, invitation_id: UUID) -> KeptJudgement | None:
    """Return the last version of an invitation's judgement; None when nobody began."""
    rows = await tx.execute(
        select(judgement)
        .where(judgement.c.invitation_id == invitation_id)
        .order_by(judgement.c.version.desc())
        .limit(1)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    answers = await tx.execute(
        select(judgement_answer)
        .where(judgement_answer.c.invitation_id == invitation_id)
        .where(judgement_answer.c.version == row.version)
    )
    boundaries: dict[Boundary, Answer] = {}
    laws: dict[Law, Answer] = {}
    for answer in answers:
        said = Answer(answer.respected, answer.sentence)
        if answer.kind == "boundary":
            boundaries[Boundary(answer.question)] = said
        else:
            laws[Law(answer.question)] = said
    return KeptJudgement(
        Judgement(row.charter, boundaries, laws), row.arguments, row.version, row.saved_at
    )


# --- the decision --------------------------------------------------------------------------------


async def save_decision(  # noqa: PLR0913 - each is a column
    tx: Tx,
    invitation_id: InvitationId,
    decision_id: UUID,
    verdict: Verdict,
    *,
    judgement_version: int | None,
    by: PersonId | None,
) -> None:
    """Keep the one decision on an invitation."""
    await tx.execute(
        insert(decision).values(
            id=decision_id,
            invitation_id=invitation_id,
            decision=verdict.decision.value,
            reason=verdict.reason,
            changes=list(verdict.changes),
            charter=verdict.charter,
            judgement_version=judgement_version,
            accelerated=verdict.accelerated,
            decided_at=tx.now,
            decided_by=by,
        )
    )


async def decision_of(tx: Tx, invitation_id: UUID) -> KeptDecision | None:
    """Return the decision on an invitation; None while there is none."""
    rows = await tx.execute(select(decision).where(decision.c.invitation_id == invitation_id))
    row = rows.one_or_none()
    if row is None:
        return None
    verdict = Verdict(
        Decision(row.decision), row.charter, row.reason, tuple(row.changes), row.accelerated
    )
    return KeptDecision(row.id, verdict, row.decided_at)
