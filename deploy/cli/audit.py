"""`relais audit`: whether the sealed ledger is what it was."""

import asyncio

import typer

from deploy.where import house_settings


def register(app: typer.Typer) -> None:
    audit = typer.Typer(no_args_is_help=True, help="Check the sealed ledger.")
    app.add_typer(audit, name="audit", rich_help_panel="Operate")

    @audit.callback()
    def family() -> None:
        """Check the sealed ledger."""

    @audit.command()
    def verify() -> None:
        """Verify every chain, every anchor and every sum; end with 1 when one does not hold."""
        from deploy.audit import verify_ledgers  # noqa: PLC0415  # loads the solver

        found = asyncio.run(verify_ledgers(house_settings()))
        for ledger in found:
            verdict = "; ".join(ledger.problems) or "holds"
            print(
                f"{ledger.ledger_id}: {ledger.blocks} blocks, {ledger.audit_rows} audit rows,"
                f" head {ledger.head[:16]}: {verdict}"
            )
        if not found:
            print("No ledger was opened yet.")
        if any(ledger.problems for ledger in found):
            raise typer.Exit(1)
