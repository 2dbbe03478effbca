"""Crossing two views: what can be known of a table that was never published, or only in part."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from deploy.ledger.play import Film
from deploy.ledger.reader import unsafe

ROUNDS = 8
NOT_PINNED = 0.5  # Of a whole number: narrower than that, the cell is known.


class Crossing(NamedTuple):
    """A crossed cell that is known too well."""

    down: str
    across: str
    measure: str
    low: float
    high: float


def crossed_cells(
    film: Film,
    down: str,
    across: str,
    *,
    shown: Mapping[tuple[str, str], Any] | None = None,
    width: float = NOT_PINNED,
) -> tuple[int, list[Crossing]]:
    """Count unsafe cells of the crossing of two views, and list those known within `width`.

    Uses every block of both views, seal by seal, and the cells of the closing table in `shown`.
    """
    tried, pinned = 0, []
    for measure in (0, 1):
        table = _Table(film, down, across, measure, shown or {})
        cells, found = table.pinned(width)
        tried += cells
        pinned += found
    return tried, pinned


class _Table:
    def __init__(
        self,
        film: Film,
        down: str,
        across: str,
        measure: int,
        shown: Mapping[tuple[str, str], Any],
    ) -> None:
        self.film, self.measure, self.shown = film, measure, shown
        self.rows, self.columns = film.world.views[down], film.world.views[across]
        size = (len(self.rows), len(self.columns), len(film.batches), 2, len(film.workers))
        self.by_worker = np.zeros(size, dtype=np.int64)
        for seal, batch in enumerate(film.batches):
            for act in batch:
                place = self.rows.index(act.codes[down]), self.columns.index(act.codes[across])
                worker = film.workers.index(act.worker)
                self.by_worker[(*place, seal, slice(None), worker)] += (act.actions, act.contacts)
        self.truth = self.by_worker[:, :, :, measure].sum(axis=-1)
        self.program = self._program(down, across)

    def _program(self, down: str, across: str) -> highspy.Highs:
        model = highspy.Highs()  # type: ignore[no-untyped-call] # untyped upstream
        model.setOptionValue("output_flag", False)  # noqa: FBT003 -- the solver's own interface
        model.setOptionValue("threads", 1)
        truth = self.truth
        model.addVars(truth.size, np.zeros(truth.size), np.full(truth.size, highspy.kHighsInf))
        place = np.arange(truth.size, dtype=np.int32).reshape(truth.shape)

        def say(index: Any) -> None:
            cells, known = place[index].ravel(), float(truth[index].sum())
            if len(cells):
                model.addRow(known, known, len(cells), cells, np.ones(len(cells)))

        every = slice(None)
        for seal in range(truth.shape[2]):
            say((every, every, seal))
        for axis, view in enumerate((down, across)):
            for c, releases in enumerate(self.film.releases(view)):
                for after, until in zip([0, *releases], releases, strict=False):
                    line = (c, every) if axis == 0 else (every, c)
                    say((*line, slice(after, until)))
        for (row, column), figure in self.shown.items():
            if figure is not None:
                say((self.rows.index(row), self.columns.index(column), every))
        return model

    def pinned(self, width: float) -> tuple[int, list[Crossing]]:
        hidden = [
            (r, c)
            for r, row in enumerate(self.rows)
            for c, column in enumerate(self.columns)
            if self.shown.get((row, column)) is None
            and unsafe(self.by_worker[r, c].sum(axis=0)[[self.measure]], self.film)
        ]
        cells = np.array(hidden, dtype=np.int64).reshape(-1, 2)
        low = high = self._values(self.truth.astype(np.float64), cells)
        done = np.zeros(len(cells), dtype=np.bool_)
        for number in range(ROUNDS + len(cells)):
            narrow = np.flatnonzero((high - low < width) & ~done)
            if not len(narrow):
                break
            chosen = narrow if number < ROUNDS else narrow[:1]
            signs = np.where((chosen * 40503 >> (number % 16)) % 2, 1.0, -1.0)
            costs = np.zeros(self.truth.shape)
            costs[cells[chosen, 0], cells[chosen, 1]] += signs[:, None]
            for way in (1.0, -1.0):
                found = self._values(self._least(way * costs), cells)
                low, high = np.minimum(low, found), np.maximum(high, found)
            done[chosen] = len(chosen) == 1
        known = np.flatnonzero(high - low < width - 1e-6)
        measure = ("actions", "contacts")[self.measure]
        return len(cells), [
            Crossing(self.rows[r], self.columns[c], measure, float(low[i]), float(high[i]))
            for i in known.tolist()
            for r, c in [hidden[i]]
        ]

    @staticmethod
    def _values(history: NDArray[np.float64], cells: NDArray[np.int64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = history.sum(axis=2)[cells[:, 0], cells[:, 1]]
        return found

    def _least(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        every = np.arange(costs.size, dtype=np.int32)
        self.program.changeColsCost(costs.size, every, costs.ravel())
        self.program.run()
        if self.program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ValueError("the published figures contradict what happened")
        return np.array(self.program.getSolution().col_value).reshape(costs.shape)
