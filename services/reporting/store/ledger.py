"""The sealed ledger as it is kept: read and appended by the sealer, one chain after the other."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from services.reporting.rules.ledger import (
    START,
    TOTAL,
    Anchor,
    AuditRow,
    Block,
    Figure,
    Link,
    Outcome,
    Seal,
    Waiver,
    What,
    Zoning,
    audit_rows,
    block_rows,
    link,
)
from services.reporting.rules.publishing import Noted
from shared.db import Tx, zone
from shared.words import ActionKind, CorrectionReason, Language, NonTakeUp, RelayKind, Theme

KEY_BYTES = 32
BLOCKS, AUDIT = "blocks", "audit"


@dataclass(frozen=True, slots=True)
class Campaign:
    """What the sealer knows of a campaign. `closed_at` is None while it goes on."""

    campaign_id: UUID
    starts_on: date
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """A ledger that is not finished: its campaign, its frozen policy and its key."""

    ledger_id: str
    campaign: Campaign
    described: Mapping[str, object]
    key: bytes


async def campaigns_to_open(tx: Tx, today: date) -> list[Campaign]:
    """Return the campaigns that began, have a plan, and have no ledger yet."""
    found = await tx.execute(
        text(
            "select campaign_id, starts_on, closed_at from campaign c where starts_on <= :today"
            " and not exists (select from ledger_policy p where p.campaign_id = c.campaign_id)"
            " and exists (select from planned_task t where t.campaign_id = c.campaign_id)"
            " order by campaign_id"
        ),
        {"today": today},
    )
    return [Campaign(row.campaign_id, row.starts_on, row.closed_at) for row in found]


async def planned_of(tx: Tx, campaign_id: UUID) -> tuple[set[str], set[ActionKind]]:
    """Return the neighbourhoods in which a campaign works, and the kinds of action it plans."""
    zones = await tx.execute(
        text("select zone_id from campaign_zone where campaign_id = :campaign_id"),
        {"campaign_id": campaign_id},
    )
    kinds = await tx.execute(
        text("select distinct kind from planned_task where campaign_id = :campaign_id"),
        {"campaign_id": campaign_id},
    )
    return {row.zone_id for row in zones}, {ActionKind(row.kind) for row in kinds}


async def places(tx: Tx) -> list[tuple[str, float, float, str]]:
    """Return every neighbourhood: its id, where it lies in km, its municipality."""
    rows = await tx.execute(
        zone.select().with_only_columns(zone.c.id, zone.c.x_km, zone.c.y_km, zone.c.municipality)
    )
    return [(row.id, row.x_km, row.y_km, row.municipality) for row in rows]


async def zoning_of(tx: Tx, year: int) -> dict[str, str]:
    """Return the funder zone of each neighbourhood in a year; empty when none was frozen."""
    rows = await tx.execute(
        text("select zone_id, code from funder_zoning where year = :year"), {"year": year}
    )
    return {row.zone_id: row.code for row in rows}


async def freeze_zoning(tx: Tx, zoning: Zoning) -> None:
    """Keep the one grouping of a year."""
    rows = [
        {"year": zoning.year, "zone_id": zone_id, "code": grouped.code}
        for grouped in zoning.zones
        for zone_id in grouped.zone_ids
    ]
    await tx.execute(text("insert into funder_zoning values (:year, :zone_id, :code)"), rows)


def new_key() -> bytes:
    """Make the secret of one ledger."""
    return secrets.token_bytes(KEY_BYTES)


async def open_ledger(
    tx: Tx, campaign_id: UUID, described: Mapping[str, object], key: bytes
) -> None:
    """Freeze how a campaign is protected, and keep its key."""
    values = {
        "ledger_id": str(described["ledger_id"]),
        "campaign_id": campaign_id,
        "described": json.dumps(described),
        "now": tx.now,
        "key": key,
    }
    await tx.execute(
        text(
            "insert into ledger_policy (ledger_id, campaign_id, described, opened_at)"
            " values (:ledger_id, :campaign_id, cast(:described as jsonb), :now)"
        ),
        values,
    )
    await tx.execute(
        text("insert into ledger_key (ledger_id, key, made_at) values (:ledger_id, :key, :now)"),
        values,
    )


async def open_ledgers(tx: Tx) -> list[OpenLedger]:
    """Return the ledgers whose key still exists, and which no close has finished."""
    found = await tx.execute(
        text(
            "select p.ledger_id, p.described, k.key, c.campaign_id, c.starts_on, c.closed_at"
            " from ledger_policy p join ledger_key k using (ledger_id)"
            " join campaign c using (campaign_id)"
            " where not exists (select from ledger_audit a"
            "  where a.ledger_id = p.ledger_id and a.what = :close)"
            " order by p.ledger_id"
        ),
        {"close": What.CLOSE.value},
    )
    return [
        OpenLedger(
            row.ledger_id,
            Campaign(row.campaign_id, row.starts_on, row.closed_at),
            row.described,
            bytes(row.key),
        )
        for row in found
    ]


async def tried_on(tx: Tx, ledger_id: str) -> date | None:
    """Tell on which day sealing was last tried, and something came of it or a reason was kept."""
    found = await tx.execute(
        text("select max(day) from ledger_audit where ledger_id = :ledger_id"),
        {"ledger_id": ledger_id},
    )
    day: date | None = found.scalar_one()
    return day


async def noted(tx: Tx, campaign_id: UUID) -> list[Noted]:
    """Return every contribution of a campaign as it is known now."""
    found = await tx.execute(
        text(
            "select contribution_id, fact, worker_id, zone_id, kind, people_reached, themes,"
            " languages, non_take_up, relays, reason,"
            " (encoded_at at time zone 'Europe/Brussels')::date as encoded_on"
            " from contribution where campaign_id = :campaign_id order by contribution_id"
        ),
        {"campaign_id": campaign_id},
    )
    return [
        Noted(
            contribution_id=row.contribution_id,
            fact_id=row.fact,
            encoded_on=row.encoded_on,
            worker_id=row.worker_id,
            zone_id=row.zone_id,
            kind=ActionKind(row.kind),
            people_reached=row.people_reached,
            themes=tuple(map(Theme, row.themes)),
            languages=tuple(map(Language, row.languages)),
            non_take_up=tuple(map(NonTakeUp, row.non_take_up)),
            relays=tuple(RelayKind(relay["kind"]) for relay in row.relays),
            reason=CorrectionReason(row.reason) if row.reason else None,
        )
        for row in found
    ]


async def waivers_of(tx: Tx, campaign_id: UUID) -> list[Waiver]:
    """Return who agreed that a small campaign's total is published."""
    found = await tx.execute(
        text(
            "select id, worker_id, (given_at at time zone 'Europe/Brussels')::date as given_on"
            " from ledger_waiver where campaign_id = :campaign_id order by id"
        ),
        {"campaign_id": campaign_id},
    )
    return [Waiver(str(row.id), str(row.worker_id), row.given_on) for row in found]


