"""Contradictions in the history of members and of the Pemda's bills (see :mod:`districts.history_faults`)."""

from __future__ import annotations

from collections.abc import Iterator

from districts.cells import problem
from districts.history_catalogue import BY_KEY, level_of
from districts.history_faults import TOLERANCE, Book, DataFault, above, added_up, shown, step
from districts.model import HistoryRow

_PARTS = (("active", "registered"), ("arrears", "registered"), ("lapsed", "registered"), ("never", "population"))
#: Members beyond the residents are taken as dead or moved up to this part of the population.
_MEMBERS_ABOVE_POPULATION = 0.10
#: A figure that is this many times both its neighbours, or this part of them, lost or gained a digit.
_DIGIT = 5.0
#: Stocks that cannot even rise or fall by half and come back: people are not born or moved away for a month.
_STEADY = ("population", "registered")
_STEADY_FACTOR = 1.5
#: Stocks that are settled in lumps may do it.
_LUMPS = ("debt_pemda", "claims_backlog")
#: Below this a stock may jump by chance; neighbours further away tell nothing.
_LARGE, _NEAR_MONTHS = 100.0, 3


def faults(book: Book) -> Iterator[DataFault]:
    """Every contradiction among members, their segments, bills and debt."""
    yield from _negative(book)
    yield from above(book, _PARTS)
    yield from _parts_together(book)
    yield from _members_above_population(book)
    for key in ("registered", "active", "arrears", "lapsed"):
        yield from added_up(book, key, tuple(f"segment:{name}" for name in book.segments))
    for key in ("arrears", "arrears_rupiah"):
        yield from added_up(book, key, tuple(f"class:{number}" for number in (1, 2, 3)))
    yield from _years(book)
    yield from _billed(book)
    yield from _paid(book)
    yield from _spikes(book)


def _negative(book: Book) -> Iterator[DataFault]:
    for row in book.rows:
        if row.value < 0:
            wrong = problem("the negative number {value}", "a number of at least {low}", value=row.value, low=0)
            yield book.fault([row], wrong)


def _parts_together(book: Book) -> Iterator[DataFault]:
    """Active members, those in arrears and those lapsed are different people."""
    for place, period, whole in book.having("registered"):
        rows = [row for key in ("active", "arrears", "lapsed") if (row := book.get(place, key, period)) is not None]
        total = sum(row.value for row in rows)
        if len(rows) > 1 and total > whole.value and all(row.value <= whole.value for row in rows):
            wrong = problem(
                "{parts} together {total}, above registered {limit} ({place}, {month}; rows {rows})",
                "parts that add up to at most the registered members",
                parts=" + ".join(row.indicator for row in rows), total=shown(total), limit=shown(whole.value),
            )  # fmt: skip
            yield book.fault([whole, *rows], wrong)


def _members_above_population(book: Book) -> Iterator[DataFault]:
    for _, period, row in book.having("registered"):
        people = book.get("district", "population", period)
        if people is not None and row.value > (1 + _MEMBERS_ABOVE_POPULATION) * people.value:
            wrong = problem(
                "registered {value} in a population of {limit} ({place}, {month}; rows {rows})",
                "at most the population (up to 10 % more is taken as dead or moved members)",
                value=shown(row.value), limit=shown(people.value),
            )  # fmt: skip
            yield book.fault([row, people], wrong)


def _years(book: Book) -> Iterator[DataFault]:
    """A year against its months."""
    for (place, key), own in book.years.items():
        for year, row in own.items():
            months = [other for month, other in book.series[place, key].items() if month[:4] == year and month != year]
            if BY_KEY[key].stock:
                months = [other for other in months if other.month == f"{year}-12"]
            total = sum(other.value for other in months)
            whole = len(months) == (1 if BY_KEY[key].stock else 12)
            if total > (1 + TOLERANCE) * row.value or (whole and total < (1 - TOLERANCE) * row.value):
                wrong = problem(
                    "{key} {value} for the year, but {total} by its months ({place}, {month}; rows {rows})",
                    "the total of the months of a flow, the December value of a stock",
                    key=key, value=shown(row.value), total=shown(total),
                )  # fmt: skip
                yield book.fault([row, *months], wrong)


