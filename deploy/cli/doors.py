"""`relais web|worker|jobs`: what one container runs."""

from typing import Annotated

import typer

SERVICES = ("intake", "dispatch", "notify", "reporting")
PANEL = "What a container runs"

Service = Annotated[str, typer.Argument(help="intake, dispatch, notify, reporting, or all.")]


def chosen(service: str) -> list[str]:
    if service == "all":
        return list(SERVICES)
    if service in SERVICES:
        return [service]
    raise typer.BadParameter(f"{service!r} is none of {', '.join(SERVICES)} or all.")


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel=PANEL)
    def web(
        service: Service,
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "0.0.0.0",  # noqa: S104  # a container's own network
        port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    ) -> None:
        """Answer people: the pages and the API of a service."""
        from deploy import run  # noqa: PLC0415  # loads every service

        run.web(chosen(service), host, port)

    @app.command(rich_help_panel=PANEL)
    def worker(service: Service) -> None:
        """Hear and say facts: the consumers and the relay of a service."""
        from deploy import hearing  # noqa: PLC0415  # loads what every service hears

        hearing.worker(chosen(service))

    @app.command(rich_help_panel=PANEL)
    def jobs(
        service: Service,
        schedule: Annotated[
            str, typer.Option(help="Where the clock notes what it ran last.")
        ] = "/tmp/relais-schedule",  # noqa: S108  # a container's own; lost without harm
    ) -> None:
        """Keep the clock: chores over rows that are due. Run one of these per service."""
        from deploy import clock  # noqa: PLC0415  # loads every service's chores

        clock.jobs(chosen(service), schedule)
