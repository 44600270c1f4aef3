"""Ridge regression with its penalty from generalised cross-validation, all in closed form from one decomposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Penalties tried, as parts of the largest squared singular value; the last stands for no slope at all.
PENALTIES = np.concatenate([10.0 ** np.arange(-8.0, 2.01, 0.5), [np.inf]])
#: Directions with less than this part of the largest squared singular value are rounding.
_ROUNDING = 1e-10


@dataclass(frozen=True)
class Ridge:
    """Fits of k targets on p features, each target with its own penalty.

    ``slope`` (p, k) and ``intercept`` (k,) predict ``features @ slope + intercept``; ``left_out`` (n, k) are the fitted
    values of the rows, each computed without its own row; ``error`` (k,) is the generalised cross-validation error (a
    mean square), ``freedom`` (k,) the degrees of freedom spent (intercept included).
    """

    slope: FloatArray
    intercept: FloatArray
    left_out: FloatArray
    error: FloatArray
    freedom: FloatArray

    def __call__(self, features: FloatArray) -> FloatArray:
        """Predictions (m, k) for ``features`` (m, p)."""
        return np.asarray(features @ self.slope + self.intercept)


def fit_ridge(features: FloatArray, targets: FloatArray, weights: FloatArray | None = None) -> Ridge:
    """Regress ``targets`` (n, k) on ``features`` (n, p), intercept free, penalty of each target by generalised
    cross-validation (Golub, Heath & Wahba 1979, Technometrics 21).

    ``weights`` (n,), of any sum, are those of importance (default: equal): the error is then judged with the effective
    number of rows, (sum w)^2 / sum w^2. Features are penalised in the units in which they come.
    """
    n = len(features)
    share = np.full(n, 1.0 / n) if weights is None else weights / weights.sum()
    effective = 1.0 / float(share @ share)
    root = np.sqrt(share)[:, None]
    middle, level = share @ features, share @ targets
    left, squared, right = _decompose((features - middle) * root)
    away = (targets - level) * root
    seen = left.T @ away
    top = squared.max(initial=0.0)
    keep = squared[:, None] / (squared[:, None] + PENALTIES * (top or 1.0))  # (r, penalties)
    spent = 1.0 + keep.sum(axis=0)
    total = (away * away).sum(axis=0)
    # Residual sum of squares of every penalty and target, from the share of each direction that the fit leaves.
    rest = total + ((1.0 - keep.T) ** 2 - 1.0) @ (seen * seen)
    free = np.maximum(1.0 - spent / effective, 1e-3)
    errors = np.maximum(rest, 0.0) / free[:, None] ** 2
    best = errors.argmin(axis=0)
    kept, which = keep[:, best], np.arange(targets.shape[1])
    slope = right @ (kept * seen / np.sqrt(np.where(squared > 0, squared, 1.0))[:, None])
    fitted = (features - middle) @ slope + level
    hat = share[:, None] + (left * left) @ kept
    hat = np.minimum(hat, 1.0 - 1e-9)
    left_out = (fitted - hat * targets) / (1.0 - hat)
    return Ridge(slope, level - middle @ slope, left_out, errors[best, which], spent[best])


def _decompose(matrix: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Left vectors (n, r), squared singular values (r,) and right vectors (p, r) of ``matrix``; the cross-product is
    quicker than a singular value decomposition where rows outnumber columns, and exact enough for a penalised fit."""
    n, p = matrix.shape
    if p <= n:
        squared, right = np.linalg.eigh(matrix.T @ matrix)
        good = squared > max(squared.max(initial=0.0) * _ROUNDING, 1e-300)
        squared, right = squared[good], right[:, good]
        return matrix @ right / np.sqrt(squared), squared, right
    left, single, rows = np.linalg.svd(matrix, full_matrices=False)
    good = single**2 > max(float(single.max(initial=0.0)) ** 2 * _ROUNDING, 1e-300)
    return left[:, good], single[good] ** 2, rows[good].T
