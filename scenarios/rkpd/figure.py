"""From the bills of a year to rows that multiply and add up: whole heads × whole months × price.

The rows by quarter are the central estimate; one more row, heads over the (remaining) year, lifts it to the chosen
certainty. What is left of the amount is less than one head over those months: the amount is rounded up to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scenarios.quantiles import Quantile, quantile
from scenarios.rkpd.future import Future
from scenarios.rkpd.known import Known
from scenarios.rkpd.proposal import Row, RowKind
from sim.rules import Rules

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Figure:
    """The bill of one year, month by month: ``heads`` (Pemda heads, less those credited for the dead and moved),
    ``selves`` (self-paying class III members aided) and ``levers`` (rupiah), each (R, 12); ``premium`` and ``aid``
    (12,) rupiah per person-month; ``debt`` carried in and ``others`` (what others pay), rupiah. The first ``known``
    months are not simulated."""

    heads: FloatArray
    selves: FloatArray
    levers: FloatArray
    premium: IntArray
    aid: IntArray
    debt: int
    others: int
    known: int
    accounts: Mapping[str, str]

    @property
    def gross(self) -> FloatArray:
        """Bills and debt carried in, before what others pay, (R,) rupiah."""
        return np.asarray(self._bills.sum(axis=1) + self.debt, np.float64)

    @property
    def _bills(self) -> FloatArray:
        """Whole rupiah by month, (R, 12)."""
        return np.rint(self.heads * (self.premium + self.aid) + self.selves * self.aid + self.levers)

    @property
    def need(self) -> FloatArray:
        """What the district itself needs, (R,) rupiah, at least 0."""
        return np.maximum(self.gross - self.others, 0)

    def emptied(self, line: int) -> IntArray:
        """The month (0-11) whose bill a line of ``line`` rupiah and what others pay no longer cover, 12 where they
        cover all, (R,)."""
        short = self.debt + self._bills.cumsum(axis=1) > line + self.others
        return np.where(short.any(axis=1), short.argmax(axis=1), short.shape[1])

    def at(self, certainty: float | None) -> Quantile:
        """The need at a certainty, None for the central estimate; before rounding, at least 0."""
        found = quantile(self.gross, 0.5 if certainty is None else certainty)
        return Quantile(*(max(value - self.others, 0.0) for value in (found.value, found.low, found.high)))

    def rows(self, certainty: float | None) -> tuple[Row, ...]:
        """The rows at a certainty (None: the central estimate), by account and month."""
        people = [(first, last, _middle(self.heads, first, last)) for first, last in self._quarters()]
        lumps = [Row(kind, account, 1, 12, 1, 1, amount) for kind, account, amount in self._lumps() if amount]
        selves = [Row("aid_self", self.accounts["aid"], first, last, _middle(self.selves, first, last),
                      last - first + 1, int(self.aid[first - 1]))
                  for first, last in self._periods([1, self.known + 1, 13])]  # fmt: skip
        fixed = sum(row.amount for row in (*lumps, *selves))
        whole = fixed + sum(heads * self._price(first, last) for first, last, heads in people)
        unit = self._price(self.known + 1, 12)  # one head over the months that are still open
        to_middle = math.ceil((quantile(self.gross, 0.5).value - whole) / unit)
        extra = 0
        if certainty is not None:
            extra = math.ceil((quantile(self.gross, certainty).value - whole - to_middle * unit) / unit)
        lift = to_middle + min(extra, 0)
        people = [(first, last, heads + lift * (first > self.known)) for first, last, heads in people]
        rows = [*self._pair(("premium", "aid"), people)]
        if extra > 0:
            open_months = [(first, last, extra) for first, last in self._periods([self.known + 1, 13])]
            rows += self._pair(("premium_extra", "aid_extra"), open_months)
        rows.sort(key=lambda row: row.account)
        return (*(row for row in (*rows, *selves) if row.heads > 0), *lumps)

    def total(self, rows: tuple[Row, ...]) -> int:
        """What the rows ask of the district: their sum less what others pay, at least 0."""
        return max(sum(row.amount for row in rows) - self.others, 0)

    def _lumps(self) -> tuple[tuple[RowKind, str, int], ...]:
        """Sums that are no people; debt is of premiums."""
        levers = round(quantile(self.levers.sum(axis=1), 0.5).value)
        return ("debt", self.accounts["premium"], self.debt), ("levers", "", levers)

    def _pair(self, kinds: tuple[RowKind, RowKind], people: list[tuple[int, int, int]]) -> list[Row]:
        """Premium and aid of the same heads, on their two accounts."""
        return [
            Row(kind, self.accounts[account], first, last, heads, last - first + 1, int(prices[first - 1]))
            for kind, account, prices in zip(kinds, ("premium", "aid"), (self.premium, self.aid), strict=True)
            for first, last, heads in people
        ]

    def _price(self, first: int, last: int) -> int:
        """Premium and aid of one head from month ``first`` to ``last``."""
        return int((self.premium + self.aid)[first - 1 : last].sum())

    def _quarters(self) -> list[tuple[int, int]]:
        return self._periods([1, 4, 7, 10, self.known + 1, 13])

    def _periods(self, starts: list[int]) -> list[tuple[int, int]]:
        """(first, last) months between ``starts``, cut wherever a price changes."""
        changes = np.flatnonzero(np.diff(self.premium) | np.diff(self.aid)) + 2
        inside = [at for at in changes.tolist() if min(starts) < at]
        edges = sorted({*starts, *inside})
        return [(first, following - 1) for first, following in pairwise(edges)]


def figure_of(
    future: Future, known: Known, rules: Rules, year: int, others: int, accounts: Mapping[str, str], own: bool = True
) -> Figure:
    """The figure of ``year`` from a run; months before it are those of ``known``, with ``own`` its year and debt.

    Every month's bill is taken apart exactly: heads and members are whole, since the bill is made of them.
    """
    dated = rules.from_month(change[:3] for change in future.policy.rule_changes)
    months = [f"{year}-{month:02d}" for month in range(1, 13)]
    premium, aid = (np.array([int(dated.value(f"premium.pbpu_pemda.{part}", month)) for month in months], np.int64)
                    for part in ("premium", "aid"))  # fmt: skip
    before = len(known.heads) if own else 0
    each, aids = (premium + aid)[before:], np.maximum(aid[before:], 1)
    paid = sum(future.of(key, year) for key in ("bill_premium", "bill_aid_pemda", "bill_correction"))
    heads, selves = paid / each, future.of("bill_aid_self", year) / aids
    levers = future.of("bill_levers", year)
    if before:
        count = len(heads)
        heads, selves, levers = (
            np.concatenate([np.tile(first, (count, 1)), rest], axis=1)
            for first, rest in ((known.heads, heads), (known.selves, selves), (np.zeros(before), levers))
        )
    return Figure(heads, selves, levers, premium, aid, known.debt if own else 0, others, before, accounts)


def _middle(table: FloatArray, first: int, last: int) -> int:
    """The central number of people a month over some months, whole."""
    return round(quantile(table[:, first - 1 : last].sum(axis=1), 0.5).value / (last - first + 1))
