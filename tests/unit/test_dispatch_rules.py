"""The pure decisions of dispatch: tasks from a plan, consent, time, outcomes, matching problems."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.dispatch.rules import consent
from services.dispatch.rules.consent import Act, Actor, Clockwork, Progress, move, task_state
from services.dispatch.rules.instance import (
    build_instance,
    campaign_weeks,
    task_min,
    within_full_time,
)
from services.dispatch.rules.local_time import BRUSSELS, instant, wall_instant, wall_minute, weekday
from services.dispatch.rules.matching import match, violations
from services.dispatch.rules.outcomes import OUTCOMES, Body, body_problems, outcome_id, receive
from services.dispatch.rules.plan_search import plan_teams
from services.dispatch.rules.planning import (
    Situation,
    fill_gap,
    over_full_time,
    refusals,
    still_possible,
)
from services.dispatch.rules.roster import (
    Absence,
    Calendar,
    Commitment,
    Frame,
    Holding,
    RosterWorker,
    Slot,
    WeeklyPeriod,
)
from services.dispatch.rules.tasks import generate_tasks, move_problems
from services.dispatch.rules.time_account import (
    Charge,
    host_share_min,
    mission_cap_min,
    rolling_cap_min,
    time_account,
)
from shared.errors import RefusedError
from shared.events import PlannedAction, RelayCount
from shared.web import translate
from shared.words import (
    ActionKind,
    CampaignId,
    CorrectionReason,
    Mission,
    ProposalState,
    TaskId,
    TaskState,
    Theme,
    Weekday,
    WorkerId,
)

SPACE = UUID(int=0)
CAMPAIGN = CampaignId(uuid5(SPACE, "campaign"))
MONDAY = date(2022, 1, 3)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SPOTS = {"canal": (0.0, 0.0), "marolles": (2.0, 0.0)}
OFFICE = tuple(WeeklyPeriod(day, 480, 1080) for day in tuple(Weekday)[:5])


def a_frame(weeks: int = 4, **but: Any) -> Frame:
    usual: dict[str, Any] = {
        "starts_on": MONDAY,
        "ends_on": MONDAY + timedelta(days=7 * weeks - 1),
        "share_max_pct": 40,
    }
    return Frame(CAMPAIGN, **(usual | but))


def an_action(**but: Any) -> PlannedAction:
    usual: dict[str, Any] = {
        "kind": "market_stall",
        "zone_ids": ("canal",),
        "per_zone_per_week": 1,
        "weekdays": ("tue", "fri"),
        "starts_min": 540,
        "duration_min": 180,
        "people_wanted": 2,
    }
    return PlannedAction(**(usual | but))


def a_worker(name: str = "Amina", **but: Any) -> RosterWorker:
    usual: dict[str, Any] = {"home_zone": "canal", "weekly_min": 2280, "working": OFFICE}
    return RosterWorker(WorkerId(uuid5(SPACE, name)), name, **(usual | but))


def a_slot(number: int = 1, day: int = 0, starts_min: int = 540, **but: Any) -> Slot:
    begins = instant(MONDAY + timedelta(days=day), starts_min)
    usual: dict[str, Any] = {
        "campaign_id": CAMPAIGN,
        "kind": ActionKind.DROP_IN,
        "zone_id": "canal",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=3),
        "people_wanted": 2,
    }
    return Slot(TaskId(uuid5(SPACE, f"task {number}")), **(usual | but))


def held(who: RosterWorker, slot: Slot) -> Holding:
    return Holding(who.id, slot.id, slot.campaign_id, slot.zone_id, slot.starts_at, slot.ends_at)


def a_situation(*slots: Slot, frame: Frame | None = None, **calendar: Any) -> Situation:
    usual: dict[str, Any] = {"workers": (a_worker("Amina"), a_worker("Samir"))}
    return Situation(frame or a_frame(), slots, Calendar(**(usual | calendar)), SPOTS)


def codes(situation: Situation, who: RosterWorker) -> list[str]:
    return [refusal.code for refusal in refusals(situation, who.id)]


# --- tasks ---------------------------------------------------------------------------------------


def test_a_market_stall_is_only_there_on_the_markets_days() -> None:
    found = generate_tasks(a_frame(), [an_action(per_zone_per_week=2)], LONG_AGO)

    days = {weekday(slot.starts_at.astimezone(BRUSSELS).date()) for slot in found}
    assert len(found) == 8
    assert days == {Weekday.TUE, Weekday.FRI}


def test_each_zone_gets_its_share_of_each_week() -> None:
    action = an_action(zone_ids=("canal", "marolles"), per_zone_per_week=3, weekdays=("mon", "wed"))
    found = generate_tasks(a_frame(weeks=2), [action], LONG_AGO)

    per_week: dict[tuple[str, int], int] = {}
    for slot in found:
        week = wall_minute(MONDAY, slot.starts_at) // 10080
        per_week[slot.zone_id, week] = per_week.get((slot.zone_id, week), 0) + 1
    assert set(per_week.values()) == {3}
    assert len(per_week) == 4
    for zone in ("canal", "marolles"):
        begins = [slot.starts_at for slot in found if slot.zone_id == zone]
        assert len(begins) == len(set(begins))


def test_a_week_that_is_partly_covered_gets_its_part() -> None:
    frame = a_frame(starts_on=MONDAY + timedelta(days=3))  # Thursday: one market of two is left
    found = generate_tasks(frame, [an_action(per_zone_per_week=2)], LONG_AGO)

    first_week = [slot for slot in found if slot.starts_at < instant(MONDAY, 7 * 1440)]
    assert len(first_week) == 1


def test_the_wall_clock_counts_when_summer_time_begins() -> None:
    frame = a_frame(starts_on=date(2022, 3, 21), ends_on=date(2022, 4, 3))
    before, after = generate_tasks(frame, [an_action(weekdays=("tue",))], LONG_AGO)

    assert (before.starts_at.hour, after.starts_at.hour) == (8, 7)  # UTC
    assert {slot.starts_at.astimezone(BRUSSELS).hour for slot in (before, after)} == {9}
    assert before.duration_min == after.duration_min == 180


def test_the_same_plan_gives_the_same_tasks_and_two_alike_are_two() -> None:
    twice = [an_action(), an_action()]

    one, other = (generate_tasks(a_frame(), twice, LONG_AGO) for _ in range(2))

    assert one == other
    assert len({slot.id for slot in one}) == len(one) == 8


def test_what_is_past_is_not_planned() -> None:
    later = instant(MONDAY + timedelta(days=10), 0)

    found = generate_tasks(a_frame(), [an_action()], not_before=later)

    assert found
    assert all(slot.starts_at >= later for slot in found)


@given(
    per_week=st.integers(1, 6),
    days=st.sets(st.sampled_from(tuple(Weekday)), min_size=1),
    starts_min=st.integers(0, 1200),
    duration_min=st.integers(30, 360),
    length=st.integers(0, 40),
    zones=st.integers(1, 4),
)
def test_tasks_stay_within_their_campaign_and_their_days(
    *,
    per_week: int,
    days: set[Weekday],
    starts_min: int,
    duration_min: int,
    length: int,
    zones: int,
) -> None:
    frame = a_frame(ends_on=MONDAY + timedelta(days=length))
    action = an_action(
        per_zone_per_week=per_week,
        weekdays=tuple(days),
        starts_min=starts_min,
        duration_min=duration_min,
        zone_ids=tuple(f"zone{n}" for n in range(zones)),
    )

    found = generate_tasks(frame, [action], LONG_AGO)

    assert len({slot.id for slot in found}) == len(found)
    assert len(found) <= per_week * zones * campaign_weeks(frame)
    for slot in found:
        day = slot.starts_at.astimezone(BRUSSELS).date()
        assert frame.starts_on <= day <= frame.ends_on
        assert weekday(day) in days


def test_a_task_moves_within_its_campaign_and_a_market_only_to_its_days() -> None:
    slot = a_slot(kind=ActionKind.MARKET_STALL, weekdays=(Weekday.MON,))
    now = instant(MONDAY, 0)

    moves = {
        "next week": instant(MONDAY + timedelta(days=7), 540),
        "tomorrow": instant(MONDAY + timedelta(days=1), 540),
        "after the end": instant(MONDAY + timedelta(days=28), 540),
        "yesterday": instant(MONDAY - timedelta(days=7), 540),
    }
    found = {
        name: [p.slug for p in move_problems(a_frame(), slot, at, now)]
        for name, at in moves.items()
    }

    assert found == {
        "next week": [],
        "tomorrow": ["no_market_that_day"],
        "after the end": ["outside_campaign"],
        "yesterday": ["in_the_past", "outside_campaign"],
    }


@given(st.integers(0, 52 * 10080))
def test_wall_minutes_and_instants_agree(minute: int) -> None:
    moment = wall_instant(MONDAY, minute)

    # The hour that summer time skips is told as the hour after it.
    assert wall_minute(MONDAY, moment) in {minute, minute + 60}


# --- consent -------------------------------------------------------------------------------------


class Consent(RuleBasedStateMachine):
    """A proposal that everybody pulls at, in any order and at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.state = ProposalState.PROPOSED
        self.begins = datetime(2022, 1, 10, 8, tzinfo=UTC)
        self.now = datetime(2022, 1, 3, 8, tzinfo=UTC)
        self.answer_by = consent.answer_by(self.now, self.begins)
        self.started = False
        self.said_yes = False

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(act=st.sampled_from(tuple(Act)), by=st.sampled_from(tuple(Actor)))
    def pull(self, act: Act, by: Actor) -> None:
        clock = Clockwork(self.now, self.answer_by, self.begins, started=self.started)
        before = self.state
        try:
            self.state = move(before, act, by, clock)
        except RefusedError:
            assert self.state is before
            return
        assert by in consent.MOVES[act].by
        assert move(self.state, act, by, clock) is self.state  # again is the same
        if self.state is not before:
            assert before not in consent.FINAL
            if self.state is ProposalState.ACCEPTED:
                assert by is Actor.WORKER
                assert self.now < self.answer_by
                self.said_yes = True

    @precondition(lambda self: not self.started)
    @rule()
    def start(self) -> None:
        if consent.start_problem(self.state, self.begins, self.now) is None:
            self.started = True

    @invariant()
    def nothing_starts_without_a_yes(self) -> None:
        assert not self.started or self.said_yes
        assert not self.started or self.state is ProposalState.ACCEPTED


