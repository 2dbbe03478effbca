"""A campaign while it runs: who said yes, who is still asked, what misses somebody.

A no has no name here: it is counted by task, and its reason over the whole campaign, once there
are enough of them that no reason points at anybody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from fastapi import Request

from services.dispatch import store
from services.dispatch.rules.local_time import BRUSSELS, local_day, monday_of
from services.dispatch.store import following
from services.dispatch.store.following import HeardSignal
from services.dispatch.web.grid_view import shown_week
from services.dispatch.web.plan_view import Member, PlanView, TaskView, suggest_for, view_plan
from services.dispatch.web.shown import Names
from shared.db import Tx, ZoneName, zone_names
from shared.words import DeclineReason, ProposalState

GAPS_SHOWN = 20  # the soonest: what is further away will look different by then
REASONS_FROM = 3  # noes of a campaign before their reasons are shown: fewer would point at somebody
NOON = 12
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Followed:
    """One task as it is followed: its people, and how many said no, without a name."""

    task: TaskView
    noes: Counter[ProposalState]

    @property
    def accepted(self) -> list[Member]:
        return [member for member in self.task.team if member.state == "accepted"]

    @property
    def waiting(self) -> list[Member]:
        return [member for member in self.task.team if member.state == "proposed"]

    @property
    def declined(self) -> int:
        """How many said no, or gave the task back."""
        return self.noes[ProposalState.DECLINED] + self.noes[ProposalState.HANDED_BACK]

    @property
    def silent(self) -> int:
        """How many let the delay pass."""
        return self.noes[ProposalState.EXPIRED]

    def is_under_way(self, now: datetime) -> bool:
        """Tell whether the task's hours are now, and somebody does it."""
        return self.task.slot.starts_at <= now < self.task.slot.ends_at and bool(self.accepted)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """The followed tasks of a morning or an afternoon; what begins at noon is of the afternoon."""

    day: date
    afternoon: bool
    tasks: list[Followed]


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody who is asked and was not told, with the task that they should know of first."""

    member: Member
    task: TaskView


@dataclass(frozen=True, slots=True)
class FollowView:
    """Everything that the page of a campaign that runs shows."""

    plan: PlanView
    now: datetime
    monday: date
    tasks: list[Followed]
    suggested: Mapping[UUID, list[Member]]
    late_yeses: list[str]
    reasons: list[tuple[DeclineReason, int]]
    roster: list[tuple[UUID, str]]
    zones: Mapping[str, ZoneName]
    signals: list[HeardSignal]

    @property
    def under_way(self) -> list[Followed]:
        return [task for task in self.tasks if task.is_under_way(self.now)]

    @property
    def to_come(self) -> list[Followed]:
        """The tasks to come about which people were asked."""
        return [task for task in self.tasks if task.task.to_come and task.task.asked]

    @property
    def gaps(self) -> list[Followed]:
        """The tasks to come that miss somebody, the soonest first."""
        return [task for task in self.to_come if task.task.missing]

    @property
    def countered(self) -> list[Followed]:
        return [task for task in self.to_come if task.task.counters]

    @property
    def unreached(self) -> list[Unreached]:
        """Who is asked and was not told, each once."""
        found: dict[UUID, Unreached] = {}
        for task in self.to_come:
            for member in task.waiting:
                if member.not_told_because is not None:
                    found.setdefault(member.worker_id, Unreached(member, task.task))
        return list(found.values())

    @property
    def half_days(self) -> list[HalfDay]:
        """The shown week's tasks that people were asked about."""
        sunday = self.monday + WEEK
        shown = [t for t in self.tasks if self.monday <= half_of(t)[0] < sunday and t.task.asked]
        return [HalfDay(day, late, list(theirs)) for (day, late), theirs in groupby(shown, half_of)]

    @property
    def before(self) -> date | None:
        first = monday_of(self.plan.campaign.frame.starts_on)
        return self.monday - WEEK if self.monday > first else None

    @property
    def after(self) -> date | None:
        following_monday = self.monday + WEEK
        return following_monday if following_monday <= self.plan.campaign.frame.ends_on else None


def half_of(followed: Followed) -> tuple[date, bool]:
    """Say in which half-day a task begins."""
    local = followed.task.slot.starts_at.astimezone(BRUSSELS)
    return local.date(), local.hour >= NOON


async def view_follow(tx: Tx, request: Request, campaign_id: UUID) -> FollowView:
    """Read a campaign as it is now, and who could fill what misses somebody.

    Raises:
        MissingError: no such campaign.
    """
    plan = await view_plan(tx, request, campaign_id)
    noes = await following.noes_by_task(tx, campaign_id)
    zones = await zone_names(tx)
    names = Names(request, await store.worker_names(tx), zones)
    tasks = [Followed(task, noes.get(task.slot.id, Counter())) for task in plan.tasks]
    missing = [t.task for t in tasks if t.task.to_come and t.task.asked and t.task.missing]
    reasons = await following.decline_reasons(tx, campaign_id)
    enough = sum(reasons.values()) >= REASONS_FROM
    return FollowView(
        plan,
        tx.now,
        shown_week(request, plan, local_day(tx.now)),
        tasks,
        await suggest_for(tx, request, plan, missing[:GAPS_SHOWN]),
        [names.worker(who) for who in await following.late_yeses(tx, campaign_id)],
        sorted(reasons.items(), key=lambda one: (-one[1], one[0].value)) if enough else [],
        [(entry.worker.id, entry.worker.name) for entry in await store.list_roster(tx)],
        zones,
        await following.signals_of(tx, campaign_id),
    )


def places(task: TaskView) -> Iterator[str]:
    """Draw a task's places from left to right: somebody said yes, is asked, or is missing."""
    for state in ("accepted", "proposed"):
        for member in task.team:
            if member.state == state:
                yield "now" if member.raised_hand and state == "proposed" else state
    yield from ("missing" for _ in range(task.missing))


def by_kind(tasks: Sequence[Followed]) -> tuple[int, int, int]:
    """Count tasks that have their team, that wait for an answer, and that miss somebody."""
    missing = sum(bool(t.task.missing) for t in tasks)
    waiting = sum(bool(t.waiting) and not t.task.missing for t in tasks)
    return len(tasks) - missing - waiting, waiting, missing
