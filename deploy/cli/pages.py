"""`relais pictures` and `relais lighthouse`: pages looked at as they are, for developers."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.lighthouse import Scores

PANEL = "Work on it"


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel=PANEL)
    def pictures(
        names: Annotated[
            list[str] | None, typer.Argument(help="Some only: demo, desk-match, field-day, …")
        ] = None,
    ) -> None:
        """Play the demonstration and take the README's pictures anew, into docs/images."""
        from deploy.pictures import take_pictures  # noqa: PLC0415  # loads every service

        for path in asyncio.run(take_pictures(lambda what: print(what, flush=True), names or ())):
            print(path)

    @app.command(rich_help_panel=PANEL)
    def lighthouse() -> None:
        """Run Lighthouse on every main page; fail under 95, 100 and 100."""
        from deploy.lighthouse import audit  # noqa: PLC0415  # loads every service

        found = asyncio.run(audit(lambda what: print(what, flush=True)))
        print_table(found)
        if not all(page.reaches_goals for page in found):
            raise typer.Exit(1)


def print_table(found: "list[Scores]") -> None:
    """Print a line for each page, and below it what cost points."""
    from deploy.lighthouse import GOALS  # noqa: PLC0415  # loads every service

    print(f"{'page':58}" + "".join(f"{name:>16}" for name in GOALS))
    for line in found:
        where = f"{line.page.path}{' (phone)' if line.page.phone else ''}"
        print(f"{where:58}" + "".join(f"{line.scores.get(name, 0):>16}" for name in GOALS))
        if not line.reaches_goals:
            for lacking in line.lacking:
                print(f"    {lacking}")
