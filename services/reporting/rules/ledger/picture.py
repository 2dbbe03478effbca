"""What a reader of the published sums pictures of one measure of a view."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .history import ViewHistory
from .safety import Answers, Counts

FREE = np.iinfo(np.int64).max // 4
"""Room without a limit."""


@dataclass(frozen=True, slots=True)
class Table:
    """One measure of a view as a reader pictures it.

    `amounts[code, seal]` is hidden. `interval[code, seal]` numbers the block that covers the cell;
    `open` cells are in none yet. `room[code, seal]` is by how much the code's pending sum could be
    larger, at that seal, and still not be shown for being small.
    """

    amounts: Counts
    interval: NDArray[np.int64]
    open: Answers
    room: NDArray[np.int64]
    cap: NDArray[np.int64]

    @classmethod
    def of(cls, view: ViewHistory, measure: int) -> "Table":
        amounts = view.amounts[:, :, measure].sum(axis=-1)
        codes, seals = amounts.shape
        interval = np.zeros((codes, seals), dtype=np.int64)
        cap = np.full((codes, seals), FREE)
        room = np.full((codes, seals), FREE)
        numbers = np.arange(1, seals + 1)
        policy = view.policy
        for c, releases in enumerate(view.releases):
            interval[c] = np.searchsorted(np.array(releases), numbers)
            code = view.view.codes[c]
            most = policy.threshold(view.view, code) + policy.J - 1
            bounds = (0, *releases, seals)
            for number, (start, end) in enumerate(pairwise(bounds)):
                sums = amounts[c, start:end].cumsum()
                waits = policy.threshold(view.view, code) + policy.jitter(view.view, code, number)
                unseen = np.arange(start + 1, end + 1) != end if number < len(releases) else True
                small = (sums < waits) & unseen
                cap[c, start:end][small] = most
                room[c, start:end][small] = most - sums[small]
        last = np.array([releases[-1] if releases else 0 for releases in view.releases])
        return cls(amounts, interval, numbers > last[:, None], room, cap)
