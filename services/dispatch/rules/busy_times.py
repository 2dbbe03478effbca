"""When somebody is busy, read from a calendar file (RFC 5545). Nothing else is read from it.

Titles, places and people are never looked at: what comes out is begins and ends, joined where they
touch, so that not even the number of appointments shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

import recurring_ical_events
from icalendar import Calendar

from services.dispatch.rules.local_time import BRUSSELS, instant, local_day
from shared.errors import RefusedError, refuse

FILE_MAX_BYTES = 2 * 1024 * 1024
EVENTS_MAX = 5000
TIMES_MAX = 4000
HORIZON = timedelta(weeks=27)
"""How far ahead is read: a campaign lasts at most 26 weeks."""
TOO_FAST = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
OLDEST_SERIES = timedelta(days=15 * 366)
"""A series that began before is refused: walking from there takes longer than anybody waits."""
FREE = frozenset({"FREE", "WORKINGELSEWHERE"})  # Source: MS-OXCICAL 2.1.3.1.1.20.31


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A stretch of time that is taken, half-open, within one day in Brussels."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: busy times in order, up to `until`."""

    times: tuple[Busy, ...]
    until: datetime


def read_busy(content: bytes, now: datetime) -> Read:
    """Read the busy times of a calendar file from today on.

    Cancelled events and those that leave their time free are left out; a whole day is a day in
    Brussels, and so is an hour without a time zone.

    Raises:
        RefusedError: nothing came, it is too big, is no calendar, or repeats too fast or too often.
    """
    if not content.strip():
        raise refuse("empty", "Choisissez un fichier, ou collez son contenu.", place="file")
    if len(content) > FILE_MAX_BYTES:
        raise refuse("too_big", "Un fichier a 2 Mo au plus.", place="file")
    today = local_day(now)
    begins, ends = instant(today, 0), instant(local_day(now + HORIZON), 0)
    found: list[tuple[datetime, datetime]] = []
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        for calendar in calendars:
            _must_be_bounded(calendar, now)
            found += _free_busy(calendar)
            found += _events(calendar, begins, ends)
    except RefusedError:
        raise
    except Exception as error:  # the libraries raise many kinds at what is broken
        raise _broken() from error
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise _broken()
    times = tuple(_by_day(joined(_within(found, begins, ends))))
    if len(times) > TIMES_MAX:
        raise refuse("too_many", "Ce fichier contient trop de rendez-vous.", place="file")
    return Read(times, ends)


def _broken() -> RefusedError:
    return refuse(
        "broken_calendar",
        "Ce fichier n’est pas un agenda lisible (.ics). Exportez-le à nouveau depuis votre agenda.",
        place="file",
    )


def endless() -> RefusedError:
    """Build the refusal of a series that nobody can walk through in time."""
    message = "Un rendez-vous se répète trop souvent ou depuis trop longtemps."
    return refuse("endless", message, place="file")


def _must_be_bounded(calendar: Any, now: datetime) -> None:
    """Refuse what would take a processor for long: rules by the hour, very old series, masses."""
    events = calendar.walk("VEVENT")
    if len(events) > EVENTS_MAX:
        raise refuse("too_many", "Ce fichier contient trop de rendez-vous.", place="file")
    for event in events:
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            often = {str(freq).upper() for freq in rule.get("FREQ", [])}
            began = event.get("DTSTART")
            old = began is not None and _as_moment(began.dt) < now - OLDEST_SERIES
            by_the_hour = {"BYHOUR", "BYMINUTE", "BYSECOND"} & {str(k).upper() for k in rule}
            if often & TOO_FAST or old or by_the_hour:
                raise endless()


def _events(calendar: Any, begins: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    query = recurring_ical_events.of(calendar)
    occurrences = islice(query.after(begins.astimezone(BRUSSELS)), TIMES_MAX * 2)
    found = []
    for event in occurrences:
        start = _as_moment(event["DTSTART"].dt)
        if start >= ends:
            break
        if _takes_time(event):
            found.append((start, _as_moment(event["DTEND"].dt)))
    return found


def _takes_time(event: Any) -> bool:
    status = str(event.get("STATUS", "")).upper()
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    elsewhere = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() in FREE
    return status != "CANCELLED" and not free and not elsewhere


def _free_busy(calendar: Any) -> Iterator[tuple[datetime, datetime]]:
    """Read published busy times: some calendars export these instead of events."""
    for component in calendar.walk("VFREEBUSY"):
        periods = component.get("FREEBUSY", [])
        for entry in periods if isinstance(periods, list) else [periods]:
            if str(entry.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            for period in getattr(entry, "dts", None) or [entry]:
                start, end = period.dt if hasattr(period, "dt") else (period.start, period.end)
                end = start + end if isinstance(end, timedelta) else end
                yield _as_moment(start), _as_moment(end)


def _as_moment(told: date | datetime) -> datetime:
    """Turn a day, an hour without zone or an instant into an instant."""
    if not isinstance(told, datetime):
        told = datetime.combine(told, time(), BRUSSELS)
    elif told.tzinfo is None:
        told = told.replace(tzinfo=BRUSSELS)
    return told.astimezone(UTC)


def _within(
    found: Iterable[tuple[datetime, datetime]], begins: datetime, ends: datetime
) -> Iterator[tuple[datetime, datetime]]:
    for start, end in found:
        cut = max(start, begins), min(end, ends)
        if cut[0] < cut[1]:
            yield cut


def joined(periods: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Join what overlaps or touches, in order."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(periods):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _by_day(periods: Iterable[tuple[datetime, datetime]]) -> Iterator[Busy]:
    """Cut at midnight in Brussels: a commitment lasts a day at most."""
    for start, end in periods:
        at = start
        while at < end:
            midnight = instant(local_day(at) + timedelta(days=1), 0)
            yield Busy(at, min(end, midnight))
            at = midnight
