"""The figures of a report, computed replicate by replicate from a run's store and only then summarised.

Shapes: R replicates, T months, F facilities. A ratio is formed inside each replicate; medians of ratios are shown,
never ratios of medians. A denominator of zero gives NaN, which tables show as "–".
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.wording import RANGE, ranged
from scenarios.store import RunStore
from sim.indicators import DISTRICT, INDEX, Indicator

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

#: Lines that make up the district's JKN bill (``bill_jkn``) and the account each is booked on (Kepmendagri
#: 050-5889/2021 and updates); "" where no source named one. The correction is below zero. The 4 % for village officials
#: is not among them.
BILL_LINES: tuple[tuple[str, str], ...] = (
    ("bill_premium", "5.1.02.02.02.0003"),
    ("bill_aid_pemda", "5.1.02.02.02.0004"),
    ("bill_aid_self", "5.1.02.02.02.0004"),
    ("bill_correction", ""),
    ("bill_levers", ""),
)
#: The four head counts, in the order in which every table shows them.
HEADS: tuple[str, ...] = ("registered", "active", "capitated", "billed")
#: Where people who are not active, or are no longer residents, stand on the register.
OTHERS: tuple[str, ...] = ("never", "pending", "arrears", "lapsed", "dead_on_register", "moved_on_register")
INTAKE: tuple[str, ...] = ("intake_never", "intake_lapsed", "intake_arrears", "intake_pbpu", "intake_ppu")
#: Recorded contacts by group of the life cycle, sick and well, from the youngest on.
CONTACTS: tuple[str, ...] = tuple(
    f"{kind}_{group}" for group in ("children", "school", "adults", "elderly") for kind in ("sick", "well")
)


@dataclass(frozen=True)
class Spread:
    """The middle of the replicates and the range that holds 8 of 10 of them; arrays of the sample's other axes."""

    middle: FloatArray
    low: FloatArray
    high: FloatArray

    def at(self, *index: int) -> tuple[float, float, float]:
        """(middle, low, high) at one place."""
        return float(self.middle[index]), float(self.low[index]), float(self.high[index])


def quantiles(sample: FloatArray, *shares: float) -> FloatArray:
    """Quantiles over the replicates (axis 0), NaN left out; shape (len(shares), ...). All-NaN stays NaN.

    Always a value that was drawn: the smallest with a share of at least q at or below, as
    :func:`scenarios.quantiles.quantile` defines it, so that heads and rupiah stay whole and every page agrees.
    """
    ordered = np.sort(np.asarray(sample, np.float64), axis=0)  # NaN last
    count = np.isfinite(ordered).sum(axis=0)
    at = [np.maximum(np.ceil(q * count - 1e-9).astype(np.int64), 1) - 1 for q in shares]
    return np.stack([np.take_along_axis(ordered, place[None], axis=0)[0] for place in at])


def middle(sample: FloatArray) -> float:
    """The median over the replicates of one figure (R,)."""
    return float(quantiles(sample, 0.5)[0])


def spread(sample: FloatArray) -> Spread:
    """Median and 8-in-10 range over the replicates (axis 0) of ``sample`` (R, ...); the range is NaN when the
    replicates are too few for one."""
    low, central, high = quantiles(sample, RANGE[0], 0.5, RANGE[1])
    if not ranged(len(sample)):
        low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
    return Spread(central, low, high)


def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """``top / bottom`` element by element; NaN where the denominator is zero."""
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom != 0)


def active_share(store: RunStore, scenario: str) -> FloatArray:
    """Active members over the Dukcapil population of the rule, share, (R, T)."""
    return ratio(store.series(scenario, "active"), store.series(scenario, "population_dukcapil"))


def registered_share(store: RunStore, scenario: str) -> FloatArray:
    """Registered members over the Dukcapil population of the rule, share, (R, T)."""
    return ratio(store.series(scenario, "registered"), store.series(scenario, "population_dukcapil"))


def contact_rate(store: RunStore, scenario: str, denominator: str = "capitated") -> FloatArray:
    """AK in per mille, (R, T, F): members with a recorded contact over ``capitated`` or ``registered`` members."""
    contacts = store.series(scenario, "contacts", "facility")
    return ratio(contacts, store.series(scenario, denominator, "facility")) * 1000


def nonspecialist_share(store: RunStore, scenario: str) -> FloatArray:
    """RRNS in percent, (R, T, F): non-specialist referrals over all referrals."""
    top = store.series(scenario, "referrals_nonspecialist", "facility")
    return ratio(top, store.series(scenario, "referrals", "facility")) * 100


def controlled_share(store: RunStore, scenario: str) -> FloatArray:
    """RPPT in percent, (R, T, F): mean of the DM and the HT ratio; the other one alone where one has no patients."""
    counts = {
        key: store.series(scenario, key, "facility")
        for key in ("dm_controlled", "dm_diagnosed", "ht_controlled", "ht_diagnosed")
    }
    both = [ratio(counts[f"{disease}_controlled"], counts[f"{disease}_diagnosed"]) for disease in ("dm", "ht")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(np.stack(both), axis=0) * 100, np.float64)


def most_frequent(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(the value most replicates have, the share of replicates that have it) over axis 0; ties take the lower value."""
    levels = np.unique(values)
    counts = np.stack([(values == level).mean(axis=0) for level in levels])
    best = counts.argmax(axis=0)
    return levels[best], np.take_along_axis(counts, best[None], axis=0)[0]


def exempt(store: RunStore) -> BoolArray:
    """Which facilities KBK does not cut, as the run recorded. (F,)"""
    return np.array(store.manifest["kbk_exempt"], np.bool_)


@dataclass(frozen=True)
class Year:
    """A calendar year of the run: the positions of its months, and whether all twelve are there."""

    year: int
    months: IntArray

    @property
    def full(self) -> bool:
        """Whether the run covers all twelve months."""
        return len(self.months) == 12


def years(months: tuple[str, ...] | list[str]) -> list[Year]:
    """The calendar years of a run in order."""
    calendar = np.array([int(month[:4]) for month in months])
    return [Year(int(year), np.flatnonzero(calendar == year)) for year in np.unique(calendar)]


def first_full_year(months: tuple[str, ...] | list[str]) -> Year:
    """The first year with twelve months; where none is full that with most months, the first of them."""
    return max(years(months), key=lambda year: len(year.months))


def indicator(key: str) -> Indicator:
    """The catalogue's entry of a district indicator."""
    return DISTRICT[INDEX["district"][key]]


def label(key: str, lang: str) -> str:
    """The catalogue's label of a district indicator."""
    return indicator(key).label_id if lang == "id" else indicator(key).label_en
