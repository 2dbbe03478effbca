"""Wiring of notify: the only file that knows every room."""

from fastapi import FastAPI

from services.notify import jobs
from services.notify import web as people
from services.notify.listen import listen
from services.notify.settings import NotifySettings
from shared.bus import Bus, BusLink
from shared.db import Database
from shared.web import create_app

CHORES = jobs.CHORES


def worker(settings: NotifySettings) -> Bus:
    """Build the facts' door: everything that notify hears, and its relay."""
    database = Database(settings.database_url_of("notify"), "notify", settings.clock)
    bus = Bus("notify", settings.nats_url, database)
    listen(bus)
    return bus


def web(settings: NotifySettings) -> FastAPI:
    """Build the people's door, mounted under `/notify`."""
    link = BusLink(worker(settings), settings.nats_url)
    names = [chore.name for chore in CHORES]
    return create_app("notify", settings, [people.router], link=link, chores=names)
