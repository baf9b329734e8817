"""Which of many points no other beats, exactly.

Values are put on the grid of a tolerance t: v lies in cell floor(v / t), reckoned with the decimals that
people see, so that 0.3 at a tolerance of 0.1 is in cell 3. Cells are then compared exactly. "Equal within t"
instead would not be transitive and may leave no front at all: of (0,1,2), (2,0,1) and (1,2,0) at 1 each beats
another.
"""

from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ranks: TypeAlias = NDArray[np.int64]

TWO = 2
FIRST_BLOCK, LARGEST_BLOCK = 64, 1024
"""How many points at once are held against the others: few take out most."""
WORD = 64
_NEAR = 1e-9
"""Dividing floats errs by far less than this share; nearer to a whole number it is done exactly."""
_EXACT_FLOAT = 2.0**52


def cell_of(value: float, tolerance: float) -> int:
    """Return the cell of the grid that a value lies in, floor(value / tolerance) of their decimals."""
    top, bottom = Decimal(repr(value)).as_integer_ratio()
    over, under = Decimal(repr(tolerance)).as_integer_ratio()
    return (top * under) // (bottom * over)


def rank_values(values: NDArray[np.float64], tolerance: float, *, ascending: bool) -> Ranks:
    """Return whole numbers that order values as their cells do, the higher the better.

    Args:
        values: Finite numbers, any length.
        tolerance: The width of a cell; 0 for the values themselves.
        ascending: Whether higher values are better.
    """
    distinct, places = np.unique(values, return_inverse=True)
    ranks = np.arange(len(distinct))
    if tolerance:
        cells = _cells(distinct, tolerance)
        changed = [one != other for one, other in zip(cells[1:], cells, strict=False)]
        ranks = np.cumsum([False, *changed]) if cells else ranks
    return ranks[places] if ascending else -ranks[places]


def _cells(distinct: NDArray[np.float64], tolerance: float) -> list[int]:
    with np.errstate(over="ignore"):
        quotients = distinct / tolerance
    whole = np.rint(quotients)
    doubtful = ~(np.abs(quotients) < _EXACT_FLOAT)
    doubtful |= np.abs(quotients - np.where(doubtful, 0, whole)) <= _NEAR * np.maximum(1, np.abs(quotients))
    cells: list[int] = np.floor(np.where(doubtful, 0, quotients)).astype(np.int64).tolist()
    for place in np.flatnonzero(doubtful).tolist():
        cells[place] = cell_of(float(distinct[place]), tolerance)
    return cells


def find_front(ranks: Ranks) -> NDArray[np.bool_]:
    """Return which points no other dominates: at least as good in everything and better in something.

    Two objectives are one sweep. More are gone through from the highest sum of ranks down, by blocks: a
    point can only be dominated by one with a higher sum (Chomicki et al., Skyline with Presorting, ICDE
    2003), so what is left of a block is on the front, and takes out of the rest all that it dominates.

    Args:
        ranks: One row a point, one column an objective, the higher the better.
    """
    if not len(ranks):
        return np.zeros(0, dtype=bool)
    return _swept(ranks) if ranks.shape[1] == TWO else _culled(ranks)


def _culled(ranks: Ranks) -> NDArray[np.bool_]:
    front = np.zeros(len(ranks), dtype=bool)
    sums = ranks.sum(axis=1)
    left, size = np.argsort(-sums, kind="stable"), FIRST_BLOCK
    while len(left):
        kept = ~_are_beaten(ranks[left], sums[left], size)
        front[left[:size][kept[:size]]] = True
        left, size = left[size:][kept[size:]], min(2 * size, LARGEST_BLOCK)
    return front


def _are_beaten(ranks: Ranks, sums: Ranks, size: int) -> NDArray[np.bool_]:
    """Return which points are dominated by one of the first `size`.

    For each point a set of bits tells which of those are at least as good in every objective and have a
    higher sum (after the bitmaps of Tan et al., Efficient Progressive Skyline Computation, VLDB 2001).
    """
    behind = np.searchsorted(np.sort(sums[:size]), sums, side="right")
    beating = _sets_behind(sums[:size])[behind]
    for column in ranks.T:
        behind = np.searchsorted(np.sort(column[:size]), column, side="left")
        beating &= _sets_behind(column[:size])[behind]
    found: NDArray[np.bool_] = np.logical_or.reduce(beating, axis=1)
    return found


def _sets_behind(values: Ranks) -> NDArray[np.uint64]:
    """Return in row n the set, as bits, of all values but the n lowest."""
    places = np.empty(len(values), dtype=np.intp)
    places[np.argsort(values, kind="stable")] = np.arange(len(values))
    held = np.zeros((len(values) + 1, -(-len(values) // WORD) * WORD), dtype=bool)
    held[:, : len(values)] = places >= np.arange(len(values) + 1)[:, None]
    return np.packbits(held, axis=1).view(np.uint64)


def _swept(ranks: Ranks) -> NDArray[np.bool_]:
    """Go from the best in the first objective down: who is on the front beats all before in the second."""
    first, second = ranks.T
    order = np.lexsort((-second, -first))
    highest = np.maximum.accumulate(second[order])
    beats = np.concatenate([[True], second[order][1:] > highest[:-1]])
    # Equal points share what the first of them is.
    equal = np.concatenate([[False], (np.diff(ranks[order], axis=0) == 0).all(axis=1)])
    leaders = np.maximum.accumulate(np.where(equal, 0, np.arange(len(order))))
    front = np.empty(len(ranks), dtype=bool)
    front[order] = beats[leaders]
    return front


def find_dominators(ranks: Ranks) -> list[list[int]]:
    """Return which points dominate each one, in their order; all are compared with all."""
    at_least: NDArray[np.bool_] = np.all(ranks[:, None, :] >= ranks[None, :, :], axis=2)
    better = at_least & ~at_least.T
    return [np.flatnonzero(better[:, place]).tolist() for place in range(len(ranks))]
