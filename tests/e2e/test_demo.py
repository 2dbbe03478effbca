"""`relais demo`, as a person starts it: three crises, one of them twice, and nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.demo import Demo, Request, open_demo
from deploy.engines import State
from deploy.player import Play, Scenario, read_scenario, scenario_names
from deploy.player.story import Sentence
from deploy.settings import PROJECT_ROOT, clean_environment
from deploy.where import DEMO_FOLDERS, DEMO_PREFIX

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

PLAY_LIMIT_S = 1200
WAIT_LIMIT_S = 120
FIGURES = (
    "campaigns",
    "zones",
    "tasks_generated",
    "proposed",
    "accepted",
    "declined",
    "done",
    "outcomes",
    "contributions",
    "people_reached",
    "relays",
)
OUTSIDE = ("entered_by_mail", "invited_at_their_own_page", "answers_read", "pages_compared")
"""What two plays of one seed see alike of the funder's side, whatever is killed on the way."""
TAKEN_ALONG = ("pdf", "xlsx", "csv", "json")
COUNTED_AT_LEAST_ONCE = ("accepted", "declined", "done", "outcomes", "people_reached")


@cache
def played(scenario: str) -> dict[str, Any]:
    """Play a scenario once in this process's life, as the command does."""
    return play(scenario)


