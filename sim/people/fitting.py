"""Fitting whole numbers to margins: largest remainder, iterative proportional fitting, controlled rounding."""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Rows and columns count as met when no sum is off by more (persons).
_CLOSE = 1e-6
_ROUNDS = 5000
#: An entry nearer than this to a whole number is that number.
_EXACT = 1e-9


def apportion(weights: FloatArray, total: int) -> IntArray:
    """Whole numbers proportional to ``weights`` that add up to ``total`` (largest remainder, ties to the first).

    All zero when no weight is above zero.
    """
    if total == 0 or weights.sum() <= 0:
        return np.zeros(len(weights), np.int64)
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def fit(seed: FloatArray, rows: IntArray, columns: IntArray) -> FloatArray:
    """The table nearest to ``seed`` (rows, columns; not negative) whose sums are ``rows`` and ``columns``.

    Iterative proportional fitting (Deming and Stephan 1940): it keeps the cross-product ratios of the seed. Raises
    ``ValueError`` when rows and columns add up to different totals, or when zeros of the seed leave no such table.
    """
    if rows.sum() != columns.sum():
        raise ValueError(f"rows add up to {rows.sum()}, columns to {columns.sum()}")
    table = np.array(seed, float)
    for _ in range(_ROUNDS):
        table *= _ratio(rows, table.sum(1))[:, None]
        table *= _ratio(columns, table.sum(0))
        if np.abs(table.sum(1) - rows).max() < _CLOSE and np.abs(table.sum(0) - columns).max() < _CLOSE:
            return table
    raise ValueError("no table with these zeros has these sums")


def _ratio(wanted: IntArray, found: FloatArray) -> FloatArray:
    """``wanted`` over ``found``, 0 where nothing was found."""
    return np.divide(wanted, found, out=np.zeros(len(found)), where=found > 0)


def round_table(table: FloatArray) -> IntArray:
    """Controlled rounding of a table whose row and column sums are whole: every entry becomes one of the two whole
    numbers around it, every row and column keeps its sum exactly (a whole entry, such as zero, stays).

    Raises ``ValueError`` when a sum is not whole.
    """
    for sums in (table.sum(0), table.sum(1)):
        if np.abs(sums - np.rint(sums)).max(initial=0.0) > 2 * _CLOSE:
            raise ValueError("only a table whose sums are whole can be rounded with its sums kept")
    whole = np.floor(table + _EXACT)
    part = np.maximum(table - whole, 0.0)
    _push(part)
    return (whole + np.rint(part)).astype(np.int64)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _push(part):  # type: ignore[no-untyped-def]
    """Make the fractions ``part`` (0-1) whole, cycle by cycle. Where sums are whole, no fraction is alone in its row
    or column, so that a walk over fractions closes; adding and taking in turn along it keeps all sums."""
    rows, columns = part.shape
    path = np.empty((rows + columns, 2), np.int64)
    for row in range(rows):
        while _fraction(part[row], -1) >= 0:
            first, end = _cycle(part, row, path)
            _turn(part, path[first:end])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _fraction(line, but):  # type: ignore[no-untyped-def]
    """The first entry of ``line`` that is not whole, entry ``but`` left out; -1 if there is none."""
    for at in range(line.size):
        if at != but and _EXACT < line[at] < 1.0 - _EXACT:
            return at
    return -1


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _cycle(part, row, path):  # type: ignore[no-untyped-def]
    """Walk from ``row`` over fractions, in turn along rows and columns, until a line is met again: the cycle is
    ``path[first:end]``. A fraction alone in its line (off by rounding errors only) is returned by itself."""
    met_row, met_column = np.full(part.shape[0], -1, np.int64), np.full(part.shape[1], -1, np.int64)
    met_row[row] = 0
    column, length = -1, 0
    while True:
        column = _fraction(part[row], column)
        if column < 0:
            return length - 1, length
        path[length, 0], path[length, 1] = row, column
        length += 1
        if met_column[column] >= 0:
            return met_column[column], length
        met_column[column] = length
        row = _fraction(part[:, column], row)
        if row < 0:
            return length - 1, length
        path[length, 0], path[length, 1] = row, column
        length += 1
        if met_row[row] >= 0:
            return met_row[row], length
        met_row[row] = length


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _turn(part, cycle):  # type: ignore[no-untyped-def]
    """Add to and take from the entries of ``cycle`` in turn, whichever way makes one of them whole sooner."""
    if len(cycle) == 1:
        part[cycle[0, 0], cycle[0, 1]] = np.rint(part[cycle[0, 0], cycle[0, 1]])
        return
    up, down = 1.0, 1.0  # how far the first entry may rise, may fall
    for k in range(len(cycle)):
        value = part[cycle[k, 0], cycle[k, 1]]
        rise, fall = (1.0 - value, value) if k % 2 == 0 else (value, 1.0 - value)
        up, down = min(up, rise), min(down, fall)
    step = up if up <= down else -down
    for k in range(len(cycle)):
        part[cycle[k, 0], cycle[k, 1]] += step if k % 2 == 0 else -step