def _billed(book: Book) -> Iterator[DataFault]:
    """Heads billed are PBPU Pemda members; those switched off since the first of the month still stand on the bill."""
    for _, period, row in book.having("billed"):
        members = [book.get("segment:pbpu_pemda", "registered", period)]
        if len(period) == 7:
            members.append(book.get("segment:pbpu_pemda", "registered", step(period, -1)))
        known = [other for other in members if other is not None]
        if members[0] is not None and row.value > (1 + TOLERANCE) * max(other.value for other in known):
            wrong = problem(
                "billed {value}, above {limit} registered in PBPU Pemda ({place}, {month}; rows {rows})",
                "heads billed of at most the members of PBPU Pemda",
                value=shown(row.value), limit=shown(max(other.value for other in known)),
            )  # fmt: skip
            yield book.fault([row, *known], wrong)


def _paid(book: Book) -> Iterator[DataFault]:
    """Payments beyond everything that was owed: the debt before the first month, the bills since, and the bills of the
    same year before it, which may still have waited for cash (taken as large as the first one seen)."""
    bills = book.series.get(("district", "bill_jkn"), {})
    room, last = None, ""
    before: HistoryRow | None = None
    for period, paid in sorted(book.series.get(("district", "paid_jkn"), {}).items()):
        bill = bills.get(period)
        if bill is None:
            continue
        if len(period) == 4:
            debt = book.get("district", "debt_pemda", f"{int(period) - 1}-12")
            if debt is not None and paid.value > debt.value + bill.value:
                yield _too_much(book, [paid, bill, debt], debt.value + bill.value)
            continue
        if step(period, -1) != last or room is None:
            before = book.get("district", "debt_pemda", step(period, -1))
            room = None if before is None else before.value + (int(period[5:]) - 1) * bill.value
        last = period
        if room is None or before is None:
            continue  # nothing is known of what was owed
        room += bill.value
        if paid.value > room:
            yield _too_much(book, [paid, bill, before], room)
        room = max(0.0, room - paid.value)


def _too_much(book: Book, rows: list[HistoryRow], room: float) -> DataFault:
    wrong = problem(
        "paid_jkn {value}, above {limit}, all that was billed and owed by then ({month}; rows {rows})",
        "paid_jkn of at most the bills and the debt before",
        value=shown(rows[0].value), limit=shown(room),
    )  # fmt: skip
    return book.fault(rows, wrong)


def _spikes(book: Book) -> Iterator[DataFault]:
    """A stock that leaves its neighbours for one month and comes back: a digit lost, added or typed wrong."""
    for (place, key), own in book.series.items():
        if not BY_KEY[key].stock or BY_KEY[key].unit not in ("persons", "rupiah") or key in _LUMPS:
            continue
        steady = key in _STEADY and level_of(place) in ("district", "facility")
        months = sorted(month for month in own if len(month) == 7)
        for before, month, after in zip(months, months[1:], months[2:], strict=False):
            if step(before, _NEAR_MONTHS) < month or step(month, _NEAR_MONTHS) < after:
                continue
            value, sides = own[month].value, (own[before].value, own[after].value)
            factor = _DIGIT
            if steady and max(sides) < _STEADY_FACTOR * min(sides):
                factor = _STEADY_FACTOR
            up = value >= factor * max(sides) and value >= _LARGE
            down = value * factor <= min(sides) and min(sides) >= _LARGE
            if up or down:
                wrong = problem(
                    "{key} {value} between {before} and {after} ({place}, {month}; rows {rows})",
                    "a figure nearer to those before and after it; is a digit missing or too many?",
                    key=key, value=shown(value), before=shown(sides[0]), after=shown(sides[1]),
                )  # fmt: skip
                yield book.fault([own[month], own[before], own[after]], wrong)
