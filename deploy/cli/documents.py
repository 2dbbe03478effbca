"""`relais documents`: AsyncAPI and OpenAPI, for whoever integrates with Relais."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.where import house_settings


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Operate")
    def documents(
        folder: Annotated[Path, typer.Argument(help="Where to write them.")] = Path("documents"),
    ) -> None:
        """Write the AsyncAPI document of the facts and the OpenAPI document of each service."""
        from deploy.documents import write  # noqa: PLC0415  # loads every service

        for path in write(house_settings(), folder):
            print(path)
