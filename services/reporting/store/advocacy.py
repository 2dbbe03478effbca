"""What is carried upwards, as it is kept: published signals, and the coordination's sentences."""

from uuid import uuid4

from sqlalchemy import text

from services.reporting.rules.reports.advocacy import Carried, Raised, Statement
from shared.db import Tx
from shared.words import SignalKind, Theme


async def carried(tx: Tx) -> Carried:
    """Return all that is carried upwards. May be read by the funder's role."""
    raised = await tx.execute(
        text(
            "select kind, theme, count(distinct ledger_id) as campaigns, min(day) as since"
            " from published_signal group by kind, theme order by theme, kind"
        )
    )
    statements = await tx.execute(
        text(
            "select kind, theme, text_fr, text_nl,"
            " (written_at at time zone 'Europe/Brussels')::date as written_on"
            " from advocacy_statement where withdrawn_at is null order by theme, kind"
        )
    )
    return Carried(
        tuple(
            Raised(SignalKind(row.kind), Theme(row.theme), row.campaigns, row.since)
            for row in raised
        ),
        tuple(
            Statement(
                SignalKind(row.kind), Theme(row.theme), row.text_fr, row.text_nl, row.written_on
            )
            for row in statements
        ),
    )


async def withdraw(tx: Tx, kind: SignalKind, theme: Theme) -> bool:
    """Take back what is said; return whether something was."""
    done = await tx.execute(
        text(
            "update advocacy_statement set withdrawn_at = :now"
            " where kind = :kind and theme = :theme and withdrawn_at is null"
        ),
        {"now": tx.now, "kind": kind.value, "theme": theme.value},
    )
    return bool(done.rowcount)


async def say(tx: Tx, kind: SignalKind, theme: Theme, text_fr: str, text_nl: str) -> None:
    """Keep a sentence in place of the one before it, which stays as withdrawn."""
    await withdraw(tx, kind, theme)
    await tx.execute(
        text(
            "insert into advocacy_statement"
            " (statement_id, kind, theme, text_fr, text_nl, written_at)"
            " values (:id, :kind, :theme, :text_fr, :text_nl, :now)"
        ),
        {
            "id": uuid4(),
            "kind": kind.value,
            "theme": theme.value,
            "text_fr": text_fr,
            "text_nl": text_nl,
            "now": tx.now,
        },
    )
