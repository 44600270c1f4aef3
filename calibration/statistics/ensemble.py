"""Several forecasts pooled into one, with weights that past origins earned.

The pool is linear: a mixture of the distributions. (Averaging quantiles would be narrower, but hides that forecasts
disagree.) The CRPS of a mixture is quadratic in its weights, with terms in closed form or by pairs of members, so the
weights that are best in the past are found exactly. They are then shrunk towards weights by past accuracy (one over the
squared mean CRPS: Bates & Granger 1969, Operational Research Quarterly 20): a few origins cannot tell the best mixture
from a lucky one, but they do tell a forecast that is several times worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from calibration.statistics.baselines import Normal
from calibration.statistics.scores import crps_normal, crps_sample
from districts.defaults import share_out
from districts.text import number, translator

FloatArray = NDArray[np.float64]
#: A forecast of one value: members (m,), or mean and standard deviation of a normal.
Marginal = FloatArray | tuple[float, float]

#: First and last month of the horizons that share weights.
GROUPS: tuple[tuple[int, int], ...] = ((1, 3), (4, 6), (7, 12))
#: Below so many origins weights are equal; weights by past accuracy count as much as so many origins.
LEAST_ORIGINS, PLAIN_ORIGINS = 4, 12


@dataclass(frozen=True)
class Past:
    """What each forecast, by name, said from ``origin`` (its month) about a value ``horizon`` months later, and the
    value that was ``observed`` (NaN: not known)."""

    origin: str
    horizon: int
    forecasts: Mapping[str, Marginal]
    observed: float


@dataclass(frozen=True)
class Weights:
    """Weights of the forecasts ``names`` (not below 0, adding up to 1); ``best`` those of least mean CRPS in the past
    before shrinking (equal when none were fitted), ``origins`` the number of past origins, and the mean CRPS there of
    the pool as weighted and of each forecast alone (NaN without a past)."""

    names: tuple[str, ...]
    values: tuple[float, ...]
    best: tuple[float, ...]
    origins: int
    score: float = float("nan")
    single: tuple[float, ...] = field(default=())

    def reason(self, lang: str = "en") -> str:
        """Which forecast weighs most and why, in ``lang`` ("en" or "id"): one or two sentences."""
        _ = translator(lang)
        if self.origins < LEAST_ORIGINS:
            text = _(
                "Equal weights: {origins} past origins are too few to tell the forecasts apart (at least {least})."
            )
            return text.format(origins=self.origins, least=LEAST_ORIGINS)
        top = int(np.argmax(self.values))
        share = self.origins / (self.origins + PLAIN_ORIGINS)
        text = _(
            "{name} weighs most ({weight} %): pooled so, the forecasts had the least error over {origins} past origins."
            " These weights count for {share} %, weights by past accuracy for the rest."
        )
        return text.format(
            name=self.names[top],
            weight=number(100 * self.values[top], lang),
            origins=self.origins,
            share=number(100 * share, lang),
        )


def group_of(horizon: int) -> tuple[int, int]:
    """The group of a horizon in months; horizons beyond the last group belong to it. ``ValueError`` below 1."""
    if horizon < GROUPS[0][0]:
        raise ValueError(f"a horizon has at least one month: {horizon}")
    return next((group for group in GROUPS if horizon <= group[1]), GROUPS[-1])


def weights_by_group(past: Sequence[Past], names: Sequence[str]) -> dict[tuple[int, int], Weights]:
    """:func:`fit_weights` for each group of horizons. ``past`` is of one indicator, in one unit."""
    return {group: fit_weights([one for one in past if group_of(one.horizon) == group], names) for group in GROUPS}


def fit_weights(past: Sequence[Past], names: Sequence[str]) -> Weights:
    """Weights of the pool of ``names`` from forecasts of the past, all counting alike.

    With n origins (distinct; the errors of their horizons go together) weights are (n best + 12 plain)/(n + 12), with
    plain weights as one over the squared mean CRPS, and equal below four. Cases without an observation, or with a
    forecast that lacks a number, are left out. Raises ``ValueError`` when a case lacks one of ``names``, or there are
    none.
    """
    count = len(names)
    if count == 0:
        raise ValueError("there is nothing to pool")
    if missing := {name for one in past for name in names if name not in one.forecasts}:
        raise ValueError(f"no past forecasts of {', '.join(sorted(missing))}")
    equal = np.full(count, 1.0 / count)
    usable = [one for one in past if whole(one.observed, one.forecasts, names)]
    origins = len({one.origin for one in usable})
    if not usable:
        return Weights(tuple(names), tuple(equal.tolist()), tuple(equal.tolist()), 0)
    single = np.array([[crps(one.forecasts[name], one.observed) for name in names] for one in usable]).mean(axis=0)
    apart = np.mean([_distances([one.forecasts[name] for name in names]) for one in usable], axis=0)
    best, values = equal, equal
    if origins >= LEAST_ORIGINS:
        best = _least(single, apart)
        values = (origins * best + PLAIN_ORIGINS * _by_accuracy(single)) / (origins + PLAIN_ORIGINS)
    score = _mixture_score(values, single, apart)
    return Weights(
        tuple(names), tuple(values.tolist()), tuple(best.tolist()), origins, score, tuple(single.tolist())
    )  # fmt: skip


def _by_accuracy(single: FloatArray) -> FloatArray:
    """Weights as one over the squared mean scores ``single`` (names,); forecasts without any error share all of it."""
    least = float(single.min())
    relative = np.where(single == 0.0, 1.0, 0.0) if least == 0.0 else (least / single) ** 2
    return np.asarray(relative / relative.sum())


def pool(
    forecasts: Mapping[str, FloatArray | Normal],
    weights: Weights | Mapping[tuple[int, int], Weights],
    count: int = 400,
) -> FloatArray:
    """Members (h, ``count``) of the pooled forecast at horizons 1 … h, each row in order: marginals, not paths.

    ``forecasts``: members (h, m) or a :class:`Normal`, by name; ``weights``: one set, or one for each group.
    A forecast of weight w gives w ``count`` members (largest remainders), its quantiles at (i - ½)/number: nothing is
    drawn. Raises ``ValueError`` when a name or a number is missing, or lengths differ.
    """
    lengths = {len(one.mean) if isinstance(one, Normal) else len(one) for one in forecasts.values()}
    if len(lengths) != 1:
        raise ValueError(f"forecasts for different numbers of months: {sorted(lengths)}")
    rows = []
    for step in range(lengths.pop()):
        used = weights if isinstance(weights, Weights) else weights[group_of(step + 1)]
        if set(used.names) != set(forecasts):
            raise ValueError(f"weights for {sorted(used.names)}, forecasts of {sorted(forecasts)}")
        parts = share_out(count, used.values)
        members = [
            _quantiles(marginal(forecasts[name], step), part) for name, part in zip(used.names, parts, strict=True)
        ]
        rows.append(np.sort(np.concatenate(members)))
    pooled = np.stack(rows)
    if not np.isfinite(pooled).all():
        raise ValueError("a forecast lacks a number")
    return pooled


def marginal(forecast: FloatArray | Normal, step: int) -> Marginal:
    """The forecast of one month (``step`` from 0) out of members (h, m) or a :class:`Normal`."""
    if isinstance(forecast, Normal):
        return float(forecast.mean[step]), float(forecast.sd[step])
    return np.asarray(forecast[step], np.float64)


def whole(observed: float, forecasts: Mapping[str, Marginal], names: Sequence[str]) -> bool:
    """Whether a figure and its forecasts ``names`` all have their numbers."""
    return bool(np.isfinite(observed)) and all(np.isfinite(forecasts[name]).all() for name in names)


def crps(forecast: Marginal, observed: float) -> float:
    """The CRPS of the forecast of one figure: fair for members, in closed form for a normal."""
    if isinstance(forecast, tuple):
        return float(crps_normal(*forecast, observed))
    return float(crps_sample(forecast[None, :], [observed])[0])


def _quantiles(forecast: Marginal, count: int) -> FloatArray:
    levels = (np.arange(count) + 0.5) / count
    if isinstance(forecast, tuple):
        return np.asarray(forecast[0] + forecast[1] * ndtri(levels), np.float64)
    return np.asarray(np.quantile(forecast, levels, method="hazen"), np.float64)


def _distances(forecasts: Sequence[Marginal]) -> FloatArray:
    """The mean distance of a value of one to a value of another beyond that within each, halved, for every pair.

    With d(k, l) the mean distance, the CRPS of a mixture is the weighted mean of the single ones less the sum over
    pairs k < l of w[k] w[l] (2 d(k, l) - d(k, k) - d(l, l)) / 2, whose terms are what is returned (0 on the diagonal).
    """
    count = len(forecasts)
    mean = np.zeros((count, count))
    for k in range(count):
        for other in range(k, count):
            mean[k, other] = mean[other, k] = _distance(forecasts[k], forecasts[other], same=k == other)
    own = np.diag(mean)
    return np.asarray(mean - 0.5 * (own[:, None] + own[None, :]), np.float64)


def _distance(a: Marginal, b: Marginal, same: bool) -> float:
    if isinstance(a, tuple) and isinstance(b, tuple):
        return float(_folded(a[0] - b[0], np.hypot(a[1], b[1])))
    if isinstance(a, tuple):
        return _distance(b, a, same)
    if isinstance(b, tuple):
        return float(_folded(a - b[0], b[1]).mean())
    apart = float(np.abs(a[:, None] - b[None, :]).mean())
    # Within a sample the fair estimator counts pairs of different members only.
    return apart * a.size / (a.size - 1) if same and a.size > 1 else apart


def _folded(mean: FloatArray | float, sd: FloatArray | float) -> FloatArray:
    """The mean of the absolute value of a normal."""
    if sd == 0:
        return np.abs(np.asarray(mean, np.float64))
    z = np.asarray(mean, np.float64) / sd
    return np.asarray(sd * (2.0 * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi) + z * (2.0 * ndtr(z) - 1.0)), np.float64)


def _mixture_score(weights: FloatArray, single: FloatArray, apart: FloatArray) -> float:
    """Mean CRPS of the mixture: that of its parts, less half the weighted sum of their distances."""
    return float(weights @ single - 0.5 * weights @ apart @ weights)


def _least(single: FloatArray, apart: FloatArray) -> FloatArray:
    """Weights of least mean CRPS, exactly: the stationary point of every set of forecasts, the best that is allowed.

    A set is any of those given a weight (at most 2ⁿ - 1 small linear systems), larger sets first, so that forecasts
    that are the same share their weight.
    """
    count = single.size
    scale = max(float(single.max()), float(np.abs(apart).max()), 1e-300)
    least, best = np.inf, np.full(count, 1.0 / count)
    for size in range(count, 0, -1):
        for chosen in combinations(range(count), size):
            some = list(chosen)
            system = np.ones((size + 1, size + 1))
            system[:size, :size], system[size, size] = apart[np.ix_(some, some)] / scale, 0.0
            solution = np.linalg.lstsq(system, np.append(single[some] / scale, 1.0), rcond=1e-12)[0][:size]
            if solution.min() < -1e-9 or abs(solution.sum() - 1.0) > 1e-6:
                continue
            weights = np.zeros(count)
            weights[some] = np.maximum(solution, 0.0) / np.maximum(solution, 0.0).sum()
            score = _mixture_score(weights, single, apart) / scale
            if score < least - 1e-12:
                least, best = score, weights
    return best
