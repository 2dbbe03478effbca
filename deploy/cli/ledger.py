"""`relais ledger`: the sealed ledger on a file, under attack, and without its guards."""

import sys
from pathlib import Path
from typing import Annotated

import typer

REFUSED = 2


def register(app: typer.Typer) -> None:
    ledger = typer.Typer(no_args_is_help=True, help="Try the sealed ledger, and attack it.")
    app.add_typer(ledger, name="ledger", rich_help_panel="Work on it")

    @ledger.command()
    def simulate(  # noqa: PLR0913 -- the options of a command
        file: Annotated[
            Path, typer.Argument(help="CSV: id, day, worker, actions, contacts, views.")
        ],
        *,
        into: Annotated[Path, typer.Option(help="Folder for what it writes.")] = Path("ledger"),
        close_on: Annotated[
            str | None, typer.Option(help="Day of the last seal, YYYY-MM-DD; else after the last.")
        ] = None,
        threshold: Annotated[int, typer.Option("--T", help="Fewest actions, and contacts.")] = 5,
        workers: Annotated[int, typer.Option("--K", help="Fewest workers.")] = 3,
        share: Annotated[
            float, typer.Option("--P", help="Others, as a part of the largest.")
        ] = 0.2,
        jitter: Annotated[int, typer.Option("--J", help="Longest secret wait, in actions.")] = 2,
        min_cats: Annotated[int, typer.Option(help="Codes that stay hidden at each seal.")] = 2,
        period_days: Annotated[int, typer.Option(help="Days between two seals.")] = 7,
        key: Annotated[
            str | None, typer.Option(help="Secret of the wait; derived from the file if not given.")
        ] = None,
    ) -> None:
        """Seal a file of outcomes day by day: blocks and audit as CSV, so that you can attack it.

        Columns: id (unique), day (encoded on, YYYY-MM-DD), worker, actions (1 or more), contacts
        (0 or more). Every other column is a view: one code per outcome, 3 to 12 codes in all.
        """
        from datetime import date  # noqa: PLC0415  # with the rest of what this command needs

        from deploy.ledger import simulate as simulation  # noqa: PLC0415  # loads the solver
        from services.reporting.rules.ledger import LedgerError, total  # noqa: PLC0415  # slow to load

        rules = simulation.Rules(
            T=threshold,
            K=workers,
            P=share,
            J=jitter,
            min_cats=min_cats,
            period_days=period_days,
            key=key.encode() if key else None,
        )
        try:
            day = date.fromisoformat(close_on) if close_on else None
            outcomes = simulation.read(file.read_text(encoding="utf-8-sig"))
            policy = simulation.policy_for(outcomes, rules, file.stem)
            found = simulation.simulate(outcomes, policy, close_on=day)
        except simulation.BadFileError as problem:
            _refuse([f"{file}: {line}" for line in problem.problems])
        except LedgerError as problem:
            _refuse(problem.problems)
        except ValueError as problem:
            _refuse([str(problem)])
        for path in simulation.write(found, into):
            print(path)
        whole = total(found.blocks)
        seals = len({block.seq for block in found.blocks})
        told = (
            "no total" if whole is None else f"{whole.actions} actions, {whole.contacts} contacts"
        )
        print(f"{len(outcomes)} outcomes, {seals} seals until {found.closed_on}: {told} published.")

    @ledger.command()
    def attack(
        *,
        campaigns: Annotated[int, typer.Option(help="Campaigns of eight weeks to generate.")] = 36,
        years: Annotated[int, typer.Option(help="Years like 2022 to generate.")] = 3,
        seed: Annotated[int, typer.Option(help="First seed.")] = 100,
    ) -> None:
        """Attack generated campaigns and years; fails if an attack learns anything."""
        from deploy.ledger import report  # noqa: PLC0415  # loads the solver

        if not report.attack(campaigns, years, seed):
            raise typer.Exit(1)

    @ledger.command()
    def mutations(
        only: Annotated[
            list[str] | None, typer.Option(help="Part of a guard's name; may be given again.")
        ] = None,
    ) -> None:
        """Remove each guard in a scratch copy and tell which attack then succeeds."""
        from deploy.ledger import report  # noqa: PLC0415  # loads the solver

        if not report.mutations(only or []):
            raise typer.Exit(1)


def _refuse(problems: "list[str] | tuple[str, ...]") -> None:
    for problem in problems:
        print(f"relais: {problem}", file=sys.stderr)
    raise typer.Exit(REFUSED)
