"""A week's hours in few words: days that are alike stand together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from services.dispatch.rules.local_time import WEEKDAYS
from services.dispatch.rules.roster import WeeklyPeriod
from shared.words import Weekday


@dataclass(frozen=True, slots=True)
class AlikeDays:
    """Days one after the other with the same periods, in minutes after midnight."""

    first: Weekday
    last: Weekday
    periods: tuple[tuple[int, int], ...]


def alike_days(periods: Sequence[WeeklyPeriod]) -> list[AlikeDays]:
    """Put a week's days together that follow one another with the same hours; free days are out."""
    by_day = [
        (
            day,
            tuple(sorted((p.starts_min, p.ends_min) for p in periods if p.weekday is day)),
        )
        for day in WEEKDAYS
    ]
    found = []
    for hours, days in groupby(by_day, key=lambda pair: pair[1]):
        names = [day for day, _ in days]
        if hours:
            found.append(AlikeDays(names[0], names[-1], hours))
    return found
