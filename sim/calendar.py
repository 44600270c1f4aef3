"""Calendar months: names, numbers, days. Month 0 of a run is the month after the stock's month."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property


def next_month(month: str, steps: int = 1) -> str:
    """The month ``steps`` after "YYYY-MM" (negative: before)."""
    year, number = (int(part) for part in month.split("-"))
    total = year * 12 + number - 1 + steps
    return f"{total // 12:04d}-{total % 12 + 1:02d}"


@dataclass(frozen=True)
class Calendar:
    """The months of a run, ``first`` = "YYYY-MM", ``count`` of them. Days are counted from 0 = the first day."""

    first: str
    count: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The months as "YYYY-MM"."""
        return tuple(next_month(self.first, step) for step in range(self.count))

    @cached_property
    def first_days(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(date(int(name[:4]), int(name[5:]), 1) for name in self.names)

    def start_day(self, month: int) -> int:
        """Days from the first day of the run to the first day of ``month``."""
        return (self.first_days[month] - self.first_days[0]).days

    def end_of(self, months: int) -> int:
        """Days from the first day of the run to the end of its first ``months`` months."""
        return self.days if months == self.count else self.start_day(months)

    def month_of(self, day: int) -> int:
        """The month in which ``day`` of the run lies; the last one for days after it."""
        return bisect_right([self.start_day(month) for month in range(self.count)], day) - 1

    def day_at(self, position: float) -> float:
        """Days from the first day of the run to ``position`` in months: 2.5 is the middle of the third month."""
        month = int(position)
        return self.start_day(month) + (position - month) * self.length(month)

    @cached_property
    def days(self) -> int:
        """Days of the whole run."""
        return self.start_day(self.count - 1) + self.length(self.count - 1)

    def length(self, month: int) -> int:
        """Days in ``month``."""
        first = self.first_days[month]
        return monthrange(first.year, first.month)[1]

    def working_days(self, month: int) -> tuple[int, ...]:
        """Days of the month (1-based) on which offices and clinics are open: Monday to Saturday."""
        return _working_days(self.first_days[month].weekday(), self.length(month))

    def weekdays(self, month: int) -> tuple[int, ...]:
        """What weekday each working day of ``month`` is: 0 (Monday) to 5 (Saturday)."""
        first = self.first_days[month].weekday()
        return tuple((first + day - 1) % 7 for day in self.working_days(month))

    def year(self, month: int) -> int:
        """Calendar year of ``month``."""
        return self.first_days[month].year

    def month_of_year(self, month: int) -> int:
        """1 (January) to 12."""
        return self.first_days[month].month


@cache
def _working_days(first: int, length: int) -> tuple[int, ...]:
    """The working days of a month of ``length`` days whose first is the weekday ``first`` (0: Monday)."""
    return tuple(day + 1 for day in range(length) if (first + day) % 7 < 6)