async def blocks_of(tx: Tx, ledger_id: str) -> list[Block]:
    """Return a ledger's blocks, those of the total with the outcomes behind them."""
    found = await tx.execute(
        text(
            "select outcome_id, seq, day, worker_id, actions, contacts, codes from ledger_member"
            " where ledger_id = :ledger_id order by day, outcome_id"
        ),
        {"ledger_id": ledger_id},
    )
    members: dict[int, list[Outcome]] = {}
    for row in found:
        members.setdefault(row.seq, []).append(
            Outcome(
                row.outcome_id, row.day, str(row.worker_id), row.actions, row.contacts, row.codes
            )
        )
    return [
        Block(
            block.seq,
            block.day,
            block.view,
            block.code,
            block.actions,
            block.contacts,
            tuple(members.get(block.seq, ())) if block.view == TOTAL.name else (),
        )
        for block in await sums_of(tx, ledger_id)
    ]


async def sums_of(tx: Tx, ledger_id: str) -> list[Block]:
    """Return what any reader sees of a ledger."""
    found = await tx.execute(
        text(
            "select seq, day, view, code, actions, contacts from ledger_block"
            " where ledger_id = :ledger_id order by number"
        ),
        {"ledger_id": ledger_id},
    )
    return [Block(row.seq, row.day, row.view, row.code, row.actions, row.contacts) for row in found]


async def append(tx: Tx, ledger_id: str, found: Seal) -> None:
    """Write a seal behind what is there: blocks, outcomes behind them, audit, both chains."""
    await _chain(tx, ledger_id, BLOCKS, link(block_rows(found.blocks), await head(tx, ledger_id)))
    members = [
        {
            "outcome_id": o.id,
            "ledger_id": ledger_id,
            "seq": block.seq,
            "day": o.day,
            "worker_id": UUID(o.worker),
            "actions": o.actions,
            "contacts": o.contacts,
            "codes": json.dumps(o.codes),
        }
        for block in found.blocks
        for o in block.members
    ]
    if members:
        await tx.execute(
            text(
                "insert into ledger_member"
                " (outcome_id, ledger_id, seq, day, worker_id, actions, contacts, codes)"
                " values (:outcome_id, :ledger_id, :seq, :day, :worker_id, :actions, :contacts,"
                " cast(:codes as jsonb))"
            ),
            members,
        )
    await append_audit(tx, ledger_id, found.audit)


