"""The one table with two ways (zone by theme), once, when a ledger is closed.

Cells that are safe are shown, unless what is shown, with everything published before, leaves a
hidden unsafe cell (or the hidden rest of a line) an interval narrower than three.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .history import History
from .model import Figure, Ledger, Policy, View
from .program import Known, Program, exactly
from .safety import MEASURES, Counts, refusal

MIN_WIDTH = 3  # Source: disclosure study: the closing table is one draw, so it can ask for more.


class Crossed(NamedTuple):
    """The table: a figure or None for each pair of codes, and how many safe cells are withheld."""

    cells: dict[tuple[str, str], Figure | None]
    withheld: int


@dataclass(frozen=True, slots=True)
class _Cross:
    """The hidden table: `amounts[down, across, seal, measure, worker]`, and who published what."""

    policy: Policy
    down: View
    across: View
    amounts: Counts
    history: History

    @classmethod
    def of(cls, ledger: Ledger, policy: Policy, down: View, across: View) -> "_Cross":
        history = History.of(ledger)
        workers = {w: i for i, w in enumerate(sorted({o.worker for o in history.sealed}))}
        shape = (len(down.codes), len(across.codes), len(history.batches), 2, len(workers))
        amounts = np.zeros(shape, dtype=np.int64)
        rows = {code: i for i, code in enumerate(down.codes)}
        columns = {code: i for i, code in enumerate(across.codes)}
        for seal, batch in enumerate(history.batches):
            for o in batch:
                place = rows[o.codes[down.name]], columns[o.codes[across.name]], seal
                amounts[(*place, slice(None), workers[o.worker])] += (o.actions, o.contacts)
        return cls(policy, down, across, amounts, history)

    @property
    def cells(self) -> Counts:
        """Sums by `[down, across, measure, worker]` over all seals."""
        sums: Counts = self.amounts.sum(axis=2)
        return sums

    def threshold(self, row: int, column: int) -> int:
        return max(
            self.policy.threshold(self.down, self.down.codes[row]),
            self.policy.threshold(self.across, self.across.codes[column]),
        )

    def knowledge(self, measure: int) -> list[Known]:
        """Write down what the ledger told of one measure, seal by seal."""
        amounts = self.amounts[:, :, :, measure].sum(axis=-1)
        place = np.arange(amounts.size).reshape(amounts.shape)
        known = [
            exactly(place[:, :, s].ravel(), amounts[:, :, s].sum()) for s in range(amounts.shape[2])
        ]
        for axis, view in enumerate((self.down, self.across)):
            for c, code in enumerate(view.codes):
                start = 0
                for seq in self.history.releases.get((view.name, code), ()):
                    covered = (c, slice(None)) if axis == 0 else (slice(None), c)
                    index = (*covered, slice(start, seq))
                    known.append(exactly(place[index].ravel(), amounts[index].sum()))
                    start = seq
        return known


def closing_table(ledger: Ledger, policy: Policy, down: View, across: View) -> Crossed:
    """Choose what of the table may be shown. Uses what was sealed, as it was sealed.

    Args:
        ledger: closed, with its members.
        policy: of the ledger.
        down: a view of the policy (zones).
        across: another one (themes).
    """
    cross = _Cross.of(ledger, policy, down, across)
    sums = cross.cells
    size = (len(down.codes), len(across.codes))
    waits = policy.T + policy.jitter(View(f"{down.name}x{across.name}", ()), "", 0)
    safe_cells = {
        (row, column)
        for row, column in np.ndindex(*size)
        if refusal(sums[row, column], policy, max(waits, cross.threshold(row, column))) is None
    }
    shown = set(safe_cells)
    readers = [_Reader(cross, measure) for measure in range(len(MEASURES))]
    while shown and (leak := _leak(cross, readers, shown)) is not None:
        beside = {cell for cell in shown if cell[0] == leak[0] or cell[1] == leak[1]} or shown
        shown.remove(min(beside, key=lambda cell: (int(sums[cell][0].sum()), cell)))
    cells = {
        (down.codes[row], across.codes[column]): (
            Figure(int(sums[row, column, 0].sum()), int(sums[row, column, 1].sum()))
            if (row, column) in shown
            else None
        )
        for row, column in np.ndindex(*size)
    }
    return Crossed(cells, len(safe_cells) - len(shown))


def _leak(
    cross: _Cross, readers: list["_Reader"], shown: set[tuple[int, int]]
) -> tuple[int, int] | None:
    """Return a hidden cell that a reader would know too well, or a cell of such a hidden rest."""
    sums = cross.cells
    rows, columns = sums.shape[:2]
    hidden = [cell for cell in np.ndindex(rows, columns) if cell not in shown]
    groups = [[cell] for cell in hidden]
    groups += [[cell for cell in hidden if cell[0] == row] for row in range(rows)]
    groups += [[cell for cell in hidden if cell[1] == column] for column in range(columns)]
    unsafe = [
        group
        for group in groups
        if group
        and refusal(
            np.sum([sums[cell] for cell in group], axis=0),
            cross.policy,
            max(cross.threshold(*cell) for cell in group) if len(group) == 1 else cross.policy.T,
        )
    ]
    for reader in readers:
        reader.learn(shown)
        for group in unsafe:
            if reader.width(group) < MIN_WIDTH:
                return group[0]
    return None


class _Reader:
    """One measure of the table as a reader of the ledger and of the shown cells pictures it."""

    def __init__(self, cross: _Cross, measure: int) -> None:
        self.amounts = cross.amounts[:, :, :, measure].sum(axis=-1)
        self.place = np.arange(self.amounts.size).reshape(self.amounts.shape)
        self.known = cross.knowledge(measure)
        self.program: Program
        self.histories: list[NDArray[np.float64]]

    def learn(self, shown: set[tuple[int, int]]) -> None:
        more = [exactly(self.place[cell], self.amounts[cell].sum()) for cell in sorted(shown)]
        self.program = Program(self.amounts.size, [*self.known, *more])
        self.histories = [self.amounts.astype(np.float64)]

    def width(self, group: list[tuple[int, int]]) -> float:
        """Return how wide the interval of a sum of cells is, or at least that it is enough."""
        seen = [sum(float(h[cell].sum()) for cell in group) for h in self.histories]
        if max(seen) - min(seen) < MIN_WIDTH:
            costs = np.zeros(self.amounts.shape)
            for cell in group:
                costs[cell] = 1.0
            for sign in (1, -1):
                found = self.program.least(sign * costs.ravel()).reshape(self.amounts.shape)
                self.histories.append(found)
                seen.append(sum(float(found[cell].sum()) for cell in group))
        return round(max(seen) - min(seen), 6)
