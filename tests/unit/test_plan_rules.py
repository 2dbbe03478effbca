"""Whole plans as the coordination meets them: their bound, offers, reasons and what-ifs."""

import os
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.dispatch.rules.matching import Plan, Watch
from services.dispatch.rules.offer import compare, look_for_better
from services.dispatch.rules.plan_search import Effort, plan_teams, with_bound
from services.dispatch.rules.planning import Suggestion
from services.dispatch.rules.reasons import levers_of, reasons_of
from services.dispatch.rules.roster import Absence, RosterWorker, Slot
from services.dispatch.rules.what_if import (
    Wish,
    changed_frame,
    changed_slots,
    difference,
    draft_frame,
    try_all,
    wish_problems,
    wished_actions,
)
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
USUAL = Wish(
    MONDAY,
    MONDAY + timedelta(days=27),
    frozenset({"canal"}),
    frozenset[Language](),
    frozenset[Language](),
    40,
    wished_actions([an_action(weekdays=("tue",))]),
)


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
    actions = [common, rare, rarest]
    wish = replace(USUAL, zone_ids=frozenset({"canal", "south"}), actions=wished_actions(actions))
    frame = changed_frame(a_frame(), wish)

    slots = changed_slots(frame, actions, wish, LONG_AGO, {})

    kinds = {zone: {s.kind.value for s in slots if s.zone_id == zone} for zone in wish.zone_ids}
    assert kinds == {"canal": {"drop_in", "market_stall"}, "south": {"drop_in"}}


def test_tasks_that_moved_or_ended_stay_so_in_a_what_if() -> None:
    wish, frame, actions = USUAL, a_frame(), [an_action(weekdays=("tue",))]
    first, second, *others = changed_slots(frame, actions, wish, LONG_AGO, {})
    moved = replace(
        first,
        starts_at=first.starts_at + timedelta(hours=1),
        ends_at=first.ends_at + timedelta(hours=1),
    )
    known: dict[TaskId, Slot | None] = {first.id: moved, second.id: None}

    slots = changed_slots(frame, actions, wish, LONG_AGO, known)

    assert slots == (moved, *others)


def test_a_task_at_another_hour_is_another_task_and_a_longer_one_is_the_same() -> None:
    actions = [an_action(weekdays=("tue",))]
    (usual,) = USUAL.actions

    def with_action(**but: Any) -> tuple[Slot, ...]:
        wish = replace(USUAL, actions=(replace(usual, **but),))
        return changed_slots(a_frame(), actions, wish, LONG_AGO, known)

    known: dict[TaskId, Slot | None] = {}
    known = {slot.id: slot for slot in with_action()}
    longer, later = with_action(duration_min=240, people_wanted=3), with_action(starts_min=600)

    assert [slot.id for slot in longer] == list(known)
    assert {(slot.duration_min, slot.people_wanted) for slot in longer} == {(240, 3)}
    assert not known.keys() & {slot.id for slot in later}


def test_an_action_taken_away_and_one_of_a_draft_are_where_they_are_wanted() -> None:
    none = replace(USUAL, actions=(replace(USUAL.actions[0], per_zone_per_week=0),))
    new = replace(USUAL.actions[0], of=None)
    draft = replace(USUAL, zone_ids=frozenset({"canal", "marolles"}), actions=(new,))

    gone = changed_slots(a_frame(), [an_action(weekdays=("tue",))], none, LONG_AGO, {})
    slots = changed_slots(draft_frame(draft), (), draft, LONG_AGO, {})

    assert gone == ()
    assert {slot.zone_id for slot in slots} == {"canal", "marolles"}
    assert len(slots) == 2 * 4


@pytest.mark.parametrize(
    ("slug", "but"),
    [
        ("bad_period", {"ends_on": MONDAY - timedelta(days=1)}),
        ("bad_period", {"ends_on": MONDAY + timedelta(weeks=26)}),
        ("in_the_past", {"ends_on": MONDAY + timedelta(days=1)}),
        ("bad_share", {"share_max_pct": 81}),
        ("no_zone", {"zone_ids": frozenset[str]()}),
        ("no_zone", {"zone_ids": frozenset({"elsewhere"})}),
        ("no_action", {"actions": ()}),
    ],
)
def test_what_could_not_be_declared_cannot_be_tried(slug: str, but: dict[str, Any]) -> None:
    today = MONDAY + timedelta(days=2)

    assert wish_problems(USUAL, ["canal"], today) == []
    assert [p.slug for p in wish_problems(replace(USUAL, **but), ["canal"], today)] == [slug]


@pytest.mark.parametrize(
    ("slug", "but"),
    [
        ("bad_quantity", {"per_zone_per_week": 41}),
        ("no_weekday", {"weekdays": ()}),
        ("bad_hours", {"starts_min": 23 * 60}),
        ("bad_hours", {"duration_min": 0}),
        ("bad_people", {"people_wanted": 1}),
        ("bad_people", {"people_wanted": 4}),
    ],
)
def test_an_action_that_could_not_be_declared_cannot_be_tried(
    slug: str, but: dict[str, Any]
) -> None:
    wish = replace(USUAL, actions=(replace(USUAL.actions[0], **but),))

    assert [p.slug for p in wish_problems(wish, ["canal"], MONDAY)] == [slug]


def test_the_same_campaign_twice_differs_in_nothing() -> None:
    situation = a_situation(*EVERY_DAY, workers=TEAM)

    before, after = try_all((situation, situation), NOBODY_WATCHES)
    compared = difference(before, after)

    assert before == after
    assert (compared.gained, compared.lost, compared.told_outside) == ((), (), 0)
    assert not compared.joined | compared.left
    assert duration(after.figures.street_min) == duration(5 * 2 * 180)


def test_a_try_says_who_is_asked_each_week_how_long_and_what_that_is_in_full_time() -> None:
    far = a_slot(20, 7, zone_id="marolles")
    situation = a_situation(a_slot(), far, workers=(AMINA, SAMIR))

    (tried,) = try_all((situation,), NOBODY_WATCHES)
    way_min = tried.weeks[1].people[0][1] - 180

    assert [week.monday for week in tried.weeks] == [MONDAY, MONDAY + timedelta(days=7)]
    assert tried.weeks[0].people == ((AMINA.id, 180), (SAMIR.id, 180))
    assert way_min > 0
    assert tried.figures.cost_min == 4 * 180 + 2 * way_min
    assert tried.figures.full_time_equivalents == round(tried.figures.cost_min / 2 / (38 * 60), 1)


def test_a_try_tells_what_blocks_and_what_was_promised_outside_of_it() -> None:
    promised, turkish = a_slot(), a_slot(2, 1)
    situation = a_situation(
        promised, turkish, workers=(AMINA, SAMIR), holdings=(held(AMINA, promised),)
    )
    only_turkish = replace(
        situation,
        slots=(turkish,),
        frame=replace(situation.frame, languages_required=frozenset({Language.TR})),
    )

    before, after = try_all((situation, only_turkish), NOBODY_WATCHES)
    compared = difference(before, after)
    (blocked,) = after.blocked

    assert compared.told_outside == 1
    assert {slot.id for slot in compared.lost} == {promised.id, turkish.id}
    assert compared.left == {AMINA.id, SAMIR.id}
    assert (blocked.kind, blocked.tasks) == (turkish.kind, 1)
    assert blocked.missing[0]["text"] == "personne de libre ne parle %(lang)s"


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
