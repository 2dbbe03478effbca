"""A campaign: nothing missing when it is declared, and nothing left of it after its end."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.rules.campaign import (
    ActionWanted,
    Declaration,
    Life,
    Move,
    after,
    check_declaration,
    check_new_end,
    closing_reason,
    due_move,
    planned_actions,
)
from shared.errors import RefusedError
from shared.words import (
    ActionKind,
    CampaignState,
    ClosingReason,
    CrisisKind,
    Decision,
    Language,
    Public,
    Weekday,
)

TODAY = date(2022, 1, 10)
LAST_DAY_OF_26_WEEKS = TODAY + timedelta(weeks=26, days=-1)
STALL = ActionWanted(
    kind=ActionKind.MARKET_STALL,
    per_zone_per_week=1,
    weekdays=(Weekday.FRI,),
    starts_min=8 * 60,
    duration_min=4 * 60,
    partners=("inforgazelec",),
)
ENERGY = Declaration(
    name_fr="Hausse des prix",
    name_nl="Stijgende prijzen",
    crisis=CrisisKind.ENERGY,
    decision=Decision.ACCEPT,
    starts_on=TODAY,
    ends_on=LAST_DAY_OF_26_WEEKS,
    zone_ids=("RAQ11", "RAQ09"),
    publics=(Public.TENANTS,),
    actions=(STALL,),
    languages_wanted=(Language.AR,),
    partners=("inforgazelec", "cpas"),
)
RUNNING = Life(CampaignState.RUNNING, starts_on=TODAY, ends_on=LAST_DAY_OF_26_WEEKS)


def slugs(
    declaration: Declaration, *, zones: tuple[str, ...] | None = None
) -> set[tuple[str, str]]:
    with pytest.raises(RefusedError) as refused:
        check_declaration(declaration, today=TODAY, known_zones=zones)
    return {(p.slug, p.place) for p in refused.value.problems}


# --- the declaration -----------------------------------------------------------------------------


@pytest.mark.parametrize("decision", [Decision.ACCEPT, Decision.ADJUST])
def test_a_complete_declaration_of_26_weeks_passes(decision: Decision) -> None:
    check_declaration(
        replace(ENERGY, decision=decision), today=TODAY, known_zones=("RAQ09", "RAQ11")
    )

    assert ENERGY.share_max_pct == 40


def test_a_campaign_without_an_end_is_refused() -> None:
    assert slugs(replace(ENERGY, ends_on=None)) == {("no_end", "ends_on")}


def test_a_campaign_longer_than_26_weeks_is_refused() -> None:
    longer = replace(ENERGY, ends_on=LAST_DAY_OF_26_WEEKS + timedelta(days=1))

    assert slugs(longer) == {("too_long", "ends_on")}


def test_a_campaign_cites_a_decision_that_allows_it() -> None:
    assert slugs(replace(ENERGY, decision=None)) == {("no_decision", "decision")}
    assert slugs(replace(ENERGY, decision=Decision.REFUSE)) == {("invitation_refused", "decision")}


def test_dates_run_forward_from_today() -> None:
    backwards = replace(ENERGY, ends_on=TODAY - timedelta(days=1))
    yesterday = replace(ENERGY, starts_on=TODAY - timedelta(days=1), ends_on=TODAY)

    assert slugs(backwards) == {("ends_before_it_starts", "ends_on")}
    assert slugs(yesterday) == {("starts_in_the_past", "starts_on")}


def test_a_campaign_without_neighbourhoods_is_refused() -> None:
    assert ("no_zones", "zone_ids") in slugs(replace(ENERGY, zone_ids=()))


@pytest.mark.parametrize("share_pct", [81, 100, 0, -1])
def test_a_share_that_takes_from_the_host_partner_is_refused(share_pct: int) -> None:
    assert slugs(replace(ENERGY, share_max_pct=share_pct)) == {
        ("share_out_of_bounds", "share_max_pct")
    }
    check_declaration(replace(ENERGY, share_max_pct=80), today=TODAY)


@pytest.mark.parametrize("equivalents", [0.0, -2.0, float("nan"), float("inf")])
def test_full_time_equivalents_are_a_real_quantity(equivalents: float) -> None:
    assert slugs(replace(ENERGY, full_time_equivalents_max=equivalents)) == {
        ("full_time_equivalents_out_of_bounds", "full_time_equivalents_max")
    }
    check_declaration(replace(ENERGY, full_time_equivalents_max=2.0), today=TODAY)


def test_every_problem_of_an_empty_declaration_is_said_at_once() -> None:
    empty = Declaration(
        name_fr=" ",
        name_nl="x" * 81,
        crisis=CrisisKind.OTHER,
        decision=None,
        starts_on=None,
        ends_on=None,
        zone_ids=(),
        publics=(),
        actions=(),
    )

    assert slugs(empty) == {
        ("bad_name", "name_fr"),
        ("bad_name", "name_nl"),
        ("no_decision", "decision"),
        ("no_start", "starts_on"),
        ("no_end", "ends_on"),
        ("no_zones", "zone_ids"),
        ("no_public", "publics"),
        ("no_action", "actions"),
    }


def test_every_problem_of_an_action_is_said_with_its_number() -> None:
    broken = replace(
        STALL,
        per_zone_per_week=0,
        weekdays=(),
        starts_min=23 * 60,
        people_wanted=1,
        zone_ids=("RAQ01",),
        partners=("nobody",),
        from_on=TODAY - timedelta(days=7),
    )

    assert slugs(replace(ENERGY, actions=(STALL, broken))) == {
        ("quantity_out_of_bounds", "actions[2].per_zone_per_week"),
        ("no_weekday", "actions[2].weekdays"),
        ("hours_out_of_bounds", "actions[2].starts_min"),
        ("people_out_of_bounds", "actions[2].people_wanted"),
        ("action_outside_the_campaign", "actions[2].zone_ids.RAQ01"),
        ("partner_outside_the_campaign", "actions[2].partners.nobody"),
        ("period_outside_the_campaign", "actions[2].from_on"),
    }


def test_nobody_is_sent_to_a_market_alone_but_one_may_accompany() -> None:
    alone = replace(STALL, kind=ActionKind.ACCOMPANIMENT, people_wanted=1)

    check_declaration(replace(ENERGY, actions=(alone,)), today=TODAY)
    for kind, people in ((ActionKind.MARKET_STALL, 1), (ActionKind.ACCOMPANIMENT, 4)):
        wanted = replace(STALL, kind=kind, people_wanted=people)
        assert slugs(replace(ENERGY, actions=(wanted,))) == {
            ("people_out_of_bounds", "actions[1].people_wanted")
        }


def test_unknown_and_repeated_neighbourhoods_are_named() -> None:
    declaration = replace(ENERGY, zone_ids=("RAQ11", "RAQ09", "RAQ11"))

    assert slugs(declaration, zones=("RAQ11",)) == {
        ("zone_given_twice", "RAQ11"),
        ("unknown_zone", "RAQ09"),
    }


def test_the_plan_says_its_zones_in_the_order_of_their_ids() -> None:
    one_zone = replace(STALL, zone_ids=("RAQ11",))

    everywhere, somewhere = planned_actions(replace(ENERGY, actions=(STALL, one_zone)))

    assert everywhere.zone_ids == ("RAQ09", "RAQ11")
    assert somewhere.zone_ids == ("RAQ11",)
    assert everywhere.people_wanted == 2


# --- its life ------------------------------------------------------------------------------------


def test_a_campaign_goes_from_declared_to_closed_with_a_pause() -> None:
    state = CampaignState.DECLARED
    for move in (Move.START, Move.SUSPEND, Move.RESUME, Move.SUSPEND, Move.CLOSE):
        state = after(replace(RUNNING, state=state), move, TODAY)

    assert state is CampaignState.CLOSED


@pytest.mark.parametrize("move", Move)
def test_nothing_moves_a_closed_campaign(move: Move) -> None:
    with pytest.raises(RefusedError):
        after(replace(RUNNING, state=CampaignState.CLOSED), move, TODAY)


def test_a_campaign_does_not_start_before_its_first_day() -> None:
    declared = replace(RUNNING, state=CampaignState.DECLARED)
    day_before = TODAY - timedelta(days=1)

    with pytest.raises(RefusedError):
        after(declared, Move.START, day_before)

    assert due_move(declared, day_before) is None
    assert due_move(declared, TODAY) is Move.START


@given(
    st.sampled_from([s for s in CampaignState if s is not CampaignState.CLOSED]),
    st.integers(1, 400),
)
def test_after_its_last_day_a_campaign_can_only_close(state: CampaignState, days: int) -> None:
    life = replace(RUNNING, state=state)
    too_late = life.ends_on + timedelta(days=days)

    assert due_move(life, too_late) is Move.CLOSE
    assert after(life, Move.CLOSE, too_late) is CampaignState.CLOSED
    for move in (Move.START, Move.SUSPEND, Move.RESUME):
        with pytest.raises(RefusedError):
            after(life, move, too_late)


def test_the_last_day_is_still_a_day_of_work() -> None:
    suspended = replace(RUNNING, state=CampaignState.SUSPENDED)

    assert due_move(RUNNING, RUNNING.ends_on) is None
    assert after(suspended, Move.RESUME, RUNNING.ends_on) is CampaignState.RUNNING
    assert due_move(replace(RUNNING, state=CampaignState.CLOSED), date(2099, 1, 1)) is None


def test_why_a_campaign_closed_is_told_from_the_calendar() -> None:
    assert closing_reason(RUNNING, RUNNING.ends_on) is ClosingReason.ENDED_EARLY
    assert (
        closing_reason(RUNNING, RUNNING.ends_on + timedelta(days=1))
        is ClosingReason.REACHED_ITS_END
    )


def test_an_extension_is_a_new_invitation() -> None:
    with pytest.raises(RefusedError) as refused:
        check_new_end(RUNNING, RUNNING.ends_on + timedelta(days=1), TODAY)

    assert refused.value.problems[0].slug == "extension_is_a_new_invitation"


def test_a_campaign_may_end_earlier_but_not_in_the_past() -> None:
    later_on = TODAY + timedelta(days=30)
    check_new_end(RUNNING, later_on, later_on)

    for life, day in (
        (RUNNING, later_on - timedelta(days=1)),
        (replace(RUNNING, state=CampaignState.CLOSED), later_on),
    ):
        with pytest.raises(RefusedError):
            check_new_end(life, day, later_on)
