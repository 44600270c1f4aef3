"""The district as it was known at the end of a month: the stock a run starts from, bills of the year, debt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from districts.faults import UserError
from districts.history import stock_from_history
from districts.model import District, Stock
from scenarios.months import later, number_of, span
from sim.rules import Rules

IntArray = NDArray[np.int64]

#: Years between the last stock and the budget year beyond which no figure is proposed (a choice, not a finding).
FURTHEST = 6


@dataclass(frozen=True)
class Known:
    """``district`` has the one stock that a run starts from and no history, so that nothing later can enter.

    ``rebuilt``: the stock comes from the history. ``heads`` and ``selves`` (k,) are Pemda heads billed and self-paying
    class III members aided in the first k months of the year, which lie before the run. ``debt``: rupiah owed to BPJS
    before the year, by the last figure known. ``billed_before``: rupiah billed in the year before up to the stock, None
    where the history does not tell.
    """

    district: District
    stock: Stock
    rebuilt: bool
    heads: IntArray
    selves: IntArray
    debt: int
    billed_before: int | None

    @property
    def first_month(self) -> str:
        """The first simulated month."""
        return later(self.stock.month, 1)


def known_at(district: District, rules: Rules, year: int, month: str) -> Known:
    """What is known at the end of ``month`` for the budget year ``year``.

    The stock is the latest up to then, given or rebuilt from the history. When it lies within the year, the months up
    to it must be known by the bills or heads billed of the history; otherwise the last stock before the year is taken.
    Raises ``UserError`` when there is none, or none within ``FURTHEST`` years.
    """
    past = _until(district, month)
    year_end = min(month, f"{year - 1}-12")
    for at in _backwards(past, month):
        own = next((stock for stock in past.stocks if stock.month == at), None)
        stock = own or (stock_from_history(past, at) if past.stocks else None)
        if stock is None:
            continue
        if year - int(at[:4]) > FURTHEST:
            raise UserError("{year} lies more than {most} years after the last membership stock, {month}",
                            year=year, most=FURTHEST, month=at)  # fmt: skip
        found = _billed_months(past, rules, year, at)
        if found is None:
            continue
        earlier = _billed_months(past, rules, year - 1, min(at, f"{year - 1}-12"))
        debts = [row for row in past.history if (row.indicator, row.place) == ("debt_pemda", "district")
                 and _end(row.month) <= year_end]  # fmt: skip
        debt = round(max(debts, key=lambda row: _end(row.month)).value) if debts else 0
        bare = district.model_copy(update={"stocks": (stock,), "default_stock": at, "history": ()})
        heads, selves = (np.array([entry[part] for entry in found], np.int64) for part in (0, 1))
        before = None if earlier is None else sum(entry[2] for entry in earlier)
        return Known(bare, stock, own is None, heads, selves, debt, before)
    raise UserError("{district} has no membership stock up to {month} from which {year} can be computed; it has "
                    "{known}", district=district.title, month=month, year=year,
                    known=", ".join(stock.month for stock in district.stocks))  # fmt: skip


def _end(month: str) -> str:
    return month if len(month) == 7 else f"{month}-12"


def _until(district: District, month: str) -> District:
    """The district without what came after ``month``."""
    return district.model_copy(update={
        "stocks": tuple(stock for stock in district.stocks if stock.month <= month),
        "history": tuple(row for row in district.history if _end(row.month) <= month),
    })  # fmt: skip


def _backwards(past: District, month: str) -> list[str]:
    """Months that may have a stock, the latest first: from the last month of data to the first stock."""
    ends = [stock.month for stock in past.stocks] + [_end(row.month) for row in past.history]
    if not past.stocks:
        return []
    last, first = number_of(min(max(ends), month)), number_of(min(stock.month for stock in past.stocks))
    return [later(month, number - number_of(month)) for number in range(last, first - 1, -1)]


def _billed_months(past: District, rules: Rules, year: int, last: str) -> list[tuple[int, int, int]] | None:
    """:func:`_billed` of the months of ``year`` up to ``last``; None when one of them is not known."""
    months = span(f"{year}-01", max(0, number_of(last) - number_of(f"{year}-01") + 1))
    found = [entry for month in months if (entry := _billed(past, rules, month)) is not None]
    return found if len(found) == len(months) else None


def _billed(past: District, rules: Rules, month: str) -> tuple[int, int, int] | None:
    """(Pemda heads, self-paying class III members aided, rupiah) of a month's bill; None when the history does not
    tell."""
    rows = [row for row in past.history if (row.place, row.month) == ("district", month)]
    figures = {row.indicator: round(row.value) for row in rows if row.indicator in ("billed", "bill_jkn")}
    if not figures:
        return None
    aid = int(rules.value("premium.pbpu_pemda.aid", month))
    each = int(rules.value("premium.pbpu_pemda.premium", month)) + aid
    heads = figures.get("billed", figures.get("bill_jkn", 0) // each)
    rest = max(0, figures.get("bill_jkn", heads * each) - heads * each)
    return heads, rest // aid if aid else 0, heads * each + rest
