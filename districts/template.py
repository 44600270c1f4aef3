"""Excel files for people to fill: the full workbook (one sheet for each table) and the one-sheet ``Minimal``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from districts.history_catalogue import HISTORY
from districts.minimal import FACILITY_LABELS, ITEMS, SHEET, minimal_values
from districts.model import District
from districts.sheet_words import SHEETS, choices, label, shown
from districts.tables import SCALARS, TABLES, Column, table
from districts.text import translator
from districts.workbook import OTHER_SHEETS, SCALAR_COLUMNS, SCALAR_SHEET
from districts.write import cell_text, scalar_rows, table_rows

#: Data validation and text format reach this row; the reader takes up to 20,000 rows.
_FORMATTED_ROWS = 2_000
#: Kinds of cells that Excel must not turn into numbers or dates.
_TEXTS = ("month", "period", "text", "list", "choice")

_CONFIDENCE = next(column for column in table("age_sex").columns if column.name == "confidence")

_STEPS = (
    "Fill every sheet from row 2 down; row 1 holds the column names that the program reads. Do not rename them.",
    "Type whole numbers without separators (12500) and decimals with a point in text cells; in number cells use your "
    "spreadsheet's own decimal sign.",
    "Type months as text, YYYY-MM (2023-10); Excel must not turn them into dates.",
    "Give each figure its source and confidence; write assumed where nobody measured it.",
    "Leave a cell empty where the table below says it may be; the program then takes a default and counts it as "
    "assumed.",
    "Check the file by uploading it on the page (prakira web), or with: prakira check FILE.xlsx",
)


def write_workbook(district: District | None, path: Path, lang: str = "id") -> None:
    """Write ``district`` as a full workbook that reads back to the same district (sheet ``Petunjuk`` explains it);
    None writes the empty form."""
    _write(path, lambda book: _fill_workbook(book, district, lang))


def write_minimal(district: District | None, path: Path, lang: str = "id", example: bool = False) -> None:
    """Write the one-sheet template with the figures of ``district``, marked as an ``example`` to be overwritten where
    they are one; None writes the empty form."""
    _write(path, lambda book: _fill_minimal(book, district, lang, example))


def _write(path: Path, fill: Callable[[Any], None]) -> None:
    """Write a workbook to a temporary file and move it into place."""
    import xlsxwriter

    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".xlsx", dir=path.parent)
    os.close(handle)
    try:
        with xlsxwriter.Workbook(name, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"created": datetime(2024, 1, 1)})  # the same bytes on every day
            fill(book)
        Path(name).chmod(0o644)
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def _put(sheet: Any, row: int, column: int, value: Any, cell_format: Any = None) -> None:
    """One cell: numbers as numbers, everything else as text (never as a formula)."""
    if value is None or value == "":
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, cell_format)
    else:
        sheet.write_string(row, column, cell_text(value), cell_format)


def _fill_workbook(book: Any, district: District | None, lang: str) -> None:
    _ = translator(lang)
    heading = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    as_text = book.add_format({"num_format": "@"})
    _instructions(book, heading, lang)
    sheet = book.add_worksheet(_sheet(SCALAR_SHEET, lang))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(SCALAR_COLUMNS), 24)
    for position, name in enumerate(SCALAR_COLUMNS):
        _put(sheet, 0, position, _label(SCALAR_SHEET, name, lang), heading)
    empty = [dict.fromkeys(SCALAR_COLUMNS) | {"key": key} for key in SCALARS]
    for number, row in enumerate(empty if district is None else scalar_rows(district), start=1):
        column = SCALARS[row["key"]]
        told = row | {"key": _label(SCALAR_SHEET, row["key"], lang)}
        if lang == "id":
            told |= {"value": shown(SCALAR_SHEET, column, row["value"]),
                     "confidence": shown(SCALAR_SHEET, _CONFIDENCE, row["confidence"])}  # fmt: skip
        for position, name in enumerate(SCALAR_COLUMNS):
            _put(sheet, number, position, told[name], as_text if isinstance(told[name], str) else None)
        if row["value"] is None and column.kind in _TEXTS:
            sheet.write_blank(number, 1, None, as_text)
        sheet.write_comment(number, 0, _(column.help))
        _choices(sheet, 1, column, lang, number, number)
    rows = {spec.name: [] for spec in TABLES} if district is None else table_rows(district)
    for spec in TABLES:
        sheet = book.add_worksheet(_sheet(spec.name, lang))
        sheet.freeze_panes(1, 0)
        for position, column in enumerate(spec.columns):
            text, name = column.kind in _TEXTS, _label(spec.name, column.name, lang)
            sheet.set_column(position, position, max(12, len(name) + 2), as_text if text else None)
            _put(sheet, 0, position, name, heading)
            sheet.write_comment(0, position, _(column.help))
            _choices(sheet, position, column, lang)
        for number, line in enumerate(rows[spec.name], start=1):
            for position, column in enumerate(spec.columns):
                value = line[column.name]
                if lang == "id":
                    value = shown(spec.name, column, value)
                _put(sheet, number, position, value, as_text if isinstance(value, str) else None)


def _sheet(table: str, lang: str) -> str:
    return SHEETS[table] if lang == "id" else table


def _label(table: str, column: str, lang: str) -> str:
    return label(table, column) if lang == "id" else column


def _choices(sheet: Any, position: int, column: Column, lang: str, first: int = 1, last: int = _FORMATTED_ROWS) -> None:
    """A drop-down list from row ``first`` to ``last`` (counted from 0) where the column takes one of a few words."""
    if words := choices(column, lang):
        rule = {"validate": "list", "source": list(words), "error_type": "warning"}
        sheet.data_validation(first, position, last, position, rule)


def _instructions(book: Any, heading: Any, lang: str) -> None:
    """The sheet that tells in ``lang`` how to fill the others."""
    _ = translator(lang)
    sheet = book.add_worksheet(OTHER_SHEETS[0])
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 2, 12)
    sheet.set_column(3, 3, 40)
    sheet.set_column(4, 4, 90)
    _put(sheet, 0, 0, _("How to fill this workbook"), heading)
    for number, step in enumerate(_STEPS, start=1):
        _put(sheet, number, 0, f"{number}. {_(step)}")
    top = len(_STEPS) + 2
    for position, title in enumerate(("Sheet", "Column", "Required", "Allowed", "Meaning")):
        _put(sheet, top, position, _(title), heading)
    columns = [(SCALAR_SHEET, column) for column in SCALARS.values()]
    columns += [(spec.name, column) for spec in TABLES for column in spec.columns]
    for number, (name, column) in enumerate(columns, start=top + 1):
        allowed = ", ".join(choices(column, lang)) if column.kind == "choice" else _(_KINDS[column.kind])
        for position, text in enumerate(
            (
                _sheet(name, lang),
                _label(name, column.name, lang),
                _("required") if column.required else _("may be empty"),
                allowed,
                _(column.help),
            )
        ):
            _put(sheet, number, position, text)
    _indicators(sheet, heading, top + len(columns) + 2, lang)


def _indicators(sheet: Any, heading: Any, top: int, lang: str) -> None:
    """The list of what the sheet ``history`` may hold, from row ``top`` down (counted from 0)."""
    _ = translator(lang)
    titles = ("Indicator", "Given for", "Unit", "Stock or flow", "Meaning")
    for position, title in enumerate(titles):
        _put(sheet, top, position, _(title), heading)
    for number, item in enumerate(HISTORY, start=top + 1):
        kind = _("stock (end of the month)") if item.stock else _("flow (within the month)")
        name, meaning = (item.label_id, item.label_id) if lang == "id" else (item.key, item.label_en)
        levels = ", ".join(_LEVELS[level] if lang == "id" else level for level in item.levels)
        for position, text in enumerate((name, levels, _(_UNITS[item.unit]), kind, meaning)):
            _put(sheet, number, position, text)


#: Of which places an indicator is given, as the sheet says it.
_LEVELS = {"district": "daerah", "segment": "segmen", "facility": "FKTP", "class": "kelas"}

_UNITS = {"persons": "persons", "visits": "visits", "rupiah": "rupiah", "permille": "‰", "percent": "%"}

_KINDS = {
    "integer": "whole number",
    "number": "number",
    "yes_no": "yes or no",
    "text": "text",
    "month": "month YYYY-MM",
    "period": "month YYYY-MM or year YYYY",
    "list": "words separated by ;",
    "shares": "five numbers separated by ;",
}


def _fill_minimal(book: Any, district: District | None, lang: str, example: bool) -> None:
    _ = translator(lang)
    heading = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
    as_text = book.add_format({"num_format": "@"})
    whole = book.add_format({"num_format": "0"})
    sheet = book.add_worksheet(SHEET)
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 4, 22)
    for position, title in enumerate(("Input", "Value", "Explanation")):
        _put(sheet, 0, position, _(title), heading)
    values: dict[str, Any] = {}
    facilities: list[dict[str, Any]] = []
    if district is not None:
        values, facilities = minimal_values(district)
        if example:
            told = _("An example: every number on this sheet is of {district}. Overwrite all of them with your own.")
            warning = book.add_format({"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE", "text_wrap": True})
            sheet.set_row(0, 48)
            _put(sheet, 0, 0, told.format(district=district.title), warning)
    for number, item in enumerate(ITEMS, start=1):
        _put(sheet, number, 0, _(item.label))
        value, cell_format = values.get(item.column.name), as_text if item.column.kind in _TEXTS else whole
        if value is None:
            sheet.write_blank(number, 1, None, cell_format)
        _put(sheet, number, 1, value, cell_format)
        _put(sheet, number, 2, _(item.column.help))
    top = len(ITEMS) + 2
    for position, (name, told) in enumerate(FACILITY_LABELS.items()):
        _put(sheet, top, position, _(told), heading)
        column = table("facilities").column(name)
        assert column is not None
        _choices(sheet, position, column, lang, top + 1)
    for number, row in enumerate(facilities, start=top + 1):
        for position, name in enumerate(FACILITY_LABELS):
            _put(sheet, number, position, row[name])
