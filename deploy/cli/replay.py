"""`relais replay`: the figures once more, from the facts."""

import asyncio
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.where import house_settings

if TYPE_CHECKING:
    from deploy.replay import SealedAgain

DIFFERENT = 1


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Operate")
    def replay(
        *,
        until: Annotated[
            datetime | None,
            typer.Option(
                help="Leave out what came later, and make every seal published until then again."
            ),
        ] = None,
        into: Annotated[
            Path | None,
            typer.Option(help="With --until: a folder for the seals made again, as CSV."),
        ] = None,
        swap: Annotated[
            bool, typer.Option("--swap", help="Put the rebuilt rows in place of the live ones.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    ) -> None:
        """Rebuild reporting's figures from the facts, beside the live ones, and compare.

        Pages stay open meanwhile. With --until, projections are rebuilt up to then and not
        compared; published seals are, byte for byte. Exits with 1 when something differs and
        nothing was swapped.
        """
        from deploy.replay import check_seals, rebuild, write_seals  # noqa: PLC0415  # loads a service

        if into is not None and until is None:
            raise typer.BadParameter("--into needs --until: say up to which moment")
        if until is not None and until.tzinfo is None:
            until = until.astimezone()
        settings = house_settings()
        found = asyncio.run(rebuild(settings, until, swap=swap))
        ledgers = asyncio.run(check_seals(settings, until)) if until is not None else []
        if into is not None:
            write_seals(ledgers, into)
        if as_json:
            told = asdict(found) | {"facts_per_s": round(found.facts_per_s, 1)}
            print(json.dumps(told | {"ledgers": [as_told(one) for one in ledgers]}, indent=2))
        else:
            print("\n".join([*found.lines(), *(one.line() for one in ledgers)]))
        if (found.same is False and not found.swapped) or any(one.problem for one in ledgers):
            raise typer.Exit(DIFFERENT)


def as_told(ledger: "SealedAgain") -> dict[str, object]:
    """Say for a program what came of a ledger."""
    return {
        "ledger_id": ledger.ledger_id,
        "seals": ledger.seals,
        "facts": ledger.facts,
        "with_key": ledger.with_key,
        "problem": ledger.problem,
    }
