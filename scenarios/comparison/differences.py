"""Paired differences: two scenarios under the same luck, replicate by replicate; by year, month or facility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from districts.names import suggested
from scenarios.comparison.runs import Source, pairs
from scenarios.quantiles import quantile
from sim.indicators import DISTRICT, FACILITY, INDEX, Indicator

FloatArray = NDArray[np.float64]
By = Literal["year", "month", "facility"]
Kind = Literal["year", "month", "end", "run"]

#: Shares that readers compare, as (numerator, denominator) of district indicators.
SHARES: dict[str, tuple[str, str]] = {
    "registered_share": ("registered", "population_dukcapil"),
    "active_share": ("active", "population_dukcapil"),
}
_LABELS = {
    "registered_share": ("kepesertaan", "registered share"),
    "active_share": ("keaktifan", "active share"),
}
#: What is compared where the periods or places are many and nobody said which indicators.
BY_MONTH = ("active_share", "active", "bill_jkn", "capitation_paid")
BY_FACILITY = ("contacts", "referrals_nonspecialist", "dm_controlled", "ht_controlled", "share_permille",
               "capitation_paid")  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """Scenario minus reference over one period: ``median`` and the 80 % interval of the paired differences.

    ``period`` is a calendar year ("2026", flows summed over the ``months`` covered), a month ("2026-12": a stock at its
    end, or the flow within it) or the whole run ("2026-01/2027-12"); ``kind`` says which. ``place`` is a facility, or
    empty for the district. Exactly zero where every pair is equal (``equal``). Unit: ``unit``.
    """

    scenario: str
    reference: str
    indicator: str
    label_id: str
    label_en: str
    unit: str
    period: str
    kind: Kind
    months: int
    replicates: int
    median: float
    low: float
    high: float
    equal: bool
    place: str = ""


def paired(
    source: Source,
    scenario: str,
    reference: str = "baseline",
    by: By | None = None,
    indicators: Sequence[str] | None = None,
) -> list[Difference]:
    """The differences of the district's indicators, or with ``by`` "facility" of each facility's.

    Flows are summed by calendar year ("month": by month, "facility": over the run); stocks and shares are taken at the
    last month ("year": of each calendar year, "month": of each month). ``indicators`` are keys of the catalogue or of
    :data:`SHARES`; None takes all, but :data:`BY_MONTH` by month and :data:`BY_FACILITY` by facility. What only one of
    the two has (a line, where the other is unbounded) has no difference and is left out.
    Raises ``UserError`` when the two scenarios share no stored replicate, and for an unknown indicator.
    """
    level: Literal["district", "facility"] = "facility" if by == "facility" else "district"
    chosen = _chosen(by, level, indicators)
    rows = pairs(source, scenario, reference)
    places = source.facilities if level == "facility" else ("",)
    one, other = (
        {key: _series(source, name, key, level)[at] for key in chosen}
        for name, at in zip((scenario, reference), rows, strict=True)
    )
    found = []
    for key in chosen:
        labels, unit, stock = _told(key, level)
        for period, kind, months in _periods(source.months, stock, by):
            sums = [values[key][:, months].sum(axis=1).reshape(len(rows[0]), -1) for values in (one, other)]
            sample = np.where(np.isnan(sums[0]) & np.isnan(sums[1]), 0.0, sums[0] - sums[1])
            for place, column in zip(places, sample.T, strict=True):
                if np.isnan(column).any():
                    continue
                median, low, high = (quantile(column, q).value for q in (0.5, 0.1, 0.9))
                found.append(Difference(scenario, reference, key, *labels, unit, period, kind, len(months),
                                        len(column), median, low, high, not column.any(), place))  # fmt: skip
    return found


def _chosen(by: By | None, level: Literal["district", "facility"], indicators: Sequence[str] | None) -> list[str]:
    shares = list(SHARES) if level == "district" else []
    known = [*shares, *INDEX[level]]
    if indicators is None:
        return list({"month": BY_MONTH, "facility": BY_FACILITY}.get(by or "", known))
    for key in indicators:
        if key not in known:
            message, more = suggested(key, known, "level {level} has no indicator {key}; nearest known: {near}",
                                      "level {level} has no indicator {key}")  # fmt: skip
            raise UserError(message, level=level, key=key, **more)
    return list(dict.fromkeys(indicators))


def _series(source: Source, scenario: str, key: str, level: Literal["district", "facility"]) -> FloatArray:
    """The values of an indicator or share, (R, T) or (R, T, F)."""
    if key not in SHARES:
        return source.series(scenario, key, level)
    upper, lower = (source.series(scenario, part) for part in SHARES[key])
    return np.asarray(upper / lower, np.float64)


def _told(key: str, level: Literal["district", "facility"]) -> tuple[tuple[str, str], str, bool]:
    """(labels, unit, whether it is a stock)."""
    if key in SHARES:
        return _LABELS[key], "share", True
    catalogue: tuple[Indicator, ...] = DISTRICT if level == "district" else FACILITY
    entry = catalogue[INDEX[level][key]]
    unit = "permille" if key.endswith("_permille") else entry.unit
    return (entry.label_id, entry.label_en), unit, entry.stock


def _periods(months: Sequence[str], stock: bool, by: By | None) -> list[tuple[str, Kind, list[int]]]:
    """The periods that are told of one indicator: (name, kind, positions of its months)."""
    last = len(months) - 1
    if by == "month":
        kind: Kind = "end" if stock else "month"
        return [(month, kind, [at]) for at, month in enumerate(months)]
    if by == "facility" and not stock:
        return [(f"{months[0]}/{months[last]}", "run", list(range(last + 1)))]
    years = {year: [at for at, month in enumerate(months) if month[:4] == year] for year in
             sorted({month[:4] for month in months})}  # fmt: skip
    if not stock:
        return [(year, "year", within) for year, within in years.items()]
    ends = [within[-1] for within in years.values()] if by == "year" else [last]
    return [(months[at], "end", [at]) for at in ends]
