"""A fault shown at its cell: the cell among its neighbours, as they stand in the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from districts.faults import Fault
from districts.sheet_words import SHEETS, label
from districts.text import translator
from districts.workbook import SCALAR_COLUMNS, SCALAR_SHEET, Lines, load_sheets
from web.site import sentence

_BESIDE = 2  # columns shown to the left of the cell; one to the right, one row above and one below
_WHOLE = 8  # columns up to which all are shown from the one that names the row on
_LONGEST = 30
#: Faults shown at most; how many more there are is said.
MOST_SHOWN = 200


@dataclass(frozen=True)
class Cell:
    """One cell of a grid: its text, and whether it is the one that is wrong."""

    text: str
    wrong: bool


@dataclass(frozen=True)
class Grid:
    """A piece of a sheet: the letters of its columns, and its rows with their numbers."""

    letters: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class Shown:
    """One fault as a page tells it: where (``facilities!D9``), what is there, what is expected, and the piece of the
    sheet (None where no cell is meant)."""

    place: str
    found: str
    expected: str
    grid: Grid | None


def shown_faults(faults: Sequence[Fault], path: Path | None, lang: str = "id") -> list[Shown]:
    """The first :data:`MOST_SHOWN` faults; ``path`` is the workbook they are of, None for an example."""
    sheets = {} if path is None or not faults else _sheets(str(path), path.stat().st_mtime_ns)
    by_name = {name.casefold(): lines for name, lines in sheets.items()}
    return [_shown(fault, by_name.get(fault.sheet.casefold(), []), lang) for fault in faults[:MOST_SHOWN]]


def position(fault: Fault, lines: Lines) -> int | None:
    """The column of the fault's cell, counted from 0; None where it names none or the sheet has none of this name."""
    return _headed(fault, lines)[1]


def _headed(fault: Fault, lines: Lines) -> tuple[int, int | None]:
    """The row of the header that names the fault's column, the nearest above, and the column's place from 0; the first
    row and None where none does. A sheet may hold several lists, each under a header of its own."""
    if fault.row is None or not fault.column:
        return 1, None
    scalars = (SCALAR_SHEET, SHEETS[SCALAR_SHEET].casefold())
    columns = (*SCALAR_COLUMNS, *(label(SCALAR_SHEET, name) for name in SCALAR_COLUMNS))
    if fault.sheet.casefold() in scalars and fault.column not in columns:
        return 1, SCALAR_COLUMNS.index("value")  # a scalar is told by its key
    for number in range(min(fault.row, len(lines)), 0, -1):
        for place, cell in enumerate(lines[number - 1]):
            if isinstance(cell, str) and cell.strip().casefold() == fault.column.casefold():
                return number, place
    return 1, None


def letter(place: int) -> str:
    """The letters of a column counted from 0: A, B … Z, AA."""
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(place + 1))


def _shown(fault: Fault, lines: Lines, lang: str) -> Shown:
    _ = translator(lang)
    params = dict(fault.params)
    found, expected = _(fault.found).format(**params), _(fault.expected).format(**params)
    place = position(fault, lines)
    if not fault.sheet:
        where = replace(fault, file=fault.file.rpartition("/")[2]).where(lang)
    elif fault.row is None:
        where = fault.sheet
    elif place is None:
        where = f"{fault.sheet}!{fault.row}"
    else:
        where = f"{fault.sheet}!{letter(place)}{fault.row}"
    grid = None if fault.row is None or not lines else _grid(lines, fault.row, place, _headed(fault, lines)[0])
    return Shown(where, sentence(found), sentence(_("Expected: {expected}").format(expected=expected)), grid)


def _grid(lines: Lines, row: int, place: int | None, head: int) -> Grid:
    """The rows around ``row`` (from 1) and the columns around ``place``; before them the column that names the row, and
    above them the row ``head`` with the header, where there is one."""
    shown = sorted({head, *range(max(row - 1, 1), min(row + 1, len(lines)) + 1)})
    width = 1 + max(
        (at for number in shown for at, cell in enumerate(lines[number - 1]) if cell is not None), default=0
    )
    first = max((place or 0) - _BESIDE, 0)
    header = [str(cell).strip().casefold() for cell in lines[head - 1]]
    names = next((header.index(name) for name in ("name", label("facilities", "name")) if name in header), 0)
    if (place or 0) - names < _WHOLE:  # no column is left out between them
        first = min(first, names)
    columns = sorted({names, *range(first, min((place or 0) + 2, width))})
    if place is not None:
        columns = sorted({*columns, place})
    rows = tuple(
        (number, tuple(Cell(_text(lines[number - 1], at), number == row and at == place) for at in columns))
        for number in shown
    )
    return Grid(tuple(letter(at) for at in columns), rows)


def _text(line: tuple[object, ...], at: int) -> str:
    """A cell as it stands, shortened."""
    value = line[at] if at < len(line) else None
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@lru_cache(maxsize=8)
def _sheets(path: str, _written: int) -> dict[str, Lines]:
    return load_sheets(Path(path), path)[0]


def marked(path: Path, faults: Sequence[Fault], lang: str = "id") -> bytes:
    """The workbook with every wrong cell coloured and what is wrong as a note on it, to be mended and uploaded."""
    from io import BytesIO

    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    sheets = {name.casefold(): (name, lines) for name, lines in _sheets(str(path), path.stat().st_mtime_ns).items()}
    book = load_workbook(path)
    warning = PatternFill("solid", fgColor="F4C7A8")
    for fault in faults:
        name, lines = sheets.get(fault.sheet.casefold(), ("", []))
        if not name or fault.row is None:
            continue
        cell = book[name].cell(fault.row, (position(fault, lines) or 0) + 1)
        told = _shown(fault, lines, lang)
        cell.fill, cell.comment = warning, Comment(f"{told.found}\n{told.expected}", "Prakira")
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
