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
        facts: Annotated[
            int, typer.Option(min=100, help="How many facts the rebuild reads.")
        ] = 200_000,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    ) -> None:
        """Measure recording, relaying and rebuilding on systems of its own, in a few minutes.

        Each figure stands beside a bare one of the same run: only their ratio travels to another
        machine.
        """
        from rich.console import Console  # noqa: PLC0415  # slow to load
        from rich.table import Table  # noqa: PLC0415  # slow to load

        from deploy.bench import Length  # noqa: PLC0415  # loads every service
        from deploy.bench import bench as measure  # noqa: PLC0415  # loads every service

        length = Length(rebuilt_facts=facts)
        measured = asyncio.run(measure(lambda what: print(f"{what} …", file=sys.stderr), length))
        lines, to_figure_s, to_page_s = measured.lines, measured.to_figure_s, measured.to_page_s
        rebuilt = measured.rebuilt
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
            told = {
                "figures": found,
                "outcome_to_figure_s": to_figure_s,
                "outcome_to_page_s": to_page_s,
                "rebuilt": {"facts": rebuilt.facts, "seconds": round(rebuilt.seconds, 1)},
            }
            print(json.dumps(told, indent=2))
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
            f" {to_figure_s['median']} s (median), {to_figure_s['p99']} s (p99); until the"
            " coordination's page was told and has read it again:"
            f" {to_page_s['median']} s, {to_page_s['p99']} s."
        )
        print(
            f"Every projection rebuilt from {rebuilt.facts:,} facts beside the live ones:"
            f" {rebuilt.seconds:.1f} s, {rebuilt.ratio:.2f} of a bare read's pace."
        )
