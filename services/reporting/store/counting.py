"""What the coordination looks at: campaigns and their figures. No query here names a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.reporting.rules.figures import Cell, Figures, Mention, Relayed, figures
from shared.db import Tx
from shared.errors import MissingError
from shared.words import CampaignId, CampaignState

# A contribution that turned out never to have happened keeps its row and counts for nothing.
HAPPENED = "reason is distinct from 'never_happened'"
LOCAL_WEEK = """'IYYY-"W"IW'"""

CELLS = f"""
with asked as (
  select p.*, exists (
    select 1 from notice n where n.proposal_id = p.proposal_id and n.reached
  ) as notified
  from proposal p where p.campaign_id = :campaign_id
), counted as (
  select * from contribution where campaign_id = :campaign_id and {HAPPENED}
), outcome as (
  select outcome_id, min(zone_id) as zone_id, min(kind) as kind, min(happened_on) as happened_on
  from counted group by outcome_id
)
select 'planned' as measure, t.zone_id, t.kind,
  to_char(t.starts_at at time zone 'Europe/Brussels', {LOCAL_WEEK}) as week, count(*) as amount
  from planned_task t join plan on plan.campaign_id = t.campaign_id and plan.version = t.version
  where t.campaign_id = :campaign_id group by 1, 2, 3, 4
union all
select measure, zone_id, null, null, count(*)
  from asked cross join lateral (values ('proposed', proposed), ('notified', notified),
    ('accepted', accepted), ('declined', declined), ('countered', countered),
    ('expired', expired), ('handed_back', handed_back), ('withdrawn', withdrawn)
  ) as said(measure, so) where so group by 1, 2
union all
select 'done', zone_id, kind, to_char(done_on, {LOCAL_WEEK}), count(*)
  from done_task where campaign_id = :campaign_id group by 1, 2, 3, 4
union all
select 'outcomes', zone_id, kind, to_char(happened_on, {LOCAL_WEEK}), count(*)
  from outcome group by 1, 2, 3, 4
union all
select 'contributions', zone_id, kind, to_char(happened_on, {LOCAL_WEEK}), count(*)
  from counted group by 1, 2, 3, 4
union all
select 'people_reached', zone_id, kind, to_char(happened_on, {LOCAL_WEEK}), sum(people_reached)
  from counted group by 1, 2, 3, 4
"""
MENTIONS = f"""
select list_name, value, count(distinct contribution_id) as count
from contribution cross join lateral (
  select 'themes' as list_name, unnest(themes) as value
  union all select 'languages', unnest(languages)
  union all select 'non_take_up', unnest(non_take_up)
) as named
where campaign_id = :campaign_id and {HAPPENED} group by 1, 2
"""
RELAYS = f"""
select r.kind, sum(r.made) as made, sum(r.took_hold) as took_hold
from contribution,
  jsonb_to_recordset(relays) as r(kind text, made integer, took_hold integer)
where campaign_id = :campaign_id and {HAPPENED} group by r.kind
"""
SIGNALS = """
select kind, count(*) as count from signal
where campaign_id = :campaign_id and kind is not null group by kind
"""
CAMPAIGNS = """
select c.campaign_id, c.name_fr, c.name_nl, c.crisis, c.starts_on, c.ends_on, c.life,
  c.closed_at, c.closing_reason
from campaign c
where c.name_fr is not null and (cast(:only as uuid) is null or c.campaign_id = :only)
order by c.starts_on desc, c.name_fr, c.campaign_id
"""


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as the coordination finds it in a list."""

    campaign_id: CampaignId
    name_fr: str
    name_nl: str
    crisis: str
    starts_on: date
    ends_on: date
    state: CampaignState
    closed_at: datetime | None
    closing_reason: str | None

    def name(self, language: str) -> str:
        """Return the Dutch name to who reads Dutch, the French one to everybody else."""
        return self.name_nl if language == "nl" else self.name_fr


async def list_campaigns(tx: Tx, only: CampaignId | None = None) -> Sequence[CampaignLine]:
    """List declared campaigns, the latest first."""
    rows = await tx.execute(text(CAMPAIGNS), {"only": only})
    return [as_line(dict(row), tx.now) for row in rows.mappings()]


async def campaign_of(tx: Tx, campaign_id: CampaignId) -> CampaignLine:
    """Return one declared campaign.

    Raises:
        MissingError: there is none of this id.
    """
    found = await list_campaigns(tx, campaign_id)
    if not found:
        raise MissingError("campaign")
    return found[0]


def as_line(row: dict[str, Any], now: datetime) -> CampaignLine:
    """Read a campaign's row; its state is what was said last, on the clock that counts."""
    life = row.pop("life")
    if row["closed_at"] is not None:
        state = CampaignState.CLOSED
    elif life == "suspended":
        state = CampaignState.SUSPENDED
    elif row["starts_on"] <= now.date():
        state = CampaignState.RUNNING
    else:
        state = CampaignState.DECLARED
    return CampaignLine(state=state, **row)


async def figures_of(tx: Tx, campaign_id: UUID) -> Figures:
    """Count everything about a campaign; zeros when nothing is known of it."""
    of = {"campaign_id": campaign_id}
    zones = await tx.execute(
        text("select zone_id from campaign_zone where campaign_id = :campaign_id"), of
    )
    cells = await tx.execute(text(CELLS), of)
    mentions = await tx.execute(text(MENTIONS), of)
    relays = await tx.execute(text(RELAYS), of)
    signals = await tx.execute(text(SIGNALS), of)
    return figures(
        [row.zone_id for row in zones],
        [as_cell(dict(r)) for r in cells.mappings()],
        [Mention(r["list_name"], r["value"], int(r["count"])) for r in mentions.mappings()],
        [Relayed(r["kind"], int(r["made"]), int(r["took_hold"])) for r in relays.mappings()],
        {r["kind"]: int(r["count"]) for r in signals.mappings()},
    )


def as_cell(row: dict[str, Any]) -> Cell:
    """Read a counted cell."""
    return Cell(**{**row, "amount": int(row["amount"])})


async def invitation_counts(tx: Tx) -> dict[str, int]:
    """Count the invitations by what was decided; `waiting` where nothing was."""
    rows = await tx.execute(
        text(
            "select coalesce(decision, 'waiting') as decision, count(*) as count"
            " from invitation group by 1 order by 1"
        )
    )
    return {r["decision"]: int(r["count"]) for r in rows.mappings()}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is: tasks of its last plan, those whose time has begun, those done."""

    planned: int
    due: int
    done: int


async def progress_of(tx: Tx) -> dict[UUID, Progress]:
    """Count how far each campaign is at this moment."""
    rows = await tx.execute(
        text(
            "select campaign_id, sum(planned)::integer as planned, sum(due)::integer as due,"
            " sum(done)::integer as done from ("
            "  select t.campaign_id, 1 as planned, (t.starts_at <= :now)::integer as due, 0 as done"
            "  from planned_task t join plan"
            "    on plan.campaign_id = t.campaign_id and plan.version = t.version"
            "  union all select campaign_id, 0, 0, 1 from done_task"
            ") as counted group by campaign_id"
        ),
        {"now": tx.now},
    )
    return {row.campaign_id: Progress(row.planned, row.due, row.done) for row in rows}
