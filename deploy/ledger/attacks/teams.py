"""Attacks on small teams: zones, views and policies that are too fine, waivers that are missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np

from deploy.ledger.attacks.stage import Result, Stage, accepted
from deploy.ledger.play import outcomes_of, play, policy_of
from deploy.ledger.worlds import START, Act, neighbourhood_as_view, small

SMALL = 5
ZONE = 4


def quarter_as_view(stage: Stage) -> Result:
    """Make each neighbourhood a code: a line of one worker must never be shown."""
    film = play(neighbourhood_as_view(), stage.ledger)
    shown = [f"{b.code}: {b.actions}" for b in film.blocks if b.view == "neighbourhood"]
    return Result(len(film.batches) * 12, shown)


def two_workers(stage: Stage) -> Result:
    """Follow a campaign of two: nothing live; at the end a total, only if both have agreed."""
    ledger, world = stage.ledger, small()
    film = play(world, ledger)
    learnt = [f"live: {b.view}/{b.code} {b.actions}" for b in film.blocks]
    day = world.last_day
    agreed = [ledger.Waiver(f"waiver-{w}", w, START) for w in film.workers]

    def close(outcomes: Sequence[Any], waivers: Sequence[Any], *, last: bool = True) -> Any:
        return ledger.seal(outcomes, [], film.policy, day=day, close=last, waivers=waivers)

    outcomes = outcomes_of(world.acts, ledger)
    late = [agreed[0], replace(agreed[1], day=day + timedelta(days=1))]
    for name, found in {
        "one of two agreed": close(outcomes, agreed[:1]),
        "one agrees after the close": close(outcomes, late),
        "not closed": close(outcomes, agreed, last=False),
        "four persons met": close(outcomes[: SMALL - 1], agreed),
    }.items():
        learnt += [f"{name}: {b.view}/{b.code} {b.actions}" for b in found.blocks]
    # Behind them others come, just enough to be safe: they are the reserve, and two stand alone.
    others = [Act(f"y{i}", day, f"y{i}", 1, 2, world.acts[0].codes) for i in range(SMALL)]
    later = day + timedelta(days=1)
    live = ledger.seal(
        [*outcomes, *outcomes_of(others, ledger)],
        [],
        film.policy,
        day=later,
        close=False,
        waivers=agreed,
    )
    learnt += [f"live, with waivers: {b.view}/{b.code} {b.actions}" for b in live.blocks]
    both = close(outcomes, agreed)
    if [(b.view, b.actions) for b in both.blocks] != [("total", len(outcomes))]:
        learnt.append(f"both agreed: {both.blocks}")
    if not any(row.what == "waiver" and "waiver-" in row.note for row in both.audit):
        learnt.append("no trace of the waivers")
    return Result(len(film.seals) + 6, learnt)


def waiver_after_seals(stage: Stage) -> Result:
    """Close on an increment of one worker, with everybody's waiver, after live figures."""
    ledger, film = stage.ledger, stage.busiest
    world = film.world
    blocks = [b for seal in film.seals[: len(film.seals) // 2] for b in seal.blocks]
    day = blocks[-1].day + timedelta(days=8)
    sealed = [a for batch in film.batches for a in batch][: sum(len(b.members) for b in blocks)]
    codes = world.acts[0].codes
    alone = [Act(f"x{i}", blocks[-1].day, "w00", 1, 1, codes) for i in range(9)]
    agreed = [ledger.Waiver(f"waiver-{w}", w, START) for w in film.workers]
    outcomes = outcomes_of([*sealed, *alone], ledger)
    found = ledger.seal(outcomes, blocks, film.policy, day=day, close=True, waivers=agreed)
    return Result(1, [f"{b.view}/{b.code} {b.actions}" for b in found.blocks])


def funder_zones(stage: Stage) -> Result:
    """Look for a zone of fewer than four workers, and for a second grouping to subtract."""
    ledger, tried, learnt = stage.ledger, 0, []
    draw = np.random.default_rng(5)
    for number in range(40):
        places = [
            ledger.Place(
                f"RAQ{i:02}",
                frozenset({f"w{i:02}"} | ({f"v{i:02}"} if draw.integers(5) == 0 else set())),
                float(draw.random() * 12),
                float(draw.random() * 12),
                f"basin{draw.integers(4)}",
            )
            for i in range(4 + number % 23)
        ]
        tried += 1
        zoning = ledger.group_zones(places, year=2022)
        workers = {place.zone_id: place.workers for place in places}
        for zone in zoning.zones:
            team = frozenset[str]().union(*(workers[i] for i in zone.zone_ids))
            if len(team) < ZONE:
                learnt.append(f"{zone.code} has {len(team)} workers")
        again = ledger.group_zones(places[::-1], year=2022)
        if again != zoning:
            learnt.append("the order of the places changes the grouping")
    smaller = ledger.Zoning(2022, zoning.zones[1:])
    overlapping = ledger.Zoning(2023, (*zoning.zones, zoning.zones[0]))
    learnt += accepted(ledger, "a second grouping", lambda: ledger.check_zoning([zoning], smaller))
    learnt += accepted(
        ledger, "two zones that overlap", lambda: ledger.check_zoning([], overlapping)
    )
    learnt += accepted(
        ledger, "zones of three", lambda: ledger.group_zones(places, year=2022, min_workers=3)
    )
    return Result(tried + 3, learnt)


def laxer_policy(stage: Stage) -> Result:
    """Ask for a policy below the floors, or for views that are too fine."""
    world = stage.worlds[0]
    wishes: list[tuple[str, dict[str, Any]]] = [
        ("T = 4", {"rules": {"T": 4}}),
        ("K = 2", {"rules": {"K": 2}}),
        ("P = 0.1", {"rules": {"P": 0.1}}),
        ("J = 0", {"rules": {"J": 0}}),
        ("min_cats = 1", {"rules": {"min_cats": 1}}),
        ("period_days = 0", {"rules": {"period_days": 0}}),
        ("a threshold of 3", {"thresholds": {"theme": {"theme1": 3}}}),
        ("26 quarters", {"views": {"quarter": tuple(f"q{i}" for i in range(26))}}),
        ("two codes", {"views": {"kind": ("kind0", "kind1")}}),
        ("no key", {"key": b""}),
    ]
    learnt = []
    for name, wish in wishes:
        asked = replace(world, **wish)
        learnt += accepted(stage.ledger, name, partial(policy_of, asked, stage.ledger))
    return Result(len(wishes), learnt)
