"""Wiring of reporting: the only file that knows every room.

Each door loads its own rooms: a process that hears facts or keeps the clock carries no pages.
"""

from typing import TYPE_CHECKING

from services.reporting import jobs
from services.reporting.settings import ReportingSettings
from services.reporting.web.long_exports import gather, write_files
from services.reporting.web.outside import read_published
from services.reporting.web.press import files_of, question_letter, report_letter
from shared.bus import Bus, BusLink
from shared.db import Database

if TYPE_CHECKING:
    from fastapi import FastAPI

CHORES = jobs.chores(
    jobs.Press(
        read=read_published,
        files=files_of,
        report_letter=report_letter,
        question_letter=question_letter,
        gather=gather,
        export_files=write_files,
    )
)


def worker(settings: ReportingSettings) -> Bus:
    """Build the facts' door: everything that reporting hears, and its relay."""
    from services.reporting.listen import listen  # noqa: PLC0415 - of this door only

    database = Database(settings.database_url_of("reporting"), "reporting", settings.clock)
    bus = Bus("reporting", settings.nats_url, database)
    listen(bus)
    return bus


def web(settings: ReportingSettings) -> "FastAPI":
    """Build the people's door, mounted under `/reporting`."""
    from services.reporting import web as people  # noqa: PLC0415 - of this door only
    from shared.web import create_app  # noqa: PLC0415 - of this door only

    link = BusLink(worker(settings), settings.nats_url)
    names = [chore.name for chore in CHORES]
    return create_app(
        "reporting", settings, [people.router], link=link, chores=names, readers=["funder"]
    )
