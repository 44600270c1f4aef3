"""What it would be worth to know a parameter: how much of a figure's variance and width goes when it is known.

The share of a parameter is the variance of the figure's mean given the parameter, over its whole variance, luck
included (first order; Sobol' 1993; Saltelli et al., Global Sensitivity Analysis, 2008, 4.3): the part of the variance
that is expected to go once it is known exactly. It is estimated from given data (Plischke et al. 2013, European Journal
of Operational Research 226): joint draws are put in order of the parameter and cut into strata. This needs no
independence: under a posterior, in which parameters go together, knowing one tells of the others, and that counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensitivity.question import Question
from scenarios.sensitivity.surrogate import Surrogate
from sim.random import Purpose, library_seed, numpy_generator

FloatArray = NDArray[np.float64]
#: Joint draws that a surrogate is asked about, and the strata they are cut into.
DRAWN, STRATA = 4096, 32
#: Base points of the estimate of total effects: (columns + 2) times as many are asked.
_BASE = 1024
#: The range that is told: 8 of 10.
_RANGE = (0.1, 0.9)


@dataclass(frozen=True)
class Known:
    """Of one parameter: ``share`` of the variance that goes when it is known, expected ``width`` of the range of 8 in
    10 then, and the figure's mean where the parameter lies about its 10 % and its 90 % point."""

    share: float
    width: float
    low: float
    high: float


def shares(surrogate: Surrogate, points: FloatArray, columns: Sequence[int], variance: float) -> FloatArray:
    """The shares (columns,) of a figure's whole ``variance``, from joint draws ``points`` (DRAWN, D)."""
    told = surrogate(points)
    return np.array([_share(_strata(told, points[:, column]), variance) for column in columns])


def known(
    surrogate: Surrogate, points: FloatArray, columns: Sequence[int], variance: float, rest: FloatArray, seed: int
) -> tuple[list[Known], float]:
    """Of each of the ``columns`` what knowing it is worth, and the width now. ``rest`` (any number,) are the errors of
    the surrogate on runs it did not see: luck, shocks and what it misses. They are added to what it says, in the size
    that makes up the whole ``variance``."""
    told = surrogate(points)
    luck = numpy_generator(seed, Purpose.BOOTSTRAP)
    size = max(0.0, variance - float(told.var())) ** 0.5 / (float(rest.std()) or 1.0)
    whole = told + size * luck.choice(rest - rest.mean(), len(told))
    found = []
    for column in columns:
        order = np.argsort(points[:, column], kind="stable")
        strata = whole[order].reshape(STRATA // 2, -1)  # wider: the ends of a range need more draws than a mean
        means = told[order]
        at = [slice(int(len(told) * (end - 0.05)), int(len(told) * (end + 0.05))) for end in _RANGE]
        found.append(Known(_share(_strata(told, points[:, column]), variance), float(_width(strata).mean()),
                           float(means[at[0]].mean()), float(means[at[1]].mean())))  # fmt: skip
    return found, float(_width(whole[None])[0])


def totals(question: Question, surrogate: Surrogate, part: float, seed: int) -> dict[int, float]:
    """The total effects by column of the surrogate, which tells ``part`` of the whole variance: what would be left if
    all but the parameter were known (Sobol' indices by Saltelli's design). Only for parameters that are independent."""
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sample

    columns = surrogate.columns
    problem = {"num_vars": len(columns), "names": [question.names[at] for at in columns],
               "bounds": [[1e-6, 1 - 1e-6]] * len(columns)}  # fmt: skip
    drawn = sample.sample(problem, _BASE, calc_second_order=False, seed=library_seed(seed, Purpose.DESIGN))
    asked = np.full((len(drawn), len(question.names)), 0.5)
    asked[:, columns] = drawn
    told = surrogate(question.quantiles(asked))
    found = analysis.analyze(problem, told, calc_second_order=False, num_resamples=2, seed=0)
    return {column: part * float(value) for column, value in zip(columns, found["ST"], strict=True)}


def _strata(told: FloatArray, values: FloatArray) -> FloatArray:
    """``told`` (n,) in order of ``values`` (n,), cut into strata (STRATA, n / STRATA)."""
    return told[np.argsort(values, kind="stable")].reshape(STRATA, -1)


def _share(strata: FloatArray, variance: float) -> float:
    """The variance of the means of the strata over ``variance``, less what they vary by chance; at least 0."""
    chance = float(strata.var(axis=1, ddof=1).mean()) / strata.shape[1]
    return max(0.0, float(strata.mean(axis=1).var(ddof=1)) - chance) / variance


def _width(rows: FloatArray) -> FloatArray:
    """The width of the range of 8 in 10 of each row."""
    low, high = np.quantile(rows, _RANGE, axis=1)
    return np.asarray(high - low)
