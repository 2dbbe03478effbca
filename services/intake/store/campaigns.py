"""Campaigns: what was declared, where and why, their life, and what their index was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from services.intake.rules.campaign import Life, Move
from services.intake.rules.need_index import Weighting
from services.intake.store.tables import (
    campaign,
    campaign_contradiction,
    campaign_move,
    campaign_zone,
    need_index_run,
)
from shared.db import Tx
from shared.errors import MissingError
from shared.events import PlannedAction
from shared.words import (
    CampaignId,
    CampaignState,
    ClosingReason,
    CrisisKind,
    InvitationId,
    Language,
    PartnerId,
    PersonId,
    Public,
    ZoneId,
)

JUST_AFTER = timedelta(microseconds=1)  # the smallest step of PostgreSQL's clock
_ACTIONS = TypeAdapter(tuple[PlannedAction, ...])


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it was declared, and where it stands."""

    id: CampaignId
    invitation_id: InvitationId
    decision_id: UUID
    name_fr: str
    name_nl: str
    crisis: CrisisKind
    life: Life
    publics: tuple[Public, ...]
    languages_wanted: tuple[Language, ...]
    languages_required: tuple[Language, ...]
    actions: tuple[PlannedAction, ...]
    partners: tuple[PartnerId, ...]
    share_max_pct: int
    full_time_equivalents_max: float | None
    zone_ids: tuple[ZoneId, ...]
    zones_reason: str
    declared_at: datetime
    targeted_at: datetime | None
    closed_at: datetime | None
    closing_reason: ClosingReason | None

    def name(self, language: str) -> str:
        return self.name_nl if language == "nl" else self.name_fr


@dataclass(frozen=True, slots=True)
class IndexRun:
    """What an index was made from: enough to make it again while its campaign lives."""

    campaign_id: CampaignId
    territory_version: int
    crisis: CrisisKind
    weighting: Weighting
    first_k: int
    seed: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class KeptMove:
    move: Move
    reason: str
    moved_at: datetime


async def save_campaign(
    tx: Tx, kept: Campaign, contradictions: Mapping[ZoneId, str], by: PersonId | None
) -> None:
    """Keep a campaign with its zones, and why zones were chosen or left against the index."""
    await tx.execute(
        insert(campaign).values(
            id=kept.id,
            invitation_id=kept.invitation_id,
            decision_id=kept.decision_id,
            name_fr=kept.name_fr,
            name_nl=kept.name_nl,
            crisis=kept.crisis.value,
            starts_on=kept.life.starts_on,
            ends_on=kept.life.ends_on,
            state=kept.life.state.value,
            publics=[public.value for public in kept.publics],
            languages_wanted=[language.value for language in kept.languages_wanted],
            languages_required=[language.value for language in kept.languages_required],
            actions=_ACTIONS.dump_python(kept.actions, mode="json"),
            partners=list(kept.partners),
            share_max_pct=kept.share_max_pct,
            full_time_equivalents_max=kept.full_time_equivalents_max,
            zones_reason=kept.zones_reason,
            declared_at=kept.declared_at,
            declared_by=by,
        )
    )
    zones = [{"campaign_id": kept.id, "zone_id": zone_id} for zone_id in kept.zone_ids]
    if zones:
        await tx.execute(insert(campaign_zone), zones)
    reasons = [
        {"campaign_id": kept.id, "zone_id": zone_id, "reason": reason}
        for zone_id, reason in sorted(contradictions.items())
    ]
    if reasons:
        await tx.execute(insert(campaign_contradiction), reasons)


