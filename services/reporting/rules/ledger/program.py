"""Other histories that would have published the same sums, found by linear programming (HiGHS)."""

from collections.abc import Sequence
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from .picture import FREE, Table

INFINITE = highspy.kHighsInf


class Known(NamedTuple):
    """What a reader knows: the sum of some unknowns lies between two numbers."""

    unknowns: NDArray[np.int64]
    low: float
    high: float


class Program:
    """The reader's knowledge as a linear program over unknowns that are never negative."""

    def __init__(self, unknowns: int, knowledge: Sequence[Known]) -> None:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = unknowns, len(knowledge)
        lp.col_cost_ = np.zeros(unknowns)
        lp.col_lower_ = np.zeros(unknowns)
        lp.col_upper_ = np.full(unknowns, INFINITE)
        lp.row_lower_ = np.array([known.low for known in knowledge], dtype=np.float64)
        lp.row_upper_ = np.array([known.high for known in knowledge], dtype=np.float64)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lengths = [len(known.unknowns) for known in knowledge]
        lp.a_matrix_.start_ = np.cumsum([0, *lengths]).astype(np.int32)
        lp.a_matrix_.index_ = np.concatenate([k.unknowns for k in knowledge]).astype(np.int32)
        lp.a_matrix_.value_ = np.ones(sum(lengths))
        self.unknowns = np.arange(unknowns, dtype=np.int32)
        self.model = highspy.Highs()  # type: ignore[no-untyped-call] # untyped upstream
        self.model.setOptionValue("output_flag", False)  # noqa: FBT003 -- the solver's own interface
        self.model.setOptionValue("threads", 1)
        self.model.passModel(lp)

    def least(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the unknowns of the history that makes this weighted sum smallest.

        Raises:
            RuntimeError: no history fits: what is said to be published contradicts itself.
        """
        self.model.changeColsCost(len(self.unknowns), self.unknowns, costs)
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError("what was published contradicts itself")
        return np.array(self.model.getSolution().col_value)


def knowledge_of(table: Table) -> list[Known]:
    """Write down what a reader knows of one measure of a view; unknowns by code, then seal."""
    codes, seals = table.amounts.shape
    place = np.arange(codes * seals).reshape(codes, seals)
    knowledge = [exactly(place[:, s], table.amounts[:, s].sum()) for s in range(seals)]
    for c in range(codes):
        for number in np.unique(table.interval[c, ~table.open[c]]):
            covered = table.interval[c] == number
            knowledge.append(exactly(place[c, covered], table.amounts[c, covered].sum()))
        for s in np.flatnonzero(table.cap[c] < FREE):
            covered = (table.interval[c] == table.interval[c, s]) & (np.arange(seals) <= s)
            knowledge.append(Known(place[c, covered], 0.0, float(table.cap[c, s])))
    return knowledge


def exactly(unknowns: NDArray[np.int64], value: int) -> Known:
    return Known(unknowns, float(value), float(value))
