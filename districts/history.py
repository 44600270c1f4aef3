"""A district's own monthly figures: what may be given, what in them contradicts itself, and the stock they hold.

Used to fit the model to a district and to score its forecasts; a run itself does not read them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from districts import history_care, history_members
from districts.history_catalogue import BY_KEY, HISTORY, PLACES, HistoryIndicator, derived, level_of
from districts.history_faults import Book, DataFault, Payable, row_numbers
from districts.history_stock import stock_from_history
from districts.inventory import figures_of, with_inventory
from districts.model import District

__all__ = [
    "BY_KEY",
    "HISTORY",
    "PLACES",
    "DataFault",
    "HistoryIndicator",
    "Payable",
    "data_faults",
    "derived",
    "level_of",
    "row_numbers",
    "stock_from_history",
    "without",
]


def data_faults(district: District, payable: Payable | None = None) -> list[DataFault]:
    """Every contradiction in the history of a district, in the order of the first row each names.

    ``payable`` gives the shares of capitation that a rule can pay (:func:`sim.kbk_payable.payable_shares` makes it);
    without it payments are only held against the full capitation.
    """
    book = Book(district)
    found = [*history_members.faults(book), *history_care.faults(book, payable)]
    return sorted(found, key=lambda item: item.rows[0])


def history_digest(district: District) -> str:
    """The checksum (SHA-256) of what the history says, whatever the order of its rows, their sources and notes."""
    rows = sorted((row.month, row.indicator, row.place, row.value) for row in district.history)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def without(district: District, rows: Iterable[int]) -> District:
    """The district without the ``rows`` of its history (numbers as in :func:`data_faults`), its inventory anew."""
    gone = set(rows)
    numbered = zip(row_numbers(district.history), district.history, strict=True)
    kept = tuple(row for number, row in numbered if number not in gone)
    return with_inventory(district.model_copy(update={"history": kept}), figures_of(district))
