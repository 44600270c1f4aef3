"""What the calibrated model has got wrong of late, and how far that is to be believed: level and drift of its errors.

No model is the district. The model is started a year before the end of the history and compared with what followed; the
logarithm of observed over simulated is read as a level that is off and a drift away from it,

    log(observed[h]) - log(mean simulated[h]) = a + b h / 12 + e[h],   a ~ N(0, LEVEL²), b ~ N(0, DRIFT²),

where e has the covariance of the simulations themselves and of the errors of observation, so that what luck explains
is not taken for an error (Kennedy & O'Hagan 2001, JRSS B 63; Brynjarsdóttir & O'Hagan 2014, Inverse Problems 30). The
widths of a and b are assumed. The next forecast is moved by a + b h / 12, drawn from its posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
#: Prior standard deviations on the log scale: a definition that differs by 1 %, a drift of 2 % a year. Assumed.
LEVEL, DRIFT = 0.01, 0.02
#: Variance added to each month so that few simulations do not make months look certain.
_LEAST = 1e-6


@dataclass(frozen=True)
class Discrepancy:
    """Level and drift per year on the log scale: their ``mean`` (2,) and ``covariance`` (2, 2)."""

    mean: FloatArray
    covariance: FloatArray

    def path(self, months: int, normals: FloatArray) -> FloatArray:
        """Draws of a + b h / 12 for h = 1 … ``months``, (n, months), from standard ``normals`` (n, 2)."""
        root = np.linalg.cholesky(self.covariance + 1e-15 * np.eye(2))
        both = self.mean + normals @ root.T
        return both[:, :1] + both[:, 1:] * np.arange(1, months + 1) / 12


#: Nothing is known of the model's errors: no correction, and none of its uncertainty.
NONE = Discrepancy(np.zeros(2), np.zeros((2, 2)))


def discrepancy(
    hindcast: FloatArray, observed: FloatArray, error: float, shared: float, first: FloatArray | None = None
) -> Discrepancy:
    """Level and drift from a ``hindcast`` (n, months) and what was ``observed`` (months,), NaN where it is missing.

    ``error`` and ``shared`` are the standard deviations of observation on the log scale, of each month and of the whole
    series. ``first`` (n,) is the first month of the forecast that is to be corrected: beside the last observed month it
    tells the level once more, but for the change of a month. :data:`NONE` with fewer than six observed months, or when
    a figure is not positive.
    """
    seen = np.flatnonzero(np.isfinite(observed))
    if len(seen) < 6 or (observed[seen] <= 0).any() or (hindcast[:, seen] <= 0).any():
        return NONE
    logs, told = np.log(hindcast[:, seen]), np.log(observed[seen])
    wrong = told - np.log(hindcast[:, seen].mean(axis=0))
    noise = np.cov(logs, rowvar=False) + (error**2 + _LEAST) * np.eye(len(seen)) + shared**2
    design = np.stack([np.ones(len(seen)), (seen + 1) / 12], axis=1)
    if first is not None and (first > 0).all() and seen[-1] == len(observed) - 1:
        change = np.diff(told)[np.diff(seen) == 1]
        wrong = np.append(wrong, told[-1] - np.log(first.mean()))
        noise = np.pad(noise, (0, 1))
        noise[-1, -1] = (change**2).mean() + np.log(first).var() + error**2 + _LEAST
        design = np.vstack([design, [1.0, 1 / 12]])
    prior = np.diag([LEVEL**2, DRIFT**2])
    gain = prior @ design.T @ np.linalg.inv(design @ prior @ design.T + noise)
    return Discrepancy(gain @ wrong, prior - gain @ design @ prior)
