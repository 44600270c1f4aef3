"""What a form is made of, before it is a page or a sheet: cells, rows and tables on one grid of columns.

A cell holds its value and, where the form computes it, the formula that a workbook keeps alive. The page shows the
value, the sheet calculates the formula: both come from the same cell, so they cannot differ unless a formula is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from districts.text import number, percent, rupiah

Kind = Literal["text", "label", "unit", "code", "money", "rupiah", "count", "person_months", "people", "months",
               "packages", "times", "lump", "share"]  # fmt: skip
Look = Literal["", "head", "title", "plain", "strong", "account", "group", "item", "check", "total"]

_WIDE = 3  # a figure over that many columns is a line of words, not of a column

_UNITS = {"person_months": " orang-bulan", "people": " orang ×", "months": " bulan", "packages": " paket ×",
          "times": " kali", "lump": " paket"}  # fmt: skip
#: Kind of a figure -> its number format in a workbook.
NUMBER_FORMATS: dict[str, str] = {
    "money": "#,##0",
    "rupiah": '"Rp"#,##0;−"Rp"#,##0',
    "count": "#,##0",
    "person_months": '#,##0" orang-bulan"',
    "people": '#,##0" orang × "',
    "months": '0" bulan"',
    "packages": '0" paket × "',
    "times": '0" kali"',
    "lump": '0" paket"',
    "share": "0.0%",
}


@dataclass(frozen=True)
class Cell:
    """One cell, ``span`` columns wide and ``down`` rows high. ``formula`` is that of the workbook, with ``{row}`` for
    its own row and ``{rka[total]}`` for the row named "total" of the form "rka" (rows as Excel counts them)."""

    value: str | float
    kind: Kind = "text"
    span: int = 1
    down: int = 1
    formula: str = ""
    strong: bool = False

    @property
    def right(self) -> bool:
        """Whether it stands to the right, as figures do in a column of figures."""
        return self.kind in NUMBER_FORMATS and self.span < _WIDE

    @property
    def shown(self) -> str:
        """The value as the form prints it; forms are Indonesian."""
        if isinstance(self.value, str):
            return self.value
        if self.kind == "rupiah":
            return rupiah(self.value)
        if self.kind == "share":
            return percent(self.value)
        unit = _UNITS.get(self.kind, "")
        return number(self.value) + unit.replace(" ", "\u00a0")


@dataclass(frozen=True)
class Row:
    """A row of cells. ``key`` names it for formulas; ``look`` says what it is."""

    cells: tuple[Cell, ...]
    look: Look = ""
    key: str = ""


@dataclass(frozen=True)
class Table:
    """Rows on the form's grid; the rows that look like a ``head`` stand on every printed page. A ``joined`` table
    continues the one above without a gap, a ``fresh`` one begins a page."""

    rows: tuple[Row, ...]
    heading: str = ""
    joined: bool = False
    fresh: bool = False

    @property
    def heads(self) -> tuple[Row, ...]:
        """The header rows."""
        return tuple(row for row in self.rows if row.look == "head")

    @property
    def body(self) -> tuple[Row, ...]:
        """All other rows."""
        return tuple(row for row in self.rows if row.look != "head")


@dataclass(frozen=True)
class Form:
    """One sheet: ``key`` for formulas, ``tab`` its name in the workbook, ``strap`` above the title, ``lead`` beneath
    it; ``checks`` are rows of words and a figure that the form computes about itself; ``notes`` stand below. ``widths``
    of the columns are in characters."""

    key: str
    tab: str
    strap: str
    title: str
    lead: str
    widths: tuple[float, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    checks: tuple[Row, ...] = ()
    signed: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Every row of the form from top to bottom."""
        yield from self.checks
        for table in self.tables:
            yield from table.rows


def head(*labels: str | Cell) -> Row:
    """A header row; a label may be a cell with a span."""
    return Row(tuple(label if isinstance(label, Cell) else Cell(label) for label in labels), "head")


def added(column: str, keys: Sequence[str], form: str) -> str:
    """The sum of one column over named rows of ``form``, as the inside of a formula: ``H{rka[a]}+H{rka[b]}``."""
    return "+".join(f"{column}{{{form}[{key}]}}" for key in keys)
