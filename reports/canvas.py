"""Paper for charts: a matplotlib figure without pyplot, measured in inches, with the look that all charts share.

A chart is drawn twice from one function: with its title (the files in ``charts/``) and without (inside the page, where
the title is a heading). Files are reproducible: no date, a fixed salt for the identifiers inside an SVG.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from districts.text import month_name
from reports import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 10.0
TICK = 10.0
TEXT = 10.5

_SETTINGS: Any = {
    "svg.hashsalt": "prakira",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.6,
}
_FONTS = "'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


@dataclass(frozen=True)
class Chart:
    """One chart: file stem, the finding (title), what is drawn and its unit (lead), the same in words for those who
    cannot see it (description), the height in inches without the title, and the function that draws it."""

    name: str
    title: str
    lead: str
    description: str
    height: float
    paint: Callable[[Canvas], None]

    def svg(self, titled: bool = True) -> str:
        """The chart as SVG text without a document header, so that it can stand in a page."""
        text = self._save(titled, "svg").decode()
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
        text = re.sub(
            r' id="(figure|axes|patch|text|line2d|matplotlib\.axis|xtick|ytick|PathCollection'
            r'|FillBetweenPolyCollection|LineCollection|Poly3?D?Collection|legend|table)_\d+"',
            "",
            text,
        )
        text = text.replace("'DejaVu Sans'", _FONTS).replace("'DejaVu Sans', sans-serif", _FONTS)
        return text.replace("<svg ", f'<svg role="img" aria-label="{_escape(self.description)}" ', 1)

    def png(self, titled: bool = True) -> bytes:
        """The chart as PNG (150 points per inch)."""
        return self._save(titled, "png")

    def _save(self, titled: bool, form: str) -> bytes:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        with matplotlib.rc_context(_SETTINGS):
            height = self.height + (self.title_height() if titled else 0.0)
            figure = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)
            FigureCanvasAgg(figure)
            if titled:
                self._write_title(figure, height)
            self.paint(Canvas(figure, height))
            buffer = io.BytesIO()
            metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
            figure.savefig(buffer, format=form, dpi=150, metadata=metadata)
        return buffer.getvalue()

    def _titles(self) -> tuple[list[str], list[str]]:
        return wrap(self.title, 78), wrap(self.lead, 118)

    def title_height(self) -> float:
        """Inches that the title and the line beneath take."""
        titles, leads = self._titles()
        return 0.25 + 0.27 * len(titles) + 0.2 * len(leads) + 0.1

    def _write_title(self, figure: Figure, height: float) -> None:
        titles, leads = self._titles()
        at = height - 0.22
        for line in titles:
            figure.text(0.25 / WIDTH, at / height, line, fontsize=14, fontweight="bold", color=palette.INK, va="top")
            at -= 0.27
        for line in leads:
            figure.text(0.25 / WIDTH, at / height, line, fontsize=TICK, color=palette.SOFT, va="top")
            at -= 0.2


@dataclass(frozen=True)
class Canvas:
    """The figure under a chart's function; ``height`` is the whole figure's, so that charts measure from below."""

    figure: Figure
    height: float

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes at a place in inches from the lower left corner, with the common look."""
        axes = self.figure.add_axes((left / WIDTH, bottom / self.height, width / WIDTH, height / self.height))
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(palette.RULE)
        axes.tick_params(length=0, labelsize=TICK, labelcolor=palette.SOFT, color=palette.RULE)
        axes.tick_params(axis="x", pad=6)
        axes.grid(axis="y", color=palette.HAIRLINE, linewidth=0.9)
        axes.set_axisbelow(True)
        return axes

    def text(self, left: float, bottom: float, words: str, **style: object) -> float:
        """Words at a place in inches from the lower left corner; returns their width in inches."""
        options: dict[str, object] = {"fontsize": TEXT, "color": palette.SOFT, "va": "baseline", **style}
        drawn = self.figure.text(left / WIDTH, bottom / self.height, words, **options)  # type: ignore[arg-type]
        return float(drawn.get_window_extent().width / self.figure.dpi)


def month_axis(axes: Axes, months: list[str], lang: str, every: int = 0) -> None:
    """Label a time axis 0..T-1: short month names, years beneath at their first month shown, no year twice."""
    step = every or max(1, -(-len(months) // 12))
    shown = range(0, len(months), step)
    labels, before = [], ""
    for position in shown:
        name, year = month_name(months[position], lang, short=True).rsplit(" ", 1)
        labels.append(name if year == before else f"{name}\n{year}")
        before = year
    axes.set_xticks(list(shown), labels)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` characters; non-breaking spaces and hyphens hold."""
    import textwrap

    return textwrap.wrap(text, width, break_on_hyphens=False)


def _escape(text: str) -> str:
    from html import escape

    return escape(text, quote=True)
