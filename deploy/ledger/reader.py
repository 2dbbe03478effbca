"""A reader who keeps every published state and computes: the strongest attack on hidden cells.

Written apart from the auditor of the ledger, which does the same before a seal: none may be blind
where the other is.
"""

from fractions import Fraction
from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from deploy.ledger.play import Counts, Film

ROUNDS = 10
Cells = NDArray[np.int64]


class Pinned(NamedTuple):
    """A cell that the reader knows too well."""

    view: str
    code: str
    measure: str
    after_seal: int
    until_seal: int
    low: int
    high: int


def unsafe(sums: Counts, film: Film, threshold: Any = None) -> NDArray[np.bool_]:
    """Tell which sums `[..., measure, worker]` break the promise: T, K or P, in either measure."""
    rules = film.policy
    least = np.asarray(rules.T if threshold is None else threshold)[..., None]
    ranked = np.sort(sums, axis=-1)
    largest = ranked[..., -1]
    rest = sums.sum(axis=-1) - largest - (ranked[..., -2] if sums.shape[-1] > 1 else 0)
    p = Fraction(str(rules.P))
    few = (sums.sum(axis=-1) < least) | ((sums > 0).sum(axis=-1) < rules.K)
    broken: NDArray[np.bool_] = (few | (rest * p.denominator < largest * p.numerator)).any(axis=-1)
    return broken


