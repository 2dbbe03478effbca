"""The auditor: attacks a view as a reader of all published sums would, before a seal is kept.

What a reader does not see are the cells: how much of a code entered the total between two seals.
The auditor plays a reader who also knows the rule: that a code which is not shown for being small
has less than T + J. A cell that is not safe must keep an interval of possible values.

Two tools, so that every seal of every view can be checked:

* *Another history*: move some actions between two codes and two seals so that every published
  sum stays the same. If such a move changes a cell, the reader cannot tell which history is true.
* *Linear programming* (HiGHS) where no such move is found: the smallest and largest value that the
  published sums allow. The sums form a network, so the bounds are whole and exact.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .history import ViewHistory
from .model import Policy
from .moves import widths
from .picture import Table
from .program import Program, knowledge_of
from .safety import MEASURES, Counts, safe

ROUNDS_TOGETHER = 12
SCATTER = 2654435761  # Knuth's multiplier: neighbours get unlike signs, the same every time.


class Leak(NamedTuple):
    """A cell that a reader would know too well: a code between two seals, and its bounds."""

    code: str
    measure: str
    after_seal: int
    until_seal: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the auditor found: how many unsafe cells, the narrowest interval, and the leaks."""

    cells: int
    programs: int
    narrowest: int | None
    leaks: tuple[Leak, ...]

    def told(self) -> str:
        width = "none" if self.narrowest is None else self.narrowest
        leaks = ";".join(
            f"{leak.code} {leak.measure} {leak.after_seal}-{leak.until_seal}" for leak in self.leaks
        )
        return f"cells={self.cells} narrowest={width} leaks={len(self.leaks)} {leaks}".rstrip()


def attack(view: ViewHistory) -> Finding:
    """Attack a view with everything it has published, `view.releases` included."""
    cells, programs, found, leaks = 0, 0, [], []
    for m, measure in enumerate(MEASURES):
        table = Table.of(view, m)
        cells += int(table.amounts.size)
        suspects = _suspects(view, table, m)
        if not len(suspects):
            continue
        wanted = _wanted(_values(table.amounts, suspects), view.policy)
        low, high, solved = _bounds(table, suspects, wanted)
        programs += solved
        found.append(int((high - low).min()))
        leaks += [
            Leak(view.view.codes[c], measure, after, until, int(low[i]), int(high[i]))
            for i, (c, after, until) in enumerate(suspects.tolist())
            if high[i] - low[i] < wanted[i]
        ]
    return Finding(cells, programs, min(found, default=None), tuple(leaks))


def _wanted(values: NDArray[np.int64], policy: Policy) -> NDArray[np.int64]:
    """Tell how wide the interval of an unsafe cell has to be: `min_width`, and P of what it is."""
    share = policy.dominance
    relative = -(-values * share.numerator // share.denominator)
    return np.maximum(policy.min_width, relative)


def _bounds(
    table: Table, suspects: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Find for each suspect how small and how large it is in some history, until it is enough.

    Every solution is a history, and tells about all suspects at once: first those that are still
    narrow are pushed together, each up or down in turn, then what is left one by one, to the end.
    """
    program, solved = Program(table.amounts.size, knowledge_of(table)), 0
    low = high = _values(table.amounts, suspects)

    def push(some: NDArray[np.int64], signs: NDArray[np.int64]) -> None:
        nonlocal low, high, solved
        costs = np.zeros(table.amounts.shape)
        for (code, after, until), sign in zip(suspects[some].tolist(), signs.tolist(), strict=True):
            costs[code, after:until] += sign
        for way in (1, -1):
            history = np.rint(program.least(way * costs.ravel())).astype(np.int64)
            values = _values(history.reshape(table.amounts.shape), suspects)
            low, high, solved = np.minimum(low, values), np.maximum(high, values), solved + 1

    settled = np.zeros(len(suspects), dtype=np.bool_)
    rounds = 0
    while len(narrow := np.flatnonzero((high - low < wanted) & ~settled)):
        if rounds < ROUNDS_TOGETHER and len(narrow) > 1:
            scattered = (narrow * SCATTER) % (1 << 32) >> (16 + rounds)
            push(narrow, 1 - 2 * (scattered % 2))
            rounds += 1
        else:
            push(narrow[:1], np.ones(1, dtype=np.int64))
            settled[narrow[0]] = True
    return low, high, solved


def _values(amounts: Counts, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.concatenate([np.zeros_like(amounts[:, :1]), amounts.cumsum(axis=1)], axis=1)
    code, after, until = cells.T
    found: NDArray[np.int64] = sums[code, until] - sums[code, after]
    return found


def _suspects(view: ViewHistory, table: Table, measure: int) -> NDArray[np.int64]:
    """Return unsafe cells that no move widens enough, as rows: code, after and until which seal."""
    sums = np.concatenate([np.zeros_like(table.amounts[:, :1]), table.amounts.cumsum(axis=1)], 1)
    value = sums[:, None, 1:] - sums[:, :-1, None]
    code, first, last = np.nonzero(np.triu(widths(table) < _wanted(value, view.policy)))
    per_worker = view.amounts[:, :, [measure]].cumsum(axis=1)
    per_worker = np.concatenate([np.zeros_like(per_worker[:, :1]), per_worker], axis=1)
    thresholds = np.array([view.policy.threshold(view.view, name) for name in view.view.codes])
    parts = per_worker[code, last + 1] - per_worker[code, first]
    unsafe = ~safe(parts, view.policy, thresholds[code])
    return np.stack([code, first, last + 1], axis=1)[unsafe]
