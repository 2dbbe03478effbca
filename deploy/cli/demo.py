"""`relais demo`: a crisis played through the front door."""

import asyncio
import contextlib
import json
import signal
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from deploy.demo import Demo
    from deploy.player import Play
    from deploy.player.story import Sentence

PANEL = "Use"
WIDTH = 100


def register(app: typer.Typer) -> None:
    @app.command(rich_help_panel=PANEL)
    def demo(  # noqa: PLR0913 - each is an option of the command
        *,
        scenario: Annotated[
            str, typer.Option(help="energy-2022, ukraine-2022 or covid-2021.")
        ] = "energy-2022",
        speed: Annotated[
            float,
            typer.Option(min=0, help="1 is the scenario's own pace, 0 as fast as possible."),
        ] = 1.0,
        seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
        leave: Annotated[bool, typer.Option("--exit", help="End when the scenario ends.")] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print a summary as one JSON object.")
        ] = False,
        port: Annotated[int, typer.Option(help="Port of the address; 0 is any free one.")] = 0,
    ) -> None:
        """Play a crisis, and show it in the terminal and at one address in the browser.

        Starts everything by itself, with data of its own; stays up until Ctrl-C and leaves nothing.
        Exits with 1 when a law was broken, a figure was told wrongly, or a letter is dead.
        """
        from deploy.demo import Request  # noqa: PLC0415  # loads every service

        request = Request(scenario, seed, speed, port or None)
        with contextlib.suppress(asyncio.CancelledError):
            if not asyncio.run(_play(request, leave=leave, as_json=as_json)):
                raise typer.Exit(1)


async def _play(request: Any, *, leave: bool, as_json: bool) -> bool:
    """Play, show and tell; return whether everything was as it should be."""
    from rich.console import Console  # noqa: PLC0415  # slow to load
    from rich.panel import Panel  # noqa: PLC0415  # slow to load

    from deploy.demo import open_demo  # noqa: PLC0415  # loads every service

    this_task = asyncio.current_task()
    if this_task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this_task.cancel)
    terminal = Console(stderr=True)
    console = terminal if terminal.is_terminal else Console(stderr=True, width=WIDTH)
    async with open_demo(request, lambda what: console.print(f"{what} …", style="dim")) as demo:
        console.print(
            Panel(
                f"[bold]{demo.url}[/bold]\n"
                "What happens, the figures, everybody's way in, and the mailbox.",
                title=demo.scenario.title.en,
                expand=False,
            )
        )
        summary = await demo.play(lambda play: _follow(console, play))
        console.print(_told(summary), highlight=False, markup=False)
        if as_json:
            json.dump(summary, sys.stdout, indent=2)
            print(flush=True)
        if not leave:
            await _stay(console, demo)
    return not summary["said"] and not summary["dead_letters"]


async def _stay(console: Any, demo: "Demo") -> None:
    console.print(f"The scenario is over. {demo.url} stays until Ctrl-C.")
    await asyncio.Event().wait()


def _follow(console: Any, play: "Play") -> None:
    """Print what happens, a line each; a new day is announced once."""
    days: list[str] = []

    def tell(sentence: "Sentence") -> None:
        day = _day(sentence.at)
        if day not in days[-1:]:
            days.append(day)
            console.print(f"[bold]{day}[/bold]  {play.progress:.0%}", highlight=False)
        console.print(f"  {sentence.within('en')}", highlight=False, markup=False)

    play.world.story.listeners.append(tell)


def _day(at: datetime) -> str:
    return f"{at:%a %d %b %Y}"


def _told(summary: dict[str, Any]) -> str:
    latency, seen = summary["outcome_to_figure_s"], summary["seen"]
    broken = "".join(f"\n{sentence}" for sentence in summary["said"])
    return (
        f"{summary['tasks_generated']} tasks in {summary['zones']} neighbourhoods,"
        f" {summary['done']} done; {summary['people_reached']} people reached.\n"
        f"{summary['facts_published']} facts, {summary['duplicates_absorbed']} duplicates absorbed,"
        f" {summary['dead_letters']} dead letters, {summary['laws_broken']} laws broken.\n"
        f"From an outcome's acknowledgement to its figure: {latency['median']} s (median),"
        f" {latency['p99']} s (p99). Memory: {summary['resident_memory_peak_mib']} MiB at most.\n"
        f"Funder: {seen['seals_published']} seals, {seen['seals_the_same_again']} of them the same"
        f" when made again; {seen['letters_arrived']} reports by mail,"
        f" {seen.get('exports_taken', 0)} exports, {seen['figures_compared']} figures compared.\n"
        f"Played in {summary['played_s']} s.{broken}"
    )
