"""What a rule is: one function with its reason, its unit and its source.

A *member rule* asks about one worker, one task and one start, beside what that worker already
holds; a *team rule* asks about a whole team. Both refuse. A *member cost* is minutes of cost of one
worker on one task, a *plan rule* looks at the whole plan; both count what a plan is worth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .model import Lookup, Params, Refusal, Task, Worker

CHARTER = "charter: one-off, limited in time, neighbourhood scale, no interference"
LAW_2 = "law 2: no task starts without that worker's own yes"
LAW_3 = "law 3: the host partner's 20 % and existing commitments are refused, not warned about"
STUDY = "study of the matcher, docs/matching.md"


@dataclass(frozen=True, slots=True)
class Ask:
    """Would this worker take this task at this start, beside what that worker already holds?"""

    lookup: Lookup
    worker: Worker
    task: Task
    start: int
    held: tuple[tuple[Task, int], ...] = ()  # (other task, its start)

    @property
    def end(self) -> int:
        return self.start + self.task.duration_min


@dataclass(frozen=True, slots=True)
class TeamAsk:
    """Would this team do this task at this start?"""

    lookup: Lookup
    task: Task
    start: int
    team: tuple[Worker, ...]


Stage = Literal["pair", "slot", "load"]


@dataclass(frozen=True, slots=True)
class MemberRule:
    """A hard rule about one person. `stage`: what it looks at, so that it is asked once.

    "pair": the worker and the task; "slot": also the start; "load": also what the worker holds.
    """

    code: str
    text: str
    unit: str
    source: str
    stage: Stage
    judge: Callable[[Ask], Params | None]

    def refusal(self, ask: Ask) -> Refusal | None:
        """Return the refusal, or None when the rule has nothing against it."""
        params = self.judge(ask)
        if params is None:
            return None
        everything = {"worker": ask.worker.id, "task": ask.task.id, "start_at": ask.start}
        return Refusal(self.code, self.text, {**everything, **params})


@dataclass(frozen=True, slots=True)
class TeamRule:
    """A hard rule about a team."""

    code: str
    text: str
    unit: str
    source: str
    judge: Callable[[TeamAsk], Params | None]

    def refusal(self, ask: TeamAsk) -> Refusal | None:
        """Return the refusal, or None when the rule has nothing against it."""
        params = self.judge(ask)
        if params is None:
            return None
        return Refusal(self.code, self.text, {"task": ask.task.id, "start_at": ask.start, **params})


Level = Literal["mandatory", "cover", "depth", "quality", "cost"]


@dataclass(frozen=True, slots=True)
class MemberCost:
    """A soft rule: minutes of cost of one worker on one task at one start."""

    code: str
    text: str
    unit: str
    source: str
    cost_min: Callable[[Ask], int]


@dataclass(frozen=True, slots=True)
class PlanView:
    """A whole plan, as soft rules read it."""

    lookup: Lookup
    rows: tuple[tuple[Task, int, tuple[Worker, ...]], ...]


@dataclass(frozen=True, slots=True)
class PlanRule:
    """A soft rule: points of a whole plan at one level (at level "cost": minutes, to be small)."""

    code: str
    text: str
    unit: str
    source: str
    level: Level
    points: Callable[[PlanView], int]


Rule = MemberRule | TeamRule


def member_rule(
    code: str, text: str, *, unit: str, source: str, stage: Stage = "slot"
) -> Callable[[Callable[[Ask], Params | None]], MemberRule]:
    """Turn a function that returns the blocking numbers, or None, into a hard rule."""
    return lambda judge: MemberRule(code, text, unit, source, stage, judge)


def team_rule(
    code: str, text: str, *, unit: str, source: str
) -> Callable[[Callable[[TeamAsk], Params | None]], TeamRule]:
    """Turn a function about a team into a hard rule."""
    return lambda judge: TeamRule(code, text, unit, source, judge)


def member_cost(
    code: str, text: str, *, source: str, unit: str = "min"
) -> Callable[[Callable[[Ask], int]], MemberCost]:
    """Turn a function that returns minutes into a soft rule."""
    return lambda cost_min: MemberCost(code, text, unit, source, cost_min)


def plan_rule(
    code: str, text: str, *, unit: str, source: str, level: Level
) -> Callable[[Callable[[PlanView], int]], PlanRule]:
    """Turn a function that counts points of a plan into a soft rule."""
    return lambda points: PlanRule(code, text, unit, source, level, points)
