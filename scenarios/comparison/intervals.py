"""95 % intervals of a mean and of a ratio of two means over replicates, in closed form."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scenarios.quantiles import MISS

FloatArray = NDArray[np.float64]


def mean_interval(sample: FloatArray) -> tuple[float, float]:
    """The interval of the mean of ``sample`` (R,), R at least 2 (Student's t: exact for normal replicates)."""
    mean, reach = float(sample.mean()), _reach(len(sample)) * float(sample.std(ddof=1))
    return mean - reach, mean + reach


def sign(sample: FloatArray) -> int:
    """1 or -1 where the interval of the mean lies above or below zero, 0 where it contains zero."""
    low, high = mean_interval(sample)
    return int(low > 0) - int(high < 0)


def fieller(top: FloatArray, bottom: FloatArray) -> tuple[float, float]:
    """The interval of mean(top) / mean(bottom), pairs (R,): all ratios θ for which the mean of top − θ bottom is
    compatible with zero (Fieller, Journal of the Royal Statistical Society B 16, 1954).

    Exact for normal pairs, however they go together. Only where the interval of the mean of ``bottom`` leaves out zero
    are these ratios an interval: raises ``ValueError`` otherwise.
    """
    if not sign(bottom):
        raise ValueError("the interval of the denominator contains zero")
    scale = _reach(len(top)) ** 2
    (top_var, both), (_, bottom_var) = np.cov(top, bottom)
    a = float(bottom.mean()) ** 2 - scale * bottom_var
    b = float(top.mean()) * float(bottom.mean()) - scale * both
    c = float(top.mean()) ** 2 - scale * top_var
    half = math.sqrt(max(b * b - a * c, 0.0))
    return (b - half) / a, (b + half) / a


def _reach(n: int) -> float:
    """Standard deviations of one replicate from the mean to the edge of its interval."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 1 - MISS / 2)) / math.sqrt(n)
