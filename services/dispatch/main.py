"""Wiring of dispatch: the only file that knows every room.

Each door loads its own rooms: a process that hears facts or keeps the clock carries no pages.
"""

from typing import TYPE_CHECKING

from services.dispatch import jobs
from services.dispatch.settings import DispatchSettings
from shared.bus import Bus, BusLink
from shared.db import Database

if TYPE_CHECKING:
    from fastapi import FastAPI

CHORES = jobs.CHORES


def worker(settings: DispatchSettings) -> Bus:
    """Build the facts' door: everything that dispatch hears, and its relay."""
    from services.dispatch.listen import listen  # noqa: PLC0415 - of this door only

    database = Database(settings.database_url_of("dispatch"), "dispatch", settings.clock)
    bus = Bus("dispatch", settings.nats_url, database)
    listen(bus)
    return bus


def web(settings: DispatchSettings) -> "FastAPI":
    """Build the people's door, mounted under `/dispatch`."""
    from services.dispatch import web as people  # noqa: PLC0415 - of this door only
    from shared.web import create_app  # noqa: PLC0415 - of this door only

    link = BusLink(worker(settings), settings.nats_url)
    names = [chore.name for chore in CHORES]
    app = create_app("dispatch", settings, [people.router], link=link, chores=names)
    app.state.running = set()  # searches that go on beside the pages; they end with the process
    return app
