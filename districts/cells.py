"""One cell of a table: from what was typed to a value, or to a problem that says what belongs there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from districts.faults import Fault
from districts.names import nearest
from districts.tables import Column

_YES = ("yes", "ya", "true", "1")
_NO = ("no", "tidak", "false", "0")
_INTEGER = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_MONTH = re.compile(r"(19|20)\d{2}-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"(19|20)\d{2}")
#: Excel serials of 1954-2119; a bare number in this range where a month belongs is a date that lost its format.
_SERIALS = range(20_000, 80_500)

EXPECTED_INTEGER = "a whole number in digits only, such as 12500"
EXPECTED_NUMBER = "a number with a decimal point, such as 12.5"
EXPECTED_MONTH = "a month written YYYY-MM as text, such as 2023-10"
EXPECTED_SHARES = "five shares that add to 1, such as 0.2;0.2;0.2;0.2;0.2"
EXPECTED_PERIOD = "a month written YYYY-MM as text, such as 2023-10, or a year, such as 2023"

#: What a text may be, by column; a source that nobody has is "assumed".
_EXAMPLES = {
    "name": "Puskesmas Lais",
    "title": "Kabupaten Bengkulu Utara",
    "province": "Bengkulu",
    "code": "P1703010101",
    "place": "district",
    "indicator": "registered",
    "account": "5.1.02.02.02.0003",
}


@dataclass(frozen=True)
class Formula:
    """A formula cell of a workbook. Its result may be stale or missing, so it is never read."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Problem:
    """What is wrong with a value, before its place is known. Texts are English message ids with ``params``."""

    found: str
    expected: str
    params: tuple[tuple[str, object], ...] = ()

    def at(
        self,
        file: str,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> Fault:
        """The problem at its place."""
        return Fault(file, self.found, self.expected, sheet, row, column, severity, self.params)


def problem(found: str, expected: str, **params: object) -> Problem:
    """A :class:`Problem` with keyword parameters."""
    return Problem(found, expected, tuple(params.items()))


def unknown_name(word: str, known: tuple[str, ...]) -> Problem:
    """The problem that ``word`` is none of the ``known`` names, with the nearest one suggested."""
    choices, near = ", ".join(known), nearest(word, known)
    if near:
        return problem('"{value}"', "one of {choices}; did you mean {near}?", value=word, choices=choices, near=near)
    return problem('"{value}"', "one of {choices}", value=word, choices=choices)


def is_empty(value: object) -> bool:
    """True for a cell in which nothing was typed."""
    return value is None or (isinstance(value, str) and not value.strip())


def parse_cell(value: object, column: Column) -> tuple[object, Problem | None]:
    """``(parsed, None)`` or ``(None, problem)``. An empty cell of an optional column parses to None.

    ``value`` is text (CSV), or what YAML or Excel made of the cell: int, float, bool, date or :class:`Formula`.
    """
    if isinstance(value, str):
        value = value.replace("\u00a0", " ").strip()
    if is_empty(value):
        return None, _empty(column) if column.required else None
    if isinstance(value, Formula):
        number = column.kind in ("integer", "number")
        expected = (
            "a number, not a formula, such as 12500"
            if number
            else "a typed value, not a formula (in Excel: Paste Special, Values)"
        )
        return None, problem("a formula ({value})", expected, value=value.text)
    if column.kind in ("integer", "number"):
        return _parse_number(value, column)
    if column.kind == "month":
        return _parse_month(value, EXPECTED_MONTH)
    if column.kind == "period":
        year = str(value).removesuffix(".0")
        return (year, None) if _YEAR.fullmatch(year) else _parse_month(value, EXPECTED_PERIOD)
    if column.kind == "yes_no":
        word = str(value).casefold()
        if word in _YES or word in _NO:
            return word in _YES, None
        return None, problem('the text "{value}"', "yes or no", value=value)
    if column.kind == "shares":
        return _parse_shares(value)
    return _parse_text(value, column)


def _empty(column: Column) -> Problem:
    """The problem that nothing was typed where something must be, with what may be."""
    if column.kind == "choice":
        return problem("the cell is empty", "one of {choices}", choices=", ".join(column.choices))
    if column.kind in ("text", "list"):
        return problem("the cell is empty", _expected(column), example=_EXAMPLES.get(column.name, "assumed"))
    return problem("the cell is empty", _expected(column))


def _expected(column: Column) -> str:
    return {
        "integer": EXPECTED_INTEGER,
        "number": EXPECTED_NUMBER,
        "month": EXPECTED_MONTH,
        "period": EXPECTED_PERIOD,
        "yes_no": "yes or no",
        "shares": EXPECTED_SHARES,
    }.get(column.kind, "a text, such as {example}")


def _parse_number(value: object, column: Column) -> tuple[object, Problem | None]:
    expected = _expected(column)
    if isinstance(value, date | datetime):
        return None, problem("a date ({value})", expected, value=value.isoformat())
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None, problem('the text "{value}"', expected, value=value)
    if isinstance(value, str):
        if _DECIMAL_COMMA.fullmatch(value):
            return None, problem('a decimal comma ("{value}")', expected, value=value)
        if not (_INTEGER if column.kind == "integer" else _NUMBER).fullmatch(value):
            return None, problem('the text "{value}"', expected, value=value)
        if len(value) > 30:
            return None, problem("a number of {digits} digits", expected, digits=len(value))
    number: int | float
    if column.kind == "integer":
        if isinstance(value, float) and not value.is_integer():
            return None, problem("the number {value}", expected, value=value)
        number = int(value)
        if abs(number) > 2**53:
            return None, problem("the number {value}", "a number of at most 15 digits, such as 12500", value=number)
    else:
        number = float(value)
        if number in (float("inf"), float("-inf")):
            return None, problem("the number {value}", expected, value=number)
    return _within(number, column)


def _within(number: int | float, column: Column) -> tuple[object, Problem | None]:
    """The number, or the problem that it lies outside the limits of its column."""
    found = "the negative number {value}" if number < 0 else "the number {value}"
    low, high, above = column.low, column.high, column.above
    if above is not None and (number <= above or (high is not None and number > high)):
        if high is None:
            return None, problem(found, "a number above {low}", value=number, low=f"{above:g}")
        return None, problem(
            found, "a number above {low}, up to {high}", value=number, low=f"{above:g}", high=f"{high:g}"
        )
    if (low is not None and number < low) or (high is not None and number > high):
        if high is None:
            return None, problem(found, "a number of at least {low}", value=number, low=f"{low:g}")
        return None, problem(
            found, "a number from {low} to {high}", value=number, low=f"{low or 0:g}", high=f"{high:g}"
        )
    return number, None


def _parse_month(value: object, expected: str) -> tuple[object, Problem | None]:
    if isinstance(value, date | datetime):
        return None, problem("a date ({value})", expected, value=value.strftime("%Y-%m-%d"))
    text = str(value)
    if _MONTH.fullmatch(text):
        return text, None
    digits = text.removesuffix(".0")
    if digits.isascii() and digits.isdigit() and int(digits) in _SERIALS:
        typed = date(1899, 12, 30) + timedelta(days=int(digits))
        return None, problem(
            "the number {value}, which is how Excel stores the date {date}",
            expected,
            value=digits,
            date=typed.isoformat(),
        )
    return None, problem('"{value}"', expected, value=text)


def _parse_shares(value: object) -> tuple[object, Problem | None]:
    """Five shares, as a YAML list or as text separated by semicolons."""
    parts = list(value) if isinstance(value, list | tuple) else str(value).split(";")
    expected = EXPECTED_SHARES
    share = Column("share", "number", True, low=0, high=1)
    numbers = []
    for part in parts:
        number, wrong = parse_cell(part, share)
        if wrong:
            return None, wrong
        numbers.append(number)
    if len(numbers) != 5:
        return None, problem("{count} shares", expected, count=len(numbers))
    total = sum(float(str(number)) for number in numbers)
    if abs(total - 1) > 0.005:
        return None, problem("shares that add to {total}", expected, total=round(total, 4))
    return tuple(numbers), None


def _parse_text(value: object, column: Column) -> tuple[object, Problem | None]:
    if isinstance(value, bool | float | date | datetime) or not isinstance(value, int | str):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        else:
            return None, problem("{value}, which is not text", 'a text; put quotes around it: "{value}"', value=value)
    text = str(value)
    if column.kind == "list":
        names = tuple(part.strip() for part in text.split(";") if part.strip())
        wrong = next((name for name in names if column.choices and name not in column.choices), None)
        return (None, unknown_name(wrong, column.choices)) if wrong else (names, None)
    if column.kind == "choice":
        match = next((choice for choice in column.choices if _plain(choice) == _plain(text)), None)
        return (match, None) if match else (None, unknown_name(text, column.choices))
    return text, None


def _plain(word: str) -> str:
    """A word of a fixed list without what people write otherwise: capitals, and spaces or hyphens between its parts."""
    return re.sub(r"[\s_-]+", "_", word.strip().casefold())
