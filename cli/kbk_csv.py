"""Reading a table of KBK indicators or counts: every fault at once, with its row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from districts.faults import Fault, InputError, UserError
from districts.names import nearest, suggested
from sim.kbk import FACILITY_TYPES, Counts, Ratios, ratios

KEYS = ("facility", "type", "month")
RATIOS = ("ak_permille", "rrns_percent", "rppt_percent")
COUNTS = (
    "contacts",
    "registered",
    "nonspecialist_referrals",
    "referrals",
    "dm_controlled",
    "dm_diagnosed",
    "ht_controlled",
    "ht_diagnosed",
)
MONEY = ("members", "tariff")
VISITS = "prolanis_visit_percent"
_TOPS = {"ak_permille": 1000, "rrns_percent": 100, "rppt_percent": 100, VISITS: 100}
_PARTS = (
    ("contacts", "registered"),
    ("nonspecialist_referrals", "referrals"),
    ("dm_controlled", "dm_diagnosed"),
    ("ht_controlled", "ht_diagnosed"),
)
_WHOLE = re.compile(r"[0-9]{1,15}")
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Row:
    """One facility and month: its cells as they were given, the indicators, and the counts and money if given.

    ``members`` are capitated heads and ``tariff`` is rupiah per head, both None when the file has no such columns.
    """

    number: int
    cells: tuple[str, ...]
    facility: str
    type: str
    month: str
    ratios: Ratios
    counts: Counts | None
    visits: Fraction | None
    members: int | None
    tariff: int | None


def read(path: str, needs_counts: bool = False) -> tuple[list[str], list[Row]]:
    """The header and the rows of the CSV file ``path`` (UTF-8, with or without BOM, comma-separated).

    A file with all count columns is read by its counts, another by its ratios. Raises ``InputError`` with every fault,
    ``UserError`` when the file cannot be opened.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise UserError("{file} cannot be read: {reason}", file=path, reason=error.strerror) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError([Fault(path, "text that is not UTF-8", "a CSV file saved as UTF-8", row=line)]) from None
    if not text.strip():
        raise InputError([Fault(path, "an empty file", "a header and one row for each facility and month")])
    faults: list[Fault] = []
    try:
        table = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        problem = (("problem", str(error)),)
        raise InputError([Fault(path, "not readable as CSV: {problem}", "a CSV file", params=problem)]) from None
    header = [name.strip() for name in table[0]]
    by_counts = _check_header(header, path, needs_counts, faults)
    if faults:
        raise InputError(faults)
    rows: list[Row] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            params = (("found", len(cells)), ("wanted", len(header)))
            faults.append(Fault(path, "{found} cells", "{wanted} cells, as in the header", row=number, params=params))
            continue
        row = _Reader(path, number, dict(zip(header, (cell.strip() for cell in cells), strict=True)), faults).row(
            tuple(cells), by_counts
        )
        first = seen.setdefault((row.facility, row.month), number)
        if row.facility and row.month and first != number:
            faults.append(
                Fault(
                    path,
                    "{facility} in {month} stands already in row {first}",
                    "each facility once a month",
                    row=number,
                    column="facility",
                    params=(("facility", row.facility), ("month", row.month), ("first", first)),
                )
            )
        rows.append(row)
    if not rows and not faults:
        faults.append(Fault(path, "a header without rows", "one row for each facility and month"))
    if faults:
        raise InputError(faults)
    return header, rows


def _check_header(header: list[str], path: str, needs_counts: bool, faults: list[Fault]) -> bool:
    """Whether the file is read by its counts; missing, repeated and semicolon-separated columns are faults."""
    if len(header) == 1 and ";" in header[0]:
        faults.append(Fault(path, "columns separated by semicolons", "columns separated by commas", row=1))
        return False
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        faults.append(Fault(path, "a column given twice", "each column once", row=1, column=name))
    wanted = [*KEYS]
    by_counts = needs_counts or sum(name in header for name in COUNTS) > sum(name in header for name in RATIOS)
    by_counts = by_counts or all(name in header for name in COUNTS)
    wanted += COUNTS if by_counts else RATIOS
    if any(name in header for name in MONEY):
        wanted += MONEY
    unknown = [name for name in header if name and name not in (*KEYS, *COUNTS, *RATIOS, *MONEY, VISITS)]
    for name in wanted:
        if name in header:
            continue
        alike = nearest(name, unknown)
        if alike and nearest(alike, wanted) == name:
            params = (("alike", alike),)
            faults.append(
                Fault(path, "no such column, but {alike}", "this column name", row=1, column=name, params=params)
            )
        else:
            faults.append(Fault(path, "no such column", "this column", row=1, column=name))
    return by_counts


