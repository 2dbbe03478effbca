"""The same campaign with other dates, zones, languages or hours: two plans compared on a copy."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.dispatch.rules.instance import PAIR
from services.dispatch.rules.local_time import local_day, monday_of
from services.dispatch.rules.matching import Watch
from services.dispatch.rules.plan_search import Teams, plan_teams
from services.dispatch.rules.planning import Situation
from services.dispatch.rules.roster import Frame, Slot
from services.dispatch.rules.tasks import generate_tasks
from shared.errors import Problem
from shared.events import PlannedAction
from shared.words import Language, TaskId, WorkerId

LONGEST_DAYS, TASKS_MAX = 366, 2000  # more would not be matched while somebody waits
SHARE_MAX_PCT = 80  # law 3: the other 20 % are the host partner's


@dataclass(frozen=True, slots=True)
class Wish:
    """What would be different. `ends_on` is the last day, included."""

    starts_on: date
    ends_on: date
    zone_ids: frozenset[str]
    languages_wanted: frozenset[Language]
    share_max_pct: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan does, all people together."""

    tasks: int
    tasks_with_team: int
    zone_weeks: int  # zones times the weeks in which something is planned there
    zone_weeks_reached: int
    people_hours: int  # in the street, without travel
    language_tasks: int  # whose team speaks a language that is wanted
    of_bound_pct: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two plans of one campaign, as it is and as it would be."""

    before: Figures
    after: Figures
    gained: tuple[Slot, ...]  # tasks that only the changed campaign does
    lost: tuple[Slot, ...]
    people_told_outside: int  # tasks somebody was asked about that would no longer be planned


def wish_problems(wish: Wish, known_zones: Collection[str]) -> list[Problem]:
    """Say why a change cannot be tried; empty when it can."""
    problems = []
    if not 0 <= (wish.ends_on - wish.starts_on).days <= LONGEST_DAYS:
        problems.append(
            Problem(
                "bad_period", "Une campagne finit après son début, un an au plus.", place="ends_on"
            )
        )
    if not 1 <= wish.share_max_pct <= SHARE_MAX_PCT:
        problems.append(
            Problem(
                "bad_share",
                "La part va de 1 à %(max)s %%\u00a0: le reste est au partenaire hébergeur.",
                place="share_max_pct",
                values={"max": SHARE_MAX_PCT},
            )
        )
    if not wish.zone_ids or not wish.zone_ids <= set(known_zones):
        problems.append(Problem("no_zone", "Choisissez au moins un quartier.", place="zone_ids"))
    return problems


def changed_frame(frame: Frame, wish: Wish) -> Frame:
    """Return the campaign as it would be."""
    return replace(
        frame,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        languages_wanted=wish.languages_wanted,
        share_max_pct=wish.share_max_pct,
    )


def changed_slots(
    frame: Frame,
    actions: Sequence[PlannedAction],
    wish: Wish,
    not_before: datetime,
    known: Mapping[TaskId, Slot | None],
) -> tuple[Slot, ...]:
    """Write out the tasks to come of the changed campaign.

    A zone that is new gets the actions that at least half of the campaign's zones have.

    Args:
        frame: as changed.
        actions: as planned.
        wish: what would be different.
        not_before: now.
        known: the tasks there are, as they stand by now; None: over or withdrawn.
    """
    zones = {zone for action in actions for zone in action.zone_ids}
    theirs = [replace_zones(action, zones, wish.zone_ids) for action in actions]
    written = generate_tasks(frame, [a for a in theirs if a is not None], not_before)
    found = [known.get(slot.id, slot) for slot in written]
    return tuple(slot for slot in found if slot is not None and slot.starts_at > not_before)


def replace_zones(
    action: PlannedAction, before: Collection[str], after: Collection[str]
) -> PlannedAction | None:
    """Plan an action in the zones of a changed campaign; None: in none of them."""
    common = 2 * len(action.zone_ids) >= len(before)
    zones = {zone for zone in after if zone in action.zone_ids}
    if common:
        zones |= {zone for zone in after if zone not in before}
    return action.model_copy(update={"zone_ids": tuple(sorted(zones))}) if zones else None


def try_changes(before: Situation, after: Situation, watch: Watch) -> Comparison:
    """Match a campaign as it is and as it would be, with the same effort; compare the plans."""
    now, then = plan_teams(before, watch=watch), plan_teams(after, watch=watch)
    done_now, done_then = _done(before, now), _done(after, then)
    slots = {slot.id: slot for slot in (*before.slots, *after.slots)}
    planned = {slot.id for slot in after.slots}
    told = {held.task_id for held in before.calendar.holdings} & {s.id for s in before.slots}

    def in_order(task_ids: Collection[TaskId]) -> tuple[Slot, ...]:
        return tuple(sorted((slots[t] for t in task_ids), key=lambda s: (s.starts_at, s.zone_id)))

    return Comparison(
        _figures(before, now, done_now),
        _figures(after, then, done_then),
        gained=in_order(done_then.keys() - done_now.keys()),
        lost=in_order(done_now.keys() - done_then.keys()),
        people_told_outside=len(told - planned),
    )


def _done(situation: Situation, teams: Teams) -> dict[TaskId, set[WorkerId]]:
    people: defaultdict[TaskId, set[WorkerId]] = defaultdict(set)
    wanted = {slot.id: min(slot.people_wanted, PAIR) for slot in situation.slots}
    for suggested in teams.suggestions:
        people[suggested.task_id].add(suggested.worker_id)
    for held in situation.calendar.holdings:
        people[held.task_id].add(held.worker_id)
    return {task: people[task] for task, least in wanted.items() if len(people[task]) >= least}


def _figures(situation: Situation, teams: Teams, done: Mapping[TaskId, set[WorkerId]]) -> Figures:
    def cell(slot: Slot) -> tuple[str, date]:
        return slot.zone_id, monday_of(local_day(slot.starts_at))

    spoken = {worker.id: worker.languages for worker in situation.calendar.workers}
    wanted = situation.frame.languages_wanted
    of_plan = [slot for slot in situation.slots if slot.id in done]
    return Figures(
        tasks=len(situation.slots),
        tasks_with_team=len(done),
        zone_weeks=len({cell(slot) for slot in situation.slots}),
        zone_weeks_reached=len({cell(slot) for slot in of_plan}),
        people_hours=round(sum(slot.duration_min * len(done[slot.id]) for slot in of_plan) / 60),
        language_tasks=sum(
            any(wanted & spoken.get(who, frozenset()) for who in done[slot.id]) for slot in of_plan
        ),
        of_bound_pct=teams.quality.of_bound_pct,
    )
