"""What pages of people from outside share: the funder's database role, and names of codes."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.reporting.rules.codes import KINDS
from services.reporting.rules.published import PublicZone, Published, standing
from services.reporting.rules.reports.year import LedgerRead
from services.reporting.store import published
from shared.access import Identity
from shared.db import Database, Tx
from shared.errors import MissingError
from shared.web import BRUSSELS, allow, translate
from shared.words import Role

FUNDER = "funder"
WORDS = {
    "theme": "published_theme",
    "language": "published_language",
    "kind": "published_kind",
    "non_take_up": "published_non_take_up",
    "relay": "published_relay",
}


def outside_of(request: Request) -> Database:
    """Return reporting's database as the funder's role sees it: what is published, no more."""
    database: Database = request.app.state.readers[FUNDER]
    return database


OutsideDb = Annotated[Database, Depends(outside_of)]
Follower = Annotated[Identity, Depends(allow(Role.FUNDER, Role.COORDINATION))]
"""Whoever follows campaigns as the funder does: the coordination sees it as the funder sees it."""


async def read_published(tx: Tx, campaign_id: UUID, until_seal: int | None = None) -> Published:
    """Read what is published of a campaign: the one select of screens, files and programs.

    As it was on the day of the seal `until_seal`, so that two readers of one seal are told the
    same, whatever came since; as it is now when none is given.

    Raises:
        MissingError: no such campaign, or it has no such seal.
    """
    campaign = await published.public_campaign(tx, campaign_id)
    seals = await published.last_seal(tx, campaign_id)
    if until_seal is not None and not 0 < until_seal <= seals:
        raise MissingError("seal")
    sums = await published.sums_of(tx, campaign_id, until_seal)
    today = tx.now.astimezone(BRUSSELS).date()
    if until_seal is not None:
        today = max(block.day for block in sums)
        campaign = campaign.as_of(today)
    plan = await published.plan_of(tx, campaign_id, until_seal)
    return Published(
        campaign=campaign,
        standing=standing(campaign, sums, plan, KINDS, today=today),
        zones=await published.zones_of(tx, campaign.starts_on.year),
        signals=tuple(await published.signals_of(tx, campaign_id, until_seal)),
        anchor=await published.anchor_of(tx, campaign_id, until_seal),
        seals=seals,
        today=today,
        cells=await published.cells_of(tx, campaign_id, until_seal),
    )


async def read_ledgers(tx: Tx, year: int | None = None) -> list[LedgerRead]:
    """Read the blocks of every campaign, or of those that began in a year, the earliest first."""
    return [
        LedgerRead(
            campaign,
            tuple(await published.sums_of(tx, campaign.campaign_id)),
            await published.anchor_of(tx, campaign.campaign_id),
        )
        for campaign in reversed(await published.public_campaigns(tx))
        if year is None or campaign.starts_on.year == year
    ]


def code_name(language: str, view: str, code: str, zones: Mapping[str, PublicZone]) -> str:
    """Name a code of a view in the reader's language; a funder zone by its municipalities."""
    if view in WORDS:
        return translate(language, f"{WORDS[view]}.{code}")
    zone = zones.get(code)
    return f"{code} · {', '.join(zone.municipalities)}" if zone else code
