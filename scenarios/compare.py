"""Paired comparison: two scenarios under the same luck, replicate by replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.quantiles import quantile
from scenarios.store import RunStore
from sim.indicators import DISTRICT

FloatArray = NDArray[np.float64]

#: Shares that readers compare, as (numerator, denominator) of district indicators.
SHARES: dict[str, tuple[str, str]] = {
    "registered_share": ("registered", "population_dukcapil"),
    "active_share": ("active", "population_dukcapil"),
}
_LABELS = {
    "registered_share": ("kepesertaan", "registered share"),
    "active_share": ("keaktifan", "active share"),
}


@dataclass(frozen=True)
class Difference:
    """Scenario minus reference over one period: ``median`` and the 80 % interval of the paired differences.

    ``period`` is a calendar year ("2026", flows summed over the ``months`` covered) or a month ("2026-12", stocks).
    Exactly zero where every pair is equal (``equal``). Unit: ``unit``.
    """

    scenario: str
    reference: str
    indicator: str
    label_id: str
    label_en: str
    unit: str
    period: str
    kind: Literal["year", "end"]
    months: int
    replicates: int
    median: float
    low: float
    high: float
    equal: bool


def paired(store: RunStore, scenario: str, reference: str = "baseline") -> list[Difference]:
    """The differences of all district indicators: flows by calendar year, stocks and shares at the last month.

    What only one of the two has (a line, where the other is unbounded) has no difference and is left out.
    Raises ``UserError`` when the two scenarios share no stored replicate.
    """
    common = sorted(set(store.replicates(scenario)) & set(store.replicates(reference)))
    if not common:
        raise UserError("scenarios {first} and {second} share no replicate", first=scenario, second=reference)
    rows = [[store.replicates(name).index(number) for number in common] for name in (scenario, reference)]
    months, differences = store.months, []
    years = sorted({month[:4] for month in months})

    def add(indicator: str, labels: tuple[str, str], unit: str, period: str, covered: int, sample: FloatArray) -> None:
        if np.isnan(sample).any():
            return
        median, low, high = (quantile(sample, q).value for q in (0.5, 0.1, 0.9))
        kind: Literal["year", "end"] = "year" if len(period) == 4 else "end"
        differences.append(Difference(scenario, reference, indicator, *labels, unit, period, kind, covered, len(common),
                                      median, low, high, not sample.any()))  # fmt: skip

    for share, (upper, lower) in SHARES.items():
        ends = [
            store.series(name, upper)[at, -1] / store.series(name, lower)[at, -1]
            for name, at in zip((scenario, reference), rows, strict=True)
        ]
        add(share, _LABELS[share], "share", months[-1], 1, ends[0] - ends[1])
    for indicator in DISTRICT:
        one, other = (
            store.series(name, indicator.key)[at] for name, at in zip((scenario, reference), rows, strict=True)
        )
        labels = (indicator.label_id, indicator.label_en)
        if indicator.stock:
            add(indicator.key, labels, indicator.unit, months[-1], 1, _minus(one[:, -1], other[:, -1]))
            continue
        for year in years:
            within = np.array([month.startswith(year) for month in months])
            sums = one[:, within].sum(axis=1) - other[:, within].sum(axis=1)
            add(indicator.key, labels, indicator.unit, year, int(within.sum()), sums)
    return differences


def _minus(one: FloatArray, other: FloatArray) -> FloatArray:
    """``one - other``; zero where neither has a value."""
    return np.where(np.isnan(one) & np.isnan(other), 0.0, one - other)
