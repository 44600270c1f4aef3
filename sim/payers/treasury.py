"""Where the money of the JKN line comes from, in which month, and what is still due: cash is not budget.

Three kinds of money meet here. The line is authority: what may be committed. Cash of the treasury is what can be paid;
credits are money that others pay to BPJS on the district's behalf (cigarette tax withheld at source, province, third
parties): they settle bills and never pass through the district's cash, so that no source counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from districts.model import BudgetLine as BudgetRow


class Arrival(NamedTuple):
    """``amount`` rupiah of one source that can be used from ``month`` ("YYYY-MM") on."""

    month: str
    amount: int


class Paid(NamedTuple):
    """What BPJS receives in a month, rupiah: from the district's cash, and from others on its behalf."""

    cash: int
    credits: int


def is_credit(row: BudgetRow) -> bool:
    """Whether others pay this source to BPJS: withheld at source, or a province's or third party's money."""
    return row.withheld or row.fund in ("province", "third_party")


def arrivals(rows: Iterable[BudgetRow], credits: bool) -> tuple[Arrival, ...]:
    """The rows that are ``credits`` (or those that are the district's cash), each in its month, in order."""
    chosen = (row for row in rows if is_credit(row) == credits)
    return tuple(sorted(Arrival(f"{row.year:04d}-{row.month_available:02d}", row.amount) for row in chosen))


@dataclass
class Treasury:
    """Bills wait in ``payable`` until their month of cash, and then until there is money.

    ``cash`` are the sources of the line by month; None: the general treasury pays, and is never short within the line.
    ``credits`` are the sources that others pay; what is left of a year's credits lapses with the year.
    """

    credits: tuple[Arrival, ...] = ()
    cash: tuple[Arrival, ...] | None = None
    payable: list[tuple[int, int]] = field(default_factory=list)  # (month of cash, rupiah)
    credit_left: int = 0
    cash_left: int = 0

    def open_year(self) -> None:
        """Last year's rest lapses: unused credits, and cash that the budget of the new year counts anew."""
        self.credit_left = self.cash_left = 0

    def credits_of(self, year: int) -> int:
        """Rupiah that others pay in ``year``."""
        return sum(arrival.amount for arrival in self.credits if arrival.month[:4] == f"{year:04d}")

    def bill(self, amount: int, month: int) -> None:
        """``amount`` falls due in ``month`` (index of the run)."""
        if amount:
            self.payable.append((month, amount))

    def pay_due(self, month: int, on: str) -> Paid:
        """Pay what is due by ``month`` (``on`` as "YYYY-MM"): credits first, then cash; the oldest bills first."""
        self.credit_left += sum(arrival.amount for arrival in self.credits if arrival.month == on)
        self.cash_left += sum(arrival.amount for arrival in self.cash or () if arrival.month == on)
        due = self.due(month)
        by_others = min(due, self.credit_left)
        by_cash = due - by_others if self.cash is None else min(due - by_others, self.cash_left)
        self.credit_left -= by_others
        self.cash_left -= by_cash if self.cash is not None else 0
        self._settle(month, by_others + by_cash)
        return Paid(by_cash, by_others)

    def due(self, month: int) -> int:
        """Rupiah due by ``month`` and not yet paid."""
        return sum(amount for when, amount in self.payable if when <= month)

    def waiting(self) -> int:
        """Rupiah committed and not yet paid, due or not."""
        return sum(amount for _, amount in self.payable)

    def _settle(self, month: int, paid: int) -> None:
        """Take ``paid`` off the bills due by ``month``, the oldest first."""
        left: list[tuple[int, int]] = []
        for when, amount in sorted(self.payable):
            part = min(amount, paid) if when <= month else 0
            paid -= part
            if amount > part:
                left.append((when, amount - part))
        self.payable = left