@dataclass(frozen=True)
class _Reader:
    """Reads the cells of one row; what cannot be read is a fault and comes back as an empty value."""

    file: str
    number: int
    cells: Mapping[str, str]
    faults: list[Fault]

    def row(self, given: tuple[str, ...], by_counts: bool) -> Row:
        counts = self._counts() if by_counts else None
        shares = [None if by_counts else self._decimal(name) for name in RATIOS]
        return Row(
            self.number,
            given,
            self._facility(),
            self._type(),
            self._month(),
            ratios(counts) if counts else Ratios(*shares),
            counts,
            self._decimal(VISITS) if self.cells.get(VISITS) else None,
            self._whole("members") if "members" in self.cells else None,
            self._whole("tariff") if "tariff" in self.cells else None,
        )

    def _facility(self) -> str:
        if not self.cells["facility"]:
            self._fault("facility", "an empty cell", "the name of the facility")
        return self.cells["facility"]

    def _type(self) -> str:
        kind = self.cells["type"]
        if kind not in FACILITY_TYPES:
            known = ", ".join(FACILITY_TYPES)
            expected, more = suggested(kind, FACILITY_TYPES, "one of {known}; the nearest is {near}", "one of {known}")
            self._fault(
                "type", "unknown facility type {text}", expected, **{"text": kind or "—", "known": known} | more
            )
        return kind

    def _month(self) -> str:
        text = self.cells["month"]
        if _MONTH.fullmatch(text):
            return text
        if re.fullmatch(r"[3-6][0-9]{4}", text):
            # Excel counts days from 30 December 1899 (with its leap day of 1900).
            day = (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
            self._fault(
                "month",
                "{text}, an Excel serial date ({day})",
                "a month such as {month}",
                text=text,
                day=day,
                month=day[:7],
            )
        else:
            self._fault("month", "{text} is not a month", "a month such as {month}", text=text or "—", month="2026-01")
        return ""

    def _counts(self) -> Counts | None:
        numbers = {name: self._whole(name) for name in COUNTS}
        for part, whole in _PARTS:
            top, bottom = numbers[part], numbers[whole]
            if top is not None and bottom is not None and top > bottom:
                self._fault(
                    part,
                    "{top}, more than the {bottom} of {whole}",
                    "at most {bottom}",
                    top=top,
                    bottom=bottom,
                    whole=whole,
                )
        if any(value is None for value in numbers.values()):
            return None
        return Counts(*(int(value or 0) for value in numbers.values()))

    def _whole(self, column: str) -> int | None:
        return int(self.cells[column]) if self._is_number(column, _WHOLE, "a whole number, zero or more") else None

    def _decimal(self, column: str) -> Fraction | None:
        if not self._is_number(column, _DECIMAL, "a number with a decimal point, zero or more"):
            return None
        value = Fraction(self.cells[column])
        if value > _TOPS[column]:
            self._fault(
                column, "{text}, above the possible", "at most {top}", text=self.cells[column], top=_TOPS[column]
            )
        return value

    def _is_number(self, column: str, form: re.Pattern[str], expected: str) -> bool:
        text = self.cells[column]
        if form.fullmatch(text):
            return True
        if not text:
            found = "an empty cell"
        elif text.startswith("="):
            found = "a formula ({text})"
        elif re.fullmatch(r"[0-9.]+,[0-9]+", text):
            found = "a decimal comma ({text})"
        elif re.fullmatch(r"-[0-9.]+", text):
            found = "a negative number ({text})"
        else:
            found = "{text}"
        self._fault(column, found, expected, text=text)
        return False

    def _fault(self, column: str, found: str, expected: str, /, **params: object) -> None:
        self.faults.append(
            Fault(self.file, found, expected, row=self.number, column=column, params=tuple(params.items()))
        )
