"""Accounts that close: a change taken apart into whole rupiah or whole people whose sum is the change, exactly.

Only means over the replicates add up, so both accounts are of means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from reports.numbers import FloatArray, middle
from reports.run import Run
from scenarios.comparison.runs import pairs
from scenarios.need import carried_in, paid_by_others, unbounded, within
from sim.indicators import SEGMENTS


@dataclass(frozen=True)
class Part:
    """One part of a change: ``key`` (what it is), ``value`` in whole units, and for one that is bought by the head the
    change of its ``heads``, person-months (else None)."""

    key: str
    value: int
    heads: int | None = None


@dataclass(frozen=True)
class Account:
    """From ``start`` by ``parts`` to ``end``: start + sum of the parts = end, in whole units; ``central`` is the middle
    of the replicates' changes, which other tables tell (None where it is not told)."""

    name: str
    start: int
    end: int
    parts: tuple[Part, ...]
    central: int | None = None


def whole_parts(parts: Sequence[Fraction], total: int) -> list[int]:
    """``parts`` as whole numbers with the sum ``total``, none as far as one from its own value: rounded down, then the
    largest remainders up. Raises ``ValueError`` where ``total`` is not near enough to their own sum for that."""
    floors = [math.floor(part) for part in parts]
    up = total - sum(floors)
    order = sorted(range(len(parts)), key=lambda at: (floors[at] - parts[at], at))
    if not 0 <= up <= len(parts):
        raise ValueError(f"parts that add up to {float(sum(parts))} cannot be rounded to {total}")
    for at in order[:up]:
        floors[at] += 1
    return floors


def _half_up(value: Fraction) -> int:
    """The nearest whole number, halves always up: two ends rounded so lie as far apart as whole parts allow."""
    return math.floor(value + Fraction(1, 2))


def _mean(sample: FloatArray) -> Fraction:
    """The mean of whole numbers, exact."""
    return Fraction(sum(int(value) for value in sample), len(sample))


def bill_parts(run: Run, before: str, after: str) -> tuple[Account, bool]:
    """What changes the answer's year from scenario ``before`` to ``after``, rupiah, means over the replicates that both
    have; and whether it is the need (both lines unbounded) or only the bill.

    Parts: ``heads`` and ``tariff`` (premiums of PBPU Pemda: more person-months, and another premium for them), ``aid``
    (2,800 per head), ``aid_self`` (class III self-payers), ``correction``, ``levers``, and of the need ``debt`` carried
    in and ``others`` (what others pay, and what no need below zero leaves).
    """
    store, year = run.store, run.year
    rows = [np.array(found) for found in pairs(store, before, after)]
    months = year.months

    def flow(key: str) -> list[FloatArray]:
        return [store.series(name, key)[at][:, months] for name, at in zip((before, after), rows, strict=True)]

    heads, premium = flow("billed"), flow("bill_premium")
    rate = [np.divide(money, count, out=np.full(count.shape, np.nan), where=count > 0)
            for money, count in zip(premium, heads, strict=True)]  # fmt: skip
    old = np.where(np.isnan(rate[0]), np.nan_to_num(rate[1]), rate[0])
    by_heads = np.round((heads[1] - heads[0]) * old)
    parts: dict[str, FloatArray] = {
        "heads": by_heads.sum(axis=1),
        "tariff": (premium[1] - premium[0] - by_heads).sum(axis=1),
    }
    for key, name in (("aid", "bill_aid_pemda"), ("aid_self", "bill_aid_self"), ("correction", "bill_correction"),
                      ("levers", "bill_levers")):  # fmt: skip
        first, second = flow(name)
        parts[key] = (second - first).sum(axis=1)
    totals = [money.sum(axis=1) for money in flow("bill_jkn")]
    is_need = unbounded(store, before) and unbounded(store, after)
    if is_need:
        calendar, others = within(store, year.year), paid_by_others(store.manifest, year.year)
        debts = [carried_in(store.series(name, "debt_pemda")[at], calendar)
                 for name, at in zip((before, after), rows, strict=True)]  # fmt: skip
        parts["debt"] = debts[1] - debts[0]
        totals = [np.maximum(total + debt - others, 0) for total, debt in zip(totals, debts, strict=True)]
    # what the named parts leave: no need below zero, or lines of the bill that are not among them
    parts["others"] = totals[1] - totals[0] - np.sum(list(parts.values()), axis=0)
    start, end = (_half_up(_mean(total)) for total in totals)
    values = whole_parts([_mean(sample) for sample in parts.values()], end - start)
    more = _half_up(_mean((heads[1] - heads[0]).sum(axis=1)))
    found = tuple(Part(key, value, more if key == "heads" else None)
                  for key, value in zip(parts, values, strict=True) if value)  # fmt: skip
    central = round(middle(totals[1] - totals[0]))
    return Account("need" if is_need else "bill", start, end, found, central), is_need


#: Movements into (+1) and out of (−1) cover in a segment: active heads and those whose cover begins on the next 1st.
MOVEMENTS: dict[str, tuple[tuple[str, int], ...]] = {
    "pbi_jk": (("pbi_in", 1), ("pbi_returned", 1), ("pbi_out", -1)),
    "pbpu_pemda": (("intake_never", 1), ("intake_lapsed", 1), ("intake_arrears", 1), ("intake_pbpu", 1),
                   ("intake_ppu", 1), ("dropped", -1), ("pemda_out", -1)),
    "ppu": (("job_gain", 1), ("job_loss", -1), ("aged_out", -1)),
    "pbpu": (("pbpu_joined", 1), ("reactivated", 1), ("suspended", -1), ("intake_pbpu", -1)),
    "bp": (),
}  # fmt: skip
#: Movements of the residents; these close without a rest.
RESIDENTS = (("births", 1), ("moved_in", 1), ("deaths", -1), ("moved_out", -1))


def flow_months(run: Run) -> tuple[int, list[int]]:
    """(the month at whose end the stocks begin, the months of the movements) as places in the run: the answer's year
    after the month before it; where the run begins with the year, after its first month."""
    months = [int(at) for at in run.year.months]
    before = months[0] - 1 if months[0] else 0
    return before, [at for at in months if at > before]


def flows(run: Run, scenario: str) -> list[Account]:
    """Where heads came from and went in the answer's year: the residents, then every segment, persons, means.

    Of a segment the heads with cover. What its movements leave, the part ``rest``, is births, deaths, moves, cleansing
    of the register and changes to and from other segments, which a run does not count by segment.
    """
    store = run.store
    before, months = flow_months(run)

    def account(name: str, stock: FloatArray, movements: Sequence[tuple[str, int]]) -> Account:
        moved = [_mean(sign * store.series(scenario, key)[:, months].sum(axis=1)) for key, sign in movements]
        first, last = _mean(stock[:, before]), _mean(stock[:, months[-1] if months else before])
        start, end = _half_up(first), _half_up(last)
        values = whole_parts([*moved, last - first - sum(moved, Fraction(0))], end - start)
        keys = [*(key for key, _sign in movements), "rest"]
        return Account(name, start, end, tuple(Part(key, value) for key, value in zip(keys, values, strict=True)
                                               if value))  # fmt: skip

    found = [account("residents", store.series(scenario, "population"), RESIDENTS)]
    for place, name in enumerate(SEGMENTS):
        if name in MOVEMENTS:
            stock = sum(store.series(scenario, key, "segment", place) for key in ("active", "pending"))
            found.append(account(name, np.asarray(stock, np.float64), MOVEMENTS[name]))
    return found
