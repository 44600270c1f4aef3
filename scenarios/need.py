"""What a year needs: yearly sums of flows, the RKPD amount at a stated certainty, and when a line runs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY, quantile
from scenarios.store import RunStore
from sim.indicators import DISTRICT, INDEX
from sim.results import Results

FloatArray = NDArray[np.float64]
#: The interval told beside a median: 8 of 10 replicates lie within.
INTERVAL = (0.1, 0.9)


@dataclass(frozen=True)
class Yearly:
    """Sums over one calendar year: ``values`` (R,), rows as in the store; ``months_covered`` of its months are in the
    run, so that 12 means a full year."""

    values: FloatArray
    months_covered: int


@dataclass(frozen=True)
class Need:
    """What a scenario needs in one year, whole rupiah.

    ``sample`` (R,) is bill + debt carried in − what others pay, per replicate. ``amount`` is its quantile at
    ``certainty``, ``low`` and ``high`` that quantile's 95 % Monte Carlo interval; all three are None without a
    certainty. ``median``, ``interval_low`` and ``interval_high`` (8 of 10 replicates) are always there.
    """

    scenario: str
    year: int
    months_covered: int
    replicates: int
    certainty: float | None
    amount: int | None
    low: int | None
    high: int | None
    median: int
    interval_low: int
    interval_high: int
    debt_carried_in: int
    others_pay: int
    sample: FloatArray


@dataclass(frozen=True)
class Exhaustion:
    """When the line of one year no longer carried the bill: ``months`` counts replicates by the first month in which a
    bill found no budget or members were switched off for want of it ("YYYY-MM", ascending), ``never`` those
    without. ``first`` (R,) is that month's index, or -1. ``has_line`` is false in a year without a line, of which it
    cannot be said that the line lasted."""

    year: int
    months: dict[str, int]
    never: int
    replicates: int
    first: NDArray[np.int64]
    has_line: bool


@dataclass(frozen=True)
class OwnLine:
    """The district's own line of one year against a scenario's need, whole rupiah. ``need`` is None in a year that the
    run covers only in part (``months_covered`` of 12): a part cannot be compared with a year's money."""

    year: int
    line: int
    months_covered: int
    need: Need | None

    @property
    def gap(self) -> int | None:
        """Line − need: the amount at the stated certainty, or the median without one. Below zero money is missing."""
        if self.need is None:
            return None
        return self.line - (self.need.median if self.need.amount is None else self.need.amount)


def within(run: RunStore | Results, year: int) -> NDArray[np.bool_]:
    """Which of the run's months lie in ``year``, (T,)."""
    return np.array([month.startswith(f"{year:04d}-") for month in run.months], np.bool_)


def years(store: RunStore) -> list[int]:
    """The calendar years of the run, whole or in part."""
    return sorted({int(month[:4]) for month in store.months})


def yearly(store: RunStore, scenario: str, key: str) -> dict[int, Yearly]:
    """Sums of a district flow by calendar year. Raises ``UserError`` for a stock or an unknown indicator."""
    if key in INDEX["district"] and DISTRICT[INDEX["district"][key]].stock:
        raise UserError("{key} is a level at the end of a month; only monthly flows can be summed", key=key)
    series = store.series(scenario, key)
    return {
        year: Yearly(series[:, months].sum(axis=1), int(months.sum()))
        for year in years(store)
        for months in [within(store, year)]
    }


def unbounded(store: RunStore, scenario: str) -> bool:
    """Whether the scenario's line does not bind, so that its bill is a need."""
    return scenario in unbounded_names(store.manifest)


def unbounded_names(manifest: Mapping[str, Any]) -> list[str]:
    """The scenarios of a run whose line does not bind."""
    return [entry["name"] for entry in manifest["scenarios"] if entry["line_rule"] == "unbounded"]


def headline(manifest: Mapping[str, Any], among: Sequence[str]) -> str | None:
    """The scenario whose need is the answer, ``among`` those whose line does not bind: that of the second run, else
    the first that answers a question, else the first at all; None when every line binds."""
    second = (manifest.get("binding") or {}).get("scenario")
    asked = [entry["name"] for entry in manifest["scenarios"] if entry.get("question")]
    return next((name for name in (second, *asked, *among) if name in among), None)


def carried_in(debt: FloatArray, year: NDArray[np.bool_]) -> FloatArray:
    """The debt at the end of the month before the year, (R,), of ``debt`` (R, T); none when the run starts in it.
    ``year`` (T,) says which months are the year's."""
    first = int(np.argmax(year))
    return debt[:, first - 1] if first else np.zeros(len(debt))


