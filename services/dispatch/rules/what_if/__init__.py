"""Campaigns that are not: the present one with something changed, or one that nobody declared."""

from services.dispatch.rules.what_if.tried import (
    Blocked,
    Difference,
    Figures,
    Tried,
    WeekAsked,
    difference,
    try_all,
)
from services.dispatch.rules.what_if.wish import (
    ACTIONS_MAX,
    ALONE_ALLOWED,
    PEOPLE_MAX,
    PER_WEEK_MAX,
    SHARE_MAX_PCT,
    TASKS_MAX,
    ActionWish,
    Wish,
    changed_frame,
    changed_slots,
    draft_frame,
    wish_problems,
    wished_actions,
)

__all__ = [
    "ACTIONS_MAX",
    "ALONE_ALLOWED",
    "PEOPLE_MAX",
    "PER_WEEK_MAX",
    "SHARE_MAX_PCT",
    "TASKS_MAX",
    "ActionWish",
    "Blocked",
    "Difference",
    "Figures",
    "Tried",
    "WeekAsked",
    "Wish",
    "changed_frame",
    "changed_slots",
    "difference",
    "draft_frame",
    "try_all",
    "wish_problems",
    "wished_actions",
]
