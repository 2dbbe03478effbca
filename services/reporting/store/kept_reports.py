"""Reports as they were made after a campaign's last seal. They only grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.db import Tx

REPORTS_ONCE = """
insert into kept_report (campaign_id, seal, language, report, part, form, name, content, kept_at)
values (:campaign_id, :seal, :language, :report, :part, :form, :name, :content, :now)
on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a report. `part` is empty for a file of the whole report."""

    language: str
    report: str
    part: str
    form: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class KeptLine:
    """What is told of a kept file: its name, its size, and the hash that proves it."""

    language: str
    part: str
    form: str
    name: str
    size: int
    sha256: str
    kept_at: datetime


async def ended_without_report(tx: Tx, report: str) -> list[tuple[UUID, int]]:
    """Return campaigns whose ledger ended and whose report is not kept yet, with the last seal.

    A ledger that published nothing has no report.
    """
    found = await tx.execute(
        text(
            "select p.campaign_id, max(b.seq) as seal from public_close e"
            " join ledger_policy p using (ledger_id) join ledger_block b using (ledger_id)"
            " where not exists (select from kept_report k where k.campaign_id = p.campaign_id"
            "  and k.report = :report)"
            " group by p.campaign_id order by p.campaign_id"
        ),
        {"report": report},
    )
    return [(row.campaign_id, row.seal) for row in found]


async def keep(tx: Tx, campaign_id: UUID, seal: int, files: Sequence[KeptFile]) -> None:
    """Keep the files of a report; what is kept already stays as it is."""
    for one in files:
        await tx.execute(
            text(REPORTS_ONCE),
            {
                "campaign_id": campaign_id,
                "seal": seal,
                "language": one.language,
                "report": one.report,
                "part": one.part,
                "form": one.form,
                "name": one.name,
                "content": one.content,
                "now": tx.now,
            },
        )


async def kept_lines(tx: Tx, campaign_id: UUID, language: str) -> list[KeptLine]:
    """List the kept files of a campaign in a language: what prints first, tables last."""
    found = await tx.execute(
        text(
            "select language, part, form, name, length(content) as size, sha256, kept_at"
            " from kept_report where campaign_id = :campaign_id and language = :language"
            " order by array_position(array['pdf','xlsx','json','csv'], form), part"
        ),
        {"campaign_id": campaign_id, "language": language},
    )
    return [KeptLine(**row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's public name


async def kept_content(  # noqa: PLR0913, PLR0917 - what names a file
    tx: Tx,
    campaign_id: UUID,
    language: str,
    report: str,
    form: str,
    part: str = "",
    seal: int | None = None,
) -> bytes | None:
    """Return a kept file, as of the last seal or of `seal` when it is that one; else None."""
    found = await tx.execute(
        text(
            "select content from kept_report where campaign_id = :campaign_id"
            " and language = :language and report = :report and form = :form and part = :part"
            " and (cast(:seal as integer) is null or seal = :seal)"
        ),
        {
            "campaign_id": campaign_id,
            "language": language,
            "report": report,
            "form": form,
            "part": part,
            "seal": seal,
        },
    )
    content: bytes | None = found.scalar_one_or_none()
    return content
