"""Which figures of a history are forecast in a backtest, and the same figures of a simulation.

Three kinds of place: the ``district``'s own figures, ``pooled`` ratios over the facilities that report in a month, and
``facility``, where every facility is a series of its own and all together are one indicator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from calibration.history.observed import DISTRICT, RATIOS, Key, Observed
from districts.history_catalogue import BY_KEY
from sim.indicators import SEGMENTS

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Kind = Literal["district", "pooled", "facility"]
#: Gives the (…, months) of a key.
Get = Callable[[Key], FloatArray]

POOLED, FACILITY = "pooled", "facility"
#: What is forecast of the district, of the facilities together, and of each facility, in the order of tables.
DISTRICT_KEYS = ("registered", "active", "arrears", "arrears_rupiah", "billed", "bill_jkn", "capitation_paid",
                 "contacts", "claims_paid", "hospital_admissions")  # fmt: skip
POOLED_KEYS = ("ak", "rrns", "rppt")
FACILITY_KEYS = ("capitation_paid", "ak", "rrns", "rppt", "contacts")
#: Counts of members that are the sum of their segments'.
SPLIT = ("registered", "active")
#: A ratio with fewer cases below the line in a month is luck: one non-specialist referral of five is 20 %.
_LEAST = 1.0


@dataclass(frozen=True)
class Series:
    """One series that is forecast: ``indicator`` of ``kind`` at ``place`` (a facility's code, or the kind's name).

    ``keys`` are those it is made of: one, or for a ratio from counts its numerators and denominators. ``mask``
    (facilities, months) tells of a pooled ratio which facilities report. ``parts`` are the series whose sum it is, by
    segment, where the history tells of them all.
    """

    indicator: str
    kind: Kind
    place: str
    keys: tuple[Key, ...]
    places: tuple[str, ...] = ()
    mask: BoolArray | None = None
    parts: tuple[Key, ...] = ()

    @property
    def needed(self) -> tuple[Key, ...]:
        """The keys that a simulation is asked for."""
        return (*self.keys, *self.parts)

    @property
    def name(self) -> tuple[str, str]:
        """Indicator and kind: series of one name are scored together."""
        return self.indicator, self.kind

    @property
    def flow(self) -> bool:
        """Whether it happens within a month; otherwise it stands at its end."""
        return not BY_KEY[self.indicator].stock

    def of(self, get: Get, months: slice = slice(None)) -> FloatArray:
        """The series (…, months) out of ``get``, NaN where a ratio has no denominator or no facility reports.
        ``months`` are those of the window that ``get`` gives."""
        if self.mask is not None:
            return _pooled(self, get, self.mask[:, months])
        if len(self.keys) == 1:
            return get(self.keys[0])
        return _ratio(self.indicator, lambda name: get((name, self.place)))


def series_of(observed: Observed, codes: Sequence[str]) -> tuple[Series, ...]:
    """The series that ``observed`` holds for a backtest, the district's first."""
    known = observed.monthly
    found = [Series(key, "district", DISTRICT, ((key, DISTRICT),), parts=_segments(key, observed))
             for key in DISTRICT_KEYS if (key, DISTRICT) in known]  # fmt: skip
    for indicator in POOLED_KEYS:
        if (indicator, DISTRICT) in known:
            found.append(Series(indicator, "district", DISTRICT, ((indicator, DISTRICT),)))
            continue
        parts = [name for pair in RATIOS[indicator][0] for name in pair]
        masks = [np.all([np.isfinite(known.get((name, code), np.full(observed.months, np.nan))) for name in parts],
                        axis=0) for code in codes]  # fmt: skip
        mask = np.array(masks).reshape(len(codes), observed.months)
        if mask.any():
            keys = tuple((name, code) for code in codes for name in dict.fromkeys(parts))
            found.append(Series(indicator, "pooled", POOLED, keys, tuple(codes), mask))
    for indicator in FACILITY_KEYS:
        for code in codes:
            parts = [name for pair in RATIOS[indicator][0] for name in pair] if indicator in RATIOS else []
            if (indicator, code) in known:
                found.append(Series(indicator, "facility", code, ((indicator, code),)))
            elif parts and all((name, code) in known for name in parts):
                keys = tuple((name, code) for name in dict.fromkeys(parts))
                found.append(Series(indicator, "facility", code, keys))
    return tuple(found)


def _segments(indicator: str, observed: Observed) -> tuple[Key, ...]:
    """The segments' series of a count of members, where the history tells of all of them; else none."""
    keys = tuple((indicator, f"segment:{segment}") for segment in SEGMENTS if segment != "never")
    return keys if indicator in SPLIT and all(key in observed.monthly for key in keys) else ()


def observed_get(observed: Observed) -> Get:
    """What a history says of a key, NaN where it says nothing."""
    return lambda key: observed.monthly.get(key, np.full(observed.months, np.nan))


def _ratio(indicator: str, count: Callable[[str], FloatArray]) -> FloatArray:
    pairs, factor = RATIOS[indicator]
    shares = [_over(count(above), count(below)) for above, below in pairs]
    return np.asarray(factor * np.mean(shares, axis=0))


def _pooled(series: Series, get: Get, mask: BoolArray) -> FloatArray:
    def total(name: str) -> FloatArray:
        return np.sum([np.where(row, get((name, code)), 0.0) for code, row in zip(series.places, mask, strict=True)],
                      axis=0)  # fmt: skip

    return _ratio(series.indicator, total)


def _over(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below >= _LEAST)
