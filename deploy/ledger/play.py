"""A world played through an implementation of the ledger, and what really happened in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deploy.ledger.worlds import START, Act, World

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Film:
    """Every seal of a world, one after the other: what a reader could have kept.

    Blocks come from the implementation, `amounts[code, seal, measure, worker]` from the acts: only
    which outcome entered the total at which seal is taken from the implementation.
    """

    world: World
    implementation: ModuleType
    policy: Any
    seals: tuple[Any, ...]

    @cached_property
    def blocks(self) -> tuple[Any, ...]:
        return tuple(block for seal in self.seals for block in seal.blocks)

    @cached_property
    def audit(self) -> tuple[Any, ...]:
        return tuple(row for seal in self.seals for row in seal.audit)

    @cached_property
    def batches(self) -> tuple[tuple[Act, ...], ...]:
        acts = {act.id: act for act in self.world.acts}
        totals = [block for block in self.blocks if block.view == "total"]
        return tuple(tuple(acts[o.id] for o in block.members) for block in totals)

    @cached_property
    def workers(self) -> list[str]:
        return sorted({act.worker for act in self.world.acts})

    def amounts(self, view: str) -> Counts:
        codes = {code: i for i, code in enumerate(self.world.views.get(view, ("*",)))}
        workers = {worker: i for i, worker in enumerate(self.workers)}
        sums = np.zeros((len(codes), len(self.batches), 2, len(workers)), dtype=np.int64)
        for seal, batch in enumerate(self.batches):
            for act in batch:
                code = codes[act.codes.get(view, "*")]
                sums[code, seal, :, workers[act.worker]] += (act.actions, act.contacts)
        return sums

    def crossed(self, down: str, across: str) -> dict[tuple[str, str], Counts]:
        """Add up what was sealed in each cell of two views, as `[measure, worker]`."""
        cells: dict[tuple[str, str], Counts] = {}
        for act in (act for batch in self.batches for act in batch):
            place = act.codes[down], act.codes[across]
            sums = cells.setdefault(place, np.zeros((2, len(self.workers)), dtype=np.int64))
            sums[:, self.workers.index(act.worker)] += (act.actions, act.contacts)
        return cells

    def releases(self, view: str) -> list[list[int]]:
        """Return the seals, from 1, at which each code of a view had a block."""
        codes = self.world.views.get(view, ("*",))
        return [[b.seq for b in self.blocks if (b.view, b.code) == (view, c)] for c in codes]

    @property
    def total(self) -> int:
        return sum(block.actions for block in self.blocks if block.view == "total")


def policy_of(world: World, ledger: ModuleType) -> Any:
    views = tuple(
        ledger.View(name, codes, world.thresholds.get(name, {}))
        for name, codes in world.views.items()
    )
    return ledger.Policy(world.name, views, world.key, **world.rules)


def outcomes_of(acts: Iterable[Act], ledger: ModuleType) -> list[Any]:
    return [ledger.Outcome(*act) for act in acts]


def play(
    world: World, ledger: ModuleType, *, acts: Sequence[Act] | None = None, step_days: int = 1
) -> Film:
    """Try to seal every `step_days`, as the clock of the house does, and close at the end."""
    policy = policy_of(world, ledger)
    outcomes = outcomes_of(world.acts if acts is None else acts, ledger)
    blocks: list[Any] = []
    seals = []
    for day in days_of(world, step_days):
        found = ledger.seal(outcomes, blocks, policy, day=day, close=day == world.last_day)
        blocks += found.blocks
        seals.append(found)
    return Film(world, ledger, policy, tuple(seals))


def days_of(world: World, step_days: int = 1) -> list[date]:
    days = [START + timedelta(days=n) for n in range(0, world.days, step_days)]
    return [*days, world.last_day]
