"""One seat given by hand, and a week drawn as half-days: pure rules of the coordination's grid."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.dispatch.rules.local_time import instant
from services.dispatch.rules.planning import Suggestion
from services.dispatch.rules.roster import (
    Absence,
    Calendar,
    Commitment,
    RosterWorker,
    Slot,
    WeeklyPeriod,
    at_the_meeting,
    lies_across,
)
from services.dispatch.rules.seats import choices, conflicts, matched, reseat
from services.dispatch.rules.week_board import (
    Campaigning,
    Free,
    SeatAt,
    WeekBoard,
    half_of,
    week_board,
)
from shared.words import Weekday
from tests.unit.test_dispatch_rules import (
    MONDAY,
    SPOTS,
    a_frame,
    a_situation,
    a_slot,
    a_worker,
    held,
)

AMINA, SAMIR, LOTTE = a_worker("Amina"), a_worker("Samir"), a_worker("Lotte")
TEAM = (AMINA, SAMIR, LOTTE)
MONDAY_MORNING = WeeklyPeriod(Weekday.MON, 9 * 60, 12 * 60)


def suggested(slot: Slot, *workers: RosterWorker) -> tuple[Suggestion, ...]:
    return tuple(Suggestion(slot.id, worker.id, ()) for worker in workers)


def taken(worker: RosterWorker, day: int, starts_min: int, ends_min: int) -> Commitment:
    on = MONDAY + timedelta(days=day)
    return Commitment(worker.id, instant(on, starts_min), instant(on, ends_min))


# --- a seat ---


def test_a_seat_whose_person_is_taken_meanwhile_is_a_conflict_and_the_others_are_not() -> None:
    slot = a_slot()
    plan = suggested(slot, AMINA, SAMIR)

    found = conflicts(
        a_situation(slot, workers=TEAM, commitments=(taken(AMINA, 0, 600, 660),)), plan
    )

    assert list(found) == [(slot.id, AMINA.id)]
    (why,) = found[slot.id, AMINA.id]
    assert why["text"].startswith("est déjà pris")
    assert conflicts(a_situation(slot, workers=TEAM), plan) == {}


def test_the_teams_meeting_makes_a_conflict_for_whoever_is_there() -> None:
    slot = a_slot()
    at_the_partner = replace(SAMIR, host_periods=(WeeklyPeriod(Weekday.MON, 480, 780),))
    situation = a_situation(slot, workers=(AMINA, at_the_partner), meeting=MONDAY_MORNING)

    found = conflicts(situation, suggested(slot, AMINA, at_the_partner))

    assert {who: why[0]["text"].split(" de %")[0] for (_, who), why in found.items()} == {
        AMINA.id: "est à la matinée de l'équipe",
        SAMIR.id: "est chez son partenaire hébergeur",
    }
    assert len(found[slot.id, SAMIR.id]) == 1


def test_who_may_take_a_seat_comes_before_who_may_not_and_who_said_no_is_left_out() -> None:
    slot = a_slot()
    away = (Absence(LOTTE.id, MONDAY, MONDAY),)
    rik = a_worker("Rik")
    situation = a_situation(
        slot,
        workers=(*TEAM, rik, a_worker("Zahra")),
        absences=away,
    )
    situation = replace(situation, declined=frozenset({(rik.id, slot.id)}))

    found = choices(situation, suggested(slot, AMINA, SAMIR), slot.id, instead_of=SAMIR.id)

    by_id = {worker.id: worker.name for worker in situation.calendar.workers}
    assert [by_id[choice.worker_id] for choice in found] == ["Zahra", "Lotte"]
    assert [bool(choice.blocked_by) for choice in found] == [False, True]


def test_a_seat_changes_hands_only_where_every_rule_lets_it() -> None:
    slot = a_slot()
    plan = suggested(slot, AMINA, SAMIR)
    situation = a_situation(slot, workers=TEAM, commitments=(taken(LOTTE, 0, 600, 660),))

    blocked = reseat(situation, plan, slot.id, SAMIR.id, LOTTE.id)
    given = reseat(a_situation(slot, workers=TEAM), plan, slot.id, SAMIR.id, LOTTE.id)
    emptied = reseat(situation, plan, slot.id, SAMIR.id, None)

    assert blocked.refused
    assert given.refused == ()
    assert [(seat.worker_id, seat.kept) for seat in given.seats] == [
        (AMINA.id, False),
        (LOTTE.id, True),
    ]
    assert [(seat.worker_id, seat.kept) for seat in emptied.seats] == [(AMINA.id, True)]
    with pytest.raises(KeyError):
        reseat(situation, plan, a_slot(9).id, None, LOTTE.id)


def test_a_seat_beyond_the_campaigns_full_time_equivalents_is_refused() -> None:
    slot, later = a_slot(), a_slot(2, day=1)
    frame = a_frame(full_time_equivalents_max=0.2)  # 7 h 36 a week: two seats of three hours
    situation = a_situation(slot, later, frame=frame, workers=TEAM)

    third = reseat(situation, suggested(slot, AMINA, SAMIR), later.id, None, LOTTE.id)

    assert [why["text"] for why in third.refused] == [
        "la campagne dépasserait ses équivalents temps plein de cette semaine-là"
    ]


def test_whoever_holds_a_task_and_is_suggested_for_it_is_counted_once() -> None:
    slot, empty = a_slot(), a_slot(2, day=1)
    situation = a_situation(slot, empty, workers=TEAM, holdings=(held(AMINA, slot),))

    assert matched(situation, suggested(slot, AMINA, SAMIR)) == {slot.id: 2, empty.id: 0}


# --- a week ---


def a_board(
    *seats: SeatAt, free: tuple[Free, ...] = (), week: int = 0, **calendar: object
) -> WeekBoard:
    usual: dict[str, object] = {"workers": TEAM}
    known = Calendar(**(usual | calendar))  # type: ignore[arg-type]  # named by the test
    campaigning = Campaigning(a_frame(), ("canal",), known, SPOTS)
    return week_board(campaigning, seats, free, MONDAY + timedelta(weeks=week))


def marks(board: WeekBoard, worker: RosterWorker) -> dict[tuple[int, str], tuple[str, ...]]:
    (row,) = [row for row in board.rows if row.worker.id == worker.id]
    return {
        ((day - board.monday).days, "pm" if later else "am"): cell.marks
        for (day, later), cell in sorted(row.cells.items())
        if cell.marks
    }


def test_a_half_day_begins_at_noon() -> None:
    assert half_of(instant(MONDAY, 719)) == (MONDAY, False)
    assert half_of(instant(MONDAY, 720)) == (MONDAY, True)


def test_a_week_marks_what_is_somebodys_own_once_per_half_day() -> None:
    amina = replace(AMINA, host_periods=(WeeklyPeriod(Weekday.FRI, 480, 960),))
    board = a_board(
        workers=(amina, SAMIR),
        commitments=(taken(SAMIR, 1, 540, 600), taken(SAMIR, 1, 600, 660)),
        absences=(Absence(SAMIR.id, MONDAY + timedelta(days=3), MONDAY + timedelta(days=9)),),
        holdings=(held(SAMIR, a_slot(7, day=2, starts_min=780)),),
        meeting=MONDAY_MORNING,
    )

    assert marks(board, amina) == {(0, "am"): ("team",), (4, "am"): ("host",), (4, "pm"): ("host",)}
    assert marks(board, SAMIR) == {
        (0, "am"): ("team",),
        (1, "am"): ("own",),
        (2, "pm"): ("elsewhere",),
        **{(day, half): ("away",) for day in (3, 4, 5, 6) for half in ("am", "pm")},
    }
    assert len(board.days) == 5  # an absence alone shows no weekend


@pytest.mark.parametrize(
    ("starts_min", "ends_min", "halves"),
    [(690, 780, ["pm"]), (660, 780, ["am", "pm"]), (700, 740, ["am", "pm"]), (720, 740, ["pm"])],
    ids=["mostly after", "an hour of each", "as much of each", "after noon only"],
)
def test_what_goes_a_little_beyond_noon_is_of_one_half_day(
    starts_min: int, ends_min: int, halves: list[str]
) -> None:
    board = a_board(commitments=(taken(AMINA, 0, starts_min, ends_min),))

    assert [half for _, half in marks(board, AMINA)] == halves


def test_rows_of_the_campaign_come_first_and_each_group_goes_by_name() -> None:
    zoe = a_worker("zoé", home_zone="marolles")
    abel = a_worker("Abel", home_zone="marolles")
    slot = a_slot(zone_id="canal")
    board = a_board(SeatAt(slot, zoe.id, "suggested"), workers=(zoe, SAMIR, abel, AMINA))

    assert [row.worker.name for row in board.campaign_rows] == ["Amina", "Samir", "zoé"]
    assert [row.worker.name for row in board.other_rows] == ["Abel"]


def test_seats_and_free_places_lie_on_their_half_day_of_the_week_that_is_shown() -> None:
    monday, saturday, next_week = a_slot(), a_slot(2, day=5, starts_min=840), a_slot(3, day=7)
    seats = [SeatAt(slot, AMINA.id, "suggested") for slot in (next_week, saturday, monday)]
    board = a_board(*seats, free=(Free(monday, 1, asked=False), Free(next_week, 2, asked=True)))
    (row, *_) = board.campaign_rows

    assert [seat.slot.id for seat in row.seats] == [monday.id, saturday.id]
    assert len(board.days) == 6
    assert {half: [one.missing for one in ones] for half, ones in board.free.items()} == {
        (MONDAY, False): [1]
    }
    assert [
        one.missing
        for one in a_board(week=1, free=(Free(next_week, 2, asked=True),)).free[
            MONDAY + timedelta(weeks=1), False
        ]
    ] == [2]


def test_a_week_costs_its_missions_and_leaves_what_the_law_and_the_meeting_leave() -> None:
    amina = replace(AMINA, host_share_pct=20)
    slot = a_slot()
    quiet = a_board(SeatAt(slot, amina.id, "suggested"), workers=(amina,))
    refused = SeatAt(slot, amina.id, "suggested", conflict=({"text": "est pris·e", "params": {}},))
    met = a_board(refused, workers=(amina,), meeting=MONDAY_MORNING)
    (row,), (unpaid,) = quiet.campaign_rows, met.campaign_rows

    # 38 h: 7 h 36 are the partner's; the campaign may take 40 % of a week's worth of four, and
    # never more of one week than what is left of it.
    assert (row.hours.asked_min, row.hours.left_min) == (180, 2280 - 456 - 180)
    assert (unpaid.hours.asked_min, unpaid.hours.left_min) == (0, 2280 - 456 - 180)


# --- the meeting ---


def test_somebody_is_at_the_meeting_while_they_work_for_the_team() -> None:
    late = replace(AMINA, working=(WeeklyPeriod(Weekday.MON, 600, 900),))
    between = replace(AMINA, host_periods=(WeeklyPeriod(Weekday.MON, 600, 660),))
    off = replace(AMINA, working=(WeeklyPeriod(Weekday.TUE, 480, 900),))

    assert at_the_meeting(AMINA, MONDAY_MORNING) == (MONDAY_MORNING,)
    assert at_the_meeting(late, MONDAY_MORNING) == (WeeklyPeriod(Weekday.MON, 600, 720),)
    assert at_the_meeting(between, MONDAY_MORNING) == (
        WeeklyPeriod(Weekday.MON, 540, 600),
        WeeklyPeriod(Weekday.MON, 660, 720),
    )
    assert at_the_meeting(off, MONDAY_MORNING) == at_the_meeting(AMINA, None) == ()


def test_what_only_touches_the_meeting_does_not_lie_across_it() -> None:
    before, during = a_slot(starts_min=360), a_slot(starts_min=719)
    another_day = a_slot(day=1)

    assert not lies_across(MONDAY_MORNING, before.starts_at, before.ends_at)
    assert lies_across(MONDAY_MORNING, during.starts_at, during.ends_at)
    assert not lies_across(MONDAY_MORNING, another_day.starts_at, another_day.ends_at)
