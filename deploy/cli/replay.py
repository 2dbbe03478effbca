"""`relais replay`: the figures once more, from the facts."""

import asyncio
import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from deploy.where import house_settings

DIFFERENT = 1


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Operate")
    def replay(
        *,
        until: Annotated[
            datetime | None, typer.Option(help="Leave out what occurred later; compares nothing.")
        ] = None,
        swap: Annotated[
            bool, typer.Option("--swap", help="Put the rebuilt rows in place of the live ones.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    ) -> None:
        """Rebuild reporting's figures from the facts, beside the live ones, and compare.

        Pages stay open meanwhile. Exits with 1 when the two differ and nothing was swapped.
        """
        from deploy.replay import rebuild  # noqa: PLC0415  # loads a service

        if until is not None and until.tzinfo is None:
            until = until.astimezone()
        found = asyncio.run(rebuild(house_settings(), until, swap=swap))
        if as_json:
            told = asdict(found) | {"facts_per_s": round(found.facts_per_s, 1)}
            print(json.dumps(told, indent=2))
        else:
            print("\n".join(found.lines()))
        if found.same is False and not found.swapped:
            raise typer.Exit(DIFFERENT)
