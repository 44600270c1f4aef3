"""A thin layer over XlsxWriter: sheets that are written from top to bottom in one look, each with the paper it prints
on: A4 across, or A3 where A4 would make the print too small.

Labels are always stored as text (``write_string``), so that a name that begins with "=" stays a name. Formulas are
only those the program builds itself, and each carries its value, so that a viewer that does not calculate shows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from reports import palette

Kind = Literal[
    "text", "wrap", "aside", "right", "bold", "warn", "whole", "money", "rupiah", "amount", "share", "one", "two",
    "sum", "kbk", "unsure", "within",
]  # fmt: skip

#: Columns of a sheet that has only words today: they fill a page upright.
WORDS: list[float] = [30, 24, 54]
_LINE = 12.0  # points of height per line of text

_A4_PIXELS = (11.69 - 0.8) * 96  # printable width of A4 across, at 96 pixels per inch
_LEAST_SCALE = 0.78  # of 9 points: below that, print is under 7 points

#: A true minus, as in the texts. "rupiah" is a sum and "amount" a headline figure: they name their unit.
_NUMBER_FORMATS = {
    "whole": '#,##0;"−"#,##0',
    "money": '#,##0;"−"#,##0',
    "rupiah": '"{currency}"#,##0;"−{currency}"#,##0',
    "amount": '"{currency}"#,##0;"−{currency}"#,##0',
    "share": "0.0%",
    "one": '#,##0.0;"−"#,##0.0',
    "two": '#,##0.00;"−"#,##0.00',
    "sum": '#,##0;"−"#,##0',
    "kbk": "0",
    "unsure": '0"?"',
    "within": '"±"#,##0',
}


@dataclass(frozen=True)
class Cell:
    """One cell: a label, a number (NaN leaves the cell empty) or a formula with the value it has today."""

    value: str | float
    kind: Kind = "text"
    formula: str = ""


def label(text: str, kind: Kind = "text") -> Cell:
    """A cell of text."""
    return Cell(text, kind)


def money(value: float) -> Cell:
    """Whole rupiah."""
    return Cell(_whole(value), "money")


def whole(value: float) -> Cell:
    """A whole count."""
    return Cell(_whole(value), "whole")


def share(value: float) -> Cell:
    """A share 0-1, shown as percent with one decimal."""
    return Cell(value, "share")


def decimal(value: float, places: Literal[1, 2] = 1) -> Cell:
    """A number with one or two decimals."""
    return Cell(value, "one" if places == 1 else "two")


def total(formula: str, value: float, kind: Kind = "sum") -> Cell:
    """A formula of the sheet and the value it has now, a whole number; ``kind`` "money" within a row, "rupiah" for a
    sum of money."""
    return Cell(_whole(value), kind, formula)


def quotient(row: int, top: tuple[str, float], bottom: tuple[str, float]) -> Cell:
    """The share that one cell of ``row`` (from 0) is of another, by formula: of each its column's letter and its value
    as shown. A dash where there is nothing to divide by."""
    (part, part_value), (whole, whole_value) = top, bottom
    formula = f'=IF({whole}{row + 1}=0,"–",{part}{row + 1}/{whole}{row + 1})'
    return Cell(part_value / whole_value if whole_value else "–", "share", formula)


def _whole(value: float) -> float:
    return value if math.isnan(value) else float(round(value))


class Book:
    """A workbook in ``path``; use as a context manager. ``made`` is the date written into its properties; ``lang``
    sets how rupiah are marked."""

    def __init__(self, path: Path, title: str, made: datetime, lang: str = "id") -> None:
        import xlsxwriter

        self.currency = "Rp" if lang == "id" else "IDR "
        self.sheets: list[Sheet] = []
        options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
        self.workbook = xlsxwriter.Workbook(str(path), options)
        self.workbook.set_properties({"title": title, "created": made, "comments": "Prakira"})
        self._formats: dict[tuple[str, ...], Any] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for sheet in self.sheets:
                sheet.finish()
            self.workbook.close()

    def sheet(self, name: str, widths: Sequence[float], keys: int = 0, upright: bool = False) -> Sheet:
        """A new sheet with the given column widths (in characters). With ``keys`` it prints on two page widths, with
        that many first columns on both; ``upright`` prints on A4 upright."""
        self.sheets.append(Sheet(self, name, widths, keys, upright))
        return self.sheets[-1]

    def style(self, name: str, **more: Any) -> Any:
        """The XlsxWriter format of that name (one per combination, since Excel keeps a table of them)."""
        key = (name, *(f"{k}={v}" for k, v in sorted(more.items())))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format({**_properties(name, self.currency), **more})
        return self._formats[key]


def _properties(name: str, currency: str) -> dict[str, Any]:
    base: dict[str, Any] = {"font_name": "Arial", "font_size": 9, "font_color": palette.INK, "valign": "top"}
    row = {**base, "bottom": 1, "bottom_color": palette.HAIRLINE, "valign": "vcenter"}
    if name in _NUMBER_FORMATS:
        bold = {"bold": True, "top": 1, "top_color": palette.INK} if name in ("sum", "rupiah") else {}
        bold = {"bold": True} if name == "amount" else bold
        centred = {"align": "center"} if name in ("kbk", "unsure") else {}
        return {**row, "num_format": _NUMBER_FORMATS[name].format(currency=currency), **bold, **centred}
    return {
        "title": {**base, "bold": True, "font_size": 15},
        "answer": {**base, "bold": True, "font_size": 15, "font_color": palette.ACCENT, "text_wrap": True},
        "lead": {**base, "font_size": 10, "font_color": palette.SOFT, "text_wrap": True},
        "heading": {**base, "bold": True, "font_size": 11, "font_color": palette.ACCENT},
        "note": {**base, "font_color": palette.SOFT, "text_wrap": True},
        "header": {
            **base,
            "bold": True,
            "text_wrap": True,
            "valign": "bottom",
            "bg_color": palette.ACCENT_GROUND,
            "bottom": 1,
            "bottom_color": palette.INK,
        },
        "text": row,
        "wrap": {**row, "text_wrap": True, "valign": "top"},
        "aside": {**row, "text_wrap": True, "font_color": palette.SOFT, "indent": 1},
        "right": {**row, "align": "right"},
        "bold": {**row, "bold": True, "top": 1, "top_color": palette.INK},
        "warn": {**row, "font_color": palette.WARNING, "text_wrap": True},
    }[name]


class Sheet:
    """One sheet, written downwards; ``next`` is the row (0-based) that will be written next."""

    def __init__(self, book: Book, name: str, widths: Sequence[float], keys: int = 0, upright: bool = False) -> None:
        self.book, self.name, self.widths = book, name, tuple(widths)
        self.sheet = book.workbook.add_worksheet(name)
        self.next = 0
        self.told = ""  # its title, for the table of contents
        self._frozen = False
        self._breaks: list[int] = []
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        if upright:
            self.sheet.set_portrait()
            self.sheet.fit_to_pages(1, 0)
            self.sheet.set_paper(9)
            paper = "A4"
        else:
            self.sheet.set_landscape()
            paper = self._page(keys)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.set_footer(f"&L&8&A · {paper}&R&8&P / &N")
        self.sheet.hide_gridlines(2)
        self.sheet.set_default_row(_LINE + 1.5)

    def finish(self) -> None:
        """Sets what prints, and what stays in sight where no table asked for its header: title and first column."""
        last = max(self.next - 1, 0), len(self.widths) - 1
        self.sheet.print_area(0, 0, *last)
        from xlsxwriter.utility import xl_range

        # years and codes are text on purpose, and a sum may leave out a neighbour: no green corners
        everything = xl_range(0, 0, *last)
        self.sheet.ignore_errors({"number_stored_as_text": everything, "formula_range": everything,
                                  "formula_differs": everything})  # fmt: skip
        if not self._frozen:
            self.freeze(1, 1)
            self.sheet.repeat_rows(0)

    def freeze(self, row: int, column: int) -> None:
        """Keeps the rows above ``row`` and the columns before ``column`` in sight."""
        self.sheet.freeze_panes(row, column)
        self._frozen = True

    def _page(self, keys: int) -> str:
        """Sets paper and pages, and returns the paper's name: A4 across, A3 where A4 would make the print too small."""
        self.sheet.fit_to_pages(2 if keys else 1, 0)
        if keys:
            self.sheet.repeat_columns(0, keys - 1)
        printed = (_pixels(self.widths) + _pixels(self.widths[:keys])) / 2 if keys else _pixels(self.widths)
        wide = _A4_PIXELS / printed < _LEAST_SCALE
        self.sheet.set_paper(8 if wide else 9)
        return "A3" if wide else "A4"

    def title(self, text: str, lead: str = "") -> None:
        """The sheet's title and the sentence beneath it."""
        self.told = text
        self.sheet.write_string(self.next, 0, text, self.book.style("title"))
        self.sheet.set_row(self.next, 22)
        self.next += 1
        if lead:
            self.note(lead, "lead")

    def fresh_page(self) -> None:
        """What comes next is printed from the head of a page on."""
        self._breaks.append(self.next)
        self.sheet.set_h_pagebreaks(self._breaks)

    def heading(self, text: str) -> None:
        """A heading with a free line above."""
        self.next += 1
        self.sheet.write_string(self.next, 0, text, self.book.style("heading"))
        self.next += 1

    def note(self, text: str, style: str = "note") -> None:
        """A wrapped sentence over the width of the sheet (at most 150 characters wide), as tall as it needs to be."""
        last, width = 0, self.widths[0]
        while last + 1 < len(self.widths) and width + self.widths[last + 1] <= 150:
            last += 1
            width += self.widths[last]
        per_unit, height = {"answer": (1.45, 20.0), "lead": (0.95, 14.0)}.get(style, (0.85, _LINE))
        self.sheet.set_row(self.next, height * lines_of(text, width, per_unit) + 4)
        if last:
            self.sheet.merge_range(self.next, 0, self.next, last, "", self.book.style(style))
        self.sheet.write_string(self.next, 0, text, self.book.style(style))
        self.next += 1

    def header(self, labels: Sequence[str], numbers_from: int = 1, freeze: bool = False) -> int:
        """A header row; labels from column ``numbers_from`` on stand to the right. Returns the row of the header.

        ``freeze`` keeps it in sight and prints it on every page: for the only table of a sheet.
        """
        lines = 1
        for column, text in enumerate(labels):
            side = "right" if column >= numbers_from else "left"
            self.sheet.write_string(self.next, column, text, self.book.style("header", align=side))
            lines = max(lines, lines_of(text, self.widths[column], 1.0))
        self.sheet.set_row(self.next, _LINE * lines + 4)
        if freeze:
            self.freeze(self.next + 1, max(numbers_from, 1))
            self.sheet.repeat_rows(self.next)
        self.next += 1
        return self.next - 1

    def row(self, cells: Iterable[Cell | None]) -> int:
        """One row of cells (None leaves a gap). Returns its row number (0-based)."""
        lines = 1
        for column, cell in enumerate(cells):
            if cell is not None:
                self._write(column, cell)
                if cell.kind in ("wrap", "aside", "warn"):
                    lines = max(lines, lines_of(str(cell.value), self.widths[column], 0.85))
        if lines > 1:
            self.sheet.set_row(self.next, _LINE * lines + 2)
        self.next += 1
        return self.next - 1

    def filter(self, header: int) -> None:
        """Filter arrows on the table between the row ``header`` and the row written last."""
        self.sheet.autofilter(header, 0, self.next - 1, len(self.widths) - 1)

    def _write(self, column: int, cell: Cell) -> None:
        style = self._style(cell)
        if cell.formula:
            self.sheet.write_formula(self.next, column, cell.formula, style, value=cell.value)
        elif isinstance(cell.value, str):
            self.sheet.write_string(self.next, column, cell.value, style)
        elif math.isfinite(cell.value):
            self.sheet.write_number(self.next, column, cell.value, style)
        else:
            self.sheet.write_string(self.next, column, "–", self.book.style("text", align="right"))

    def _style(self, cell: Cell) -> Any:
        if cell.kind in ("kbk", "unsure") and isinstance(cell.value, float) and math.isfinite(cell.value):
            ground, digits = palette.kbk_colours(int(cell.value))
            return self.book.style(cell.kind, bg_color=ground, font_color=digits)
        return self.book.style(cell.kind)


def _pixels(widths: Sequence[float]) -> int:
    """Width of columns on the screen, as Excel counts it for its standard font: 7 pixels a character and 5 between."""
    return sum(int(7 * width) + 5 for width in widths)


def lines_of(text: str, width: float, per_unit: float) -> int:
    """Lines that ``text`` takes in a column of ``width`` units when words are not broken, unless one is too long.

    ``per_unit``: units of width that one character takes.
    """
    lines, used = 1, 0.0
    for word in text.split():
        size = len(word) * per_unit
        if used and used + per_unit + size > width:
            lines, used = lines + 1, 0.0
        used += size + (per_unit if used else 0)
        while used > width:
            lines, used = lines + 1, used - width
    return lines


def across(row: int, first: int, last: int) -> str:
    """The cell range of one row from column ``first`` to ``last`` (0-based), as in a formula: ``C5:G5``."""
    from xlsxwriter.utility import xl_range

    return str(xl_range(row, first, row, last))


def span(column: int, first: int, last: int) -> str:
    """The cell range of one column from row ``first`` to ``last`` (0-based), as in a formula: ``C5:C9``."""
    from xlsxwriter.utility import xl_range

    return str(xl_range(first, column, last, column))
