"""What a history is reduced to before it is compared with simulations: a few numbers per series, on the log scale.

A series with five or more observed months gives the means of its first, middle and last third and its last value; a
shorter one each of its values; a yearly total one number. Series of facilities are added up over the facilities that
report in a month (ratios: their mean), so that the same gaps count in history and simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.history.errors import error_of
from calibration.history.observed import RATIOS, Key, Observed

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Get = Callable[[Key], FloatArray]
#: Stands for the place of a series that is added up over facilities.
FACILITIES = "facilities"
_SHORT = 5


@dataclass(frozen=True)
class Feature:
    """One series and its summaries: ``parts`` are groups of months whose mean is one number, ``years`` the first
    months of yearly totals. ``mask`` (facilities, months) tells which facilities report, of a pooled series."""

    key: Key
    parts: tuple[tuple[int, ...], ...]
    years: tuple[int, ...] = ()
    mask: BoolArray | None = None

    def spans(self) -> list[tuple[int, int]]:
        """First and last month (from 0) of each number."""
        return [*((part[0], part[-1]) for part in self.parts), *((year, year + 11) for year in self.years)]

    def labels(self) -> list[str]:
        """A name for each number: indicator, place and months (counted from 1)."""
        name, kinds = " ".join(self.key), [""] * len(self.parts) + [" in all"] * len(self.years)
        months = [f"{first + 1}" if first == last else f"{first + 1}-{last + 1}" for first, last in self.spans()]
        return [f"{name} {span}{kind}" for span, kind in zip(months, kinds, strict=True)]


def features(observed: Observed, places: Sequence[str]) -> tuple[Feature, ...]:
    """The series of ``observed`` and their summaries; ``places`` are the codes of the facilities."""
    found: list[Feature] = []
    masks: dict[str, BoolArray] = {}
    for key in observed.asked():
        values = observed.monthly.get(key, np.full(observed.months, np.nan))
        known = np.flatnonzero(np.isfinite(values))
        if key[1] in places:
            mask = masks.setdefault(key[0], np.zeros((len(places), observed.months), np.bool_))
            mask[places.index(key[1]), known] = True
        else:
            years = tuple(start for start, _ in observed.yearly.get(key, ()))
            found.append(Feature(key, _parts(known), years))
    for indicator, mask in sorted(masks.items()):
        found.append(Feature((indicator, FACILITIES), _parts(np.flatnonzero(mask.any(axis=0))), (), mask))
    return tuple(found)


def _parts(known: NDArray[np.intp]) -> tuple[tuple[int, ...], ...]:
    if len(known) < _SHORT:
        return tuple((int(month),) for month in known)
    thirds = [tuple(int(month) for month in third) for third in np.array_split(known, 3)]
    return (*thirds, (int(known[-1]),))


def observed_summaries(layout: Sequence[Feature], observed: Observed, places: Sequence[str]) -> FloatArray:
    """The numbers of the history itself, (q,)."""

    def get(key: Key) -> FloatArray:
        return observed.monthly.get(key, np.full(observed.months, np.nan))

    totals = {(key, start): total for key, entries in observed.yearly.items() for start, total in entries}
    numbers: list[float] = []
    for feature in layout:
        values = np.log1p(series_of(feature, get, places))
        numbers += [float(values[list(part)].mean()) for part in feature.parts]
        numbers += [float(np.log1p(totals[feature.key, start])) for start in feature.years]
    return np.array(numbers)


def simulated_summaries(layout: Sequence[Feature], get: Get, places: Sequence[str], noise: FloatArray) -> FloatArray:
    """The numbers of n simulations, (n, q): their series with errors of observation.

    ``get`` gives the (n, months) of a key; ``noise`` holds standard normals (n, features, months + 1), the last one
    shared by the months of a series.
    """
    numbers: list[FloatArray] = []
    for position, feature in enumerate(layout):
        error, normals = error_of(feature.key[0]), noise[:, position]
        series = series_of(feature, get, places)
        shared = error.series * normals[:, -1]
        values = np.log1p(series) + shared[:, None] + error.month * normals[:, :-1]
        numbers += [values[:, list(part)].mean(axis=1) for part in feature.parts]
        numbers += [np.log1p(series[:, start : start + 12].sum(axis=1)) + shared for start in feature.years]
    return np.stack(numbers, axis=1)


def series_of(feature: Feature, get: Get, places: Sequence[str]) -> FloatArray:
    """A series (…, months), or the sum (ratios: the mean) over the facilities that report; NaN where none does."""
    indicator = feature.key[0]
    if feature.mask is None:
        return get(feature.key)
    total: FloatArray | float = 0.0
    for code, mask in zip(places, feature.mask, strict=True):
        if mask.any():
            total = total + np.where(mask, get((indicator, code)), 0.0)
    count = feature.mask.sum(axis=0)
    total = np.where(count > 0, total, np.nan)
    return total / np.maximum(count, 1) if indicator in RATIOS else total