TestConsent = Consent.TestCase


def test_half_of_the_time_left_is_for_the_answer_and_two_days_at_most() -> None:
    now = datetime(2022, 1, 3, 8, tzinfo=UTC)

    assert consent.answer_by(now, now + timedelta(hours=6)) == now + timedelta(hours=3)
    assert consent.answer_by(now, now + timedelta(days=30)) == now + timedelta(days=2)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_was_said_already_is_said_in_every_language(language: str) -> None:
    for message in consent.SAID_ALREADY.values():
        assert translate(language, message) != message


@pytest.mark.parametrize(
    ("progress", "state"),
    [
        (Progress(2, accepted=0, asked=0), TaskState.PLANNED),
        (Progress(2, accepted=0, asked=1), TaskState.PROPOSED),
        (Progress(2, accepted=1, asked=0), TaskState.PROPOSED),
        (Progress(2, accepted=2, asked=0), TaskState.STAFFED),
        (Progress(2, accepted=1, asked=0, started=True), TaskState.STARTED),
        (Progress(2, accepted=1, asked=0, not_done=True), TaskState.NOT_DONE),
        (Progress(2, accepted=2, asked=0, started=True, done=True), TaskState.DONE),
        (Progress(2, accepted=0, asked=0, withdrawn=True), TaskState.WITHDRAWN),
    ],
)
def test_a_tasks_state_is_read_from_what_happened(progress: Progress, state: TaskState) -> None:
    assert task_state(progress) is state


