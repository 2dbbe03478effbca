"""What a host partner may see of its 20 %: when it is, and nothing of whom."""

from collections import defaultdict
from collections.abc import Iterable

from services.dispatch.rules.local_time import WEEKDAYS
from services.dispatch.rules.roster import WeeklyPeriod
from shared.words import Weekday


def joined(periods: Iterable[WeeklyPeriod]) -> list[WeeklyPeriod]:
    """Join periods that overlap or touch, in the order of the week.

    One period may stand for one worker or for three: what is joined does not tell how many.
    """
    by_day: defaultdict[Weekday, list[WeeklyPeriod]] = defaultdict(list)
    for period in sorted(periods, key=lambda period: (period.starts_min, period.ends_min)):
        day = by_day[period.weekday]
        if day and period.starts_min <= day[-1].ends_min:
            ends_min = max(day[-1].ends_min, period.ends_min)
            day[-1] = WeeklyPeriod(period.weekday, day[-1].starts_min, ends_min)
        else:
            day.append(period)
    return [period for weekday in WEEKDAYS for period in by_day[weekday]]
