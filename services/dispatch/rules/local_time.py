"""Brussels time: hours on a wall, turned into instants and back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.words import Weekday

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY_MIN = 24 * 60
WEEKDAYS = tuple(Weekday)  # Monday first, as `date.weekday()` counts


def instant(day: date, minute: int) -> datetime:
    """Return the UTC instant of a wall clock's minute after midnight on a day in Brussels.

    `minute` may be 1440: midnight at the end of the day.
    """
    later = day + timedelta(days=minute // DAY_MIN)
    wall = time(minute % DAY_MIN // 60, minute % 60)
    return datetime.combine(later, wall, BRUSSELS).astimezone(UTC)


def local_day(moment: datetime) -> date:
    """Return the day in Brussels of an instant."""
    return moment.astimezone(BRUSSELS).date()


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def wall_minute(monday: date, moment: datetime) -> int:
    """Return how many wall-clock minutes an instant lies after a Monday's midnight.

    Weeks always count 10,080 minutes here, also when the clocks change: working hours and
    markets follow the wall, not the sun.
    """
    local = moment.astimezone(BRUSSELS)
    return (local.date() - monday).days * DAY_MIN + local.hour * 60 + local.minute


def wall_instant(monday: date, minute: int) -> datetime:
    """Return the instant of a wall-clock minute counted from a Monday's midnight."""
    return instant(monday + timedelta(days=minute // DAY_MIN), minute % DAY_MIN)


def minute_of_day(wall: time) -> int:
    """Return how many minutes after midnight a wall clock shows."""
    return wall.hour * 60 + wall.minute


def of_the_week(moment: datetime) -> tuple[Weekday, int]:
    """Return the day of the week and the minute after midnight of an instant, in Brussels."""
    local = moment.astimezone(BRUSSELS)
    return weekday(local.date()), minute_of_day(local.time())


def weekday(day: date) -> Weekday:
    """Name a day of the week."""
    return WEEKDAYS[day.weekday()]
