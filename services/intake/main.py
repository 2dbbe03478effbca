"""Wiring of intake: the only file that knows every room."""

from fastapi import FastAPI

from services.intake import jobs
from services.intake import web as people
from services.intake.listen import listen
from services.intake.settings import IntakeSettings
from shared.bus import Bus, BusLink
from shared.db import Database
from shared.web import create_app

CHORES = jobs.CHORES


def worker(settings: IntakeSettings) -> Bus:
    """Build the facts' door: everything that intake hears, and its relay."""
    database = Database(settings.database_url_of("intake"), "intake", settings.clock)
    bus = Bus("intake", settings.nats_url, database)
    listen(bus)
    return bus


def web(settings: IntakeSettings) -> FastAPI:
    """Build the people's door, mounted under `/intake`."""
    link = BusLink(worker(settings), settings.nats_url)
    names = [chore.name for chore in CHORES]
    return create_app("intake", settings, [people.router], link=link, chores=names)
