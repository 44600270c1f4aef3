"""The chart of past forecasts: the range made two months before as a bar, what came as a dot, inside or outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from districts.text import month_name, number, rupiah_short, translator
from reports import palette
from reports.canvas import TICK, WIDTH, Canvas, Chart, month_axis
from reports.fans import month_tips, value_axis
from reports.reliability import chart_finding, what_words
from reports.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT, _KEY = 2.6, 2.75
_BAR = 0.3


def record_chart(run: Run, lang: str = "id") -> Chart | None:
    """The last forecasts of the active members (else of the first figure there is); None without a record."""
    recent = (run.record or {}).get("recent", {})
    if not recent:
        return None
    _ = translator(lang)
    key = "active" if "active" in recent else next(iter(recent))
    points: list[dict[str, Any]] = recent[key]
    scale = 1e6 if key == "bill_jkn" else 1.0
    first, last = (month_name(points[at]["month"], lang) for at in (0, -1))
    lead = _("Forecasts of {what}, made two months before, against what came, {first} – {last}. {count} points are too "
             "few to be sure.").format(what=what_words(key, "district", lang), first=first, last=last,
                                       count=len(points))  # fmt: skip
    values = [point[part] / scale for point in points for part in ("low", "high", "observed")]
    room = 0.12 * (max(values) - min(values) or 1.0)

    def told(value: float) -> str:
        return rupiah_short(value, lang) if key == "bill_jkn" else number(value, lang)

    def paint(canvas: Canvas) -> None:
        bottom = 1.5 if canvas.narrow else 0.6
        axes = canvas.axes(0.85, bottom, canvas.width - (0.95 if canvas.narrow else 1.1 + _KEY), _HEIGHT)
        for at, point in enumerate(points):
            low, middle, high, seen = (point[part] / scale for part in ("low", "middle", "high", "observed"))
            _bar(axes, at, low, middle, high)
            _dot(axes, at, seen, bool(point["inside"]))
        axes.set_xlim(-0.6, len(points) - 0.4)
        value_axis(axes, min(values) - room, max(values) + room, lambda value: number(value, lang))
        month_axis(axes, [point["month"] for point in points], lang, 3 if canvas.narrow else 1)
        tips = [
            _("forecast {low} to {high}, observed {seen}").format(
                low=told(point["low"]), high=told(point["high"]), seen=told(point["observed"])
            )
            for point in points
        ]
        month_tips(canvas, axes, range(len(points)), [point["month"] for point in points], tips, lang)
        left, low_key = (0.1, 0.02) if canvas.narrow else (WIDTH - _KEY, 0.6 + _HEIGHT - 1.2)
        key_axes = canvas.axes(left, low_key, 0.3, 0.9 if canvas.narrow else 1.2)
        key_axes.set_axis_off()
        key_axes.set_xlim(-0.6, 0.6)
        key_axes.set_ylim(0, 3)
        _bar(key_axes, 0, 2.2, 2.5, 2.8)
        _dot(key_axes, 0, 1.5, True)
        _dot(key_axes, 0, 0.5, False)
        words = (_("range of the forecast (8 in 10)"), _("what came, inside"), _("what came, outside"))
        for at, text in enumerate(words):
            step = 0.3 if canvas.narrow else 0.4
            canvas.text(left + 0.38, low_key + step * (2.5 - at) - 0.04, text, fontsize=TICK)

    cells = "; ".join(
        f"{month_name(point['month'], lang, True)}: {told(point['low'])} – {told(point['high'])}, "
        f"{told(point['observed'])}"
        for point in points
    )
    description = _("Bars: range of past forecasts; dots: what came. {told}.").format(told=cells)
    return Chart("keandalan", chart_finding(points, lang), lead, description, _HEIGHT + 0.9, paint, _HEIGHT + 1.75)


def _bar(axes: Axes, at: float, low: float, middle: float, high: float) -> None:
    axes.bar(at, high - low, 2 * _BAR, low, color=palette.FAN_5, edgecolor=palette.FAN_EDGE, linewidth=0.8)
    axes.plot([at - _BAR, at + _BAR], [middle, middle], color=palette.ACCENT, linewidth=2, solid_capstyle="butt")


def _dot(axes: Axes, at: float, value: float, inside: bool) -> None:
    fill, edge = (palette.INK, palette.INK) if inside else (palette.PAPER, palette.WARNING)
    axes.plot([at], [value], "o", markersize=8, markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=2.2,
              clip_on=False, zorder=5)  # fmt: skip