async def note_seal(
    tx: Tx, ledger_id: str, found: Seal, facts: Iterable[UUID], waivers: Iterable[Waiver]
) -> None:
    """Keep what a seal was made from, so that it can be made again from the facts."""
    await tx.execute(
        text(
            "insert into ledger_seal (ledger_id, seq, day, closes, sealed_at, facts, waivers)"
            " values (:ledger_id, :seq, :day, :closes, :now, :facts, :waivers)"
        ),
        {
            "ledger_id": ledger_id,
            "seq": found.seq,
            "day": found.day,
            "closes": any(row.what is What.CLOSE for row in found.audit),
            "now": tx.now,
            "facts": sorted(facts),
            "waivers": sorted(UUID(waiver.id) for waiver in waivers),
        },
    )


@dataclass(frozen=True, slots=True)
class MadeSeal:
    """What a seal was made from, and when."""

    seq: int
    day: date
    closes: bool
    sealed_at: datetime
    facts: Sequence[UUID]
    waivers: Sequence[Waiver]


@dataclass(frozen=True, slots=True)
class HowSealed:
    """Everything that it takes to make a ledger's seals again. `key` is None once destroyed."""

    starts_on: date
    described: Mapping[str, object]
    key: bytes | None
    seals: Sequence[MadeSeal]


async def how_sealed(tx: Tx, ledger_id: str) -> HowSealed:
    """Return how a ledger was sealed. Read by its owner: not even the sealer is asked this."""
    found = await tx.execute(
        text(
            "select p.campaign_id, p.described, k.key, c.starts_on from ledger_policy p"
            " join campaign c using (campaign_id) left join ledger_key k using (ledger_id)"
            " where ledger_id = :ledger_id"
        ),
        {"ledger_id": ledger_id},
    )
    policy = found.one()
    waivers = {UUID(waiver.id): waiver for waiver in await waivers_of(tx, policy.campaign_id)}
    rows = await tx.execute(
        text(
            "select seq, day, closes, sealed_at, facts, waivers from ledger_seal"
            " where ledger_id = :ledger_id order by seq"
        ),
        {"ledger_id": ledger_id},
    )
    return HowSealed(
        policy.starts_on,
        policy.described,
        bytes(policy.key) if policy.key is not None else None,
        [
            MadeSeal(
                row.seq,
                row.day,
                row.closes,
                row.sealed_at,
                row.facts,
                [waivers[waiver_id] for waiver_id in row.waivers],
            )
            for row in rows
        ],
    )


async def publish_signals(  # noqa: PLR0913, PLR0917 - one row's worth, named
    tx: Tx, ledger_id: str, campaign_id: UUID, seq: int, workers_min: int, day: date
) -> None:
    """Publish what rises from the field, at a seal: answered, and raised by enough workers.

    That it was raised is published, never how often: a number would grow with one person's word.
    """
    await tx.execute(
        text(
            "insert into published_signal (ledger_id, seq, day, kind, theme)"
            " select :ledger_id, :seq, :day, kind, theme from signal"
            " where campaign_id = :campaign_id and kind is not null"
            " group by kind, theme having count(distinct worker_id) >= :workers_min"
            " and bool_or(answer is not null)"
            " on conflict do nothing"
        ),
        {
            "ledger_id": ledger_id,
            "campaign_id": campaign_id,
            "seq": seq,
            "day": day,
            "workers_min": workers_min,
        },
    )


async def publish_plan(tx: Tx, ledger_id: str, campaign_id: UUID, seq: int) -> None:
    """Keep the plan that a seal is read beside; one that was kept before is the same."""
    await tx.execute(
        text(
            "insert into published_plan (ledger_id, version, seq, lines)"
            " select :ledger_id, version, :seq, jsonb_agg(jsonb_build_object("
            "  'kind', kind, 'zone', zone, 'week', week, 'seats', seats)"
            "  order by week, zone, kind)"
            " from public_plan where campaign_id = :campaign_id group by version"
            " on conflict do nothing"
        ),
        {"ledger_id": ledger_id, "campaign_id": campaign_id, "seq": seq},
    )


async def publish_cells(
    tx: Tx, ledger_id: str, seq: int, cells: Mapping[tuple[str, str], Figure]
) -> None:
    """Publish what may be shown of zone by theme, with the seal that closes a ledger."""
    rows = [
        {"ledger_id": ledger_id, "seq": seq, "zone": zone_code, "theme": theme, **figure._asdict()}
        for (zone_code, theme), figure in sorted(cells.items())
    ]
    if rows:
        await tx.execute(
            text(
                "insert into published_cell (ledger_id, seq, zone, theme, actions, contacts)"
                " values (:ledger_id, :seq, :zone, :theme, :actions, :contacts)"
            ),
            rows,
        )


async def append_audit(tx: Tx, ledger_id: str, rows: Sequence[AuditRow]) -> None:
    """Write rows of the audit behind what is there."""
    behind = await head(tx, ledger_id, AUDIT)
    await _chain(tx, ledger_id, AUDIT, link(audit_rows(rows), behind))