# --- time ----------------------------------------------------------------------------------------


@given(weekly_min=st.integers(60, 3000), share_pct=st.integers(20, 80))
def test_the_host_partners_share_is_never_rounded_away(weekly_min: int, share_pct: int) -> None:
    worker = a_worker(weekly_min=weekly_min, host_share_pct=share_pct)

    assert host_share_min(worker) * 100 >= weekly_min * share_pct
    assert mission_cap_min(worker) + host_share_min(worker, 4) == 4 * weekly_min
    assert rolling_cap_min(worker, 100 - share_pct) <= 4 * weekly_min - host_share_min(worker, 4)


def test_a_week_is_accounted_for_with_its_four_weeks() -> None:
    night = Commitment(
        a_worker().id, instant(MONDAY + timedelta(days=6), 1380), instant(MONDAY, 7 * 1440 + 60)
    )
    charges = [Charge(MONDAY + timedelta(days=7 * week), 100) for week in range(-3, 2)]

    first, second = time_account(a_worker(), [night], charges, MONDAY, 2)

    assert (first.commitments_min, second.commitments_min) == (60, 60)
    assert (first.campaigns_min, first.campaigns_four_weeks_min) == (100, 400)
    assert first.left_min == 2280 - 456 - 60 - 100


# --- matching problems ---------------------------------------------------------------------------


