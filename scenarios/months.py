"""Calendar months as text ("YYYY-MM") and as whole numbers, for the arithmetic of plans and levers."""

from __future__ import annotations

import re

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def number_of(month: str) -> int:
    """Months since year 0 of ``month`` ("YYYY-MM"). Raises ``ValueError`` for another form."""
    if not MONTH.fullmatch(month):
        raise ValueError(f"{month!r} is not a month; write YYYY-MM")
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_of(number: int) -> str:
    """The month ("YYYY-MM") of a number from :func:`number_of`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def later(month: str, steps: int) -> str:
    """The month ``steps`` months after ``month`` (before it when negative)."""
    return month_of(number_of(month) + steps)


def span(first: str, months: int) -> tuple[str, ...]:
    """``months`` consecutive months from ``first`` on."""
    start = number_of(first)
    return tuple(month_of(start + step) for step in range(months))


def full_years(months: tuple[str, ...]) -> list[int]:
    """The calendar years of which all twelve months are among ``months``, in order."""
    years = [int(month[:4]) for month in months]
    return [year for year in sorted(set(years)) if years.count(year) == 12]
