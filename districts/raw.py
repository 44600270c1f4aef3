"""What was typed, before it means anything: tables of cells with their places, the same for CSV and Excel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from districts.cells import Problem, is_empty, problem
from districts.faults import Fault

#: Most rows and columns read from a table, and most bytes of a file (unpacked, for a workbook).
MAX_ROWS, MAX_COLUMNS, MAX_BYTES = 20_000, 60, 64 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """Where a table stands: the file as the user typed it, and the sheet of a workbook. ``labels``: what stands on
    the sheet above a column of the table (name, label); None when the names themselves do. ``words``: what the
    program's fixed words are on a sheet in another language."""

    file: str
    sheet: str = ""
    labels: tuple[tuple[str, str], ...] | None = None
    words: tuple[tuple[str, str], ...] = ()

    def fault(
        self,
        wrong: Problem,
        row: int | None = None,
        column: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> Fault:
        """``wrong`` at ``row`` (1-based, as a spreadsheet shows it) and ``column`` of this table."""
        if self.words:
            told = dict(self.labels or ())
            column = ": ".join(told.get(part, part) for part in column.split(": "))
            wrong = replace(wrong, params=tuple((name, self._in_words(name, value)) for name, value in wrong.params))
        elif self.labels is not None:
            column = dict(self.labels).get(column, "")
        return wrong.at(self.file, self.sheet, row, column, severity)

    def _in_words(self, name: str, value: object) -> object:
        """A parameter of a fault that lists or names fixed words, as the sheet says them."""
        if name not in ("choices", "near", "key", "columns") or not isinstance(value, str):
            return value
        told = {**dict(self.labels or ()), **dict(self.words)}
        return ", ".join(told.get(part, part) for part in value.split(", "))


@dataclass(frozen=True)
class RawTable:
    """A table: header names and numbered rows. ``rows`` hold (row number, cells); blank rows are left out."""

    place: Place
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[object, ...]], ...]


@dataclass(frozen=True)
class RawScalar:
    """One scalar of the district with its place; ``source`` and ``confidence`` as typed."""

    place: Place
    row: int | None
    column: str
    value: object
    source: object = None
    confidence: object = None


@dataclass
class Raw:
    """All that was read from one folder or workbook. ``faults`` are those of reading; ``base`` is the directory
    that a relative ``rules_file`` starts from."""

    base: Path
    scalar_place: Place
    scalars: dict[str, RawScalar] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def to_table(place: Place, lines: list[tuple[object, ...]]) -> tuple[RawTable | None, list[Fault]]:
    """A table from its lines (the first is the header). Faults: nothing in it, too many rows, too many cells."""
    faults: list[Fault] = []
    last = max((n for n, line in enumerate(lines) if any(not is_empty(cell) for cell in line)), default=-1)
    lines = lines[: last + 1]
    if not lines:
        return None, [place.fault(problem("nothing is in it", "a header row and data rows"))]
    header = [str(cell).strip() if not is_empty(cell) else "" for cell in lines[0]]
    while header and not header[-1]:
        header.pop()
    if len(lines) > MAX_ROWS + 1:
        return None, [
            place.fault(problem("more than {rows} data rows", "at most {rows} data rows", rows=MAX_ROWS), MAX_ROWS + 2)
        ]
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if all(is_empty(cell) for cell in line):
            continue
        if len(line) > len(lines[0]) or any(not is_empty(cell) for cell in line[len(header) :]):
            wrong = problem(
                "{cells} cells, more than the {columns} columns of the header",
                "one cell for each column (is there a decimal comma or a comma in a text without quotes?)",
                cells=len(line),
                columns=len(header),
            )
            faults.append(place.fault(wrong, number))
            continue
        cells = tuple(line[: len(header)]) + (None,) * (len(header) - len(line))
        rows.append((number, cells))
    for position, name in enumerate(header):
        if not name:
            wrong = problem("column number {position} has no name", "a column name in row 1", position=position + 1)
            faults.append(place.fault(wrong, 1))
    return RawTable(place, tuple(header), tuple(rows)), faults
