"""The window simulated once more with draws of the posterior: do the months that were observed lie where it says?

A posterior predictive check (Gelman, Meng & Stern 1996, Statistica Sinica 6). It looks twice at the same figures, so
that it finds what the model cannot do at all, not a small bias.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.history.errors import error_of
from calibration.history.observed import DISTRICT, RATIOS, Key, Observed
from calibration.history.summaries import FACILITIES, Feature, features, series_of
from calibration.posterior.forecast import Future, sample
from calibration.statistics.scores import central
from sim.random import Purpose, make_key, normals, numbered

FloatArray = NDArray[np.float64]

#: Simulations of the check.
REPLICATES = 60
#: The central interval whose coverage is counted.
SHARE = 0.8
#: A series is missed when its mean lies further off than this many predictive standard deviations (1 in 100 by
#: chance), or when fewer than this share of at least so many months lie in the interval.
_FAR, _LEAST_INSIDE, _LEAST_MONTHS = 2.58, 0.5, 5
#: Series that are drawn, in this order; those of facilities are pooled over the ones that report.
MAIN = ("registered", "active", "arrears", "billed", "bill_jkn", "ak", "rrns", "rppt")


@dataclass(frozen=True)
class Target:
    """One series of the history: how many ``months`` were observed, the share of them ``inside`` the interval, and
    ``z``, how far their mean lies from the predicted one in predictive standard deviations (log scale). Series of
    facilities (``place`` "facilities") are added up, and ``cells`` is the share inside of all months of all facilities
    one by one."""

    indicator: str
    place: str
    months: int
    inside: float
    z: float
    cells: float | None = None

    @property
    def met(self) -> bool:
        """Whether the posterior makes what was observed."""
        scattered = self.months >= _LEAST_MONTHS and self.inside < _LEAST_INSIDE
        return abs(self.z) <= _FAR and not scattered


@dataclass(frozen=True)
class Band:
    """A series as observed (NaN: not known) and as predicted, each (months,)."""

    indicator: str
    place: str
    observed: FloatArray
    low: FloatArray
    middle: FloatArray
    high: FloatArray


def replay(
    future: Future, observed: Observed, codes: Sequence[str], jobs: int = 1, tell: Callable[[int], None] | None = None
) -> tuple[tuple[Target, ...], tuple[Band, ...]]:
    """What the posterior of ``future`` makes of every series of ``observed``, and the bands of the main ones.

    ``future`` spans the months of ``observed``; its keys are replaced by those observed.
    """
    keys = observed.asked()
    asked = Future(future.district, future.rules, future.decided, future.stock, future.posterior, future.seed, keys)
    simulated = sample(asked, range(REPLICATES), jobs, tell)
    noise = _Noise(future.seed, observed.months)
    layout = features(observed, codes)
    targets = tuple(_target(feature, observed, simulated, codes, noise) for feature in layout)
    return targets, _bands(layout, observed, simulated, codes, noise)


class _Noise:
    """Errors of observation, the next series at each call: (replicates, months) on the log scale."""

    def __init__(self, seed: int, months: int) -> None:
        self._seed, self._months, self._next = seed, months, 0

    def __call__(self, indicator: str) -> FloatArray:
        names = numbered((self._next + 1) * (self._months + 1))[-self._months - 1 :]
        z = np.stack([normals(make_key(self._seed, number), names, 3, Purpose.OBSERVATION)
                      for number in range(REPLICATES)])  # fmt: skip
        self._next += 1
        error = error_of(indicator)
        return np.asarray(error.series * z[:, -1:] + error.month * z[:, :-1])


def _interval(sample: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The central interval of each column (Hazen's quantiles: few members must not make it narrow)."""
    return central(sample.T, SHARE)


def _told(observed: Observed, key: Key) -> FloatArray:
    return observed.monthly.get(key, np.full(observed.months, np.nan))


