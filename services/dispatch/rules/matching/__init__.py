"""Matching: who could do which task, when and why, as pure functions.

`match` makes a plan, `violations` checks any plan independently, `explain` says why, `refill`
fills a gap after a "no", `may_take` asks about one person. `docs/matching.md` describes the model
and the files.
"""

from .checker import violations
from .constraints import AWAY_TEXTS, HARD, away_reason, team_refusals
from .engine import RejectedPlanError, match, may_take, refill
from .explanation import Because, Explanation, NearMiss, StartFacts, explain
from .files import (
    InputError,
    InvalidInputError,
    dump_instance,
    dump_plan,
    instance_schema,
    load_instance,
    load_plan,
    plan_schema,
    warnings,
)
from .model import (
    DAY_MIN,
    WEEK_MIN,
    Assignment,
    Commitment,
    Id,
    Instance,
    Lookup,
    Message,
    Neighbourhood,
    Period,
    Plan,
    Refusal,
    Score,
    Task,
    Travel,
    Violation,
    Weights,
    Worker,
    repeat_weekly,
)
from .objective import points_by_rule, score
from .preferences import SOFT
from .rematch import Rematch, rematch
from .rule import TeamAsk
from .strategy import Progress, Watch

__all__ = [
    "AWAY_TEXTS",
    "DAY_MIN",
    "HARD",
    "SOFT",
    "WEEK_MIN",
    "Assignment",
    "Because",
    "Commitment",
    "Explanation",
    "Id",
    "InputError",
    "Instance",
    "InvalidInputError",
    "Lookup",
    "Message",
    "NearMiss",
    "Neighbourhood",
    "Period",
    "Plan",
    "Progress",
    "Refusal",
    "RejectedPlanError",
    "Rematch",
    "Score",
    "StartFacts",
    "Task",
    "TeamAsk",
    "Travel",
    "Violation",
    "Watch",
    "Weights",
    "Worker",
    "away_reason",
    "dump_instance",
    "dump_plan",
    "explain",
    "instance_schema",
    "load_instance",
    "load_plan",
    "match",
    "may_take",
    "plan_schema",
    "points_by_rule",
    "refill",
    "rematch",
    "repeat_weekly",
    "score",
    "team_refusals",
    "violations",
    "warnings",
]
