"""A smooth stand-in for the simulator: what a figure is on average over luck, as a function of the parameters.

A Gaussian process with a length for each parameter and a variance of luck (Rasmussen and Williams, Gaussian Processes
for Machine Learning, 2006, chapters 2 and 5). It is judged on runs that it did not see: every fifth draw is held out
before anything is fitted.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
#: Every so manieth draw is held out.
HELD_OUT = 5
#: Rows that are predicted at once: keeps the matrix of distances small.
_CHUNK = 2048


@dataclass(frozen=True)
class Surrogate:
    """A fitted stand-in of one figure: ``columns`` of the coordinates that it looks at, ``level`` and ``scale`` of the
    figure, and the process itself, in units of ``scale``."""

    columns: tuple[int, ...]
    level: float
    scale: float
    process: Any

    def __call__(self, points: FloatArray) -> FloatArray:
        """The figure (n,) at coordinates (n, D)."""
        looked = points[:, self.columns]
        with threadpool_limits(1, "blas"):
            parts = [self.process.predict(looked[at : at + _CHUNK]) for at in range(0, len(looked), _CHUNK)]
        return np.asarray(self.level + self.scale * np.concatenate(parts), np.float64)


@dataclass(frozen=True)
class Error:
    """What a surrogate missed on the ``runs`` that it did not see, having learned from ``learned``: ``r2`` the share of
    their variance that it told, ``rmse`` the root mean square error and ``luck`` the part of it that is luck and shocks
    (both in the figure's unit), ``most`` the share of the variance that is not luck, beyond which nothing can be
    told."""

    learned: int
    runs: int
    r2: float
    rmse: float
    luck: float
    most: float


def held_out(count: int) -> BoolArray:
    """Which of ``count`` draws are held out, (count,)."""
    return np.arange(count) % HELD_OUT == HELD_OUT - 1


def fit(points: FloatArray, values: FloatArray, columns: Sequence[int], start: Surrogate | None = None) -> Surrogate:
    """The surrogate of ``values`` (n,) at coordinates ``points`` (n, D), looking at some ``columns`` of them, at least
    one. With ``start``, lengths and variances are that one's, and only the runs are others. The same arguments give the
    same surrogate. Raises ``ValueError`` when the values do not vary."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    level, scale = float(values.mean()), float(values.std())
    if not scale > 0:
        raise ValueError("a figure that does not vary needs no surrogate")
    # A priori a figure is nearly linear over four standard deviations, and a tenth of its variance is luck.
    smooth = ConstantKernel(1.0, (1e-2, 1e3)) * RBF(np.full(len(columns), 4.0), (0.3, 1e3))
    kernel = smooth + WhiteKernel(0.1, (1e-5, 2.0)) if start is None else start.process.kernel_
    process = GaussianProcessRegressor(kernel, optimizer="fmin_l_bfgs_b" if start is None else None)
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length at its bound: the figure does not bend in that parameter
        process.fit(points[:, list(columns)], (values - level) / scale)
    return Surrogate(tuple(columns), level, scale, process)


def judged(surrogate: Surrogate, points: FloatArray, values: FloatArray, learned: int, luck: float) -> Error:
    """The error on runs that the surrogate did not see, (n, D) and (n,); ``luck`` is the variance of the figure that is
    luck and shocks."""
    missed = float(np.mean((values - surrogate(points)) ** 2))
    whole = float(values.var())
    return Error(learned, len(values), 1.0 - missed / whole, missed**0.5, luck**0.5, max(0.0, 1.0 - luck / whole))
