"""Paper for charts: a matplotlib figure without pyplot, measured in inches, with the look that all charts share.

A chart is shown in three ways: with its title (the files in ``charts/``), without (inside a page, where the title is a
heading), and narrow, for a phone: redrawn for its width, not shrunk. What is wide is drawn once: without its title it
is the same drawing, cut off above. Files are reproducible: no date, a fixed salt for the identifiers inside an SVG.

An SVG carries *tips*: unseen areas with words that a reader can hover, touch or reach with the arrow keys
(``hover.js``). Nothing stands in a tip alone: the figures are in the picture, its description or the tables.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from districts.text import month_name
from reports import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

WIDTH = 10.0
#: Inches of a chart on a phone: at 72 units to the inch one unit of the drawing is one pixel of a screen 390 px wide.
NARROW = 358 / 72
TICK = 10.0
TEXT = 10.5
#: No text on a phone is smaller (points of the drawing = pixels of the screen).
LEAST = 12.0
_DPI = 150  # points of a PNG to the inch

_SETTINGS: Any = {
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
    cannot see it (description), the height in inches without the title, the function that draws it, and the height
    of the narrow form (None: the chart has none, and a phone shows the wide one)."""

    name: str
    title: str
    lead: str
    description: str
    height: float
    paint: Callable[[Canvas], None]
    narrow_height: float | None = None

    def svg(self, titled: bool = True, narrow: bool = False) -> str:
        """The chart as SVG text without a document header, so that it can stand in a page; ``narrow`` for 390 px."""
        narrow = narrow and self.narrow_height is not None
        canvas = self.draw(titled, True) if narrow else self._wide
        height = canvas.height if titled or narrow else self.height
        text = canvas.saved("svg", height).decode()
        text = text[text.index("<svg") :]
        text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
        text = re.sub(
            r' id="(figure|axes|patch|text|line2d|matplotlib\.axis|xtick|ytick|PathCollection'
            r'|FillBetweenPolyCollection|LineCollection|Poly3?D?Collection|legend|table)_\d+"',
            "",
            text,
        )
        text = text.replace("'DejaVu Sans'", _FONTS).replace("'DejaVu Sans', sans-serif", _FONTS)
        text = text.replace("</svg>", f"{_areas(canvas, height)}</svg>") if canvas.tips else text
        told = f"{self.name}-{'narrow' if narrow else 'wide'}"
        reached = ' tabindex="0"' if canvas.tips and not titled else ""
        opening = f'<svg role="img" aria-label="{_escape(self.title)}" aria-describedby="{told}"{reached} '
        text = text.replace("<svg ", opening, 1)
        return text.replace(">", f'><desc id="{told}">{_escape(self.description)}</desc>', 1)

    def png(self, titled: bool = True) -> bytes:
        """The chart as PNG (150 points per inch)."""
        height = self._wide.height if titled else self.height
        if height not in self._pngs:  # a run's folder and its Word report show the same
            self._pngs[height] = self._wide.saved("png", height)
        return self._pngs[height]

    @cached_property
    def _pngs(self) -> dict[float, bytes]:
        """The PNGs that were made, by their height."""
        return {}

    @cached_property
    def _wide(self) -> Canvas:
        """The drawing that all wide forms share."""
        return self.draw()

    def draw(self, titled: bool = True, narrow: bool = False) -> Canvas:
        """The drawn canvas, not yet saved: its figure, and its tips."""
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        width, below = (NARROW, self.narrow_height or self.height) if narrow else (WIDTH, self.height)
        height = below + (self.title_height(width) if titled else 0.0)
        with matplotlib.rc_context(_SETTINGS):
            figure = Figure(figsize=(width, height), facecolor=palette.PAPER)
            FigureCanvasAgg(figure)
            canvas = Canvas(figure, height, width, f"prakira {self.name} {width:.0f}")
            if titled:
                self._write_title(canvas)
            self.paint(canvas)
        if canvas.narrow:
            _enlarge(figure)
        return canvas

    def _titles(self, width: float) -> tuple[list[str], list[str]]:
        if width < WIDTH:
            return wrap(self.title, 38), wrap(self.lead, 52)
        return wrap(self.title, 78), wrap(self.lead, 118)

    def title_height(self, width: float = WIDTH) -> float:
        """Inches that the title and the line beneath take."""
        titles, leads = self._titles(width)
        return 0.25 + 0.27 * len(titles) + 0.2 * len(leads) + 0.1

    def _write_title(self, canvas: Canvas) -> None:
        titles, leads = self._titles(canvas.width)
        left, at = (0.05 if canvas.narrow else 0.25), canvas.height - 0.22
        for line in titles:
            canvas.text(left, at, line, fontsize=14, fontweight="bold", color=palette.INK, va="top")
            at -= 0.27
        for line in leads:
            canvas.text(left, at, line, fontsize=TICK, va="top")
            at -= 0.2


@dataclass(frozen=True)
class Tip:
    """Words for an area of a drawing: ``x0`` to ``x1`` and ``y0`` to ``y1`` in the coordinates of ``axes``; None for
    either y takes the whole height."""

    axes: Axes
    x0: float
    x1: float
    y0: float | None
    y1: float | None
    words: str


