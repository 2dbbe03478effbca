"""What is published of campaigns, as anybody outside reads it. Queries of the funder's own role.

Screens, files, mails and programs take their figures from here and from nowhere else, so that they
are the same by construction.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text

from services.reporting.rules.published import (
    Anchored,
    Cell,
    Plan,
    PublicCampaign,
    PublicZone,
    PublishedSignal,
    Sum,
    YearCorrection,
)
from shared.db import Tx
from shared.errors import MissingError
from shared.words import SignalKind, Theme


async def public_campaigns(tx: Tx, only: UUID | None = None) -> list[PublicCampaign]:
    """List the campaigns that were declared, the latest first."""
    found = await tx.execute(
        text(
            "select c.campaign_id, c.invitation_id, c.name_fr, c.name_nl, c.crisis, c.starts_on,"
            " c.ends_on, c.closed_at, c.life, c.zones, p.described, e.day as ended_on,"
            " coalesce(e.left_out, false) as left_out"
            " from public_campaign c left join ledger_policy p using (campaign_id)"
            " left join public_close e on e.ledger_id = p.ledger_id"
            " where cast(:only as uuid) is null or c.campaign_id = :only"
            " order by c.starts_on desc, c.campaign_id"
        ),
        {"only": only},
    )
    return [PublicCampaign(**row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's public name


async def public_campaign(tx: Tx, campaign_id: UUID) -> PublicCampaign:
    """Return one campaign.

    Raises:
        MissingError: there is none of this id.
    """
    found = await public_campaigns(tx, campaign_id)
    if not found:
        raise MissingError("campaign")
    return found[0]


async def sums_of(tx: Tx, campaign_id: UUID, until_seal: int | None = None) -> list[Sum]:
    """Return the blocks of a campaign's ledger, in the order of its chain.

    As it was after the seal `until_seal`; all of them when none is given.
    """
    found = await tx.execute(
        text(
            "select b.seq, b.day, b.view, b.code, b.actions, b.contacts"
            " from ledger_block b join ledger_policy p using (ledger_id)"
            " where p.campaign_id = :campaign_id"
            " and (cast(:until as integer) is null or b.seq <= :until) order by b.number"
        ),
        {"campaign_id": campaign_id, "until": until_seal},
    )
    return [Sum(row.seq, row.day, row.view, row.code, row.actions, row.contacts) for row in found]


async def plan_of(tx: Tx, campaign_id: UUID, until_seal: int | None = None) -> list[Plan]:
    """Return what was planned, in seats: a task for two people has two.

    A seal is read beside the plan as it was then. Before the first one, it is the plan of today.
    """
    kept = await tx.execute(
        text(
            "select lines from published_plan join ledger_policy p using (ledger_id)"
            " where p.campaign_id = :campaign_id"
            " and (cast(:until as integer) is null or seq <= :until)"
            " order by seq desc, published_plan.version desc limit 1"
        ),
        {"campaign_id": campaign_id, "until": until_seal},
    )
    lines = kept.scalar_one_or_none()
    if lines is not None:
        return [
            Plan(one["kind"], one["zone"], date.fromisoformat(one["week"]), one["seats"])
            for one in lines
        ]
    found = await tx.execute(
        text(
            "select kind, zone, week, seats from public_plan where campaign_id = :campaign_id"
            " order by week, zone, kind"
        ),
        {"campaign_id": campaign_id},
    )
    return [Plan(row.kind, row.zone, row.week, row.seats) for row in found]


async def zones_of(tx: Tx, year: int) -> Mapping[str, PublicZone]:
    """Return the funder zones of a year, each with the neighbourhoods it is made of."""
    found = await tx.execute(
        text(
            "select code, name_fr, name_nl, municipality, x_km, y_km from public_place"
            " where year = :year order by code, municipality, name_fr"
        ),
        {"year": year},
    )
    zones: dict[str, PublicZone] = {}
    for row in found:
        known = zones.get(row.code, PublicZone(row.code, (), (), ()))
        place = known.with_place(row.municipality, row.name_fr, row.name_nl)
        zones[row.code] = place.at(row.x_km, row.y_km)
    return zones


async def signals_of(
    tx: Tx, campaign_id: UUID, until_seal: int | None = None
) -> list[PublishedSignal]:
    """Return what rises from the field, until a seal."""
    found = await tx.execute(
        text(
            "select s.seq, s.day, s.kind, s.theme from published_signal s"
            " join ledger_policy p using (ledger_id) where p.campaign_id = :campaign_id"
            " and (cast(:until as integer) is null or s.seq <= :until)"
            " order by s.seq, s.kind, s.theme"
        ),
        {"campaign_id": campaign_id, "until": until_seal},
    )
    return [
        PublishedSignal(row.seq, row.day, SignalKind(row.kind), Theme(row.theme)) for row in found
    ]


async def anchor_of(tx: Tx, campaign_id: UUID, until_seal: int | None = None) -> Anchored:
    """Return how long a campaign's chain of blocks is, and its last hash: what files carry.

    As they were after the seal `until_seal`, whatever was sealed since.
    """
    found = await tx.execute(
        text(
            "select b.number, b.row_hash from ledger_block b join ledger_policy p using (ledger_id)"
            " where p.campaign_id = :campaign_id"
            " and (cast(:until as integer) is null or b.seq <= :until)"
            " order by b.number desc limit 1"
        ),
        {"campaign_id": campaign_id, "until": until_seal},
    )
    row = found.one_or_none()
    return Anchored(row.number, row.row_hash) if row else Anchored(0, "")


async def last_seal(tx: Tx, campaign_id: UUID) -> int:
    """Return the number of a campaign's newest seal, 0 before the first."""
    found = await tx.execute(
        text(
            "select coalesce(max(b.seq), 0) from ledger_block b"
            " join ledger_policy p using (ledger_id) where p.campaign_id = :campaign_id"
        ),
        {"campaign_id": campaign_id},
    )
    return int(found.scalar_one())


async def cells_of(
    tx: Tx, campaign_id: UUID, until_seal: int | None = None
) -> dict[tuple[str, str], Cell]:
    """Return what of zone by theme was published at the close; empty before it."""
    found = await tx.execute(
        text(
            "select c.zone, c.theme, c.actions, c.contacts from published_cell c"
            " join ledger_policy p using (ledger_id) where p.campaign_id = :campaign_id"
            " and (cast(:until as integer) is null or c.seq <= :until)"
        ),
        {"campaign_id": campaign_id, "until": until_seal},
    )
    return {(row.zone, row.theme): Cell(row.actions, row.contacts) for row in found}


async def correction_of(tx: Tx, year: int) -> YearCorrection | None:
    """Return a year's correction; None when it is not told yet."""
    found = await tx.execute(
        text("select day, actions, contacts from published_correction where year = :year"),
        {"year": year},
    )
    row = found.one_or_none()
    return YearCorrection(row.day, row.actions, row.contacts) if row else None
