"""Exports that take a while. The row is the queue: a process that dies leaves what it finished."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from shared.db import Tx

COLUMNS = (
    "export_id, person_id, language, year, campaigns, done, asked_at, ready_at, failed_at, attempts"
)
# Leases are about processes, so they follow the server's own clock, never a played one.
CLAIM = f"""
update export set attempts = attempts + 1, lease_id = :lease_id,
  lease_until = clock_timestamp() + :lease
where export_id = (
  select export_id from export where ready_at is null and failed_at is null
    and (lease_until is null or lease_until < clock_timestamp())
  order by asked_at, export_id limit 1 for update skip locked)
returning {COLUMNS}, lease_id
"""


@dataclass(frozen=True, slots=True)
class Export:
    """What somebody asked for. `done` of its campaigns are written."""

    export_id: UUID
    person_id: UUID
    language: str
    year: int | None
    campaigns: Sequence[UUID]
    done: int
    asked_at: datetime
    ready_at: datetime | None
    failed_at: datetime | None
    attempts: int
    lease_id: UUID | None = None

    @property
    def total(self) -> int:
        return len(self.campaigns)

    @property
    def done_pct(self) -> int:
        return 100 * self.done // self.total


async def save_export(tx: Tx, wanted: Export) -> None:
    """Keep what is asked for; asked twice under one id, it is one."""
    await tx.execute(
        text(
            "insert into export (export_id, person_id, language, year, campaigns, asked_at) values"
            " (:export_id, :person_id, :language, :year, :campaigns, :now) on conflict do nothing"
        ),
        {
            "export_id": wanted.export_id,
            "person_id": wanted.person_id,
            "language": wanted.language,
            "year": wanted.year,
            "campaigns": list(wanted.campaigns),
            "now": tx.now,
        },
    )


async def exports_of(tx: Tx, person_id: UUID) -> list[Export]:
    """List what somebody asked for, the latest first."""
    found = await tx.execute(
        text(
            f"select {COLUMNS} from export where person_id = :id order by asked_at desc, export_id"
        ),
        {"id": person_id},
    )
    return [Export(**row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's public name


async def own_export(tx: Tx, export_id: UUID, person_id: UUID) -> Export | None:
    """Return an export of this person's; None when it is not there or somebody else's."""
    found = await tx.execute(
        text(f"select {COLUMNS} from export where export_id = :id and person_id = :person_id"),
        {"id": export_id, "person_id": person_id},
    )
    row = found.one_or_none()
    return Export(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


async def claim_export(tx: Tx, lease: timedelta) -> Export | None:
    """Claim the oldest export that nobody works at; nobody else gets it until the lease ends."""
    found = await tx.execute(text(CLAIM), {"lease_id": uuid7(), "lease": lease})
    row = found.one_or_none()
    return Export(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


async def save_files(
    tx: Tx, export: Export, done: int, files: Sequence[tuple[str, bytes]], lease: timedelta
) -> bool:
    """Keep the files of one campaign, and that it is done; False when another has the export."""
    moved = await tx.execute(
        text(
            "update export set done = :done, lease_until = clock_timestamp() + :lease"
            " where export_id = :id and lease_id = :lease_id and done = :done - 1 returning 1"
        ),
        {"id": export.export_id, "lease_id": export.lease_id, "done": done, "lease": lease},
    )
    if moved.first() is None:
        return False
    for name, content in files:
        await tx.execute(
            text(
                "insert into export_part (export_id, name, content)"
                " values (:id, :name, :content) on conflict do nothing"
            ),
            {"id": export.export_id, "name": name, "content": content},
        )
    return True


async def finish_export(tx: Tx, export: Export, *, failed: bool = False) -> bool:
    """Note that an export is whole, or given up; False when another has it."""
    column = "failed_at" if failed else "ready_at"
    noted = await tx.execute(
        text(
            f"update export set {column} = :now, lease_until = null"
            " where export_id = :id and lease_id = :lease_id returning 1"
        ),
        {"id": export.export_id, "lease_id": export.lease_id, "now": tx.now},
    )
    return noted.first() is not None


async def let_go(tx: Tx, export: Export) -> None:
    """Give an export back: the next turn goes on with it."""
    await tx.execute(
        text("update export set lease_until = null where export_id = :id and lease_id = :lease_id"),
        {"id": export.export_id, "lease_id": export.lease_id},
    )


async def files_of(tx: Tx, export_id: UUID) -> list[tuple[str, bytes]]:
    """Return the files of an export by name."""
    found = await tx.execute(
        text("select name, content from export_part where export_id = :id order by name"),
        {"id": export_id},
    )
    return [(row.name, bytes(row.content)) for row in found]


async def forget_exports(tx: Tx, asked_before: datetime) -> int:
    """Forget exports that were asked for long ago, whatever became of them."""
    gone = await tx.execute(
        text("delete from export where asked_at < :before"), {"before": asked_before}
    )
    return gone.rowcount


async def delete_export(tx: Tx, export_id: UUID, person_id: UUID) -> None:
    """Forget an export of this person's, made or not."""
    await tx.execute(
        text("delete from export where export_id = :id and person_id = :person_id"),
        {"id": export_id, "person_id": person_id},
    )
