"""Reasons as data: a French source string and what fills it, to be said in any language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.dispatch.rules.local_time import BRUSSELS, DAY_MIN, wall_instant
from services.dispatch.rules.matching import Message, Refusal
from shared.errors import Problem

Said = dict[str, Any]
"""`{"text": French source string, "params": {...}}`, as it is kept beside a plan."""

HOUR_MIN = 60


def said(message: Message) -> Said:
    """Keep a sentence of the matcher."""
    return {"text": message.text, "params": dict(message.params)}


def as_problem(refusal: Refusal, monday: date, names: Mapping[str, str]) -> Problem:
    """Turn a hard rule's refusal into a problem to show, numbers and names filled in.

    Args:
        refusal: what the matcher said.
        monday: the day that minute 0 stands for.
        names: how workers and zones are called, by their ids as text.
    """
    filled: dict[str, object] = {
        key: plain_value(key, value, monday, names) for key, value in refusal.params.items()
    }
    return Problem(refusal.code, refusal.text, place="worker_id", values=filled)


def plain_value(key: str, value: Any, monday: date, names: Mapping[str, str]) -> str:
    """Write a parameter in a way that every language reads: 04/01 09:30, 2 h 30, a name."""
    if key.endswith("_at"):
        return f"{wall_instant(monday, int(value)).astimezone(BRUSSELS):%d/%m %H:%M}"
    if key.endswith("_min"):
        return duration(int(value))
    if key.endswith("_day"):
        return f"{wall_instant(monday, int(value) * DAY_MIN).astimezone(BRUSSELS):%d/%m}"
    return names.get(str(value), str(value))


def duration(minutes: int) -> str:
    """Write minutes as hours: `2 h 30`, `45 min`."""
    hours, rest = divmod(minutes, HOUR_MIN)
    if hours and rest:
        return f"{hours}\u00a0h\u00a0{rest:02d}"
    return f"{hours}\u00a0h" if hours else f"{rest}\u00a0min"
