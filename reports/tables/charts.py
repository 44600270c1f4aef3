"""Excel's own charts, in the colours of all reports. They draw what stands in cells, so that they can be edited, copied
into slides and traced.

Names of series are always read from cells: a name written into a chart would become a formula if it began with "=".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reports import palette
from reports.book import Sheet

#: Rows that a chart takes, and the height of a row in pixels.
ROWS, _ROW = 20, 18
#: Lines that stay apart without colour: hue, dash and width.
LINES: tuple[tuple[str, str, float], ...] = (
    (palette.ACCENT, "solid", 2.25), (palette.INK, "solid", 1.5), (palette.FAN_EDGE, "dash", 2.0),
    (palette.SOFT, "round_dot", 2.0), (palette.ACCENT, "long_dash", 1.5), (palette.INK, "square_dot", 1.5),
    (palette.FAN_5, "solid", 2.25), (palette.SOFT, "dash_dot", 1.5),
)  # fmt: skip

Shape = Literal["line", "column", "stacked"]


@dataclass(frozen=True)
class Series:
    """One line or one set of columns: the cell of its name, its cells (first row, first column, last row, last column),
    and how it is drawn: ``fill`` (the columns' colour) or ``line`` (colour, dash, width)."""

    name: tuple[int, int]
    values: tuple[int, int, int, int]
    fill: str = ""
    line: tuple[str, str, float] = LINES[0]


@dataclass(frozen=True)
class Drawing:
    """A chart: what it shows (title, unit in words), the same told to those who cannot see it, the cells of its
    categories, its series, how numbers on its axis are written, and where the axis begins (None: by itself)."""

    title: str
    told: str
    categories: tuple[int, int, int, int]
    shape: Shape
    series: Sequence[Series]
    lines: Sequence[Series] = ()
    number: str = "#,##0"
    least: float | None = 0
    most: float | None = None


def draw(sheet: Sheet, drawing: Drawing, pixels: int = 980) -> None:
    """Puts the chart on the sheet at its next row and goes on beneath it."""
    kinds: dict[Shape, dict[str, str]] = {
        "line": {"type": "line"}, "column": {"type": "column"}, "stacked": {"type": "column", "subtype": "stacked"},
    }  # fmt: skip
    workbook = sheet.book.workbook
    chart = workbook.add_chart(kinds[drawing.shape])
    for series in drawing.series:
        chart.add_series(_series(sheet, drawing, series, drawing.shape != "line"))
    if drawing.lines:
        over = workbook.add_chart({"type": "line"})
        for series in drawing.lines:
            over.add_series(_series(sheet, drawing, series, False))
        chart.combine(over)
    font = {"name": "Arial", "size": 9, "color": palette.SOFT}
    chart.set_title({"name": drawing.title, "overlay": False,
                     "name_font": {"name": "Arial", "size": 11, "bold": True, "color": palette.INK}})  # fmt: skip
    rule = {"color": palette.RULE, "width": 0.75}
    chart.set_x_axis({"num_font": font, "line": rule, "major_tick_mark": "none", "label_position": "low"})
    grid = {"visible": True, "line": {"color": palette.HAIRLINE, "width": 0.75}}
    axis: dict[str, Any] = {"num_font": font, "num_format": drawing.number, "line": {"none": True},
                            "major_gridlines": grid}  # fmt: skip
    if drawing.least is not None:
        axis["min"] = drawing.least
    if drawing.most is not None:
        axis["max"] = drawing.most
    chart.set_y_axis(axis)
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_chartarea({"border": {"color": palette.HAIRLINE}, "fill": {"color": palette.PAPER}})
    chart.set_size({"width": pixels, "height": (ROWS - 1) * _ROW})
    sheet.sheet.insert_chart(sheet.next, 0, chart, {"description": drawing.told, "object_position": 2, "y_offset": 4})
    sheet.next += ROWS


def _series(sheet: Sheet, drawing: Drawing, series: Series, filled: bool) -> dict[str, Any]:
    """What XlsxWriter asks of a series; columns have an edge, so that they stand apart in grey print."""
    found: dict[str, Any] = {
        "name": [sheet.name, *series.name],
        "categories": [sheet.name, *drawing.categories],
        "values": [sheet.name, *series.values],
    }
    if filled:
        return {**found, "fill": {"color": series.fill}, "border": {"color": palette.SOFT, "width": 0.5}, "gap": 40}
    colour, dash, width = series.line
    return {**found, "line": {"color": colour, "dash_type": dash, "width": width}}