def test_the_host_partner_commitments_absences_and_other_campaigns_stand_in_the_way() -> None:
    amina, slot = a_worker("Amina"), a_slot()
    monday = WeeklyPeriod(Weekday.MON, 480, 600)
    elsewhere = replace(a_slot(2, starts_min=690), campaign_id=CampaignId(uuid5(SPACE, "other")))
    begins = slot.starts_at + timedelta(hours=1)
    free, own, away, hosted, other = (
        a_situation(slot),
        a_situation(slot, commitments=(Commitment(amina.id, begins, begins + timedelta(hours=1)),)),
        a_situation(slot, absences=(Absence(amina.id, MONDAY, MONDAY),)),
        a_situation(slot, workers=(replace(amina, host_periods=(monday,)), a_worker("Samir"))),
        a_situation(slot, holdings=(held(amina, elsewhere),)),
    )

    assert codes(free, amina) == []
    assert codes(own, amina) == ["calendar"]
    assert codes(away, amina) == ["absent"]
    assert codes(hosted, amina) == ["host-partner"]
    assert codes(other, amina) == ["calendar"]


def test_the_way_from_one_place_to_the_next_takes_time() -> None:
    amina, slot = a_worker("Amina"), a_slot()
    ends = slot.starts_at
    there = Commitment(amina.id, ends - timedelta(hours=1), ends, "marolles")

    assert codes(a_situation(slot, commitments=(there,)), amina) == ["calendar-travel"]
    assert task_min("canal", "canal", 180, SPOTS) == 180
    assert task_min("marolles", "canal", 180, SPOTS) == 180 + 2 * 20
    assert task_min("nowhere", "canal", 180, SPOTS) == 180


def test_other_campaigns_count_in_the_share_of_four_weeks() -> None:
    amina, slot = a_worker("Amina", weekly_min=600), a_slot(day=0)
    other = CampaignId(uuid5(SPACE, "other"))
    taken = tuple(
        held(amina, replace(a_slot(n + 2, day=-7 * n + 1), campaign_id=other)) for n in range(1, 4)
    )

    assert codes(a_situation(slot, workers=(amina,), holdings=taken), amina) == []
    assert codes(
        a_situation(slot, workers=(amina,), holdings=taken, frame=a_frame(share_max_pct=25)), amina
    ) == ["rolling-cap"]


def test_whoever_said_yes_or_was_asked_keeps_their_place() -> None:
    amina, samir = a_worker("Amina"), a_worker("Samir")
    first, second = a_slot(1), a_slot(2, day=1)
    situation = a_situation(first, second, workers=(amina, samir), holdings=(held(samir, first),))

    teams = plan_teams(situation)

    assert {(s.task_id, s.worker_id) for s in teams.suggestions} == {
        (first.id, amina.id),
        (second.id, amina.id),
        (second.id, samir.id),
    }
    assert teams.matched == {first.id: 2, second.id: 2}
    assert plan_teams(situation) == teams


def test_a_task_without_anybody_says_why() -> None:
    teams = plan_teams(a_situation(a_slot(), workers=()))

    assert teams.suggestions == ()
    assert "aucune équipe n'est possible" in teams.unmatched[a_slot().id]["text"]


def test_a_gap_is_filled_beside_those_who_stay_and_never_by_who_said_no() -> None:
    amina, samir, lotte = (a_worker(name) for name in ("Amina", "Samir", "Lotte"))
    slot = a_slot()
    situation = a_situation(slot, workers=(amina, samir, lotte), holdings=(held(amina, slot),))

    (found,) = fill_gap(replace(situation, declined=frozenset({(samir.id, slot.id)})))

    assert found.worker_id == lotte.id


def test_an_old_plan_is_asked_again_before_anybody_is() -> None:
    amina, samir, slot = a_worker("Amina"), a_worker("Samir"), a_slot()
    suggestions = plan_teams(a_situation(slot)).suggestions
    meanwhile = a_situation(slot, absences=(Absence(amina.id, MONDAY, MONDAY),))

    asked = still_possible(meanwhile, suggestions)

    assert [s.worker_id for s in asked.ask] == [samir.id]
    assert [s.worker_id for s in asked.left_out] == [amina.id]


def test_full_time_equivalents_bound_a_campaign_and_every_zone_gets_its_turn() -> None:
    frame = a_frame(full_time_equivalents_max=13 / 38)  # thirteen hours a week
    slots = [
        a_slot(1, day=0, people_wanted=1),
        a_slot(2, day=1, people_wanted=1),
        a_slot(3, day=2, people_wanted=1, zone_id="marolles"),
        a_slot(4, day=3, people_wanted=1, zone_id="marolles"),
        a_slot(5, day=4, people_wanted=1),
    ]
    people = (a_worker("Amina"), a_worker("Samir", home_zone="marolles"))
    situation = a_situation(*slots, frame=frame, workers=people)
    instance = situation.instance()
    plan = match(instance)

    kept = {row.task for row in within_full_time(frame, instance, plan, {})}
    busy = replace(
        situation,
        slots=(slots[4],),
        calendar=replace(
            situation.calendar, holdings=tuple(held(people[0], slot) for slot in slots[:4])
        ),
    )

    assert len(plan.assignments) == 5
    assert kept == {str(slot.id) for slot in slots[:4]}
    assert over_full_time(busy, people[0].id) is not None
    assert over_full_time(replace(busy, frame=a_frame()), people[0].id) is None