def play(scenario: str, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [*DEMO, "--scenario", scenario, "--speed", "0", "--exit", "--json", *options],
        cwd=PROJECT_ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PLAY_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


DEMO = (sys.executable, "-P", "-m", "deploy", "demo")


def figures(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: summary[name] for name in FIGURES}


@pytest.mark.long
@pytest.mark.parametrize("scenario", scenario_names())
def test_a_crisis_is_played_to_its_end_and_breaks_no_law(scenario: str) -> None:
    summary = played(scenario)

    assert {law: n for law, n in summary["laws"].items() if n} == {}
    assert summary["laws_broken"] == 0
    assert summary["dead_letters"] == 0
    assert summary["campaigns"] == len(read_scenario(scenario).campaigns)
    assert all(summary[name] > 0 for name in COUNTED_AT_LEAST_ONCE)
    assert summary["done"] <= summary["tasks_generated"]
    assert summary["duplicates_absorbed"] > 0
    assert summary["outcome_to_figure_s"]["median"] is not None


@pytest.mark.long
@pytest.mark.parametrize("scenario", scenario_names())
def test_what_left_the_house_is_what_was_sealed_and_is_sealed_again_alike(scenario: str) -> None:
    summary = played(scenario)
    seen, campaigns = summary["seen"], len(read_scenario(scenario).campaigns)

    assert summary["said"] == []
    assert seen["ledgers"] == campaigns
    assert seen["seals_the_same_again"] == seen["seals_published"] > campaigns
    assert seen["figures_compared"] > 100
    assert seen["pages_compared"] >= 9
    assert {seen[f"reports_as_{form}"] for form in TAKEN_ALONG} == {campaigns}
    assert seen["letters_compared"] == campaigns
    assert seen["letters_arrived"] > seen["subscriptions_asked"] == 2
    assert (seen["subscriptions_confirmed"], seen["exports_taken"]) == (1, 1)
    assert seen["own_data_taken"] == 2  # what dispatch keeps, and what notify keeps


@pytest.mark.long
@pytest.mark.parametrize(
    ("scenario", "invited", "refused", "answers"),
    [("covid-2021", 1, 1, 2), ("energy-2022", 0, 1, 1), ("ukraine-2022", 1, 0, 2)],
)
def test_a_funder_invites_asks_for_more_and_reads_what_is_decided(
    scenario: str, invited: int, refused: int, answers: int
) -> None:
    seen = played(scenario)["seen"]

    assert seen["entered_by_mail"] == seen["extensions_asked"] == 1
    assert seen.get("invited_at_their_own_page", 0) == invited
    assert seen.get("invitations_refused", 0) == refused
    assert seen["answers_read"] == answers


@pytest.mark.long
def test_a_campaign_of_two_is_told_when_both_agreed_and_not_before() -> None:
    seen = played("ukraine-2022")["seen"]

    assert seen["waivers_given"] == 2
    assert seen["looks_at_nothing_published"] == 2  # while it lasts, and with one waiver of two


@pytest.mark.long
def test_ukraine_ends_with_540_accompaniments_in_the_published_shares() -> None:
    relays = played("ukraine-2022")["relays"]

    assert sum(relays.values()) == 540
    assert 100 * relays["interpreting"] / 540 == pytest.approx(28, abs=0.2)
    assert 100 * relays["housing"] / 540 == pytest.approx(21, abs=0.2)
    assert 100 * relays["disability_recognition"] / 540 == pytest.approx(0.7, abs=0.2)


async def test_two_weeks_end_alike_when_the_worker_and_the_broker_are_killed_on_the_way() -> None:
    unharmed = await play_two_weeks()

    harmed = await play_two_weeks({4: "worker", 10: "nats"})

    for summary in (unharmed, harmed):
        assert {law: n for law, n in summary["laws"].items() if n} == {}
        assert summary["dead_letters"] == 0
        assert all(summary[name] > 0 for name in COUNTED_AT_LEAST_ONCE)
        seen = summary["seen"]
        assert seen["invited_at_their_own_page"] == seen["answers_read"] == 1
        assert seen["seals_the_same_again"] == seen["seals_published"] > 0
        assert seen["figures_compared"] > 0
    assert figures(harmed) == figures(unharmed)
    assert [harmed["seen"][name] for name in OUTSIDE] == [
        unharmed["seen"][name] for name in OUTSIDE
    ]


def test_a_killed_demo_leaves_no_process_and_no_folder() -> None:
    demo = subprocess.Popen(
        [*DEMO, "--speed", "1"],
        cwd=PROJECT_ROOT,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: bool(started(demo.pid)), "the demo did not start")
        [folder] = started(demo.pid)
        state = State.read(folder)
        assert state is not None
        pids = list(state.pids.values())
    finally:
        demo.send_signal(signal.SIGKILL)
        demo.wait()

    wait_for(lambda: not any(psutil.pid_exists(pid) for pid in pids), "a process stayed")
    wait_for(lambda: not folder.exists(), "the folder stayed")


def two_weeks() -> Scenario:
    """The Vacci-Bus days of the first two weeks: long enough to be harmed in the middle.

    The funder invites, reads the answer, and looks at what is published on the Monday after.
    """
    scenario = read_scenario("covid-2021")
    ends_on = scenario.campaign.starts_on + timedelta(days=11)
    campaign = scenario.campaign.model_copy(update={"ends_on": ends_on})
    signals = tuple(s for s in scenario.signals if s.at.date() < ends_on)
    funder = scenario.funder.model_copy(update={"looks_at": scenario.funder.looks_at[:1]})
    shorter = {"campaign": campaign, "signals": signals, "funder": funder}
    later = {"letters": (), "extension": None, "accounts": None}
    return scenario.model_copy(update=shorter | later)


async def play_two_weeks(kills: Mapping[int, str] | None = None) -> dict[str, Any]:
    """Play them with one seed; `kills` says after how many tasks done which process is killed."""
    left = dict(kills or {})
    async with open_demo(Request(speed=0), lambda _: None, two_weeks()) as demo:

        def harm(play: Play) -> None:
            def look(_: Sentence) -> None:
                name = left.pop(len(play.world.tasks_done), None)
                if name is not None:
                    kill(demo, name)

            play.world.story.listeners.append(look)

        summary = await demo.play(harm)
    assert not left, "there was nothing left to kill"
    return summary


def kill(demo: Demo, name: str) -> None:
    os.kill(demo.system.engines.pids()[name], signal.SIGKILL)


def wait_for(condition: Callable[[], bool], complaint: str) -> None:
    give_up_at_s = time.monotonic() + WAIT_LIMIT_S
    while not condition():
        assert time.monotonic() < give_up_at_s, complaint
        time.sleep(0.1)


def started(pid: int) -> list[Path]:
    """Find the folder of the demo of this process, once its doors are open."""
    states = {folder: State.read(folder) for folder in DEMO_FOLDERS.glob(f"{DEMO_PREFIX}*")}
    return [
        folder
        for folder, state in states.items()
        if state is not None and state.parent == pid and "web" in state.pids
    ]
