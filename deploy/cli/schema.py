"""`relais migrate` and `relais topology`: the database and the streams follow the code."""

import asyncio
from typing import Annotated

import typer

from deploy.where import house_settings

PANEL = "Operate"


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel=PANEL)
    def migrate() -> None:
        """Bring every schema of the database to what this version expects.

        Safe to run twice, and by two at once. `relais up` and `relais demo` do it by themselves.
        """
        from deploy.migrate import migrate_all  # noqa: PLC0415  # loads the database tools

        applied = migrate_all(house_settings())
        print("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")

    @app.command(hidden=True)
    def prepare() -> None:
        """Do `migrate` and `topology` in one go: loading all services takes longer than either."""
        from deploy import topology as streams  # noqa: PLC0415  # loads every service
        from deploy.migrate import migrate_all  # noqa: PLC0415  # loads the database tools

        settings = house_settings()
        migrate_all(settings)
        asyncio.run(streams.apply(settings))

    @app.command(rich_help_panel=PANEL)
    def topology(
        *,
        check: Annotated[
            bool, typer.Option("--check", help="Change nothing; fail when something differs.")
        ] = False,
        republish: Annotated[
            bool,
            typer.Option(
                "--republish",
                help="Say again what the outboxes keep: after the disk of NATS was lost.",
            ),
        ] = False,
    ) -> None:
        """Create and upgrade the streams and consumers on NATS.

        Services never do this themselves; they refuse to work on what differs from the code.
        """
        from deploy import topology as streams  # noqa: PLC0415  # loads every service

        if check:
            differs = asyncio.run(streams.check(house_settings()))
            if differs:
                print("\n".join(differs))
                print("Run `relais topology` to put this right.")
                raise typer.Exit(1)
            print("The streams and consumers are as the code says.")
            return
        done = asyncio.run(streams.apply(house_settings()))
        print("\n".join(done) or "The streams and consumers were already as the code says.")
        if republish:
            told = asyncio.run(streams.republish(house_settings()))
            print("\n".join(f"{service}: {count} facts to say again" for service, count in told))
