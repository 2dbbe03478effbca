"""From a campaign's plan to its tasks: where, what, when and with how many people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from services.dispatch.rules.local_time import instant, local_day, monday_of, weekday
from services.dispatch.rules.roster import Frame, Slot
from shared.errors import Problem
from shared.events import PlannedAction
from shared.words import ActionKind, TaskId

DAY_ENDS_MIN = 21 * 60  # agreed with the field: nothing is planned in the street after 9 p.m.
FIXED_DAYS = frozenset({ActionKind.MARKET_STALL})  # a market is there on its days, or not at all


def generate_tasks(
    frame: Frame, actions: Sequence[PlannedAction], not_before: datetime
) -> list[Slot]:
    """Write out a plan as tasks: `per_zone_per_week` of each action, on its weekdays only.

    Zones begin on different days, so that a team can go from one to the next. A week that the
    campaign only partly covers gets its part. What would start before `not_before` is left out.
    The same plan always gives the same tasks with the same ids.
    """
    seen: Counter[Key] = Counter()
    found: list[Slot] = []
    for action in actions:
        for number, zone_id in enumerate(sorted(action.zone_ids)):
            for day, starts_min in moments(frame, action, number):
                key = (action.kind.value, zone_id, day, starts_min)
                seen[key] += 1
                starts_at = instant(day, starts_min)
                if starts_at < not_before:
                    continue
                found.append(
                    Slot(
                        id=task_id(frame.campaign_id, key, seen[key]),
                        campaign_id=frame.campaign_id,
                        kind=action.kind,
                        zone_id=zone_id,
                        starts_at=starts_at,
                        ends_at=instant(day, starts_min + action.duration_min),
                        people_wanted=action.people_wanted,
                        weekdays=action.weekdays,
                        skill=action.skill,
                        partners=action.partners,
                    )
                )
    return sorted(found, key=lambda slot: (slot.starts_at, slot.zone_id, str(slot.id)))


Key = tuple[str, str, date, int]
"""Kind of action, zone, day and minute of the day: what tells tasks of a campaign apart."""


def task_id(campaign_id: UUID, key: Key, number: int) -> TaskId:
    """Name a task from what it is, so that planning twice makes no second task."""
    kind, zone_id, day, starts_min = key
    return TaskId(uuid5(campaign_id, f"{kind}/{zone_id}/{day.isoformat()}/{starts_min}/{number}"))


def moments(frame: Frame, action: PlannedAction, rotation: int) -> Iterator[tuple[date, int]]:
    """Yield the days and the starting minutes of an action in one zone.

    More actions than weekdays follow one another on the same day as long as the day lasts.
    """
    first = max(frame.starts_on, action.from_on or frame.starts_on)
    last = min(frame.ends_on, action.until_on or frame.ends_on)
    monday = monday_of(first)
    while monday <= last:
        week = [monday + timedelta(days=n) for n in range(7)]
        wanted = [day for day in week if weekday(day) in action.weekdays]
        open_days = [day for day in wanted if first <= day <= last]
        if open_days:
            share = -(-action.per_zone_per_week * len(open_days) // len(wanted))  # rounded up
            yield from sorted(_spread(open_days, share, action, rotation))
        monday += timedelta(days=7)


def _spread(
    days: Sequence[date], number: int, action: PlannedAction, rotation: int
) -> Iterator[tuple[date, int]]:
    for n in range(number):
        turn, place = divmod(n, len(days))
        in_turn = min(len(days), number - turn * len(days))
        day = days[(place * len(days) // in_turn + rotation) % len(days)]
        starts_min = action.starts_min + turn * action.duration_min
        if starts_min + action.duration_min > max(DAY_ENDS_MIN, action.starts_min):
            starts_min = action.starts_min
        yield day, starts_min


def move_problems(frame: Frame, slot: Slot, starts_at: datetime, now: datetime) -> list[Problem]:
    """Say why a task cannot move to another time, whoever does it; empty when it can."""
    problems = []
    day = local_day(starts_at)
    if starts_at <= now:
        problems.append(
            Problem("in_the_past", "Cette heure est déjà passée.", place="starts_at"),
        )
    if not frame.starts_on <= day <= frame.ends_on:
        problems.append(
            Problem(
                "outside_campaign",
                "La campagne va du %(from_on)s au %(until_on)s.",
                place="starts_at",
                values={
                    "from_on": f"{frame.starts_on:%d/%m}",
                    "until_on": f"{frame.ends_on:%d/%m}",
                },
            )
        )
    if slot.kind in FIXED_DAYS and slot.weekdays and weekday(day) not in slot.weekdays:
        problems.append(
            Problem("no_market_that_day", "Il n’y a pas de marché ce jour-là.", place="starts_at")
        )
    return problems
