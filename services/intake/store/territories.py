"""The territory: every version of the pack that was loaded. The last one counts."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from services.intake.rules.source_text import N_
from services.intake.rules.territory.model import TerritoryPack, middles_km
from services.intake.rules.territory.payload import pack_as_payload, pack_from_payload
from services.intake.store.tables import territory, territory_draft
from shared.db import Tx, ZoneName, save_zones
from shared.errors import MissingError, refuse
from shared.words import PersonId

DRAFT_LIFE = timedelta(days=1)

# A kept version never changes, and reading one takes longer than a slider may: the last few that
# were read stay at hand, by their digest.
READ_MAX = 4
_read: dict[bytes, TerritoryPack] = {}


@dataclass(frozen=True, slots=True)
class Territory:
    version: int
    pack: TerritoryPack
    loaded_at: datetime


async def save_territory(tx: Tx, pack: TerritoryPack, by: PersonId | None) -> int:
    """Keep a pack as the next version, or do nothing when it is the last one; name its zones."""
    await tx.wait_for_lock("territory")
    payload = pack_as_payload(pack)
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).digest()
    last = await tx.execute(
        select(territory.c.version, territory.c.digest)
        .order_by(territory.c.version.desc())
        .limit(1)
    )
    known = last.one_or_none()
    if known is not None and known.digest == digest:
        return int(known.version)
    kept = await tx.execute(
        insert(territory)
        .values(pack=payload, digest=digest, loaded_at=tx.now, loaded_by=by)
        .returning(territory.c.version)
    )
    await _name_zones(tx, pack)
    return int(kept.scalar_one())


async def _name_zones(tx: Tx, pack: TerritoryPack) -> None:
    middles = middles_km(pack)
    await save_zones(
        tx,
        [
            ZoneName(
                place.id,
                place.name_fr,
                place.name_nl,
                " / ".join(name.fr for name in place.municipalities),
                *middles.get(place.id, (0.0, 0.0)),
            )
            for place in pack.zones
        ],
    )


async def find_territory(tx: Tx, version: int | None = None) -> Territory | None:
    """Return a version of the territory, the last one by default; None when there is none."""
    of = territory.c
    query = select(of.version, of.digest, of.loaded_at).order_by(of.version.desc()).limit(1)
    if version is not None:
        query = query.where(of.version == version)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    pack = _read.get(row.digest)
    if pack is None:
        kept = await tx.execute(select(of.pack).where(of.version == row.version))
        pack = pack_from_payload(kept.scalar_one())
        while len(_read) >= READ_MAX:
            _read.pop(next(iter(_read)), None)
        _read[row.digest] = pack
    return Territory(row.version, pack, row.loaded_at)


async def current_territory(tx: Tx) -> Territory:
    """Return the territory that counts.

    Raises:
        RefusedError: none was loaded yet.
    """
    found = await find_territory(tx)
    if found is None:
        raise refuse(
            "no_territory",
            N_("Aucun territoire n'est chargé. Chargez-en un avec « relais territory »."),
            place="territory",
        )
    return found


@dataclass(frozen=True, slots=True)
class TerritoryDraft:
    """A pack that somebody sent. `report` is what an import said of its files, as plain values."""

    id: UUID
    pack: TerritoryPack
    report: dict[str, Any] | None


async def save_territory_draft(
    tx: Tx,
    draft_id: UUID,
    pack: TerritoryPack,
    report: dict[str, Any] | None,
    by: PersonId | None,
) -> None:
    """Keep a pack until somebody confirms it; drafts older than a day go."""
    old = territory_draft.c.made_at < tx.now - DRAFT_LIFE
    await tx.execute(delete(territory_draft).where(old))
    await tx.execute(
        insert(territory_draft).values(
            id=draft_id, pack=pack_as_payload(pack), report=report, made_at=tx.now, made_by=by
        )
    )


async def territory_draft_of(tx: Tx, draft_id: UUID) -> TerritoryDraft:
    """Return a pack that waits for its confirmation.

    Raises:
        MissingError: there is none, or it was confirmed, thrown away or forgotten.
    """
    kept = await tx.execute(select(territory_draft).where(territory_draft.c.id == draft_id))
    row = kept.one_or_none()
    if row is None:
        raise MissingError("territory draft")
    return TerritoryDraft(row.id, pack_from_payload(row.pack), row.report)


async def drop_territory_draft(tx: Tx, draft_id: UUID) -> None:
    """Forget a pack that waited."""
    await tx.execute(delete(territory_draft).where(territory_draft.c.id == draft_id))
