"""Wiring of intake: the only file that knows every room.

Each door loads its own rooms: a process that hears facts or keeps the clock carries no pages.
"""

from typing import TYPE_CHECKING

from services.intake import jobs
from services.intake.settings import IntakeSettings
from shared.bus import Bus, BusLink
from shared.db import Database

if TYPE_CHECKING:
    from fastapi import FastAPI

CHORES = jobs.CHORES


def worker(settings: IntakeSettings) -> Bus:
    """Build the facts' door: everything that intake hears, and its relay."""
    from services.intake.listen import listen  # noqa: PLC0415 - of this door only

    database = Database(settings.database_url_of("intake"), "intake", settings.clock)
    bus = Bus("intake", settings.nats_url, database)
    listen(bus)
    return bus


def web(settings: IntakeSettings) -> "FastAPI":
    """Build the people's door, mounted under `/intake`."""
    from services.intake import web as people  # noqa: PLC0415 - of this door only
    from shared.web import create_app  # noqa: PLC0415 - of this door only

    link = BusLink(worker(settings), settings.nats_url)
    names = [chore.name for chore in CHORES]
    return create_app("intake", settings, [people.router], link=link, chores=names)
