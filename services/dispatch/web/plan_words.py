"""How good a plan is, why a task is as it is, and what an offer changes, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from services.dispatch import store
from services.dispatch.rules.offer import Change, TaskChange
from services.dispatch.rules.plan_search import Quality
from services.dispatch.rules.roster import Slot
from services.dispatch.steps.explain_task import Told
from services.dispatch.web.shown import Names
from shared.db import Tx, zone_names
from shared.words import TaskId

EXCELLENT_PCT, GOOD_PCT = 99.0, 95.0
GRADES = ("excellent", "good", "fair")


@dataclass(frozen=True, slots=True)
class AlmostShown:
    """Somebody who almost had a task; `blocked_by` is empty when others were preferred."""

    worker_id: UUID
    name: str
    blocked_by: list[str]


@dataclass(frozen=True, slots=True)
class LeverShown:
    change: str
    frees: bool


@dataclass(frozen=True, slots=True)
class InsteadShown:
    name: str
    possible: bool
    words: list[str]


@dataclass(frozen=True, slots=True)
class WhyShown:
    """One task, explained. `levers` is None until they were asked for."""

    task_id: UUID
    summary: str
    missing: list[str]
    almost: list[AlmostShown]
    has_team: bool
    levers: list[LeverShown] | None
    instead: InsteadShown | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One task of an offer: who is suggested now, and who would be."""

    slot: Slot
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    gained: list[ChangeLine]
    lost: list[ChangeLine]
    changed: list[ChangeLine]
    disturbed: int


async def names_for(tx: Tx, request: Request) -> Names:
    """Read how everybody and every neighbourhood is called."""
    return Names(request, await store.worker_names(tx), await zone_names(tx))


def grade(quality: Quality) -> str | None:
    """Say in a word how close a plan is to what is possible at most; None while nobody knows."""
    pct = quality.of_bound_pct
    if pct is None:
        return None
    return GRADES[(pct < EXCELLENT_PCT) + (pct < GOOD_PCT)]


def show_why(names: Names, told: Told) -> WhyShown:
    """Write why a task is as it is."""
    reasons = told.reasons
    return WhyShown(
        reasons.task_id,
        names.reason(reasons.summary),
        names.reasons(reasons.missing),
        [
            AlmostShown(a.worker_id, names.worker(a.worker_id), names.reasons(a.blocked_by))
            for a in reasons.almost
        ],
        reasons.has_team,
        None
        if told.levers is None
        else [LeverShown(names.reason(lever.change), lever.frees) for lever in told.levers],
        None
        if told.instead is None
        else InsteadShown(
            names.worker(told.instead.worker_id),
            told.instead.possible,
            names.reasons(told.instead.words),
        ),
    )


def show_change(names: Names, slots: Mapping[TaskId, Slot], change: Change) -> ChangeShown:
    """Write what an offer changes, the soonest tasks first; tasks that are over are left out."""

    def lines(changes: tuple[TaskChange, ...]) -> list[ChangeLine]:
        found = [
            ChangeLine(
                slots[c.task_id],
                [names.worker(who) for who in c.before],
                [names.worker(who) for who in c.after],
            )
            for c in changes
            if c.task_id in slots
        ]
        return sorted(found, key=lambda line: (line.slot.starts_at, line.slot.zone_id))

    return ChangeShown(
        lines(change.gained), lines(change.lost), lines(change.changed), change.disturbed
    )
