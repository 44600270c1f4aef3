"""A forecast steered by the past of its own replicates: those that grew as was observed tell how it goes on.

A posterior leaves some doubt about the pace of a series, and the figures themselves often settle it better than the
summaries of the whole history did. So the growth of each replicate from here on is regressed, over the replicates, on
how it grew before: in the last year, and since the first known months, of which the longer tells more of a lasting pace
and the shorter of one that has changed. Both are moved to the growth that was observed (regression adjustment, as of
the parameters: Beaumont, Zhang & Balding 2002, Genetics 162). What lasts is carried on, what an announced policy ends
is not, since the replicates know it. A pace that tells nothing of what follows gets no slope. No model has everything
that makes a district grow: each replicate also drifts, by a pace of its own, as no part of the model does (a term for
the discrepancy of the model: Kennedy & O'Hagan 2001, JRSS B 63), so that growth which no replicate could make is not
taken for luck. The spread that is left
is widened by what the regression, from a few dozen replicates, does not know of its own line.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.ridge import fit_ridge

FloatArray = NDArray[np.float64]

#: Months over which growth is taken, beside that since the first known months.
YEAR = 12
#: First known months that lie less than so many before those of a year ago tell the same as these, and two growths that
#: hardly differ would only trade errors of observation.
APART = 6
#: Fewer replicates tell a slope from luck badly.
LEAST = 20
#: The observed growth counts as at most so many standard deviations of the replicates' own: further out a straight line
#: would only be guessed.
FURTHEST = 3.0


def steered(
    past: FloatArray, future: FloatArray, observed: FloatArray, months: int, noise: FloatArray, drift: FloatArray
) -> FloatArray:
    """``future`` (replicates, horizon) as it goes where ``past`` (replicates, lead) had grown as ``observed`` (lead,).

    Growth is that of the mean of the last ``months`` known months over the months a year before them, and over the
    first ``months`` known ones where these lie ``APART`` further back; ``noise`` (replicates, 3) are the errors of
    observation of the last months, those of the year before and the first ones, on the log scale, and ``drift``
    (replicates,) is how much a year each replicate grows, on the log scale, by what no part of the model makes.
    Unchanged where the past is too short, a figure is not positive or the replicates are fewer than ``LEAST``.
    """
    known = np.flatnonzero(np.isfinite(observed))
    last, first = known[-months:], known[:months]
    before = last - YEAR
    if len(past) < LEAST or not last.size or before[0] < 0 or not np.isfinite(observed[before]).all():
        return future
    now, seen = past[:, last].mean(axis=1), observed[last].mean()
    spans = [before, first] if before[0] - first[-1] >= APART else [before]
    then = [(past[:, span].mean(axis=1), observed[span].mean()) for span in spans]
    if min(now.min(), future.min(), seen, *(min(own.min(), told) for own, told in then)) <= 0:
        return future
    years = [(last.mean() - span.mean()) / YEAR for span in spans]
    grown = np.stack([
        np.log(now / own) + noise[:, 0] - noise[:, 1 + at] + years[at] * drift for at, (own, _) in enumerate(then)
    ], axis=1)  # fmt: skip
    middle, spread = grown.mean(axis=0), grown.std(axis=0)
    if spread.min() < 1e-9:  # only rounding
        return future
    told = np.log([seen / before_told for _, before_told in then])
    paces, target = (grown - middle) / spread, np.clip((told - middle) / spread, -FURTHEST, FURTHEST)
    onward = np.log(future / now[:, None]) + drift[:, None] * np.arange(1, future.shape[1] + 1) / YEAR
    line = fit_ridge(paces, onward)
    rest = onward - line(paces)
    # what a prediction misses: more than the residuals of its own fit, the more so far from the middle
    lever = (1.0 + target @ np.linalg.pinv(paces.T @ paces / len(paces), hermitian=True) @ target) / len(paces)
    lever = np.where(line.freedom > 1.001, lever, 1.0 / len(paces))
    width = np.sqrt((1.0 + lever) / np.maximum(1.0 - line.freedom / len(paces), 0.1))
    return np.asarray(now[:, None] * np.exp(line(target[None]) + (rest - rest.mean(axis=0)) * width))
