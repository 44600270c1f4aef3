"""Whether a posterior from a table of simulations can be trusted: reports it cannot produce, coverage, ranks.

Uniforms are passed in; scipy is imported where it is used, for it is slow to load.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.abc import adjust, learn, standardise
from calibration.statistics.ridge import FloatArray

#: Levels of the central intervals whose coverage is counted.
LEVELS = (0.5, 0.8, 0.95)
#: Robust standard deviations beyond which a report counts as out of the table's reach.
_FAR = 4.0
_FOLDS = 10


@dataclass(frozen=True)
class Outside:
    """How far an observation lies from what a table produces.

    ``columns``: reports beyond the table's range or more than 4 robust standard deviations off; ``z`` (q,) robust z
    scores (0 for a report that never varies and is met, infinite if it is not); ``inside_p`` and ``residual_p``: the
    share of the table's own rows that lie as far within the leading components, and as far off them; ``p``: both
    together.
    """

    columns: list[int]
    z: FloatArray
    inside_p: float
    residual_p: float

    @property
    def p(self) -> float:
        """The joint p value (Bonferroni over the two)."""
        return min(1.0, 2.0 * min(self.inside_p, self.residual_p))


def outside(raw: FloatArray, observed: FloatArray, explained: float = 0.9) -> Outside:
    """Which reports of ``observed`` (q,) the table ``raw`` (n, q) cannot produce, one by one and jointly.

    Jointly: the squared Mahalanobis distance within the principal components that hold ``explained`` of the (robustly
    standardised) variance, and the squared distance off them, both ranked among those of the table's rows, each
    computed from the other nine tenths of the table (the T² and Q of process control: Jackson & Mudholkar 1979,
    Technometrics 21). By chance alone a column is listed about twice in n + 1, if its tails are those of a normal.
    """
    standard = standardise(raw)
    z = np.zeros(raw.shape[1])
    z[standard.kept] = standard(observed[None])[0]
    beyond = (observed < raw.min(axis=0)) | (observed > raw.max(axis=0))
    constant = np.setdiff1d(np.arange(raw.shape[1]), standard.kept)
    z[constant] = np.where(observed[constant] == standard.centre[constant], 0.0, np.inf)
    beyond[constant] = z[constant] > 0
    table = np.clip(standard(raw), -8.0, 8.0)
    row = np.clip(z[standard.kept], -8.0, 8.0)[None]
    fold = np.arange(len(raw)) % _FOLDS
    own = np.empty((len(raw), 2))
    for part in range(_FOLDS):
        own[fold == part] = _distances(table[fold != part], table[fold == part], explained)
    here = _distances(table, row, explained)[0]
    inside, residual = (1.0 + (own >= here * (1.0 - 1e-9)).sum(axis=0)) / (len(raw) + 1.0)
    return Outside(np.flatnonzero(beyond | (np.abs(z) > _FAR)).tolist(), z, float(inside), float(residual))


def _distances(table: FloatArray, rows: FloatArray, explained: float) -> FloatArray:
    """Squared distances (m, 2) of ``rows`` within the leading components of ``table``, and off them."""
    middle = table.mean(axis=0)
    values, vectors = np.linalg.eigh((table - middle).T @ (table - middle) / (len(table) - 1))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    leading = 1 + int(np.searchsorted(np.cumsum(values), explained * values.sum()))
    leading = max(1, min(leading, len(table) // 10, int((values > 1e-9 * values[0]).sum())))
    away = rows - middle
    scores = away @ vectors[:, :leading]
    off = np.maximum((away**2).sum(axis=1) - (scores**2).sum(axis=1), 0.0)
    return np.column_stack([(scores**2 / values[:leading]).sum(axis=1), off])


@dataclass(frozen=True)
class LooResult:
    """Rows of a table, each taken for the observation: posterior ``mean`` and ``sd``, ``truth`` and its ``rank`` in
    the posterior (in (0, 1), randomised; uniform if all is right), all (rows, k); ``covered`` (levels, rows, k)."""

    mean: FloatArray
    sd: FloatArray
    truth: FloatArray
    rank: FloatArray
    covered: NDArray[np.bool_]

    def coverage(self) -> FloatArray:
        """Share covered, (levels, k), for the central intervals of ``LEVELS``."""
        return np.asarray(self.covered.mean(axis=1))


def leave_one_out(
    theta: FloatArray,
    raw: FloatArray,
    rows: NDArray[np.intp],
    uniforms: FloatArray,
    accept: float | None = None,
    folds: int = _FOLDS,
) -> LooResult:
    """Fit each of ``rows`` of the table ``theta`` (n, k), ``raw`` (n, q) as if it were the observation.

    The table is cut into ``folds``; summaries for a row are learned, and its posterior is made, from the other folds
    only. ``uniforms`` (rows, k) break the ties of ranks. Simulation-based calibration on prior draws (Talts et al.
    2018, arXiv:1804.06788): it averages over the prior and says nothing of one observation in particular.
    """
    fold = np.arange(len(theta)) % folds
    mean, sd, rank = (np.empty((len(rows), theta.shape[1])) for _ in range(3))
    for part in range(folds):
        mine = np.flatnonzero(fold[rows] == part)
        if mine.size == 0:
            continue
        rest = np.flatnonzero(fold != part)
        projection = learn(theta[rest], raw[rest])
        for at, summary in zip(mine, projection(raw[rows[mine]]), strict=True):
            draws = adjust(theta[rest], projection.table, summary, accept)
            mean[at], sd[at] = draws.mean(), draws.sd()
            below = draws.weights @ (draws.theta < theta[rows[at]])
            rank[at] = (draws.effective * below + uniforms[at]) / (draws.effective + 1.0)
    covered = np.stack([np.abs(rank - 0.5) < level / 2 for level in LEVELS])
    return LooResult(mean, sd, theta[rows], rank, covered)


def joint_band(n: int, levels: tuple[float, ...], parameters: int, level: float = 0.99) -> FloatArray:
    """Lowest and highest share covered, (levels, 2), that ``n`` independent fits leave possible.

    All shares of all ``levels`` and ``parameters`` lie inside with a chance of at least ``level``: exact binomial
    quantiles with the Bonferroni correction over levels and parameters (safe whatever their dependence).
    """
    from scipy.stats import binom

    tail = (1.0 - level) / (2.0 * parameters * len(levels))
    shares = np.asarray(levels, float)
    return np.column_stack([binom.ppf(tail, n, shares), binom.isf(tail, n, shares)]) / n


def rank_test(ranks: FloatArray) -> FloatArray:
    """p value (k,) that each column of ``ranks`` (n, k) in (0, 1) is uniform: Kolmogorov's test, exact distribution."""
    from scipy.stats import kstest

    return np.array([kstest(column, "uniform", method="exact").pvalue for column in np.atleast_2d(ranks.T)])


def holm(p: FloatArray) -> FloatArray:
    """p values (k,) corrected for their number (Holm 1979, Scandinavian Journal of Statistics 6)."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty_like(stepped)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
