"""What a forecast is worth: proper scores, coverage, and how sure a comparison is.

Every score of a sample in Prakira is the *fair* estimator of the continuous ranked probability score (Ferro 2014;
"pwm" in scoringrules): its expectation is that of a sample without end, so that ensembles of different sizes compare.
The price is that a small ensemble's score of one value may be below 0. All scores are in the unit of the indicator,
and smaller is better. A missing observation (NaN) has a missing score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from sim.random import Generator

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: Central intervals whose coverage is reported.
LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Interval:
    """An estimate and the interval about it."""

    estimate: float
    low: float
    high: float


def crps_sample(ensemble: ArrayLike, observed: ArrayLike) -> FloatArray:
    """Fair CRPS of ensembles, shape (n, m), of the values ``observed`` (n,): shape (n,).

    Mean distance to the observation less half the mean distance between two different members (one member: the
    absolute error). Raises ``ValueError`` when shapes differ or there is no member.
    """
    members, seen = _paired(ensemble, observed)
    m = members.shape[1]
    distance = np.abs(members - seen[:, None]).mean(axis=1)
    if m == 1:
        return np.asarray(distance, np.float64)
    # The sum of |x_i - x_j| over pairs, from order statistics: sorting replaces m² differences.
    weights = (2.0 * np.arange(1, m + 1) - m - 1.0) / (m * (m - 1.0))
    # About the median, else members of 1e9 that differ by 1 lose digits.
    ordered = np.sort(members - np.median(members, axis=1, keepdims=True), axis=1)
    return np.asarray(distance - ordered @ weights, np.float64)


def crps_normal(mean: ArrayLike, sd: ArrayLike, observed: ArrayLike) -> FloatArray:
    """CRPS of normal forecasts in closed form (Gneiting and Raftery 2007, eq. 21); ``sd`` 0 gives the absolute error.

    Arguments broadcast. A NaN gives NaN; raises ``ValueError`` for a negative ``sd``.
    """
    centre, spread, seen = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (mean, sd, observed)))
    if np.any(spread < 0):
        raise ValueError("a standard deviation must not be negative")
    sharp = spread == 0
    z = _standard(seen - centre, spread)
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    wide = (seen - centre) * (2.0 * ndtr(z) - 1.0) + spread * (2.0 * density - 1.0 / np.sqrt(np.pi))
    return np.asarray(np.where(sharp, np.abs(seen - centre), wide), np.float64)


def mase(errors: ArrayLike, insample: ArrayLike, season: int = 1) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006): of ``errors`` over the mean absolute change of the
    ``insample`` series (oldest first) over ``season`` months. NaNs are left out; NaN when nothing is left to compare
    or the series never changed. Raises ``ValueError`` for a season below 1.
    """
    if season < 1:
        raise ValueError(f"a season has at least one month: {season}")
    wrong, scale = np.abs(np.asarray(errors, np.float64)), mean_change(insample, season)
    wrong = wrong[~np.isnan(wrong)]
    return float(wrong.mean() / scale) if wrong.size and scale > 0 else float("nan")


def mean_change(series: ArrayLike, season: int = 1) -> float:
    """The mean absolute change of a ``series`` (oldest first, NaN where missing) over ``season`` months; NaN without
    two figures so far apart."""
    values = np.asarray(series, np.float64)
    changes = np.abs(values[season:] - values[:-season])
    changes = changes[~np.isnan(changes)]
    return float(changes.mean()) if changes.size else float("nan")


def central(ensemble: ArrayLike, level: float) -> tuple[FloatArray, FloatArray]:
    """Bounds (n,), (n,) of the central interval of ``level`` (0 to 1) of ensembles (n, m).

    Member i of m in order stands at (i - ½)/m (Hazen): neither the narrow interval of the outermost members as ends of
    the distribution, nor extrapolation beyond them.
    """
    ends = np.quantile(np.asarray(ensemble, np.float64), _tails(level), axis=1, method="hazen")
    return ends[0], ends[1]


def central_normal(mean: ArrayLike, sd: ArrayLike, level: float) -> tuple[FloatArray, FloatArray]:
    """Bounds of the central interval of ``level`` of normal forecasts, in the shape of ``mean`` and ``sd``."""
    reach = ndtri(_tails(level)[1]) * np.asarray(sd, np.float64)
    centre = np.asarray(mean, np.float64)
    return centre - reach, centre + reach


def covered(ensemble: ArrayLike, observed: ArrayLike, level: float) -> BoolArray:
    """Whether each of ``observed`` (n,) lies in the central interval of ``level`` of its ensemble (n, m), ends
    included. A missing observation counts as outside: leave it out before. Raises ``ValueError`` as
    :func:`crps_sample`, and for a level outside 0 … 1."""
    members, seen = _paired(ensemble, observed)
    return inside(central(members, level), seen)


