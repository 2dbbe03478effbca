"""A campaign as it was at any minute: a fold of moments, whose order does not matter."""

import random
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.rules.history import (
    COUNTS,
    Board,
    Moment,
    What,
    around,
    as_events,
    fold,
    span_of,
    until,
)
from shared.words import CampaignState, TaskId, TaskState

BEGIN = datetime(2022, 1, 3, 8, tzinfo=UTC)
TASKS = [TaskId(UUID(int=number)) for number in (1, 2, 3)]
OF_CAMPAIGN = {What.MATCHED, What.CONFIRMED, What.RUNNING, What.SUSPENDED, What.CLOSED}


@st.composite
def histories(draw: st.DrawFn) -> list[Moment]:
    """What may happen to three tasks: each planned first, questions that open before they close."""
    found: list[Moment] = []
    at = BEGIN
    counts = {task: [0, 0, 0] for task in TASKS}
    planned: set[TaskId] = set()
    for number in range(1, draw(st.integers(1, 40)) + 1):
        at += timedelta(seconds=draw(st.integers(0, 5000)))
        what = draw(st.sampled_from(What))
        if what in OF_CAMPAIGN:
            version = number if what is What.MATCHED else None
            day = at.date() if what is What.CONFIRMED else None
            found.append(Moment(number, at, what, version=version, until_on=day))
            continue
        task = draw(st.sampled_from(TASKS))
        after = [a + b for a, b in zip(counts[task], COUNTS.get(what, (0, 0, 0)), strict=True)]
        if what is What.PLANNED or task not in planned or min(after) < 0:
            planned.add(task)
            starts = BEGIN + timedelta(days=draw(st.integers(1, 20)))
            plan = (starts, starts + timedelta(hours=3), draw(st.integers(1, 3)))
            found.append(Moment(number, at, What.PLANNED, task, *plan))
        else:
            counts[task] = after
            found.append(Moment(number, at, what, task))
    return found


def differences(before: Board, after: Board) -> set[TaskId | str]:
    """Name the tasks that differ, and the parts of the campaign that do."""
    tasks = {
        task
        for task in {*before.tasks, *after.tasks}
        if before.tasks.get(task) != after.tasks.get(task)
    }
    parts = {field.name for field in fields(Board) if field.name != "tasks"}
    return tasks | {name for name in parts if getattr(before, name) != getattr(after, name)}


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_moments_are_read_does_not_matter(
    history: list[Moment], chance: random.Random
) -> None:
    shuffled = history.copy()
    chance.shuffle(shuffled)

    assert fold(shuffled) == fold(history)


@given(histories())
def test_each_moment_changes_its_own_task_and_nothing_else(history: list[Moment]) -> None:
    for place, moment in enumerate(history):
        changed = differences(fold(history[:place]), fold(history[: place + 1]))

        if moment.task_id is None:
            assert changed <= {"version", "confirmed_until", "life"}
        else:
            assert changed <= {moment.task_id}
        if moment.what in COUNTS:
            assert changed == {moment.task_id}


@given(histories())
def test_what_was_known_at_a_minute_is_what_had_happened_by_then(history: list[Moment]) -> None:
    for moment in history:
        assert until(history, moment.at) == [m for m in history if m.at <= moment.at]
    assert fold(until(history, history[-1].at)) == fold(history)


@given(histories())
def test_the_journal_tells_every_moment_once(history: list[Moment]) -> None:
    told = [m for event in as_events(history) for m in event.moments]

    assert sorted(told) == history
    minutes = [event.minute for event in as_events(history)]
    assert minutes == sorted(minutes, reverse=True)


