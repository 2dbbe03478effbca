"""Wiring of notify: the only file that knows every room.

Each door loads its own rooms: a process that hears facts or keeps the clock carries no pages.
"""

from typing import TYPE_CHECKING

from services.notify import jobs
from services.notify.settings import NotifySettings
from shared.bus import Bus, BusLink
from shared.db import Database

if TYPE_CHECKING:
    from fastapi import FastAPI

CHORES = jobs.CHORES


def worker(settings: NotifySettings) -> Bus:
    """Build the facts' door: everything that notify hears, and its relay."""
    from services.notify.listen import listen  # noqa: PLC0415 - of this door only

    database = Database(settings.database_url_of("notify"), "notify", settings.clock)
    bus = Bus("notify", settings.nats_url, database)
    listen(bus)
    return bus


def web(settings: NotifySettings) -> "FastAPI":
    """Build the people's door, mounted under `/notify`."""
    from services.notify import web as people  # noqa: PLC0415 - of this door only
    from shared.web import create_app  # noqa: PLC0415 - of this door only

    link = BusLink(worker(settings), settings.nats_url)
    names = [chore.name for chore in CHORES]
    return create_app("notify", settings, [people.router], link=link, chores=names)