def inside(bounds: tuple[ArrayLike, ArrayLike], observed: ArrayLike) -> BoolArray:
    """Whether each of ``observed`` lies between ``bounds`` (low, high), ends included."""
    low, high, seen = (np.asarray(x, np.float64) for x in (*bounds, observed))
    return np.asarray((low <= seen) & (seen <= high), np.bool_)


def pit(ensemble: ArrayLike, observed: ArrayLike) -> FloatArray:
    """Where in its ensemble (n, m) each of ``observed`` (n,) stands, in (0, 1): the middle of its rank among m + 1
    places, ties in the middle. Uniform over these places for a forecast that is calibrated."""
    members, seen = _paired(ensemble, observed)
    below = (members < seen[:, None]).sum(axis=1)
    equal = (members == seen[:, None]).sum(axis=1)
    place = (below + 0.5 * (equal + 1.0)) / (members.shape[1] + 1.0)
    return np.asarray(np.where(np.isnan(seen), np.nan, place), np.float64)


def pit_normal(mean: ArrayLike, sd: ArrayLike, observed: ArrayLike) -> FloatArray:
    """The probability that a normal forecast gives to values up to ``observed``; with ``sd`` 0 it is 0, ½ or 1."""
    centre, spread, seen = np.broadcast_arrays(*(np.asarray(x, np.float64) for x in (mean, sd, observed)))
    sharp = spread == 0
    z = _standard(seen - centre, spread)
    return np.asarray(np.where(sharp, 0.5 * (np.sign(seen - centre) + 1.0), ndtr(z)), np.float64)


def skill(ratio: float) -> float:
    """Skill from a ratio of mean scores, forecast over reference: 1 is perfect, 0 no better, below 0 worse."""
    return 1.0 - ratio


def paired_bootstrap(
    a: ArrayLike,
    b: ArrayLike,
    units: ArrayLike,
    generator: Generator,
    level: float = 0.95,
    *,
    ratio: bool = False,
    draws: int = 2000,
) -> Interval:
    """Mean score of ``a`` less that of ``b`` (with ``ratio``: over it), with a bootstrap interval of ``level``.

    ``a`` and ``b`` (n,) are scores of the same forecasts; ``units`` (n,) names what is independent (an origin, a
    district): whole units are drawn again with replacement, both scores together, since the errors of one origin's
    horizons go together. Percentile interval; pairs with a missing score are left out. Estimates are NaN without a
    pair, and a single unit gives an interval of NaN: nothing says how much units differ.
    """
    left, right, names = np.asarray(a, np.float64), np.asarray(b, np.float64), np.asarray(units)
    if not left.shape == right.shape == names.shape or left.ndim != 1:
        raise ValueError(f"scores and units do not match: {left.shape}, {right.shape}, {names.shape}")
    there = ~(np.isnan(left) | np.isnan(right))
    if not there.any():
        return Interval(float("nan"), float("nan"), float("nan"))
    kinds, which = np.unique(names[there], return_inverse=True)
    table = np.stack([np.bincount(which, weights) for weights in (left[there], right[there], np.ones(which.size))], 1)

    def compare(totals: FloatArray) -> FloatArray:
        first, second, count = totals[..., 0], totals[..., 1], totals[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(first / second if ratio else (first - second) / count, np.float64)

    estimate = float(compare(table.sum(axis=0)))
    if kinds.size == 1:
        return Interval(estimate, float("nan"), float("nan"))
    times = generator.multinomial(kinds.size, np.full(kinds.size, 1.0 / kinds.size), size=draws).astype(np.float64)
    low, high = np.quantile(compare(times @ table), _tails(level))
    return Interval(estimate, float(low), float(high))


def _tails(level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1: {level}")
    return (1 - level) / 2, (1 + level) / 2


def _standard(error: FloatArray, spread: FloatArray) -> FloatArray:
    """Errors in standard deviations, at most 40 either way: further out no density or tail is left in a double."""
    with np.errstate(over="ignore"):
        return np.clip(error / np.where(spread == 0, 1.0, spread), -40.0, 40.0)


def _paired(ensemble: ArrayLike, observed: ArrayLike) -> tuple[FloatArray, FloatArray]:
    members, seen = np.asarray(ensemble, np.float64), np.asarray(observed, np.float64)
    if members.ndim != 2 or members.shape[1] == 0 or seen.shape != members.shape[:1]:
        raise ValueError(f"an ensemble (n, m) and n observations are needed: {members.shape}, {seen.shape}")
    return members, seen