async def campaign_of(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """Return a campaign; `lock` keeps others from moving it meanwhile.

    Raises:
        MissingError: there is none.
    """
    query = select(campaign).where(campaign.c.id == campaign_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise MissingError("campaign")
    return _as_campaign(row, await _zones(tx, [row.id]))


async def campaign_from(tx: Tx, invitation_id: UUID) -> CampaignId | None:
    """Return the campaign that an invitation led to, if it did."""
    found = await tx.execute(select(campaign.c.id).where(campaign.c.invitation_id == invitation_id))
    campaign_id: UUID | None = found.scalar_one_or_none()
    return CampaignId(campaign_id) if campaign_id else None


async def list_campaigns(tx: Tx) -> Sequence[Campaign]:
    """List all campaigns, the last to start first."""
    rows = (
        await tx.execute(select(campaign).order_by(campaign.c.starts_on.desc(), campaign.c.id))
    ).all()
    zones = await _zones(tx, [row.id for row in rows])
    return [_as_campaign(row, zones) for row in rows]


async def campaigns_to_start(tx: Tx, today: date, most: int) -> Sequence[Campaign]:
    """Return campaigns whose first day has come and whose last one is not past, locked."""
    return await _locked(
        tx,
        most,
        campaign.c.state == CampaignState.DECLARED.value,
        campaign.c.starts_on <= today,
        campaign.c.ends_on >= today,
    )


async def campaigns_to_close(tx: Tx, today: date, most: int) -> Sequence[Campaign]:
    """Return campaigns whose last day is past, locked."""
    return await _locked(
        tx, most, campaign.c.state != CampaignState.CLOSED.value, campaign.c.ends_on < today
    )


async def _locked(tx: Tx, most: int, *which: ColumnElement[bool]) -> Sequence[Campaign]:
    query = select(campaign).where(*which).order_by(campaign.c.id).limit(most)
    rows = (await tx.execute(query.with_for_update(skip_locked=True))).all()
    zones = await _zones(tx, [row.id for row in rows])
    return [_as_campaign(row, zones) for row in rows]


async def _zones(tx: Tx, campaign_ids: Sequence[UUID]) -> dict[UUID, tuple[ZoneId, ...]]:
    rows = await tx.execute(
        select(campaign_zone.c.campaign_id, campaign_zone.c.zone_id)
        .where(campaign_zone.c.campaign_id.in_(campaign_ids))
        .order_by(campaign_zone.c.zone_id)
    )
    found: dict[UUID, tuple[ZoneId, ...]] = {}
    for row in rows:
        found[row.campaign_id] = (*found.get(row.campaign_id, ()), row.zone_id)
    return found


def _as_campaign(row: Row[Any], zones: Mapping[UUID, tuple[ZoneId, ...]]) -> Campaign:
    return Campaign(
        id=CampaignId(row.id),
        invitation_id=InvitationId(row.invitation_id),
        decision_id=row.decision_id,
        name_fr=row.name_fr,
        name_nl=row.name_nl,
        crisis=CrisisKind(row.crisis),
        life=Life(CampaignState(row.state), row.starts_on, row.ends_on),
        publics=tuple(Public(public) for public in row.publics),
        languages_wanted=tuple(Language(language) for language in row.languages_wanted),
        languages_required=tuple(Language(language) for language in row.languages_required),
        actions=_ACTIONS.validate_python(row.actions),
        partners=tuple(row.partners),
        share_max_pct=row.share_max_pct,
        full_time_equivalents_max=row.full_time_equivalents_max,
        zone_ids=zones.get(row.id, ()),
        zones_reason=row.zones_reason,
        declared_at=row.declared_at,
        targeted_at=row.targeted_at,
        closed_at=row.closed_at,
        closing_reason=ClosingReason(row.closing_reason) if row.closing_reason else None,
    )


async def note_targeted(tx: Tx, campaign_id: CampaignId) -> None:
    """Note that the campaign's neighbourhoods were told."""
    await tx.execute(
        update(campaign).where(campaign.c.id == campaign_id).values(targeted_at=tx.now)
    )


async def save_move(  # noqa: PLR0913 - each is a column
    tx: Tx,
    kept: Campaign,
    move: Move,
    becomes: CampaignState,
    *,
    closing: ClosingReason | None = None,
    reason: str = "",
    by: PersonId | None = None,
) -> datetime:
    """Move a campaign; the index of one that closes goes with it.

    Returns:
        When it moved: later than whenever it moved before, also where two moves come at one
        instant. Whoever hears of both, in whatever order, knows by that which one counts.
    """
    values: dict[str, object] = {"state": becomes.value}
    if closing is not None:
        values |= {"closed_at": tx.now, "closing_reason": closing.value}
        await tx.execute(delete(need_index_run).where(need_index_run.c.campaign_id == kept.id))
    await tx.execute(update(campaign).where(campaign.c.id == kept.id).values(values))
    last = await tx.execute(
        select(func.max(campaign_move.c.moved_at)).where(campaign_move.c.campaign_id == kept.id)
    )
    before = last.scalar_one()
    moved_at = tx.now if before is None else max(tx.now, before + JUST_AFTER)
    await tx.execute(
        insert(campaign_move).values(
            campaign_id=kept.id, move=move.value, reason=reason, moved_at=moved_at, moved_by=by
        )
    )
    return moved_at


async def moves_of(tx: Tx, campaign_id: UUID) -> Sequence[KeptMove]:
    """List what happened to a campaign, oldest first."""
    rows = await tx.execute(
        select(campaign_move)
        .where(campaign_move.c.campaign_id == campaign_id)
        .order_by(campaign_move.c.id)
    )
    return [KeptMove(Move(row.move), row.reason, row.moved_at) for row in rows]


async def contradictions_of(tx: Tx, campaign_id: UUID) -> Mapping[ZoneId, str]:
    """Return why zones were chosen or left against the index, by zone."""
    rows = await tx.execute(
        select(campaign_contradiction.c.zone_id, campaign_contradiction.c.reason)
        .where(campaign_contradiction.c.campaign_id == campaign_id)
        .order_by(campaign_contradiction.c.zone_id)
    )
    return {row.zone_id: row.reason for row in rows}


# --- what an index was made from -----------------------------------------------------------------


async def save_index_run(tx: Tx, run: IndexRun) -> None:
    """Keep what an index was made from, never what it said."""
    await tx.execute(
        insert(need_index_run).values(
            campaign_id=run.campaign_id,
            territory_version=run.territory_version,
            crisis=run.crisis.value,
            preset=run.weighting.reference,
            weights=dict(run.weighting.weights),
            justification=run.weighting.justification,
            first_k=run.first_k,
            seed=run.seed,
            made_at=tx.now,
            expires_on=run.expires_on,
        )
    )


async def index_run_of(tx: Tx, campaign_id: UUID) -> IndexRun | None:
    """Return what a living campaign's index was made from; None once it ended."""
    rows = await tx.execute(
        select(need_index_run).where(need_index_run.c.campaign_id == campaign_id)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    key, _, version = row.preset.rpartition("/")
    return IndexRun(
        campaign_id=CampaignId(row.campaign_id),
        territory_version=row.territory_version,
        crisis=CrisisKind(row.crisis),
        weighting=Weighting(key, int(version), row.weights, row.justification),
        first_k=row.first_k,
        seed=row.seed,
        expires_on=row.expires_on,
    )