async def head(tx: Tx, ledger_id: str, chain: str = BLOCKS) -> Anchor:
    """Return the length of a chain and its last hash."""
    table = "ledger_block" if chain == BLOCKS else "ledger_audit"
    found = await tx.execute(
        text(
            f"select number, row_hash from {table} where ledger_id = :ledger_id"
            " order by number desc limit 1"
        ),
        {"ledger_id": ledger_id},
    )
    row = found.one_or_none()
    return Anchor(row.number, row.row_hash) if row else START


INSERT = {
    BLOCKS: (
        "insert into ledger_block"
        " (ledger_id, number, seq, day, view, code, actions, contacts, row_hash) values"
        " (:ledger_id, :number, :seq, cast(:day as date), :view, :code, :actions, :contacts, :hash)"
    ),
    AUDIT: (
        "insert into ledger_audit (ledger_id, number, what, day, seq, view, code, actions,"
        " contacts, workers, reason, members, detail, row_hash) values"
        " (:ledger_id, :number, :what, cast(:day as date), :seq, :view, :code, :actions,"
        " :contacts, :workers, :reason, :members, :note, :hash)"
    ),
}


async def _chain(tx: Tx, ledger_id: str, chain: str, links: Sequence[Link]) -> None:
    rows = [
        {"ledger_id": ledger_id, "number": one.number, "hash": one.hash, **one.row} for one in links
    ]
    if rows:
        await tx.execute(text(INSERT[chain]), rows)


async def anchor_chains(tx: Tx, ledger_ids: Iterable[str], day: date) -> int:
    """Keep each chain's head of the day, once a day; return how many were new."""
    made = 0
    for ledger_id in ledger_ids:
        for chain in (BLOCKS, AUDIT):
            at = await head(tx, ledger_id, chain)
            kept = await tx.execute(
                text(
                    "insert into ledger_anchor (ledger_id, chain, day, rows, head)"
                    " select :ledger_id, :chain, :day, :rows, :head where :rows > 0"
                    " on conflict do nothing"
                ),
                {
                    "ledger_id": ledger_id,
                    "chain": chain,
                    "day": day,
                    "rows": at.rows,
                    "head": at.head,
                },
            )
            made += kept.rowcount
    return made


async def keys_to_destroy(tx: Tx, closed_before: date) -> list[str]:
    """Return the ledgers that were closed before a day and still have their key."""
    found = await tx.execute(
        text(
            "select k.ledger_id from ledger_key k join ledger_policy p using (ledger_id)"
            " join campaign c using (campaign_id)"
            " where c.closed_at is not null and greatest("
            "  (c.closed_at at time zone 'Europe/Brussels')::date,"
            "  coalesce((select max(day) from ledger_audit a"
            "   where a.ledger_id = k.ledger_id and a.what = 'close'), '-infinity'::date)"
            " ) < :closed_before order by k.ledger_id"
        ),
        {"closed_before": closed_before},
    )
    return [row.ledger_id for row in found]


async def destroy_key(tx: Tx, ledger_id: str) -> None:
    """Forget the secret of a ledger: nothing can be sealed in it any more."""
    await tx.execute(
        text("delete from ledger_key where ledger_id = :ledger_id"), {"ledger_id": ledger_id}
    )


async def chain_of(tx: Tx, ledger_id: str, chain: str) -> list[Link]:
    """Read a whole chain back, as `verify` wants it."""
    if chain == BLOCKS:
        columns, fields = "seq, day, view, code, actions, contacts", 6
    else:
        columns = (
            "what, day, seq, view, code, actions, contacts, workers, reason, members,"
            " detail as note"
        )
        fields = 11
    table = "ledger_block" if chain == BLOCKS else "ledger_audit"
    found = await tx.execute(
        text(
            f"select {columns}, number, row_hash from {table}"
            " where ledger_id = :ledger_id order by number"
        ),
        {"ledger_id": ledger_id},
    )
    names = list(found.keys())[:fields]
    return [
        Link(
            row.number,
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in zip(names, row[:fields], strict=True)
            },
            row.row_hash,
        )
        for row in found
    ]


async def anchors_of(tx: Tx, ledger_id: str, chain: str) -> list[Anchor]:
    """Return every anchor that was kept of a chain."""
    found = await tx.execute(
        text(
            "select rows, head from ledger_anchor"
            " where ledger_id = :ledger_id and chain = :chain order by day"
        ),
        {"ledger_id": ledger_id, "chain": chain},
    )
    return [Anchor(row.rows, row.head) for row in found]


async def ledger_ids(tx: Tx) -> list[str]:
    """Return every ledger that was opened."""
    found = await tx.execute(text("select ledger_id from ledger_policy order by ledger_id"))
    return [row.ledger_id for row in found]
