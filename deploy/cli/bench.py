"""`relais bench`: how fast, beside what the bare engines do on this machine."""

import asyncio
import json
import sys
from typing import Annotated

import typer

PANEL = "Work on it"


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel=PANEL)
    def bench(
        *,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    ) -> None:
        """Measure recording, relaying and rebuilding on a system of its own, in about a minute.

        Each figure stands beside a bare one of the same run: only their ratio travels to another
        machine.
        """
        from rich.console import Console  # noqa: PLC0415  # slow to load
        from rich.table import Table  # noqa: PLC0415  # slow to load

        from deploy.bench import bench as measure  # noqa: PLC0415  # loads every service

        lines, to_figure_s = asyncio.run(measure(lambda what: print(f"{what} …", file=sys.stderr)))
        if as_json:
            found = [
                {
                    "name": line.name,
                    "value": round(line.value, 1),
                    "unit": line.unit,
                    "bare_name": line.bare_name,
                    "bare": round(line.bare, 1),
                    "ratio": round(line.ratio, 3),
                }
                for line in lines
            ]
            print(json.dumps({"figures": found, "outcome_to_figure_s": to_figure_s}, indent=2))
            return
        table = Table("what", "per second", "bare", "per second", "ratio")
        for column in (1, 3, 4):
            table.columns[column].justify = "right"
        for line in lines:
            table.add_row(
                line.name,
                f"{line.value:,.0f}",
                line.bare_name,
                f"{line.bare:,.0f}",
                f"{line.ratio:.2f}",
            )
        Console(width=None if Console().is_terminal else 120).print(table)
        print(
            "From an outcome's acknowledgement to its figure, under that load:"
            f" {to_figure_s['median']} s (median), {to_figure_s['p99']} s (p99)."
        )
