"""Other histories that would have published the same sums, found by small moves."""

import numpy as np
from numpy.typing import NDArray

from .picture import FREE, Table


def widths(table: Table) -> NDArray[np.int64]:
    """Return by how much each cell, `[code, first seal, last seal]`, can differ in other histories.

    A lower bound: only moves of one code against others between two seals, or in a seal between
    codes that are open. Codes that give way do so each with what it has, so their parts add up.
    """
    codes, seals = table.amounts.shape
    together = table.interval[:, :, None] == table.interval[:, None, :]
    rise = _rise(table.room)
    swap = np.zeros((codes, seals, seals), dtype=np.int64)
    up, down = np.zeros_like(table.amounts), np.zeros_like(table.amounts)
    for other in range(codes):
        # Raise [code, s] and [other, s'], lower [code, s'] and [other, s].
        given = np.minimum(table.amounts[other][:, None], rise[other].T[:-1])
        given = np.where(together & together[other], given, 0)
        # In one seal, between two codes that are both open.
        both = table.open & table.open[other]
        more = np.where(both, table.amounts[other], 0)
        less = np.where(both, np.minimum(rise[other, :, -1], table.amounts), 0)
        given[other], more[other], less[other] = 0, 0, 0
        swap, up, down = swap + given, up + more, down + less
    swap = np.minimum(swap, np.minimum(table.amounts[:, None, :], rise[:, :, :-1]))
    up, down = np.minimum(up, rise[:, :, -1]), np.minimum(down, table.amounts)
    return _reach(swap, up) + _reach(swap.transpose(0, 2, 1), down)


def _rise(room: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return by how much a code's pending sum may rise from seal `s` until before seal `t`."""
    codes, seals = room.shape
    later = np.triu(np.ones((seals, seals), dtype=np.bool_))
    least = np.minimum.accumulate(np.where(later, room[:, None, :], FREE), axis=2)
    rise = np.full((codes, seals, seals + 1), FREE)
    rise[:, :, 1:] = np.where(later, least, FREE)
    return rise


def _reach(swap: NDArray[np.int64], alone: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the largest move into each cell `[code, first, last]` from outside it."""
    codes, seals = alone.shape
    wide = np.zeros((codes, seals, seals + 1), dtype=np.int64)
    before, behind = wide.copy(), wide
    before[:, :, 1:] = np.maximum.accumulate(swap, axis=2)
    behind[:, :, :-1] = np.maximum.accumulate(swap[:, :, ::-1], axis=2)[:, :, ::-1]
    later = np.triu(np.ones((seals, seals), dtype=np.bool_))
    left = np.maximum(before[:, :, :-1].transpose(0, 2, 1), alone[:, None, :])
    left = np.maximum.accumulate(np.where(later, left, 0), axis=2)
    right = np.where(later.T, behind[:, :, 1:].transpose(0, 2, 1), 0)
    right = np.maximum.accumulate(right[:, :, ::-1], axis=2)[:, :, ::-1].transpose(0, 2, 1)
    return np.maximum(left, right)
