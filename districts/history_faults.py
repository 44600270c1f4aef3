"""Contradictions in a district's history: figures that cannot all be right, each told with its rows.

They do not stop a run, which does not read the history; who fits a model to it must mend them or leave the rows out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from districts.cells import Problem, problem
from districts.faults import Fault
from districts.history_catalogue import BY_KEY, level_of
from districts.model import District, FacilityType, HistoryRow
from districts.sheet_words import SHEETS, label

#: The shares of capitation, per mille, that the rule of a month ("YYYY-MM") can pay a facility of a type; None where
#: no rule is known.
Payable = Callable[[str, FacilityType], frozenset[int] | None]

#: How far sums and figures of two days of a month may be off, as a part of the figure they are compared with.
TOLERANCE = 0.01


@dataclass(frozen=True)
class DataFault:
    """A contradiction: the ``rows`` of the history that cannot all be right (the first is the suspect, where there is
    one) and the ``fault`` that tells it, a warning."""

    rows: tuple[int, ...]
    fault: Fault


def row_numbers(history: Sequence[HistoryRow]) -> list[int]:
    """The number of each row: where it was read, or where it would stand in ``history.csv`` if it was not read."""
    if all(row.row for row in history):
        return [row.row for row in history]
    return list(range(2, len(history) + 2))


def shown(value: float) -> str:
    """A figure as in the file: whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() else f"{value:.10g}"


def step(month: str, months: int) -> str:
    """The month ``months`` after ``month``."""
    at = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


class Book:
    """The history by place, indicator and period. ``series[place, key]`` maps a month, or for flows also a year, to its
    row; the year of a stock stands for its December. ``years[place, key]`` holds the rows of years alone."""

    def __init__(self, district: District) -> None:
        self.rows = district.history
        self.types = {facility.code: facility.type for facility in district.facilities}
        self.segments = tuple(dict.fromkeys(row.segment for row in district.stock().segments))
        self.series: dict[tuple[str, str], dict[str, HistoryRow]] = defaultdict(dict)
        self.years: dict[tuple[str, str], dict[str, HistoryRow]] = defaultdict(dict)
        self._numbers = {
            id(row): number for number, row in zip(row_numbers(self.rows), self.rows, strict=True)
        }  # rows may be equal, so by identity
        for row in self.rows:
            if len(row.month) == 7:
                self.series[row.place, row.indicator][row.month] = row
        for row in self.rows:
            if len(row.month) == 4:
                self.years[row.place, row.indicator][row.month] = row
                month = f"{row.month}-12" if BY_KEY[row.indicator].stock else row.month
                self.series[row.place, row.indicator].setdefault(month, row)

    def get(self, place: str, key: str, period: str) -> HistoryRow | None:
        """The row of a month, or of the year of a flow."""
        return self.series.get((place, key), {}).get(period)

    def all(self, keys: Sequence[str], place: str, period: str) -> list[HistoryRow] | None:
        """The rows of ``keys`` at one place and period, or None where one is missing."""
        rows = [row for key in keys if (row := self.get(place, key, period)) is not None]
        return rows if len(rows) == len(keys) else None

    def having(self, key: str) -> Iterator[tuple[str, str, HistoryRow]]:
        """(place, period, row) of every row of an indicator."""
        for (place, name), own in list(self.series.items()):
            if name == key:
                yield from ((place, period, row) for period, row in own.items())

    def fault(self, rows: Sequence[HistoryRow], wrong: Problem) -> DataFault:
        """The fault of ``rows``, placed in the first of them."""
        numbers = tuple(self._numbers[id(row)] for row in rows)
        first = rows[0]
        params = {"rows": ", ".join(map(str, numbers)), "place": first.place, "month": first.month}
        told = problem(wrong.found, wrong.expected, **params | dict(wrong.params))
        column = label("history", "value") if first.sheet.casefold() == SHEETS["history"].casefold() else "value"
        return DataFault(numbers, told.at(first.file or "history", first.sheet, numbers[0], column, "warning"))


def above(book: Book, pairs: Sequence[tuple[str, str]]) -> Iterator[DataFault]:
    """Figures above what they are a part of: ``pairs`` of (part, whole), at the same place and period."""
    for part, whole in pairs:
        for place, period, row in book.having(part):
            rows = book.all((part, whole), place, period)
            if rows and row.value > rows[1].value:
                wrong = problem(
                    "{part} {value}, above {whole} {limit} ({place}, {month}; rows {rows})",
                    "{part} of at most {whole}",
                    part=part, whole=whole, value=shown(row.value), limit=shown(rows[1].value),
                )  # fmt: skip
                yield book.fault(rows, wrong)


def added_up(book: Book, key: str, places: Sequence[str]) -> Iterator[DataFault]:
    """Figures of ``places``, which make up the district, that add to another number than the district's own."""
    for place, period, row in book.having(key):
        if place != "district":
            continue
        parts = [part for name in places if (part := book.get(name, key, period)) is not None]
        total = sum(part.value for part in parts)
        whole = row.value
        too_few = len(parts) == len(places) and total < (1 - TOLERANCE) * whole
        if parts and (too_few or total > (1 + TOLERANCE) * whole):
            wrong = problem(
                "{key} {value} of the district, but its parts ({level}) add up to {total} ({month}; rows {rows})",
                "parts that add up to the figure of the district within 1 %",
                key=key, value=shown(whole), total=shown(total), level=level_of(parts[0].place),
            )  # fmt: skip
            yield book.fault([row, *parts], wrong)
