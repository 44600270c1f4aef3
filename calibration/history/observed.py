"""What a district's history says within a window of months, and the same figures of a simulation.

The window begins in the month after a membership stock, where a simulation begins too. A *key* is (indicator, place):
``("active", "district")``, ``("registered", "segment:pbi_jk")``, ``("arrears", "class:3")``, ``("ak", "P1")``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from districts.history_catalogue import BY_KEY
from districts.model import District
from scenarios.months import later, number_of
from sim.indicators import INDEX, SEGMENTS
from sim.results import Results

FloatArray = NDArray[np.float64]
Key = tuple[str, str]
DISTRICT = "district"

#: Sums of other indicators of a run, by the name a history uses.
SUMS: dict[str, tuple[str, ...]] = {
    "intake": ("intake_never", "intake_lapsed", "intake_arrears", "intake_pbpu", "intake_ppu", "intake_point_of_care"),
    # reports count who awaits activation among the inactive without debt
    "lapsed": ("lapsed", "pending"),
}
#: Ratios of facility counts: numerators, denominators, and the factor of the unit. ``rppt`` is the mean of two.
RATIOS: dict[str, tuple[tuple[tuple[str, str], ...], float]] = {
    "ak": ((("contacts", "capitated"),), 1000.0),
    "rrns": ((("referrals_nonspecialist", "referrals"),), 100.0),
    "rppt": ((("ht_controlled", "ht_diagnosed"), ("dm_controlled", "dm_diagnosed")), 100.0),
}


@dataclass(frozen=True)
class Observed:
    """The history in a window of ``months`` months from ``first`` on ("YYYY-MM").

    ``monthly`` holds (months,) per key, NaN where nothing is known; ``yearly`` the totals of flows of whole calendar
    years as (first month's index, total). ``left_out`` counts rows outside the window.
    """

    first: str
    months: int
    monthly: dict[Key, FloatArray]
    yearly: dict[Key, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def last(self) -> str:
        """The last month of the window."""
        return later(self.first, self.months - 1)

    def until(self, months: int) -> Observed:
        """What was known at the end of the first ``months`` months; the window keeps its length."""
        monthly = {}
        for key, values in self.monthly.items():
            known = values.copy()
            known[months:] = np.nan
            if np.isfinite(known).any():
                monthly[key] = known
        yearly = {key: tuple(total for total in totals if total[0] + 12 <= months)
                  for key, totals in self.yearly.items()}  # fmt: skip
        return Observed(self.first, self.months, monthly, {key: t for key, t in yearly.items() if t}, self.left_out)

    def asked(self) -> tuple[Key, ...]:
        """All keys of which something is known, in a fixed order."""
        return tuple(sorted({*self.monthly, *self.yearly}))


def observe(district: District, stock: str, months: int | None = None) -> Observed:
    """The history of ``district`` after the month ``stock``, up to its last month (or ``months`` months).

    A yearly figure of a stock is its December value. Rows before the window, and years that it does not hold whole,
    are counted in ``left_out``.
    """
    first = later(stock, 1)
    start = number_of(first)
    rows = list(district.history)
    ends = [number_of(row.month if "-" in row.month else f"{row.month}-12") - start + 1 for row in rows]
    length = max([end for end in ends if end > 0], default=0) if months is None else months
    monthly: dict[Key, FloatArray] = {}
    yearly: dict[Key, list[tuple[int, float]]] = {}
    left_out = 0
    for row, end in zip(rows, ends, strict=True):
        key = (row.indicator, row.place)
        is_total = "-" not in row.month and not BY_KEY[row.indicator].stock
        if not 0 < end <= length or (is_total and end < 12):
            left_out += 1
        elif is_total:
            yearly.setdefault(key, []).append((end - 12, row.value))
        else:
            monthly.setdefault(key, np.full(length, np.nan))[end - 1] = row.value
    return Observed(first, length, monthly, {key: tuple(sorted(t)) for key, t in yearly.items()}, left_out)


def simulated(results: Results, codes: Sequence[str], key: Key) -> FloatArray:
    """The same figure in a run, (months,). ``codes`` are the codes of the facilities in the order of the results.

    Ratios of the district are those of its facilities' sums. Raises ``KeyError`` for an unknown key.
    """
    indicator, place = key
    if place.startswith("segment:"):
        segment = SEGMENTS.index(place.removeprefix("segment:"))
        return np.sum([results.series(name, "segment", segment) for name in SUMS.get(indicator, (indicator,))], axis=0)
    if place.startswith("class:"):
        return results.series(f"{indicator}_class{place.removeprefix('class:')}")
    if indicator in RATIOS:
        parts, factor = RATIOS[indicator]
        shares = [_ratio(*(simulated(results, codes, (name, place)) for name in part)) for part in parts]
        return factor * np.mean(shares, axis=0)
    if indicator in SUMS:
        return np.sum([results.series(name) for name in SUMS[indicator]], axis=0)
    if place != DISTRICT:
        return results.series(indicator, "facility", codes.index(place))
    if indicator in INDEX["district"]:
        return results.series(indicator)
    return results.series(indicator, "facility").sum(axis=1)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)


def pooled(observed: Observed, places: Sequence[str]) -> Mapping[str, NDArray[np.bool_]]:
    """By facility indicator, which (facility, month) the history knows, shape (facilities, months)."""
    known: dict[str, NDArray[np.bool_]] = {}
    for (indicator, place), values in observed.monthly.items():
        if place in places:
            mask = known.setdefault(indicator, np.zeros((len(places), observed.months), np.bool_))
            mask[places.index(place)] = np.isfinite(values)
    return known
