"""What notify must remember of a proposal to tell the right person the right thing, in any order.

The row is a lock as well: every step about a proposal takes it first, so that a message and the
answer that makes it pointless cannot miss each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.db import Tx
from shared.words import ActionKind, CampaignId, PersonId, ProposalId, WithdrawalReason, ZoneId

NOTE = """
insert into proposal as known (proposal_id, campaign_id, zone_id, person_id, kind, starts_at,
  ends_at, answered, accepted, forgotten, withdrawn)
values (:proposal_id, :campaign_id, :zone_id, :person_id, :kind, :starts_at, :ends_at, :answered,
  :accepted, :forgotten, :withdrawn)
on conflict (proposal_id) do update set
  forgotten = known.forgotten or excluded.forgotten,
  campaign_id = case when not (known.forgotten or excluded.forgotten)
    then coalesce(known.campaign_id, excluded.campaign_id) end,
  zone_id = case when not (known.forgotten or excluded.forgotten)
    then coalesce(known.zone_id, excluded.zone_id) end,
  person_id = case when not (known.forgotten or excluded.forgotten)
    then coalesce(known.person_id, excluded.person_id) end,
  kind = case when not (known.forgotten or excluded.forgotten)
    then coalesce(known.kind, excluded.kind) end,
  starts_at = case when not (known.forgotten or excluded.forgotten)
    then coalesce(known.starts_at, excluded.starts_at) end,
  ends_at = case when not (known.forgotten or excluded.forgotten)
    then coalesce(known.ends_at, excluded.ends_at) end,
  answered = known.answered or excluded.answered,
  accepted = known.accepted or excluded.accepted,
  withdrawn = coalesce(known.withdrawn, excluded.withdrawn)
returning proposal_id, campaign_id, zone_id, person_id, kind, starts_at, ends_at, told, answered,
  accepted, forgotten, withdrawn
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is known of a proposal. Of one that got a no: that there was one, and nothing else.

    Where, when and what would tell who, since one worker is one neighbourhood.
    """

    proposal_id: ProposalId
    campaign_id: CampaignId | None = None
    zone_id: ZoneId | None = None
    person_id: PersonId | None = None
    kind: ActionKind | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    told: bool = False
    answered: bool = False
    accepted: bool = False
    forgotten: bool = False
    withdrawn: WithdrawalReason | None = None


async def note_proposal(tx: Tx, heard: Proposal) -> Proposal:
    """Add what a fact says to what is known; return all that is known, and keep others waiting."""
    noted = await tx.execute(
        text(NOTE),
        {
            "proposal_id": heard.proposal_id,
            "campaign_id": heard.campaign_id,
            "zone_id": heard.zone_id,
            "person_id": heard.person_id,
            "kind": heard.kind and heard.kind.value,
            "starts_at": heard.starts_at,
            "ends_at": heard.ends_at,
            "answered": heard.answered,
            "accepted": heard.accepted,
            "forgotten": heard.forgotten,
            "withdrawn": heard.withdrawn and heard.withdrawn.value,
        },
    )
    row: dict[str, Any] = dict(noted.mappings().one())
    row["kind"] = row["kind"] and ActionKind(row["kind"])
    row["withdrawn"] = row["withdrawn"] and WithdrawalReason(row["withdrawn"])
    return Proposal(**row)


async def hold_proposal(tx: Tx, proposal_id: UUID) -> None:
    """Keep a proposal for ourselves until the commit, before anything about it is changed."""
    await tx.execute(
        text("select 1 from proposal where proposal_id = :id for update"), {"id": proposal_id}
    )


async def mark_told(tx: Tx, proposal_id: UUID) -> None:
    """Remember that this person knows of the proposal."""
    await tx.execute(
        text("update proposal set told = true where proposal_id = :id and not told"),
        {"id": proposal_id},
    )


async def accepted_people(tx: Tx, campaign_id: UUID) -> Sequence[PersonId]:
    """List who has an appointment in a campaign."""
    rows = await tx.execute(
        text(
            "select distinct person_id from proposal where campaign_id = :id and accepted"
            " and person_id is not null order by person_id"
        ),
        {"id": campaign_id},
    )
    return [PersonId(row.person_id) for row in rows]