def needed(bill: FloatArray, debt: FloatArray, year: NDArray[np.bool_], others: int) -> FloatArray:
    """Rupiah that a year needs, (R,): its bills (R, T) + debt carried in − what others pay, at least 0."""
    return np.maximum(bill[:, year].sum(axis=1) + carried_in(debt, year) - others, 0)


def paid_by_others(manifest: Mapping[str, Any], year: int) -> int:
    """Rupiah that others put into the line of ``year``, as the run recorded."""
    return int(manifest.get("others_pay", {}).get(str(year), 0))


def need(store: RunStore, scenario: str, year: int, certainty: float | None = 0.8) -> Need:
    """The need of ``year``: the ``certainty``-quantile of the district's JKN bill (lever costs are one of its lines)
    + debt carried in − what others pay (province, third parties, tax withheld at source).

    Debt carried in is the Pemda's debt at the end of the month before the year; none when the run starts in that year.
    ``certainty`` None asks for the median and the interval only. Raises ``UserError`` for a scenario whose line binds
    (its bill is spending, not need), for a year outside the run, and for a certainty with fewer than 100 replicates.
    """
    if not unbounded(store, scenario):
        raise UserError(
            "the line of scenario {name} binds; need comes only from a run whose line does not", name=scenario
        )
    bills = yearly(store, scenario, "bill_jkn")
    if year not in bills:
        raise UserError("{year} is not among the months of the run", year=year)
    debt, calendar = store.series(scenario, "debt_pemda"), within(store, year)
    others = paid_by_others(store.manifest, year)
    carried = carried_in(debt, calendar)
    sample = needed(store.series(scenario, "bill_jkn"), debt, calendar, others)
    amount = None
    if certainty is not None:
        if len(sample) < MIN_REPLICATES_FOR_CERTAINTY:
            raise UserError("a certainty needs {least} replicates; this run has {found}",
                            least=MIN_REPLICATES_FOR_CERTAINTY, found=len(sample))  # fmt: skip
        amount = quantile(sample, certainty)
    low, high = (round(quantile(sample, q).value) for q in INTERVAL)
    return Need(
        scenario, year, bills[year].months_covered, len(sample), certainty,
        None if amount is None else round(amount.value),
        None if amount is None else round(amount.low),
        None if amount is None else round(amount.high),
        round(quantile(sample, 0.5).value), low, high, round(quantile(carried, 0.5).value), others, sample,
    )  # fmt: skip


def exhaustion(store: RunStore, scenario: str) -> list[Exhaustion]:
    """For every calendar year of the run, the first month that the line no longer carried, over the replicates.

    A district that switches members off on the 1st shrinks the bill to what is left, so that a bill without budget
    comes later or never: there the month of the switching off is the one in which money ran out.
    """
    short = (store.series(scenario, "unfunded") > 0) | (store.series(scenario, "dropped") > 0)
    lines = np.isfinite(store.series(scenario, "line"))
    found = []
    for year in years(store):
        months = np.flatnonzero(within(store, year))
        hit = short[:, months]
        first = np.where(hit.any(axis=1), months[hit.argmax(axis=1)], -1)
        counts = {store.months[month]: int((first == month).sum()) for month in months if (first == month).any()}
        never, has_line = int((first < 0).sum()), bool(lines[:, months].any())
        found.append(Exhaustion(year, counts, never, len(first), first.astype(np.int64), has_line))
    return found


def held_status(store: RunStore, scenario: str) -> dict[int, NDArray[np.bool_]]:
    """For every calendar year, whole or in part, whether UHC status held in all its months of the run, (R,)."""
    status = store.series(scenario, "status_uhc") > 0
    return {year: np.asarray(status[:, within(store, year)].all(axis=1), np.bool_) for year in years(store)}


def own_lines(store: RunStore, scenario: str, certainty: float | None = 0.8) -> list[OwnLine]:
    """The district's own lines in the years of the run, each against the need of ``scenario``.

    Raises ``UserError`` as :func:`need` does.
    """
    found = []
    for year in years(store):
        if (line := store.manifest.get("own_lines", {}).get(str(year))) is None:
            continue
        covered = int(within(store, year).sum())
        needed = need(store, scenario, year, certainty) if covered == 12 else None
        found.append(OwnLine(year, int(line), covered, needed))
    return found
