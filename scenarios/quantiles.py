"""Quantiles and chances from replicates, each with the interval that the number of replicates allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: With fewer replicates no certainty (a quantile or a chance as an answer) is told.
MIN_REPLICATES_FOR_CERTAINTY = 100
#: With fewer replicates no 8-in-10 range is told, only the middle: one of nine or fewer is not "one in ten".
MIN_REPLICATES_FOR_RANGE = 10
#: Chance that the Monte Carlo interval of a quantile or a chance misses.
MISS = 0.05
_Z = 1.959963984540054  # standard normal quantile at 1 - MISS / 2


@dataclass(frozen=True)
class Quantile:
    """A quantile with its 95 % Monte Carlo interval, in the unit of the sample.

    ``low`` is ``-inf`` or ``high`` ``inf`` where the sample is too small to bound that side.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Chance:
    """A chance (0-1) with its 95 % Monte Carlo interval."""

    value: float
    low: float
    high: float


def quantile(sample: Sequence[float] | NDArray[Any], q: float) -> Quantile:
    """The ``q``-quantile of ``sample`` (1-d, any order): the smallest value with a share of at least ``q`` at or below.

    The interval runs between order statistics: the number of draws below the true quantile is binomial (n, q), so the
    interval holds whatever the distribution (David & Nagaraja, Order Statistics, 3rd ed., 7.1).
    Raises ``ValueError`` for an empty sample or ``q`` outside (0, 1).
    """
    ordered = np.sort(np.asarray(sample, np.float64).ravel())
    n = ordered.size
    if n == 0 or not 0 < q < 1:
        raise ValueError(f"a quantile needs a sample and 0 < q < 1, not {n} values and q = {q}")
    from scipy.special import bdtr

    below = bdtr(np.arange(n + 1, dtype=np.float64), n, q)  # P(count <= k)
    first = int(np.searchsorted(below, MISS / 2, side="right"))  # largest l with P(count < l) <= MISS / 2
    last = int(np.searchsorted(below, 1 - MISS / 2, side="left")) + 1  # smallest u with P(count >= u) <= MISS / 2
    value = ordered[max(math.ceil(q * n - 1e-9), 1) - 1]
    low = ordered[first - 1] if first >= 1 else -math.inf
    high = ordered[last - 1] if last <= n else math.inf
    return Quantile(float(value), float(low), float(high))


def chance(hits: Sequence[bool] | NDArray[Any]) -> Chance:
    """The share of true values among ``hits`` (1-d, one per replicate), with Wilson's score interval (1927).

    Raises ``ValueError`` for an empty sample.
    """
    sample = np.asarray(hits, np.bool_).ravel()
    n = sample.size
    if n == 0:
        raise ValueError("a chance needs at least one replicate")
    share = float(sample.mean())
    middle, spread = share + _Z**2 / (2 * n), _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return Chance(share, max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))
