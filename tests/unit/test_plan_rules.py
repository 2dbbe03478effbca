"""Whole plans as the coordination meets them: their bound, offers, reasons and what-ifs."""

import os
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from services.dispatch.rules.matching import Plan, Watch
from services.dispatch.rules.offer import compare, look_for_better
from services.dispatch.rules.plan_search import Effort, plan_teams, with_bound
from services.dispatch.rules.planning import Suggestion
from services.dispatch.rules.reasons import levers_of, reasons_of
from services.dispatch.rules.roster import Absence, RosterWorker, Slot
from services.dispatch.rules.what_if import Wish, changed_frame, changed_slots, try_changes
from services.dispatch.rules.wording import duration
from services.dispatch.steps.search_aside import SearchDiedError, search_aside
from shared.words import Language, PlanPreference, TaskId
from tests.unit.test_dispatch_rules import (
    LONG_AGO,
    MONDAY,
    a_frame,
    a_situation,
    a_slot,
    a_worker,
    an_action,
    held,
)

NOBODY_WATCHES = Watch()
AMINA, SAMIR, LOTTE = a_worker("Amina"), a_worker("Samir"), a_worker("Lotte")
TEAM = (AMINA, SAMIR, LOTTE)
EVERY_DAY = tuple(a_slot(day + 1, day) for day in range(5))
USUAL = Wish(MONDAY, MONDAY + timedelta(days=27), frozenset({"canal"}), frozenset[Language](), 40)


def suggestion(slot_number: int, who: RosterWorker = AMINA) -> Suggestion:
    return Suggestion(a_slot(slot_number).id, who.id, ())


# --- how good a plan is --------------------------------------------------------------------------


def test_no_longer_search_passes_the_bound_of_a_plan() -> None:
    waiting = a_slot(9, 1, people_wanted=3)
    situation = a_situation(
        *EVERY_DAY,
        waiting,
        workers=TEAM,
        frame=a_frame(share_max_pct=8),
        holdings=(held(AMINA, waiting),),
    )

    first = plan_teams(situation, Effort(rounds=1)).quality
    best = plan_teams(situation, Effort(rounds=3000)).quality

    assert first.bound is not None
    assert first.score <= best.score <= first.bound
    assert best.of_bound_pct is not None


def test_a_team_that_waits_for_somebody_counts_in_the_bound_at_its_best() -> None:
    waiting = a_slot(9, 1)
    situation = a_situation(waiting, workers=TEAM, holdings=(held(AMINA, waiting),))
    instance = situation.instance()

    bound = with_bound(instance, Plan(fixed=instance.fixed)).bound

    assert bound is not None
    assert bound >= plan_teams(situation).quality.score > 0


def test_a_plan_is_not_blamed_for_what_nobody_could_do() -> None:
    at_once = a_situation(*(a_slot(n) for n in range(1, 9)), workers=(AMINA, SAMIR))

    quality = plan_teams(at_once).quality

    assert quality.tasks_with_team == 1
    assert quality.of_bound_pct == pytest.approx(98.1, abs=1)  # eight times its worth: 67


def test_the_full_time_equivalents_show_as_tasks_left_out_and_lower_the_share() -> None:
    free = a_situation(*EVERY_DAY, workers=TEAM)
    tight = replace(free, frame=a_frame(full_time_equivalents_max=0.5))

    all_of_it, part = plan_teams(free).quality, plan_teams(tight).quality

    assert (all_of_it.tasks_with_team, all_of_it.cut_tasks) == (5, 0)
    assert (part.tasks_with_team, part.cut_tasks) == (3, 2)
    assert part.score < all_of_it.score


def test_comfort_first_leaves_undone_what_cover_first_travels_for() -> None:
    days = tuple(a_slot(day + 1, day, zone_id="marolles") for day in range(3))
    neighbours = (a_worker("Amina", home_zone="marolles"), SAMIR)
    situation = a_situation(*days, workers=neighbours, frame=a_frame(share_max_pct=12))

    done = {
        preference: plan_teams(replace(situation, preference=preference)).quality.tasks_with_team
        for preference in PlanPreference
    }

    assert done[PlanPreference.COVER_FIRST] == 3
    assert done[PlanPreference.COMFORT_FIRST] == 2


# --- offers --------------------------------------------------------------------------------------


def test_a_plan_that_cannot_be_better_gets_no_offer() -> None:
    situation = a_situation(*EVERY_DAY, workers=TEAM)
    standing = plan_teams(situation).suggestions

    better = look_for_better(situation, standing, "whole", 0.2, NOBODY_WATCHES)

    assert better.teams is None
    assert better.quality == better.standing