class Reader:
    """One measure of one view: its equations, and every history they leave possible.

    Args:
        film: what was published.
        view: which breakdown.
        measure: 0 for actions, 1 for contacts.
        knows_rule: also use that a code hidden for being small has less than T + J.
        insider: the number of a worker who knows all own outcomes, or None.
    """

    def __init__(
        self,
        film: Film,
        view: str,
        measure: int,
        *,
        knows_rule: bool = True,
        insider: int | None = None,
    ) -> None:
        by_worker = film.amounts(view)
        whole = by_worker[:, :, measure].sum(axis=-1)
        own = by_worker[:, :, measure, insider] if insider is not None else np.zeros_like(whole)
        self.truth: Counts = whole - own
        self.film, self.view, self.measure = film, view, measure
        self.codes, self.seals = self.truth.shape
        self.program = self._program(whole, own, knows_rule=knows_rule)

    def _program(self, whole: Counts, own: Counts, *, knows_rule: bool) -> highspy.Highs:
        model = highspy.Highs()  # type: ignore[no-untyped-call] # untyped upstream
        model.setOptionValue("output_flag", False)  # noqa: FBT003 -- the solver's own interface
        model.setOptionValue("threads", 1)
        size = self.codes * self.seals
        model.addVars(size, np.zeros(size), np.full(size, highspy.kHighsInf))
        place = np.arange(size, dtype=np.int32).reshape(whole.shape)

        def say(cells: NDArray[np.int32], low: float, high: float) -> None:
            model.addRow(low, high, len(cells), cells, np.ones(len(cells)))

        for s in range(self.seals):
            say(place[:, s], float(self.truth[:, s].sum()), float(self.truth[:, s].sum()))
        for c, releases in enumerate(self.film.releases(self.view)):
            start = 0
            for end in [*releases, self.seals]:
                covered = slice(start, end)
                if end in releases:
                    known = float(self.truth[c, covered].sum())
                    say(place[c, covered], known, known)
                if knows_rule:
                    for s in self._small(
                        whole, c, start, end, len([r for r in releases if r <= start])
                    ):
                        most = self._threshold(c) + self.film.policy.J - 1
                        high = float(most - own[c, start : s + 1].sum())
                        say(place[c, start : s + 1], 0.0, high)
                start = end
        return model

    def _threshold(self, code: int) -> int:
        view = self.film.world.views[self.view]
        least = self.film.world.thresholds.get(self.view, {}).get(view[code], 0)
        return max(int(self.film.policy.T), least)

    def _small(self, whole: Counts, code: int, start: int, end: int, blocks: int) -> list[int]:
        """Return the seals at which a code was hidden for having less than its threshold."""
        view = next(v for v in self.film.policy.views if v.name == self.view)
        waits = self._threshold(code) + self.film.policy.jitter(view, view.codes[code], blocks)
        shown = end in self.film.releases(self.view)[code]
        return [
            s
            for s in range(start, end)
            if whole[code, start : s + 1].sum() < waits and not (shown and s + 1 == end)
        ]

    def cells(self, *, windows: bool) -> Cells:
        """List code, after and until which seal: single seals, or every run of seals."""
        reach = self.seals if windows else 1
        return np.array(
            [
                (c, first, last)
                for c in range(self.codes)
                for first in range(self.seals)
                for last in range(first + 1, min(first + reach, self.seals) + 1)
            ],
            dtype=np.int64,
        ).reshape(-1, 3)

    def values(self, history: Counts, cells: Cells) -> Counts:
        sums = np.concatenate([np.zeros_like(history[:, :1]), history.cumsum(axis=1)], axis=1)
        found: Counts = sums[cells[:, 0], cells[:, 2]] - sums[cells[:, 0], cells[:, 1]]
        return found

    def bounds(self, cells: Cells, wanted: Counts) -> tuple[Counts, Counts]:
        """Return bounds of cells: exact where they are closer than wanted, else wide enough."""
        low = high = self.values(self.truth, cells)
        done = np.zeros(len(cells), dtype=np.bool_)
        for number in range(ROUNDS + len(cells)):
            narrow = np.flatnonzero((high - low < wanted) & ~done)
            if not len(narrow):
                break
            chosen = narrow if number < ROUNDS else narrow[:1]
            signs = np.where((chosen * 40503 >> (number % 16)) % 2, 1.0, -1.0)
            costs = np.zeros((self.codes, self.seals))
            for (c, after, until), sign in zip(cells[chosen].tolist(), signs.tolist(), strict=True):
                costs[c, after:until] += sign
            for way in (1.0, -1.0):
                found = self.values(self._least(way * costs), cells)
                low, high = np.minimum(low, found), np.maximum(high, found)
            done[chosen] = len(chosen) == 1
        return low, high

    def _least(self, costs: NDArray[np.float64]) -> Counts:
        every = np.arange(costs.size, dtype=np.int32)
        self.program.changeColsCost(costs.size, every, costs.ravel())
        self.program.run()
        if self.program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ValueError("the published figures contradict what happened")
        history = np.array(self.program.getSolution().col_value).reshape(costs.shape)
        found: Counts = np.rint(history).astype(np.int64)
        return found

    def pinned(self, *, windows: bool, width: int | None = None) -> tuple[int, list[Pinned]]:
        """Count unsafe cells, and list those with an interval narrower than `width`.

        `width` is what the policy wants (its `min_width`, and P of the cell), unless given.
        """
        cells = self.cells(windows=windows)
        by_worker = self.film.amounts(self.view)[:, :, [self.measure]]
        sums = np.concatenate([np.zeros_like(by_worker[:, :1]), by_worker.cumsum(axis=1)], axis=1)
        parts = sums[cells[:, 0], cells[:, 2]] - sums[cells[:, 0], cells[:, 1]]
        least = np.array([self._threshold(c) for c in range(self.codes)])[cells[:, 0]]
        cells = cells[unsafe(parts, self.film, least)]
        values = self.values(self.truth, cells)
        p = Fraction(str(self.film.policy.P))
        share = -(-values * p.numerator // p.denominator)
        wanted = np.maximum(self.film.policy.min_width, share)
        if width is not None:
            wanted = np.full(len(cells), width)
        low, high = self.bounds(cells, wanted)
        codes = self.film.world.views[self.view]
        return len(cells), [
            Pinned(
                self.view,
                codes[c],
                ("actions", "contacts")[self.measure],
                after,
                until,
                int(low[i]),
                int(high[i]),
            )
            for i, (c, after, until) in enumerate(cells.tolist())
            if high[i] - low[i] < wanted[i]
        ]
