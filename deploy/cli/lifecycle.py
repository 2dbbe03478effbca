"""`relais up|down|status|logs|link`: a system that stays."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.engines import EngineError, State
from deploy.engines.errors import last_lines
from deploy.engines.state import is_locked
from deploy.settings import DeploySettings, for_a_child, handed_on
from deploy.where import find_here, house_settings
from shared.settings import Profile
from shared.words import Role

PANEL = "Use"
POLL_S = 0.1
STOP_TIMEOUT_S = 90.0
MEBIBYTE = 1024**2


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel=PANEL)(up)
    app.command(rich_help_panel=PANEL)(down)
    app.command(rich_help_panel=PANEL)(status)
    app.command(rich_help_panel=PANEL)(logs)
    app.command(rich_help_panel=PANEL)(link)


def up(
    *,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay here; stop with Ctrl-C.")
    ] = False,
    profile: Annotated[
        Profile, typer.Option(help="`development` shows the API documents.")
    ] = Profile.PRODUCTION,
) -> None:
    """Start an empty system that keeps its data, and print the way in.

    Data is in .relais/data (RELAIS_DATA_DIR), the address on port 8710 (RELAIS_GATEWAY_PORT).
    Servers named by RELAIS_DATABASE_URL, RELAIS_NATS_URL or RELAIS_VALKEY_URL are used instead.
    """
    settings = DeploySettings.read()
    if foreground:
        _stay(settings, profile)
        return
    here = State.read(settings.data_dir)
    if here is not None:
        print(f"Relais runs already: {here.urls['gateway']}")
        return
    _start_in_the_background(settings, profile)
    _print_the_way_in()


def _stay(settings: DeploySettings, profile: Profile) -> None:
    from deploy.system import Wish, start_system  # noqa: PLC0415  # only this process needs it

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wish = Wish(
        data_dir=settings.data_dir,
        gateway_port=settings.gateway_port or None,
        profile=profile,
        env=handed_on(),
    )
    with start_system(wish, settings, tell=lambda what: print(f"{what} …", flush=True)) as system:
        if sys.stdout.isatty():
            print(f"Relais runs: {system.url}\nCtrl-C stops it and keeps the data.")
        try:
            while True:
                signal.pause()
        except KeyboardInterrupt:
            print("Stopping …", flush=True)


def _start_in_the_background(settings: DeploySettings, profile: Profile) -> None:
    log = settings.data_dir / "logs" / "relais.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    begins_at = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "deploy", "up", "--foreground", "--profile", profile],
            env=for_a_child(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with log.open() as said:
        said.seek(begins_at)
        while process.poll() is None:
            print(said.read(), end="", flush=True)
            state = State.read(settings.data_dir)
            if state is not None and "web" in state.pids:
                print(f"Relais runs: {state.urls['gateway']}")
                return
            time.sleep(POLL_S)
        print(said.read(), end="", file=sys.stderr)
    raise typer.Exit(1)  # it has said why


def _print_the_way_in() -> None:
    from deploy.people import first_link  # noqa: PLC0415  # loads the database tools

    url = asyncio.run(first_link(house_settings()))
    if url is not None:
        print(f"\nThe first coordinator comes in here, once, within 72 hours:\n  {url}\n")
    print("`relais status` tells how it is, `relais down` stops it and keeps the data.")


def link(
    name: Annotated[str, typer.Argument(help="Who it is for, as others will see it.")],
    language: Annotated[str, typer.Option(help="fr, nl or en.")] = "fr",
    role: Annotated[Role, typer.Option(help="`administrator` keeps accounts.")] = Role.COORDINATION,
) -> None:
    """Make a link that lets one more person in, once: a coordinator, or an administrator.

    For the first administrator, and for when nobody who could invite is left.
    """
    from deploy.people import new_link  # noqa: PLC0415  # loads the database tools

    print(asyncio.run(new_link(house_settings(), name, language, role)))


def down() -> None:
    """Stop the system of the data folder, in order. The data stays."""
    data = DeploySettings.read().data_dir
    if not is_locked(data):
        print(f"Nothing runs in {data}.")
        return
    state = State.read(data)
    if state is not None:
        # It may have been killed; its guard is then stopping the rest.
        with suppress(ProcessLookupError):
            os.kill(state.parent, signal.SIGTERM)
    give_up_at_s = time.monotonic() + STOP_TIMEOUT_S
    while is_locked(data):
        if time.monotonic() > give_up_at_s:
            raise EngineError(f"Something in {data} does not stop; `relais status` names it.")
        time.sleep(POLL_S)
    print("Stopped.")


def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Tell how the system is: engines, services, lag, dead letters, outboxes, memory."""
    from deploy.condition import condition  # noqa: PLC0415  # loads the database tools

    found = asyncio.run(condition(DeploySettings.read()))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415  # slow to load
    from rich.table import Table  # noqa: PLC0415  # the same

    console = Console(width=None if Console().is_terminal else 120)
    if found["address"]:
        print(f"Relais runs: {found['address']}\nData and logs: {found['data']}\n")
    if found["processes"]:
        processes = Table("process", "pid", "MiB", title="Processes", title_justify="left")
        for name, process in found["processes"].items():
            memory = str(round(process["memory_bytes"] / MEBIBYTE)) if process["runs"] else "gone"
            processes.add_row(name, str(process["pid"]), memory)
        console.print(processes)
        total = round(found["memory_bytes"] / MEBIBYTE)
        print(f"All together: {total} MiB of memory\n")
    for problem in found["problems"]:
        print(problem)
    services = Table("service", "outbox", "dead letters", title="Facts", title_justify="left")
    for service, depth in found["services"].items():
        services.add_row(service, str(depth["outbox"]), str(depth["dead_letters"]))
    if services.row_count:
        console.print(services)
    behind = {name: lag for name, lag in found["lag"].items() if lag}
    if behind:
        consumers = Table("consumer", "facts to hear", title="Behind", title_justify="left")
        for name, lag in behind.items():
            consumers.add_row(name, str(lag))
        console.print(consumers)
    elif found["lag"]:
        print(f"All {len(found['lag'])} consumers have heard everything.")


def logs(
    name: Annotated[str | None, typer.Argument(help="web, worker, jobs, postgres, nats …")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many lines of each.")] = 20,
) -> None:
    """Show the end of the logs: of one process, or of all."""
    settings = DeploySettings.read()
    here = find_here(settings)
    folder = here.logs if here is not None else settings.data_dir / "logs"
    files = {file.stem: file for file in sorted(folder.glob("*.log"))}
    if name is not None:
        if name not in files:
            known = ", ".join(files) or "none yet"
            raise typer.BadParameter(f"There is no log {name!r} in {folder}; there are: {known}.")
        files = {name: files[name]}
    if not files:
        raise EngineError(f"There are no logs in {folder}: nothing has run there.")
    positions = {each: file.stat().st_size for each, file in files.items()}
    for each, file in files.items():
        print(f"--- {each}: {file}\n{last_lines(file, lines)}")
    while follow:
        for each, file in files.items():
            positions[each] = _print_news(each, file, positions[each])
        sys.stdout.flush()
        time.sleep(POLL_S)


def _print_news(name: str, file: Path, position: int) -> int:
    with file.open("rb") as log:
        log.seek(position)
        whole, newline, _ = log.read().rpartition(b"\n")
    for line in whole.decode(errors="replace").splitlines():
        print(f"{name}: {line}")
    return position + len(whole) + len(newline)
