"""Regression-adjusted approximate Bayesian computation on a stored table of simulations.

A table has a row per simulation: ``theta`` (n, k), the parameters as standard normals of their priors, and ``raw``
(n, q), what the simulation would have reported. :func:`learn` makes of the reports one summary per parameter, its
fitted posterior mean (semi-automatic ABC: Fearnhead & Prangle 2012, JRSS B 74); :func:`adjust` weighs the rows near the
observation and moves them to it (Beaumont, Zhang & Balding 2002, Genetics 162; Blum & François 2010, Statistics and
Computing 20). Nothing here draws: uniforms are passed in. Whether the result can be trusted is asked in ``checks``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.ridge import FloatArray, fit_ridge

#: Robust standard deviations beyond which a report is moved in before it is summarised: one wild month must not turn a
#: regression, nor may the square of one run away.
_WINSOR = 6.0
#: Leading principal components whose squares and products are tried.
_QUADRATIC = (0, 3, 6, 10)
#: Degree of the curve that is taken out of each summary.
_CURVE = 5
#: Explained share of a parameter's variance (of rows left out) below which the reports tell nothing worth having.
_INFORMED = 0.02
#: No adjusted draw lies further out: the prior has six in ten million of its mass there.
_FURTHEST = 5.0


@dataclass(frozen=True)
class Standard:
    """Robust standardisation of reports: ``centre`` and ``scale`` (q,), and ``kept``, the columns that vary."""

    centre: FloatArray
    scale: FloatArray
    kept: NDArray[np.intp]

    def __call__(self, raw: FloatArray) -> FloatArray:
        """Robust z scores (m, kept) of ``raw`` (m, q), not moved in."""
        return np.asarray((raw[:, self.kept] - self.centre[self.kept]) / self.scale[self.kept])


def standardise(raw: FloatArray) -> Standard:
    """Median and 1.4826 times the median absolute deviation of each column of ``raw`` (n, q).

    A column in which more than half of the rows agree is scaled by its standard deviation; one that never varies is
    left out. Raises ``ValueError`` if anything is not finite.
    """
    if not np.isfinite(raw).all():
        raise ValueError("reports of the table must be finite")
    centre = np.median(raw, axis=0)
    deviation = np.abs(raw - centre)
    scale, spread = 1.4826 * np.median(deviation, axis=0), raw.std(axis=0)
    kept = np.flatnonzero(spread > 1e-12 * np.maximum(np.abs(centre), 1e-300))
    tiny = scale < 1e-3 * spread
    return Standard(centre, np.where(tiny, np.where(spread > 0, spread, 1.0), scale), kept)


@dataclass(frozen=True)
class Bend:
    """What is left of a curve between fitted and true parameters, one by one: ``span`` (2, k), the range in which it is
    known, and ``curve`` (degree + 1, k), Legendre coefficients of what is added there; beyond it, the value at its end.
    """

    span: FloatArray
    curve: FloatArray

    def __call__(self, fitted: FloatArray) -> FloatArray:
        """``fitted`` (m, k) with the curve taken out."""
        low, high = self.span
        x = 2.0 * (np.clip(fitted, low, high) - low) / np.where(high > low, high - low, 1.0) - 1.0
        return np.asarray(fitted + sum(_legendre(x, degree) * row for degree, row in enumerate(self.curve)))


def _legendre(x: FloatArray, degree: int) -> FloatArray:
    return np.asarray(np.polynomial.legendre.Legendre.basis(degree)(x))


def _bend(table: FloatArray, theta: FloatArray, informed: NDArray[np.bool_]) -> Bend:
    """The curve of ``theta`` less ``table`` (n, k) over the inner 98 % of the table, by least squares; none for what is
    not informed, and none from fewer than 300 rows, which tell a curve from luck badly."""
    span = np.quantile(table, [0.01, 0.99], axis=0)
    curve = np.zeros((_CURVE + 1, table.shape[1]))
    if len(table) >= 300:
        for at in np.flatnonzero(informed & (span[1] > span[0])):
            x = 2.0 * (np.clip(table[:, at], *span[:, at]) - span[0, at]) / (span[1, at] - span[0, at]) - 1.0
            basis = np.stack([_legendre(x, degree) for degree in range(_CURVE + 1)], axis=1)
            curve[:, at] = np.linalg.lstsq(basis, theta[:, at] - table[:, at], rcond=None)[0]
    return Bend(span, curve)


@dataclass(frozen=True)
class Projection:
    """From reports (m, q) to fitted posterior means (m, k).

    ``table`` (n, k) are the summaries of the table's own rows, each fitted without that row, so that a row and an
    observation are summarised alike; ``r2`` (k,) is the explained share of each parameter's variance in rows left out
    (near or below 0: nothing is learned); ``informed`` (k,) says where that is worth having (elsewhere the summary is a
    constant); ``quadratic`` (k,) from how many leading components squares and products were taken; ``bend`` takes out
    the curve that is left between summaries and parameters.
    """

    standard: Standard
    components: FloatArray
    middle: FloatArray
    spread: FloatArray
    slope: FloatArray
    intercept: FloatArray
    table: FloatArray
    r2: FloatArray
    informed: NDArray[np.bool_]
    quadratic: NDArray[np.intp]
    bend: Bend

    def __call__(self, raw: FloatArray) -> FloatArray:
        """Summaries (m, k) of ``raw`` (m, q), or (k,) of one observation (q,)."""
        z = np.clip(self.standard(np.atleast_2d(raw)), -_WINSOR, _WINSOR)
        features = (_features(z, self.components) - self.middle) / self.spread
        found = self.bend(features @ self.slope + self.intercept)
        return np.asarray(found[0] if raw.ndim == 1 else found)


def learn(theta: FloatArray, raw: FloatArray) -> Projection:
    """Summaries that estimate the posterior means of ``theta`` (n, k) from ``raw`` (n, q).

    Ridge regression on robustly standardised reports and, parameter by parameter where that lowers the generalised
    cross-validation error, on squares and products of the leading principal components. Columns that never vary are
    passed over. Raises ``ValueError`` for fewer than 20 rows, rows that do not match or values that are not finite.
    """
    if len(theta) != len(raw) or len(theta) < 20:
        raise ValueError(f"{len(theta)} rows of parameters, {len(raw)} of reports; at least 20 of each are needed")
    standard = standardise(raw)
    z = np.clip(standard(raw), -_WINSOR, _WINSOR)
    width = z.shape[1]
    most = min(_QUADRATIC[-1], width, len(raw) // 50)
    _, vectors = np.linalg.eigh(np.cov(z, rowvar=False).reshape(width, width))
    loadings = vectors[:, ::-1][:, :most]
    components = loadings / np.where((spread := (z @ loadings).std(axis=0)) > 1e-9, spread, 1.0)
    features = _features(z, components)
    middle, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-12, spread, 1.0)
    features = (features - middle) / spread
    k = theta.shape[1]
    slope, intercept = np.zeros((features.shape[1], k)), np.zeros(k)
    error, table, quadratic = np.full(k, np.inf), np.zeros((len(theta), k)), np.zeros(k, np.intp)
    for leading in sorted({min(count, most) for count in _QUADRATIC}):
        used = width + leading * (leading + 1) // 2
        fit = fit_ridge(features[:, :used], theta)
        better = fit.error < error
        slope[:, better] = 0.0
        slope[:used, better] = fit.slope[:, better]
        intercept[better], error[better], quadratic[better] = fit.intercept[better], fit.error[better], leading
        table[:, better] = fit.left_out[:, better]
    n = len(theta)
    alone = (theta - theta.mean(axis=0)) * n / (n - 1)  # what is missed by the mean of all others
    r2 = 1.0 - ((theta - table) ** 2).sum(axis=0) / np.maximum((alone * alone).sum(axis=0), 1e-300)
    informed = r2 > max(_INFORMED, 8.0 / n)
    # A mean of all others falls where the own value rises, exactly: left in, a summary of nothing would tell all.
    intercept[~informed] = theta.mean(axis=0)[~informed]
    slope[:, ~informed], quadratic[~informed] = 0.0, 0
    table[:, ~informed] = intercept[~informed]
    bend = _bend(table, theta, informed)
    table = bend(table)
    return Projection(standard, components, middle, spread, slope, intercept, table, r2, informed, quadratic, bend)


def _features(z: FloatArray, components: FloatArray) -> FloatArray:
    """Reports (m, p) followed by the squares and products of their components, ordered so that those of the first c
    components come before all others."""
    scores = np.clip(z @ components, -4.0, 4.0)
    products = [scores[:, [b]] * scores[:, : b + 1] for b in range(scores.shape[1])]
    return np.hstack([z, *products])


@dataclass(frozen=True)
class Draws:
    """Weighted draws of a posterior: ``theta`` (m, k), ``weights`` (m,) of sum 1, their effective number, and ``rows``
    (m,) of the table from which they come."""

    theta: FloatArray
    weights: FloatArray
    effective: float
    rows: NDArray[np.intp]

    def mean(self) -> FloatArray:
        """Posterior means (k,)."""
        return np.asarray(self.weights @ self.theta)

    def sd(self) -> FloatArray:
        """Posterior standard deviations (k,)."""
        return np.sqrt(self.weights @ (self.theta - self.mean()) ** 2)


def accepted(n: int, k: int) -> int:
    """How many of ``n`` rows :func:`adjust` uses for ``k`` parameters: 40 % of them, at least 200 and 20 (k + 1).

    In d dimensions the nearest part p of the rows reaches as far as p^(1/d) of the whole, so that for the half-dozen
    parameters that district reports inform, a small part is hardly nearer than a large one, while the variance of the
    fit grows as 1/p. The regression takes up the rest of the bias; the floor keeps it (k + 1 slopes for the mean, as
    many for the variance) well determined. A table of fewer rows than the floor is used whole.
    """
    return min(n, max(200, 20 * (k + 1), math.ceil(0.4 * n)))


def adjust(theta: FloatArray, s: FloatArray, s_obs: FloatArray, accept: float | None = None) -> Draws:
    """The posterior at summaries ``s_obs`` (d,) from a table ``theta`` (n, k) with summaries ``s`` (n, d).

    ``s`` is on the scale of ``theta`` (``Projection.table``): distance is Euclidean in fitted posterior means, as
    quadratic loss asks, so that a parameter of which nothing is learned does not count. The nearest share ``accept``
    (default: :func:`accepted`) gets Epanechnikov weights; each parameter is regressed on the summaries, locally with
    a cross-validated ridge (slopes that tell nothing vanish), and so is the logarithm of its squared residuals. Draws
    are the prediction at ``s_obs`` plus residuals rescaled to its spread. Residuals are enlarged by the degrees of
    freedom spent and by the error of the prediction, hence a parameter without information keeps its prior, neither
    narrower nor wider. Raises ``ValueError`` if the table or the observation is not finite.
    """
    if not (np.isfinite(s_obs).all() and np.isfinite(s).all() and np.isfinite(theta).all()):
        raise ValueError("summaries and parameters must be finite")
    n, k = theta.shape
    count = accepted(n, k) if accept is None else min(n, max(k + 2, math.ceil(accept * n)))
    away = s - s_obs
    squared = np.einsum("nd,nd->n", away, away)
    rows = np.sort(np.argpartition(squared, count - 1)[:count])
    # The furthest accepted row would weigh nothing; all are used, so the rim lies a little beyond it.
    rim = squared[rows].max() * (1.0 + 2.0 / count)
    weights = 1.0 - squared[rows] / rim if rim > 0 else np.ones(count)
    weights = weights / weights.sum()
    effective = 1.0 / float(weights @ weights)
    local, near = theta[rows], away[rows]
    mean = fit_ridge(near, local, weights)
    rest = local - mean(near)
    floor = 1e-12 + 1e-6 * (weights @ rest**2)
    spread = fit_ridge(near, np.log(rest**2 + floor), weights)
    log_sd = 0.5 * spread(near)
    at_observation = 0.5 * spread.intercept
    # The level of a log-linear fit to squares is off by a constant that depends on the shape of the residuals.
    scaled = rest / np.exp(log_sd - at_observation)
    free = np.maximum(1.0 - mean.freedom / effective, 0.1)
    centred = scaled - weights @ scaled
    inner = near - weights @ near
    inverse = np.linalg.pinv(inner.T @ (weights[:, None] * inner), hermitian=True)
    lever = (1.0 + float((weights @ near) @ inverse @ (weights @ near))) / effective
    moved = mean.intercept + centred * np.sqrt((1.0 + np.where(mean.freedom > 1.001, lever, 1.0 / effective)) / free)
    return Draws(np.clip(moved, -_FURTHEST, _FURTHEST), weights, effective, rows)


def resample(draws: FloatArray, weights: FloatArray, count: int, uniforms: FloatArray | float) -> FloatArray:
    """``count`` equally weighted draws (count, k) of ``draws`` (m, k) with ``weights`` (m,).

    ``uniforms`` in [0, 1): one for systematic resampling (Kitagawa 1996, JCGS 5), or ``count`` for stratified.
    Each draw comes within one of ``count`` times its weight.
    """
    edges = np.cumsum(weights) / np.sum(weights)
    places = (np.arange(count) + np.broadcast_to(np.asarray(uniforms, float), (count,))) / count
    return np.asarray(draws[np.minimum(np.searchsorted(edges, places, side="right"), len(draws) - 1)])
