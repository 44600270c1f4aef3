"""The rates of facilities that a history tells and a simulation makes, in the form that pooling wants.

Each rate is a mean over the months in which a facility reports, on a scale without bounds: log odds of shares, the log
of what has no upper bound. Counts are used where the history has numerator and denominator, else its printed ratio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.history.errors import error_of
from calibration.history.observed import Key, Observed
from calibration.history.summaries import Get

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Rate:
    """``name`` of the rate; ``above`` over ``below`` are its counts; ``ratio`` the printed figure and its ``unit``
    (per mille, per cent) that stand in for the counts."""

    name: str
    above: str
    below: str
    ratio: str = ""
    unit: float = 1.0


RATES: tuple[Rate, ...] = (
    Rate("contacts", "contacts", "capitated", "ak", 1000.0),
    Rate("referrals", "referrals", "sick_visits"),
    Rate("referrals_per_member", "referrals", "capitated"),
    Rate("nonspecialist", "referrals_nonspecialist", "referrals", "rrns", 100.0),
    Rate("prolanis_ht", "ht_prolanis", "ht_diagnosed"),
    Rate("prolanis_dm", "dm_prolanis", "dm_diagnosed"),
    Rate("control_ht", "ht_controlled", "ht_prolanis"),
    Rate("control_dm", "dm_controlled", "dm_prolanis"),
    Rate("known_ht", "ht_diagnosed", "capitated"),
    Rate("known_dm", "dm_diagnosed", "capitated"),
    Rate("rppt", "", "", "rppt", 100.0),
)


@dataclass(frozen=True)
class Column:
    """A rate that the history tells, and how: from counts or as the printed ratio; ``mask`` (facilities, months)."""

    rate: Rate
    counts: bool
    mask: BoolArray


def columns(observed: Observed, places: Sequence[str]) -> tuple[Column, ...]:
    """The rates that the history tells of any facility. A rate per member stands in where visits are not known;
    ``rppt`` where its parts are not."""
    found: list[Column] = []
    for rate in RATES:
        if rate.name == "referrals_per_member" and any(column.rate.name == "referrals" for column in found):
            continue
        if rate.name == "rppt" and any(column.rate.name.startswith("control_") for column in found):
            continue
        both = _known(observed, places, rate.above) & _known(observed, places, rate.below)
        printed = _known(observed, places, rate.ratio)
        if both.any() and both.sum() >= printed.sum():
            found.append(Column(rate, True, both))
        elif printed.any():
            found.append(Column(rate, False, printed))
    return tuple(found)


def _known(observed: Observed, places: Sequence[str], indicator: str) -> BoolArray:
    nothing = np.full(observed.months, np.nan)
    return np.stack([np.isfinite(observed.monthly.get((indicator, code), nothing)) for code in places])


def rates(layout: Sequence[Column], get: Get, places: Sequence[str], whole: bool = False) -> FloatArray:
    """The rates of the history, (facilities, columns), or of n simulations, (n, facilities, columns), as ``get`` gives
    series of (months,) or (n, months).

    Where the history does not report a facility at all the rate is NaN; with ``whole`` it is that of all months, so
    that a simulation tells how such a facility answers.
    """
    by_place = [[_rate(column, column.mask[place], get, code, whole) for column in layout]
                for place, code in enumerate(places)]  # fmt: skip
    shape = np.broadcast_shapes(*(np.shape(value) for row in by_place for value in row))
    flat = np.stack([np.stack([np.broadcast_to(value, shape) for value in row], axis=-1) for row in by_place], axis=-2)
    return np.asarray(flat, np.float64)


def needed(layout: Sequence[Column], places: Sequence[str]) -> tuple[Key, ...]:
    """The series that :func:`rates` asks for."""
    names = [name for column in layout for name in
             ((column.rate.above, column.rate.below) if column.counts else (column.rate.ratio,))]  # fmt: skip
    return tuple((name, code) for name in dict.fromkeys(names) for code in places)


def _rate(column: Column, mask: BoolArray, get: Get, code: str, whole: bool) -> FloatArray | float:
    rate = column.rate
    if not mask.any():
        if not whole:
            return np.nan
        mask = np.ones_like(mask)
    if column.counts:
        return _log_odds(
            get((rate.above, code))[..., mask].sum(axis=-1), get((rate.below, code))[..., mask].sum(axis=-1)
        )
    mean = get((rate.ratio, code))[..., mask].mean(axis=-1) / rate.unit
    return _log_odds(mean * 1000.0, np.full(np.shape(mean), 1000.0))


def _log_odds(above: FloatArray, below: FloatArray) -> FloatArray:
    """Log odds with half a count added to either side, so that 0 and all stay finite; a share above one, as referrals
    of few visits, is held below it."""
    return np.asarray(np.log((above + 0.5) / (np.maximum(below - above, 0.0) + 0.5)))


def error_variance(layout: Sequence[Column], told: FloatArray) -> FloatArray:
    """Variance of the error of observation of rates ``told`` (…, columns), on their own scale: what all months share.

    Errors are relative to the counts; the log odds of a share p move by 1/(1 - p) of them.
    """
    relative = np.array([
        sum(error_of(name).series ** 2 for name in
            ((column.rate.above, column.rate.below) if column.counts else (column.rate.ratio,)))
        for column in layout
    ])  # fmt: skip
    odds = np.exp(np.clip(np.nan_to_num(told), -10.0, 4.0))
    return np.asarray(relative * (1.0 + odds) ** 2)


def history_get(observed: Observed) -> Get:
    """A reader of the history's own series."""

    def get(key: Key) -> FloatArray:
        return observed.monthly[key]

    return get
