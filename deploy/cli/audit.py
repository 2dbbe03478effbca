"""`relais audit`: whether the sealed ledger and the audit trail are what they were."""

import asyncio

import typer

from deploy.where import house_settings


def register(app: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help="Check the sealed ledger and the audit trail.")
    app.add_typer(audit, name="audit", rich_help_panel="Operate")

    @audit.callback()
    def family() -> None:
        """Check the sealed ledger and the audit trail."""

    @audit.command()
    def verify() -> None:
        """Verify every chain, every anchor and every sum; end with 1 when one does not hold."""
        from deploy.audit import (  # noqa: PLC0415  # loads the solver
            verify_audit_trail,
            verify_ledgers,
        )

        trail = asyncio.run(verify_audit_trail(house_settings()))
        broken = f"rows {', '.join(map(str, trail.broken))} do not follow the one before"
        verdict = broken if trail.broken else "holds"
        print(f"audit trail: {trail.rows} rows, head {trail.head[:16]}: {verdict}")
        found = asyncio.run(verify_ledgers(house_settings()))
        for ledger in found:
            verdict = "; ".join(ledger.problems) or "holds"
            print(
                f"{ledger.ledger_id}: {ledger.blocks} blocks, {ledger.audit_rows} audit rows,"
                f" head {ledger.head[:16]}: {verdict}"
            )
        if not found:
            print("No ledger was opened yet.")
        if trail.broken or any(ledger.problems for ledger in found):
            raise typer.Exit(1)