def test_a_task_is_planned_asked_staffed_started_and_done() -> None:
    plan = (BEGIN + timedelta(days=7), BEGIN + timedelta(days=7, hours=3), 2)
    story = [What.ASKED, What.ASKED, What.YES, What.YES, What.STARTED, What.DONE]
    history = [Moment(1, BEGIN, What.PLANNED, TASKS[0], *plan)]
    states = [fold(history).tasks[TASKS[0]].state]
    for number, what in enumerate(story, start=2):
        history.append(Moment(number, BEGIN + timedelta(hours=number), what, TASKS[0]))
        states.append(fold(history).tasks[TASKS[0]].state)

    assert states == [
        TaskState.PLANNED,
        TaskState.PROPOSED,
        TaskState.PROPOSED,
        TaskState.PROPOSED,
        TaskState.STAFFED,
        TaskState.STARTED,
        TaskState.DONE,
    ]


def test_nobody_is_missing_any_more_once_a_task_is_over() -> None:
    plan = (BEGIN + timedelta(days=7), BEGIN + timedelta(days=7, hours=3), 2)
    told = [What.ASKED, What.YES, What.GAP, What.STARTED, What.DONE]
    history = [Moment(1, BEGIN, What.PLANNED, TASKS[0], *plan)] + [
        Moment(number, BEGIN + timedelta(hours=number), what, TASKS[0])
        for number, what in enumerate(told, start=2)
    ]

    missing = [fold(history[:number]).tasks[TASKS[0]].gap for number in range(1, len(history) + 1)]

    assert missing == [False, False, False, True, True, False]


def test_a_no_a_silence_and_a_withdrawal_leave_the_same_board() -> None:
    """The words of the table tell them apart nowhere, so no board can."""
    assert {what.value for what in What}.isdisjoint(
        {"declined", "expired", "handed_back", "task_withdrawn", "silent"}
    )
    assert {COUNTS[What.ENDED], COUNTS[What.WISH_ENDED], COUNTS[What.FREED]} == {
        (-1, 0, 0),
        (0, -1, 0),
        (0, 0, -1),
    }


def test_a_late_outcome_takes_back_that_nothing_was_heard() -> None:
    plan = (BEGIN, BEGIN + timedelta(hours=3), 1)
    history = [
        Moment(1, BEGIN, What.PLANNED, TASKS[0], *plan),
        Moment(2, BEGIN + timedelta(days=8), What.NOT_DONE, TASKS[0]),
        Moment(3, BEGIN + timedelta(days=9), What.DONE, TASKS[0]),
    ]

    assert fold(history[:2]).tasks[TASKS[0]].state is TaskState.NOT_DONE
    assert fold(history).tasks[TASKS[0]].state is TaskState.DONE


def test_a_moved_task_stands_at_its_new_time_only_afterwards() -> None:
    plan = (BEGIN + timedelta(days=7), BEGIN + timedelta(days=7, hours=3), 2)
    later = (plan[0] + timedelta(days=1), plan[1] + timedelta(days=1), 2)
    history = [
        Moment(1, BEGIN, What.PLANNED, TASKS[0], *plan),
        Moment(2, BEGIN + timedelta(hours=1), What.PLANNED, TASKS[0], *later),
    ]

    assert fold(until(history, BEGIN)).tasks[TASKS[0]].starts_at == plan[0]
    assert fold(history).tasks[TASKS[0]].starts_at == later[0]


def test_a_closed_campaign_ends_with_its_last_moment_and_a_running_one_with_the_present() -> None:
    history = [
        Moment(1, BEGIN, What.MATCHED, version=1),
        Moment(2, BEGIN + timedelta(days=3), What.CLOSED),
    ]
    now = BEGIN + timedelta(days=9)

    assert span_of(history, now, closed=True).ends == BEGIN + timedelta(days=3)
    running = span_of(history[:1], now, closed=False)
    assert (running.ends, running.minutes) == (now, 9 * 24 * 60)
    assert running.minute(running.number(BEGIN + timedelta(hours=5))) == BEGIN + timedelta(hours=5)
    assert running.minute(10**9) == now
    assert fold(history).life is CampaignState.CLOSED
    assert around(history, BEGIN + timedelta(days=1)) == (BEGIN, BEGIN + timedelta(days=3))


def test_a_moment_of_a_task_without_a_plan_tells_nothing() -> None:
    history = [Moment(1, BEGIN, What.ASKED, TASKS[0])]

    assert fold(history) == replace(Board(), tasks={})
