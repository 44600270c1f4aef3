"""``rka.xlsx``: the forms as sheets whose products and sums are live formulas, each with the value it has today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reports import palette
from reports.book import Book, Sheet, lines_of
from reports.rkpd import names
from reports.rkpd.grid import NUMBER_FORMATS, Cell, Form, Look, Row, Table
from scenarios.rkpd.proposal import Proposal

_LINE = 12.5  # points of height per line of text
_LOOKS: dict[Look, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": palette.TINT, "align": "center", "valign": "vcenter", "indent": 0},
    "title": {"align": "center", "valign": "vcenter", "indent": 0},
    "strong": {"bold": True},
    "account": {"bold": True, "bg_color": palette.ACCENT_GROUND},
    "group": {"bold": True},
    "check": {"font_color": palette.ACCENT, "bold": True},
    "total": {"bold": True, "font_size": 10, "top": 2},
}
_INDENTS: dict[Look, int] = {"group": 1, "item": 2}

#: Form -> row key -> row as Excel counts it.
Places = dict[str, dict[str, int]]


@dataclass(frozen=True)
class _Live:
    """A formula cell that waits until the rows of every sheet are known."""

    sheet: Sheet
    row: int
    column: int
    cell: Cell
    style: Any


def write_book(proposal: Proposal, forms: Sequence[Form], path: Path) -> None:
    """Writes the workbook to ``path``; its date is the month that the data end in, so that equal proposals give equal
    files."""
    year, month = (int(part) for part in proposal.basis.data_until.split("-"))
    title = f"RKA {proposal.year} {names.SUB_ACTIVITY[0]} {proposal.basis.title}"
    with Book(path, title, datetime(year, month, 1)) as book:
        places: Places = {form.key: {} for form in forms}
        waiting = [live for form in forms for live in _write_form(book, form, places)]
        for live in waiting:
            formula = live.cell.formula.format(row=live.row + 1, **places)
            live.sheet.sheet.write_formula(live.row, live.column, formula, live.style, value=live.cell.value)


def _write_form(book: Book, form: Form, places: Places) -> list[_Live]:
    """Writes all but the formulas, which it returns, and notes where the named rows stand. The form's checks, or else
    the header of its first table, stay in sight; the longest table's header prints on every page."""
    sheet = book.sheet(form.tab, form.widths)
    sheet.note(form.strap)
    if form.title:
        sheet.title(form.title, form.lead)
    waiting = _write_rows(sheet, form.checks, form, places)
    sheet.next += bool(form.checks)
    frozen = sheet.next
    for table in form.tables:
        if table.heading:
            sheet.heading(table.heading)
        elif not table.joined:
            sheet.next += 1
        if table.fresh:
            sheet.sheet.set_h_pagebreaks([sheet.next - 1])
        first = sheet.next
        if table is form.tables[0]:
            frozen = first + len(table.heads) if table.heads else frozen
        waiting += _write_rows(sheet, table.rows, form, places)
        if table is _longest(form.tables) and table.heads:
            sheet.sheet.repeat_rows(first, first + len(table.heads) - 1)
    sheet.next += 1
    for note in form.notes:
        sheet.note(note)
    for at, line in enumerate(("", *form.signed) if form.signed else ()):
        sheet.sheet.write_string(sheet.next + at, len(form.widths) - 2, line, book.style("note", text_wrap=False))
    sheet.next += len(form.signed) + 1
    sheet.freeze(frozen, 0)
    return waiting


def _longest(tables: Sequence[Table]) -> Table:
    return max(tables, key=lambda table: len(table.rows))


def _write_rows(sheet: Sheet, rows: Sequence[Row], form: Form, places: Places) -> list[_Live]:
    waiting: list[_Live] = []
    taken: set[tuple[int, int]] = set()
    for row in rows:
        if row.key:
            places[form.key][row.key] = sheet.next + 1
        placed = _placed(row, sheet.next, taken)
        height = max(-(-_lines(cell, row, form.widths[at : at + cell.span]) // cell.down) for at, cell in placed)
        sheet.sheet.set_row(sheet.next, _LINE * height + 4)
        for column, cell in placed:
            style = _style(sheet.book, row, cell, height)
            if cell.span > 1 or cell.down > 1:
                last = sheet.next + cell.down - 1, column + cell.span - 1
                sheet.sheet.merge_range(sheet.next, column, *last, "", style)
            if cell.formula:
                waiting.append(_Live(sheet, sheet.next, column, cell, style))
            elif isinstance(cell.value, str):
                sheet.sheet.write_string(sheet.next, column, cell.value, style)
            else:
                sheet.sheet.write_number(sheet.next, column, cell.value, style)
        sheet.next += 1
    return waiting


def _placed(row: Row, at: int, taken: set[tuple[int, int]]) -> list[tuple[int, Cell]]:
    """(column, cell) of a row, beside the cells that hang down from the rows above; ``taken`` gets its places."""
    placed, column = [], 0
    for cell in row.cells:
        while (at, column) in taken:
            column += 1
        placed.append((column, cell))
        taken |= {(at + down, column + right) for down in range(cell.down) for right in range(cell.span)}
        column += cell.span
    return placed


def _lines(cell: Cell, row: Row, widths: Sequence[float]) -> int:
    """Lines that a cell takes in columns of those widths."""
    if not isinstance(cell.value, str):
        return 1
    return sum(lines_of(part, sum(widths) - 2 * _indent(cell, row), 0.85) for part in cell.value.split("\n"))


def _indent(cell: Cell, row: Row) -> int:
    """Steps between the rule and the words."""
    deeper = _INDENTS.get(row.look, 0) if cell.kind == "text" else 0
    return 1 + deeper


def _style(book: Book, row: Row, cell: Cell, height: int) -> Any:
    """The look of a cell: ruled on every side, and what its row and kind add."""
    look: dict[str, Any] = {
        "border": 1, "border_color": palette.FORM_LINE, "text_wrap": isinstance(cell.value, str),
        "valign": "vcenter" if height == 1 else "top", "align": "right" if cell.right else "left",
        "indent": _indent(cell, row), "font_color": palette.SOFT if cell.kind == "label" else palette.INK,
    }  # fmt: skip
    if cell.kind in NUMBER_FORMATS:
        look["num_format"] = NUMBER_FORMATS[cell.kind]
    if cell.strong or cell.kind == "code":
        look["bold"] = True
    if row.look == "item" and cell.kind in ("people", "packages"):
        look |= {"right": 0, "indent": 0}
    if row.look == "item" and cell.kind in ("months", "times"):
        look |= {"left": 0, "align": "left", "indent": 0}
    return book.style("note", **(look | _LOOKS.get(row.look, {})))
