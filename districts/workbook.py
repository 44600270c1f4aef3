"""A district as an Excel workbook: the same tables as sheets. Reading, with care for files that do harm.

Writing is in :mod:`districts.template`. The one-sheet form is read by :mod:`districts.minimal`.
"""

from __future__ import annotations

import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

from districts.cells import Formula, problem
from districts.faults import Fault
from districts.names import nearest
from districts.raw import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Place, Raw, RawScalar, to_table
from districts.sheet_words import SHEETS, named, sheet_of
from districts.tables import TABLES

SCALAR_SHEET = "district"
SCALAR_COLUMNS = ("key", "value", "source", "confidence", "note")
#: Sheets that the program writes for people to read and never reads back.
OTHER_SHEETS = ("Petunjuk",)

_MAX_PARTS = 1_000
_EXCEL_ROWS = 1_048_576

Lines = list[tuple[object, ...]]


def load_sheets(path: Path, label: str) -> tuple[dict[str, Lines], list[Fault]]:
    """The cells of every sheet, row by row, formulas as such. ``label``: as the user typed the file.

    Faults: not a workbook, damaged, or too large when unpacked (sizes are summed before anything is unpacked).
    """
    place = Place(label)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, struct.error) as error:
        wrong = problem("the file cannot be opened as a workbook ({error})", "an .xlsx workbook", error=error)
        return {}, [place.fault(wrong)]
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_BYTES:
        wrong = problem("the workbook unpacks to more than {mb} MB", "a smaller workbook", mb=MAX_BYTES // 1024**2)
        return {}, [place.fault(wrong)]
    if any(part.filename.casefold().endswith("vbaproject.bin") for part in parts):
        return {}, [place.fault(problem("the workbook holds macros", "an .xlsx workbook without macros"))]
    try:
        with warnings.catch_warnings(action="ignore"):  # the library warns of what is told as faults later
            return _cells(path), []
    except Exception as error:  # a damaged part makes the library fail in whatever way that part fails
        wrong = problem("the workbook is damaged ({error})", "an .xlsx workbook", error=type(error).__name__)
        return {}, [place.fault(wrong)]


def _cells(path: Path) -> dict[str, Lines]:
    from openpyxl import load_workbook

    sheets: dict[str, Lines] = {}
    with path.open("rb") as stored:
        book = load_workbook(stored, read_only=True, data_only=False)
        for name in book.sheetnames:
            if not hasattr(book[name], "iter_rows"):
                continue  # a chart sheet
            lines: Lines = []
            whole_sheet = book[name].iter_rows(max_row=_EXCEL_ROWS, max_col=MAX_COLUMNS)
            for number, row in enumerate(whole_sheet, start=1):
                if number <= MAX_ROWS + 1:
                    lines.append(tuple(_value(cell) for cell in row))
                elif any(cell.value is not None for cell in row):
                    lines.append(tuple(_value(cell) for cell in row))  # one line too many is enough to refuse it
                    break
            sheets[name] = lines
    return sheets


def _value(cell: Any) -> object:
    """The value of a cell; a formula as :class:`Formula`, with or without a stored result."""
    if cell.data_type == "f":
        return Formula(str(getattr(cell.value, "text", cell.value)))
    return cell.value


def read_workbook(sheets: dict[str, Lines], path: Path, label: str) -> Raw:
    """The tables of a full workbook from its sheets, as typed."""
    raw = Raw(base=path.parent, scalar_place=Place(label, SCALAR_SHEET))
    by_name = {name.casefold(): name for name in sheets}
    names = (SCALAR_SHEET, *(spec.name for spec in TABLES))
    own = {*names, *(told.casefold() for told in SHEETS.values())}
    strangers = tuple(name for name in sheets if name.casefold() not in own and name not in OTHER_SHEETS)
    indonesian = sum(told.casefold() in by_name for told in SHEETS.values()) > sum(name in by_name for name in names)
    for name in names:
        sheet = sheet_of(name, by_name)
        place = Place(label, sheet or (SHEETS[name] if indonesian else name))
        if sheet is None:
            if near := nearest(place.sheet, strangers):
                expected = "a sheet with this name; is {near} meant for it?"
                raw.faults.append(place.fault(problem("the sheet is missing", expected, near=near)))
            elif not any(spec.name == name and spec.optional for spec in TABLES):
                raw.faults.append(place.fault(problem("the sheet is missing", "a sheet with this name")))
            continue
        found, faults = to_table(place, sheets[sheet])
        raw.faults += faults
        if found is None:
            continue
        found = named(name, found)
        place = found.place
        if name != SCALAR_SHEET:
            raw.tables[name] = found
            continue
        raw.scalar_place = place
        if tuple(found.header[:2]) != SCALAR_COLUMNS[:2]:
            wrong = problem(
                "the header {header}",
                "the header {columns}",
                header=", ".join(found.header),
                columns=", ".join(SCALAR_COLUMNS),
            )
            raw.faults.append(place.fault(wrong, 1))
            continue
        for row, cells in found.rows:
            typed = dict(zip(found.header, cells, strict=True))
            key = str(typed["key"]).strip()
            if key in raw.scalars:
                wrong = problem('"{value}" a second time', "each key once", value=key)
                raw.faults.append(place.fault(wrong, row, "key"))
            raw.scalars[key] = RawScalar(place, row, key, typed["value"], typed.get("source"), typed.get("confidence"))
    return raw