@given(
    commitments=st.lists(
        st.tuples(st.integers(0, 27), st.integers(0, 22), st.integers(1, 300)), max_size=12
    ),
    absences=st.lists(st.tuples(st.integers(0, 27), st.integers(0, 3)), max_size=3),
    share_pct=st.integers(5, 80),
)
def test_a_plan_of_any_roster_breaks_no_law(
    commitments: list[tuple[int, int, int]], absences: list[tuple[int, int]], share_pct: int
) -> None:
    people = tuple(a_worker(name) for name in ("Amina", "Samir", "Lotte"))
    slots = generate_tasks(
        a_frame(), [an_action(weekdays=("mon", "tue", "thu"), per_zone_per_week=3)], LONG_AGO
    )
    own = tuple(
        Commitment(
            people[n % 3].id,
            instant(MONDAY + timedelta(days=day), hour * 60),
            instant(MONDAY + timedelta(days=day), hour * 60) + timedelta(minutes=length_min),
        )
        for n, (day, hour, length_min) in enumerate(commitments)
    )
    away = tuple(
        Absence(
            people[n % 3].id,
            MONDAY + timedelta(days=day),
            MONDAY + timedelta(days=day + length),
        )
        for n, (day, length) in enumerate(absences)
    )
    calendar = Calendar(people, own, away)

    instance = build_instance(a_frame(share_max_pct=share_pct), slots, calendar, SPOTS)
    plan = match(instance)

    assert violations(instance, plan) == []
    for row in plan.assignments:
        begins = wall_instant(MONDAY, row.start)
        ends = begins + timedelta(hours=3)
        for taken in own:
            crosses = taken.starts_at < ends and begins < taken.ends_at
            assert not (str(taken.worker_id) in row.team and crosses)


# --- outcomes ------------------------------------------------------------------------------------


def test_every_kind_of_action_has_its_meaning() -> None:
    assert set(OUTCOMES) == set(ActionKind)
    assert OUTCOMES[ActionKind.ACCOMPANIMENT].mission is Mission.INDIVIDUAL_GUIDANCE
    assert all(kind.people_max <= 5000 for kind in OUTCOMES.values())


def test_a_pair_finds_the_same_outcome_without_talking() -> None:
    task = a_slot().id

    assert outcome_id(task) == outcome_id(task) != outcome_id(a_slot(2).id)


def test_the_order_of_codes_is_no_correction() -> None:
    body = Body(MONDAY, 4, themes=(Theme.ENERGY, Theme.DEBT))
    other = replace(body, themes=(Theme.DEBT, Theme.ENERGY, Theme.DEBT))

    assert receive(other, frozenset({body.fingerprint()})) == "same"
    assert receive(body, frozenset()) == "new"


def test_a_late_repetition_of_the_first_sending_does_not_undo_a_correction() -> None:
    first, correction = Body(MONDAY, 4), Body(MONDAY, 5, reason=CorrectionReason.MISCOUNTED)
    known = frozenset({first.fingerprint(), correction.fingerprint()})
    back = replace(first, reason=CorrectionReason.WRONG_CODE)

    assert receive(first, known) == "same"
    assert receive(correction, known) == "same"
    assert receive(back, known) == "correction"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (Body(MONDAY, 200), []),
        (Body(MONDAY, 201), ["people_out_of_bounds"]),
        (Body(MONDAY - timedelta(days=4), 1), ["another_day"]),
        (Body(MONDAY + timedelta(days=2), 1), ["in_the_future"]),
        (
            Body(MONDAY, 1, relays=(RelayCount(kind="cpas", made=1, took_hold=2),)),
            ["more_held_than_made"],
        ),
    ],
)
def test_counts_that_cannot_be_right_are_refused(body: Body, found: list[str]) -> None:
    today, ends_on = MONDAY + timedelta(days=1), MONDAY + timedelta(days=20)

    assert [p.slug for p in body_problems(a_slot(), ends_on, today, body)] == found


def test_nothing_of_a_campaign_happens_after_its_end() -> None:
    after = Body(MONDAY + timedelta(days=1), 1)

    problems = body_problems(a_slot(), MONDAY, MONDAY + timedelta(days=5), after)

    assert [p.slug for p in problems] == ["after_the_end"]