@dataclass(frozen=True)
class Canvas:
    """The figure under a chart's function; ``height`` is the whole figure's, so that charts measure from below;
    ``salt`` makes the identifiers inside its SVG."""

    figure: Figure
    height: float
    width: float = WIDTH
    salt: str = "prakira"
    tips: list[Tip] = field(default_factory=list)

    @property
    def narrow(self) -> bool:
        """Whether this is the drawing for a phone."""
        return self.width < WIDTH

    def saved(self, form: str, height: float) -> bytes:
        """The drawing as a file, "png" or "svg", from below up to ``height`` inches; a title above that is left out."""
        import matplotlib
        from matplotlib.transforms import Bbox

        buffer = io.BytesIO()
        if form == "png":
            from matplotlib.image import imsave

            part_of = self._raster[-round(height * _DPI) :]
            imsave(buffer, part_of, format="png", dpi=_DPI, metadata={"Software": None})  # type: ignore[dict-item]
            return buffer.getvalue()
        above = [text for text in self.figure.texts if text.get_position()[1] * self.height > height]
        # a salt of its own, so that no two drawings on one page define the same identifier
        with matplotlib.rc_context({**_SETTINGS, "svg.hashsalt": self.salt}):
            part = Bbox.from_bounds(0, 0, self.width, height) if above else None
            for text in above:
                text.set_visible(False)
            self.figure.savefig(buffer, format=form, metadata={"Date": None, "Creator": None}, bbox_inches=part)
            for text in above:
                text.set_visible(True)
        return buffer.getvalue()

    @cached_property
    def _raster(self) -> NDArray[np.uint8]:
        """The whole drawing as points of colour, (rows, columns, 4): the PNGs are cut from it."""
        import matplotlib

        buffer = io.BytesIO()
        with matplotlib.rc_context(_SETTINGS):
            self.figure.savefig(buffer, format="rgba", dpi=_DPI)
        columns = round(self.width * _DPI)
        return np.frombuffer(buffer.getvalue(), np.uint8).reshape(-1, columns, 4)

    def size(self, points: float) -> float:
        """``points``, or the least size that a phone shows."""
        return max(points, LEAST) if self.narrow else points

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes at a place in inches from the lower left corner, with the common look."""
        axes = self.figure.add_axes((left / self.width, bottom / self.height, width / self.width, height / self.height))
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(palette.RULE)
        axes.tick_params(length=0, labelsize=self.size(TICK), labelcolor=palette.SOFT, color=palette.RULE)
        axes.tick_params(axis="x", pad=6)
        axes.grid(axis="y", color=palette.HAIRLINE, linewidth=0.9)
        axes.set_axisbelow(True)
        return axes

    def text(self, left: float, bottom: float, words: str, **style: object) -> float:
        """Words at a place in inches from the lower left corner; returns their width in inches."""
        options: dict[str, object] = {"fontsize": TEXT, "color": palette.SOFT, "va": "baseline", **style}
        options["fontsize"] = self.size(float(options["fontsize"]))  # type: ignore[arg-type]
        drawn = self.figure.text(left / self.width, bottom / self.height, words, **options)  # type: ignore[arg-type]
        return float(drawn.get_window_extent().width / self.figure.dpi)

    def tip(
        self, axes: Axes, x0: float, x1: float, words: str, y0: float | None = None, y1: float | None = None
    ) -> None:
        """Give the area ``x0`` to ``x1``, ``y0`` to ``y1`` of ``axes`` words that a reader can hover; without y the
        whole height. Lines are parted by a line break. A PNG does not show them."""
        self.tips.append(Tip(axes, x0, x1, y0, y1, words))


def hover_script() -> str:
    """The script that shows tips, for a page; it needs no library and no network."""
    return files("reports").joinpath("hover.js").read_text(encoding="utf-8")


def _areas(canvas: Canvas, height: float) -> str:
    """The tips as unseen rectangles; their words also as ``title``, which a viewer without the script shows."""
    areas = []
    for tip in canvas.tips:
        corners = [(tip.x0, tip.y0), (tip.x1, tip.y1)]
        places = []
        for end, (x, y) in enumerate(corners):
            across = tip.axes.transData if y is not None else tip.axes.get_xaxis_transform()
            places.append(across.transform((x, end if y is None else y)) / canvas.figure.dpi * 72)
        (left, low), (right, high) = places
        left, right, low, high = min(left, right), max(left, right), min(low, high), max(low, high)
        words = _escape(tip.words).replace("\n", "&#10;")
        place = f'x="{left:.1f}" y="{height * 72 - high:.1f}" width="{right - left:.1f}" height="{high - low:.1f}"'
        areas.append(f'<rect {place} fill="none" pointer-events="all" data-tip="{words}"><title>{words}</title></rect>')
    return f'<g class="tips">{"".join(areas)}</g>'


def _enlarge(figure: Figure) -> None:
    """No text of a phone's drawing below :data:`LEAST`."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), LEAST))


def month_axis(axes: Axes, months: list[str], lang: str, every: int = 0, first: int = 0) -> None:
    """Label a time axis from ``first`` on: short month names, years beneath at their first month shown, no year
    twice."""
    step = every or max(1, -(-len(months) // 12))
    shown = range(0, len(months), step)
    labels, before = [], ""
    for position in shown:
        name, year = month_name(months[position], lang, short=True).rsplit(" ", 1)
        labels.append(name if year == before else f"{name}\n{year}")
        before = year
    axes.set_xticks([first + position for position in shown], labels)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` characters; non-breaking spaces and hyphens hold."""
    import textwrap

    return textwrap.wrap(text, width, break_on_hyphens=False)


def _escape(text: str) -> str:
    from html import escape

    return escape(text, quote=True)