def test_filling_gaps_moves_nobody_who_can_still_come() -> None:
    standing = plan_teams(a_situation(*EVERY_DAY, workers=(AMINA, SAMIR))).suggestions
    meanwhile = a_situation(*EVERY_DAY, workers=TEAM, absences=(Absence(AMINA.id, MONDAY, MONDAY),))

    offered = look_for_better(meanwhile, standing, "fill", 1, NOBODY_WATCHES).offered
    change = compare(standing, offered)

    assert change.disturbed == 1
    assert [c.task_id for c in change.changed] == [EVERY_DAY[0].id]
    assert set(change.changed[0].after) == {SAMIR.id, LOTTE.id}


def test_a_difference_counts_who_is_taken_back_or_moved() -> None:
    before = [suggestion(1), suggestion(2), suggestion(3)]
    after = [suggestion(1), suggestion(2, SAMIR), suggestion(4)]

    change = compare(before, after)

    assert [c.task_id for c in change.gained] == [a_slot(4).id]
    assert [c.task_id for c in change.lost] == [a_slot(3).id]
    assert [c.task_id for c in change.changed] == [a_slot(2).id]
    assert change.disturbed == 2
    assert compare(before, before).is_nothing


# --- reasons -------------------------------------------------------------------------------------


def test_a_full_share_is_told_without_how_full_it_is() -> None:
    slots = tuple(a_slot(day + 1, day, people_wanted=1) for day in range(5))
    situation = replace(
        a_situation(*slots, workers=(AMINA,), frame=a_frame(share_max_pct=6)),
        preference=PlanPreference.COVER_FIRST,
    )
    standing = plan_teams(situation).suggestions
    undone = next(s for s in slots if s.id not in {one.task_id for one in standing})

    (almost,) = reasons_of(situation, standing, undone.id).almost

    told = [said["text"] for said in almost.blocked_by]
    assert told
    assert not any("%(sum_min)s" in text or "%(limit_min)s" in text for text in told)


def test_a_no_is_never_a_near_miss_nor_a_lever() -> None:
    slot = a_slot()
    situation = replace(
        a_situation(slot, workers=(AMINA, SAMIR)), declined=frozenset({(SAMIR.id, slot.id)})
    )

    reasons = reasons_of(situation, (), slot.id)
    levers = levers_of(situation, (), slot.id)

    assert SAMIR.id not in {almost.worker_id for almost in reasons.almost}
    assert str(SAMIR.id) not in str(levers)


# --- what if -------------------------------------------------------------------------------------


def test_a_new_zone_gets_what_most_zones_have() -> None:
    common = an_action(kind="drop_in", zone_ids=("canal", "marolles"), weekdays=("mon",))
    rare = an_action(zone_ids=("canal",), weekdays=("tue",))
    rarest = an_action(kind="workshop", zone_ids=("north",), weekdays=("wed",))
    wish = replace(USUAL, zone_ids=frozenset({"canal", "south"}))
    frame = changed_frame(a_frame(), wish)

    slots = changed_slots(frame, [common, rare, rarest], wish, LONG_AGO, {})

    kinds = {zone: {s.kind.value for s in slots if s.zone_id == zone} for zone in wish.zone_ids}
    assert kinds == {"canal": {"drop_in", "market_stall"}, "south": {"drop_in"}}


def test_tasks_that_moved_or_ended_stay_so_in_a_what_if() -> None:
    wish, frame, actions = USUAL, a_frame(), [an_action(weekdays=("tue",))]
    first, second, *others = changed_slots(frame, actions, wish, LONG_AGO, {})
    moved = replace(first, starts_at=first.starts_at + timedelta(hours=1))
    known: dict[TaskId, Slot | None] = {first.id: moved, second.id: None}

    slots = changed_slots(frame, actions, wish, LONG_AGO, known)

    assert slots == (moved, *others)


def test_the_same_campaign_twice_differs_in_nothing() -> None:
    situation = a_situation(*EVERY_DAY, workers=TEAM)

    compared = try_changes(situation, situation, NOBODY_WATCHES)

    assert compared.before == compared.after
    assert (compared.gained, compared.lost, compared.people_told_outside) == ((), (), 0)
    assert duration(compared.after.people_hours * 60) == duration(5 * 2 * 180)


# --- beside the event loop -----------------------------------------------------------------------


def never(_: Watch) -> None:
    while True:
        pass


def gone(_: Watch) -> None:
    os._exit(3)


async def go_on(_: object) -> bool:
    return False


async def test_a_search_that_does_not_end_is_killed_at_its_limit() -> None:
    with pytest.raises(TimeoutError):
        await search_aside(partial(never), go_on, 0.5)


async def test_a_search_whose_process_dies_is_told_as_such() -> None:
    with pytest.raises(SearchDiedError):
        await search_aside(partial(gone), go_on, 60)
