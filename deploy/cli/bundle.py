"""`relais bundle`: the field app's scripts and styles, for an image or after a look at the code."""

import typer

from deploy.bundle import ensure_bundle


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel="Work on it")
    def bundle() -> None:
        """Bundle the field app when it is older than its sources; up, demo and test do it too."""
        print(ensure_bundle())
