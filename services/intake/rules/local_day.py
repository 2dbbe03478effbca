"""The day it is in Brussels: a campaign's last day ends at midnight there."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def local_day(moment: datetime) -> date:
    """Return the day in Brussels of a moment with a time zone."""
    return moment.astimezone(BRUSSELS).date()
