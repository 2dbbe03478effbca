"""`relais dead-letters`: facts that a consumer could not take, for a human to decide."""

from typing import Annotated

import typer

from deploy.where import house_settings

Name = Annotated[str, typer.Argument(help="As listed: the service and a number, reporting:12.")]


def register(app: typer.Typer) -> None:
    letters = typer.Typer(no_args_is_help=True, help="Facts that a consumer could not take.")
    app.add_typer(letters, name="dead-letters", rich_help_panel="Operate")

    @letters.command(name="list")
    def list_(
        *,
        settled: Annotated[bool, typer.Option("--settled", help="Show settled ones too.")] = False,
    ) -> None:
        """List what waits for a decision."""
        from rich.console import Console  # noqa: PLC0415  # slow to load
        from rich.table import Table  # noqa: PLC0415  # the same

        from deploy import dead_letters  # noqa: PLC0415  # loads the database tools

        table = Table("name", "consumer", "fact", "attempts", "died at", "state", "error")
        for row in dead_letters.letters(house_settings(), settled=settled):
            table.add_row(
                row["name"],
                row["consumer"],
                row["type"],
                str(row["attempts"]),
                f"{row['died_at']:%Y-%m-%d %H:%M:%S}",
                row["state"],
                row["error"],
            )
        if table.row_count:
            Console(width=None if Console().is_terminal else 200).print(table)
        else:
            print("No dead letters.")

    @letters.command()
    def show(name: Name) -> None:
        """Show one fact with its body: ids, decisions and codes, never a person's words."""
        from deploy import dead_letters  # noqa: PLC0415  # loads the database tools

        for key, value in dead_letters.letter(house_settings(), name).items():
            print(f"{key:>10}  {value}")

    @letters.command()
    def redrive(name: Name) -> None:
        """Let the consumer try this fact again, under the same id: it cannot count twice."""
        from deploy import dead_letters  # noqa: PLC0415  # loads the database tools

        dead_letters.redrive(house_settings(), name)
        print(f"{name} will be tried again at once; `relais dead-letters list` shows the result.")

    @letters.command()
    def discard(name: Name) -> None:
        """Give this fact up for this consumer. It stays in the stream and in the list."""
        from deploy import dead_letters  # noqa: PLC0415  # loads the database tools

        dead_letters.discard(house_settings(), name)
        print(f"{name} is discarded.")