def _target(
    feature: Feature, observed: Observed, simulated: dict[Key, FloatArray], codes: Sequence[str], noise: _Noise
) -> Target:
    indicator, place = feature.key
    here = series_of(feature, lambda key: _told(observed, key), codes)
    made = np.log1p(series_of(feature, simulated.__getitem__, codes)) + noise(indicator)
    known, truth = np.isfinite(here), np.log1p(here)
    totals = dict(observed.yearly.get(feature.key, ()))
    raw = simulated.get(feature.key)
    yearly = [] if raw is None else [
        (np.log1p(totals[year]), np.log1p(raw[:, year : year + 12].sum(axis=1)) + noise(indicator)[:, 0])
        for year in feature.years
    ]  # fmt: skip
    truths = np.concatenate([truth[known], [total for total, _ in yearly]])
    sampled = np.concatenate([made[:, known], *(values[:, None] for _, values in yearly)], axis=1)
    low, high = _interval(sampled)
    inside = float(((truths >= low) & (truths <= high)).mean())
    means = sampled.mean(axis=1)
    spread = float(means.std(ddof=1))
    z = 0.0 if spread == 0.0 and truths.mean() == means.mean() else float(
        (truths.mean() - means.mean()) / max(spread, 1e-9)
    )  # fmt: skip
    cells = None if feature.mask is None else _cells(feature, observed, simulated, codes, noise)
    return Target(indicator, place, len(truths), inside, z, cells)


def _cells(
    feature: Feature, observed: Observed, simulated: dict[Key, FloatArray], codes: Sequence[str], noise: _Noise
) -> float:
    assert feature.mask is not None
    hits = []
    for code, mask in zip(codes, feature.mask, strict=True):
        if mask.any():
            key = (feature.key[0], code)
            low, high = _interval(np.log1p(simulated[key][:, mask]) + noise(feature.key[0])[:, mask])
            truth = np.log1p(observed.monthly[key][mask])
            hits.append((truth >= low - 1e-9) & (truth <= high + 1e-9))
    return float(np.concatenate(hits).mean())


def _bands(
    layout: Sequence[Feature], observed: Observed, simulated: dict[Key, FloatArray], codes: Sequence[str], noise: _Noise
) -> tuple[Band, ...]:
    """The main series, those of the district before those added up over facilities; a ratio that the history does not
    hold is formed from the counts it is made of."""
    by_key = {feature.key: feature for feature in layout if feature.parts}
    found = []
    for name in MAIN:
        for place in (DISTRICT, FACILITIES):
            pair = _pair(name, place, by_key, observed, simulated, codes)
            if pair is None:
                continue
            here, made = pair
            low, high = _interval(np.log1p(made) + noise(name))
            middle = np.median(made, axis=0)
            found.append(Band(name, place, here, np.expm1(low), middle, np.expm1(high)))
            break
    return tuple(found)


def _pair(
    name: str, place: str, by_key: dict[Key, Feature], observed: Observed, simulated: dict[Key, FloatArray],
    codes: Sequence[str],
) -> tuple[FloatArray, FloatArray] | None:  # fmt: skip
    """A series as observed (months,) and as simulated (replicates, months); None where the history lacks it."""

    def both(feature: Feature) -> tuple[FloatArray, FloatArray]:
        here = series_of(feature, lambda key: _told(observed, key), codes)
        return here, series_of(feature, simulated.__getitem__, codes)

    if (name, place) in by_key:
        return both(by_key[name, place])
    if name not in RATIOS:
        return None
    parts, factor = RATIOS[name]
    shares = []
    for part in parts:
        above, below = (by_key.get((count, place)) for count in part)
        if above is None or below is None:
            return None
        if above.mask is not None and below.mask is not None:
            mask = above.mask & below.mask  # the facilities that report both
            if not mask.any():
                return None
            above, below = replace(above, mask=mask), replace(below, mask=mask)
        pairs = zip(both(above), both(below), strict=True)
        shares.append([np.divide(a, b, out=np.full(np.shape(a), np.nan), where=b > 0) for a, b in pairs])
    here, made = (factor * np.mean([share[at] for share in shares], axis=0) for at in (0, 1))
    return here, np.nan_to_num(made)
