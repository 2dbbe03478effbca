"""Generated years and campaigns, of the size that the report of 2022 publishes.

Random numbers live here only, with a seed: the ledger itself has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

START = date(2022, 1, 3)
LANGUAGES = 12
RARE_OF_TEN = 3
LANGUAGE_SHARES = (0.30, 0.15, 0.10, 0.10, 0.08, 0.07, 0.05, 0.05, 0.04, 0.03, 0.02, 0.01)


class Act(NamedTuple):
    """One worker's outcome, before any implementation of the ledger has read it."""

    id: str
    day: date
    worker: str
    actions: int
    contacts: int
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """What happens in one ledger, and the rules that protect it."""

    name: str
    acts: tuple[Act, ...]
    views: Mapping[str, tuple[str, ...]]
    days: int
    rules: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    key: bytes = b"a key of the sealer"

    @property
    def last_day(self) -> date:
        """The day on which the ledger is closed."""
        return START + timedelta(days=self.days)


def generated(  # noqa: PLR0913 -- what a world is made of
    seed: int,
    *,
    acts: int,
    days: int,
    workers: int = 26,
    contacts: str = "few",
    rules: Mapping[str, Any] | None = None,
    thresholds: Mapping[str, Mapping[str, int]] | None = None,
) -> World:
    """Draw a world: one neighbourhood per worker, unequal workers, unequal codes.

    Args:
        seed: the same gives the same world.
        acts: how many outcomes.
        days: over how many days.
        workers: how many; each speaks one to four of twelve languages.
        contacts: "few" (one, sometimes two), "many" (heavy-tailed, as collective actions), or
            "rare" (most have none, as steps taken for somebody who is absent).
        rules: parameters of the policy that differ from its defaults.
        thresholds: higher ones for sensitive codes, by view.
    """
    draw = np.random.default_rng(seed)
    output = draw.lognormal(0, 0.6, workers)
    spoken = [
        sorted(
            draw.choice(
                LANGUAGES, size=draw.integers(1, 5), replace=False, p=LANGUAGE_SHARES
            ).tolist()
        )
        for _ in range(workers)
    ]
    shares = {
        "theme": draw.dirichlet(np.ones(12)),
        "kind": draw.dirichlet(np.full(6, 1.5)),
        "non_take_up": draw.dirichlet(np.full(5, 2.0)),
    }
    zones = min(5, max(1, workers // 4))
    happened = []
    for number in range(acts):
        worker = int(draw.choice(workers, p=output / output.sum()))
        codes = {view: f"{view}{draw.choice(len(p), p=p)}" for view, p in shares.items()}
        codes["language"] = f"language{draw.choice(spoken[worker])}"
        codes["zone"] = f"zone{worker % zones}"
        codes["neighbourhood"] = f"quarter{worker:02}"
        day = START + timedelta(days=int(draw.integers(days)))
        happened.append(Act(f"o{number:05}", day, f"w{worker:02}", 1, _met(draw, contacts), codes))
    views = {view: tuple(f"{view}{i}" for i in range(len(p))) for view, p in shares.items()}
    views["language"] = tuple(f"language{i}" for i in range(LANGUAGES))
    if zones > 2:  # noqa: PLR2004 -- a view needs more codes than stay unreleased
        views["zone"] = tuple(f"zone{i}" for i in range(zones))
    return World(
        f"{acts} acts, {days} days, {contacts} contacts, seed {seed}",
        tuple(happened),
        views,
        days,
        rules or {},
        thresholds or {},
    )


def _met(draw: np.random.Generator, contacts: str) -> int:
    match contacts:
        case "few":
            return 1 + int(draw.poisson(0.3))
        case "many":
            return 1 + int(draw.lognormal(1.5, 1.0))
        case _:
            return int(draw.integers(10) < RARE_OF_TEN)


def campaigns(number: int, *, first_seed: int = 0) -> list[World]:
    """Draw campaigns of eight weeks: ordinary and intense ones, with all kinds of contacts."""
    sizes, kinds = (84, 120, 250), ("few", "many", "rare")
    return [
        generated(seed, acts=sizes[seed % 3], days=56, contacts=kinds[seed // 3 % 3])
        for seed in range(first_seed, first_seed + number)
    ]


def years(number: int, *, first_seed: int = 0, period_days: int = 7) -> list[World]:
    """Draw years like 2022: 547 interventions, 544 collective actions, 540 accompaniments."""
    shapes = ((547, 26, "few"), (544, 26, "many"), (540, 19, "few"))
    worlds = []
    for seed in range(first_seed, first_seed + number):
        acts, workers, contacts = shapes[seed % 3]
        world = generated(seed, acts=acts, days=365, workers=workers, contacts=contacts)
        worlds.append(replace(world, rules={"period_days": period_days}))
    return worlds


def small(*, workers: int = 2, acts: int = 60) -> World:
    """Draw a campaign of a team so small that every figure is a figure on one of them."""
    return generated(7, acts=acts, days=56, workers=workers)


def neighbourhood_as_view(seed: int = 3) -> World:
    """Draw a campaign where somebody made a view of neighbourhoods: a worker in each."""
    world = generated(seed, acts=250, days=56, workers=12)
    quarters = tuple(f"quarter{i:02}" for i in range(12))
    return replace(world, views={"theme": world.views["theme"], "neighbourhood": quarters})
