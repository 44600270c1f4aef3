"""What an amount does in a year: how often it suffices, when it is used up, what is then missing; from the bills alone.

A run whose line does not bind tells when an amount would be used up and how much would be missing. What the district
then does, and what follows from it, only a scenario with a line tells.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from reports.numbers import BILL_LINES, BoolArray, FloatArray, IntArray, middle
from reports.run import Run
from scenarios.need import carried_in, need, paid_by_others, within

#: Shares that are taken off the amount, the largest first.
CUTS = (0.3, 0.2, 0.1)


@dataclass(frozen=True)
class Year:
    """The bills of the headline's year: what is spent of the amount by the end of each month (R, M), rupiah, in the
    ``months`` (positions, M); and the rupiah of one person-month on the bill (R,), NaN where nobody is billed."""

    months: IntArray
    used: FloatArray
    head_month: FloatArray


@dataclass(frozen=True)
class Outcome:
    """``amount`` rupiah in the year: whether it is ``enough`` in each replicate (R,), the position of the month in
    which it is most often used up (None when never), and the middles of what is missing at the year's end, in rupiah
    and in person-months, of what is missing in the replicates in which it does not suffice (``if_short``; 0 without
    any), and of what is ``left`` at the central estimate."""

    amount: int
    enough: BoolArray
    empty: int | None
    missing: int
    person_months: int
    if_short: int
    left: int


def bills_of(run: Run, scenario: str) -> Year:
    """The bills of ``scenario`` in the year of the answer, debt carried in and what others pay included."""
    store, months = run.store, run.year.months
    calendar = within(store, run.year.year)
    others = paid_by_others(store.manifest, run.year.year)
    start = carried_in(store.series(scenario, "debt_pemda"), calendar) - others
    used = np.cumsum(store.series(scenario, "bill_jkn")[:, months], axis=1) + start[:, None]
    heads = store.series(scenario, "billed")[:, months].sum(axis=1)
    money = sum(store.series(scenario, key)[:, months].sum(axis=1) for key in ("bill_premium", "bill_aid_pemda"))
    price = np.divide(money, heads, out=np.full(len(heads), np.nan), where=heads > 0)
    return Year(months, used, price)


def outcome(year: Year, amount: int) -> Outcome:
    """What ``amount`` does."""
    over = year.used > amount
    enough = ~over[:, -1]
    first = over.argmax(axis=1)[~enough]
    empty = None
    if first.size:
        counts = Counter(first.tolist())
        empty = int(year.months[min(counts, key=lambda at: (-counts[at], at))])
    missing = np.maximum(year.used[:, -1] - amount, 0)
    heads = np.divide(missing, year.head_month)
    finite = heads[np.isfinite(heads)]
    return Outcome(
        amount,
        np.asarray(enough, np.bool_),
        empty,
        missing=round(middle(missing)),
        person_months=round(middle(finite)) if finite.size else 0,
        if_short=0 if enough.all() else round(middle(missing[~enough])),
        left=amount - round(middle(np.maximum(year.used[:, -1], 0))),
    )


def central_replicate(run: Run, scenario: str, year: int) -> int:
    """The place of the replicate whose need of ``year`` is the central estimate: its lines and months add up to it."""
    found = need(run.store, scenario, year, None)
    return int(np.flatnonzero(found.sample == found.median)[0])


@dataclass(frozen=True)
class Part:
    """A part of the amount: the key of the bill's line (or "debt", "others", "reserve"), the account where one is
    known, whole rupiah, and person-months where the part is a price times heads."""

    key: str
    account: str
    rupiah: int
    person_months: int | None = None


def parts_of(run: Run, scenario: str, amount: int) -> list[Part]:
    """What ``amount`` is made of: the lines of the bill in the replicate whose need is the central estimate, so that
    they add up to it, and the reserve from there to ``amount``. Lines without money are left out."""
    store, months = run.store, run.year.months
    found = need(store, scenario, run.year.year, None)
    at = central_replicate(run, scenario, run.year.year)
    parts = []
    for key, account in BILL_LINES:
        rupiah = round(float(store.series(scenario, key)[at, months].sum()))
        heads = None
        if key in ("bill_premium", "bill_aid_pemda"):
            heads = round(float(store.series(scenario, "billed")[at, months].sum()))
        parts.append(Part(key, account, rupiah, heads))
    calendar = within(store, run.year.year)
    parts.append(Part("debt", "", round(float(carried_in(store.series(scenario, "debt_pemda"), calendar)[at]))))
    parts.append(Part("others", "", -found.others_pay))
    parts.append(Part("reserve", "", amount - sum(part.rupiah for part in parts)))
    return [part for part in parts if part.rupiah]
