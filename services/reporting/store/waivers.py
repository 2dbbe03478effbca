"""Waivers: which campaigns a worker may answer for, and that worker's own answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.reporting.rules.waivers import Part, SmallCampaign
from shared.db import Tx

HAPPENED = "reason is distinct from 'never_happened'"
CAMPAIGNS = f"""
select c.campaign_id, c.name_fr, c.name_nl, c.starts_on, c.ends_on, c.closed_at,
  (p.described ->> 'T')::integer as "T", (p.described ->> 'K')::integer as "K",
  p.described ->> 'P' as "P",
  exists (select from ledger_block b where b.ledger_id = p.ledger_id) as published,
  (select jsonb_agg(jsonb_build_array(o.worker_id, o.people_reached) order by o.contribution_id)
    from contribution o where o.campaign_id = c.campaign_id and {HAPPENED}) as parts
from campaign c join ledger_policy p using (campaign_id)
where c.name_fr is not null and
"""
OF_WORKER = f"""{CAMPAIGNS} exists (select from contribution o
  where o.campaign_id = c.campaign_id and o.worker_id = :worker_id and {HAPPENED})
order by c.starts_on desc, c.campaign_id
"""


async def hold_waivers(tx: Tx, campaign_id: UUID) -> None:
    """Keep the waivers of a campaign as they are until the commit.

    The last seal and whoever answers both take this first: what a seal was made with cannot be
    taken back meanwhile.
    """
    await tx.wait_for_lock(f"waivers {campaign_id}")


async def campaigns_of_worker(tx: Tx, worker_id: UUID) -> list[SmallCampaign]:
    """List the campaigns in which somebody did something, small or not, the latest first."""
    found = await tx.execute(text(OF_WORKER), {"worker_id": worker_id})
    return [_campaign(row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's public name


async def small_campaign(tx: Tx, campaign_id: UUID) -> SmallCampaign | None:
    """Return what decides whether a campaign needs waivers; None before its ledger is opened."""
    query = text(f"{CAMPAIGNS} c.campaign_id = :campaign_id")
    row = (await tx.execute(query, {"campaign_id": campaign_id})).one_or_none()
    return _campaign(row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


def _campaign(row: Any) -> SmallCampaign:
    parts = tuple(Part(UUID(worker), people) for worker, people in row["parts"] or ())
    return SmallCampaign(**{**row, "parts": parts})


async def given_by(tx: Tx, worker_id: UUID) -> dict[UUID, datetime]:
    """Return a worker's own waivers: for which campaigns, and since when."""
    found = await tx.execute(
        text("select campaign_id, given_at from ledger_waiver where worker_id = :worker_id"),
        {"worker_id": worker_id},
    )
    return {row.campaign_id: row.given_at for row in found}


async def who_agreed(tx: Tx, campaign_id: UUID) -> Sequence[UUID]:
    """Return who gave a waiver for a campaign: to tell whether nobody is missing, no more."""
    found = await tx.execute(
        text("select worker_id from ledger_waiver where campaign_id = :campaign_id"),
        {"campaign_id": campaign_id},
    )
    return [row.worker_id for row in found]


async def save_waiver(tx: Tx, campaign_id: UUID, worker_id: UUID) -> None:
    """Record a waiver with its instant; one that is there stays as it is."""
    await tx.execute(
        text(
            "insert into ledger_waiver (id, campaign_id, worker_id, given_at)"
            " values (:id, :campaign_id, :worker_id, :now) on conflict do nothing"
        ),
        {"id": uuid7(), "campaign_id": campaign_id, "worker_id": worker_id, "now": tx.now},
    )


async def delete_waiver(tx: Tx, campaign_id: UUID, worker_id: UUID) -> None:
    """Forget a waiver. The table itself refuses once the campaign is published."""
    await tx.execute(
        text(
            "delete from ledger_waiver where campaign_id = :campaign_id and worker_id = :worker_id"
        ),
        {"campaign_id": campaign_id, "worker_id": worker_id},
    )
