"""Somebody sends a territory: it is kept aside until they have read what it changes."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import store
from services.intake.rules.territory.importing import FileReport, ImportReport
from services.intake.rules.territory.model import TerritoryPack
from shared.db import Tx
from shared.errors import Problem
from shared.words import PersonId


async def propose_territory(
    pack: TerritoryPack, report: ImportReport | None, by: PersonId | None, tx: Tx
) -> UUID:
    """Keep a pack aside; return the id under which it is confirmed. It is forgotten after a day."""
    draft_id = uuid7()
    said = None if report is None else report_values(report)
    await store.save_territory_draft(tx, draft_id, pack, said, by)
    return draft_id


def report_values(report: ImportReport) -> dict[str, Any]:
    """Write the part of a report that a person reads before confirming, as plain values."""
    return {
        "files": [_file(each) for each in report.files],
        "not_read": list(report.not_read),
        "repeated": report.repeated,
        "warnings": [_problem(each) for each in (*report.warnings, *report.conflicts)],
    }


def _file(report: FileReport) -> dict[str, Any]:
    return {
        "file": report.file,
        "rows": report.rows,
        "values": report.values,
        "years": list(report.years),
        "matched_pct": report.matched_pct,
        "unmatched": len(report.unmatched),
        "left_out": dict(report.left_out),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "slug": problem.slug,
        "message": problem.message,
        "place": problem.place,
        "values": {name: str(value) for name, value in problem.values.items()},
    }
