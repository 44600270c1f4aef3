"""A forecast steered by the past of its own replicates: those that grew as was observed tell how it goes on.

A posterior leaves some doubt about the pace of a series, and the last year of figures often settles it better than the
summaries of the whole history did. So the growth of each replicate from here on is regressed on its growth in the year
before, over the replicates, and moved to the growth that was observed (regression adjustment, as of the parameters:
Beaumont, Zhang & Balding 2002, Genetics 162). What lasts is carried on, what an announced policy ends is not, since the
replicates know it. A pace that tells nothing of what follows gets no slope.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.statistics.ridge import fit_ridge

FloatArray = NDArray[np.float64]

#: Months over which growth is taken.
YEAR = 12
#: Fewer replicates tell a slope from luck badly.
LEAST = 20
#: The observed growth counts as at most so many standard deviations of the replicates' own: further out a straight line
#: would only be guessed.
FURTHEST = 3.0


def steered(past: FloatArray, future: FloatArray, observed: FloatArray, months: int, noise: FloatArray) -> FloatArray:
    """``future`` (replicates, horizon) as it goes where ``past`` (replicates, lead) had grown as ``observed`` (lead,).

    Growth is that of the mean of the last ``months`` known months over the months a year before them; ``noise``
    (replicates,) is the error of observation of that growth, on the log scale. Unchanged where the past is too short,
    a figure is not positive or the replicates are fewer than ``LEAST``.
    """
    last = np.flatnonzero(np.isfinite(observed))[-months:]
    before = last - YEAR
    if len(past) < LEAST or not last.size or before[0] < 0 or not np.isfinite(observed[before]).all():
        return future
    now, then = past[:, last].mean(axis=1), past[:, before].mean(axis=1)
    seen = observed[last].mean(), observed[before].mean()
    if min(now.min(), then.min(), future.min(), *seen) <= 0:
        return future
    grown = np.log(now / then) + noise
    middle, spread = grown.mean(), grown.std()
    if spread < 1e-9:  # only rounding
        return future
    target = np.clip(np.log(seen[0] / seen[1]), middle - FURTHEST * spread, middle + FURTHEST * spread)
    onward = np.log(future / now[:, None])
    slope = fit_ridge(grown[:, None], onward).slope[0]
    return np.asarray(now[:, None] * np.exp(onward + (target - grown)[:, None] * slope))
