"""Fans and time panels: the pieces that several charts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from districts.text import month_name, translator
from reports import palette
from reports.canvas import TEXT, TICK, Canvas, month_axis, wrap
from reports.numbers import FloatArray, quantiles, spread
from reports.wording import enough, ranged

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Formatter = Callable[[float], str]
_SIDE = 140.0  # points that the words left of the rule between data and forecast need


def fan(axes: Axes, positions: ArrayLike, sample: FloatArray, colour: str = palette.ACCENT) -> None:
    """Two bands (8 and 5 of 10) and the middle line of ``sample`` (R, T) over ``positions`` (T,); the line alone when
    the replicates are too few for a range."""
    low8, low5, middle, high5, high8 = quantiles(sample, 0.1, 0.25, 0.5, 0.75, 0.9)
    if ranged(len(sample)):
        axes.fill_between(positions, low8, high8, color=palette.FAN_8, linewidth=0)
        axes.fill_between(positions, low5, high5, color=palette.FAN_5, linewidth=0)
        for edge in (low8, high8):
            axes.plot(positions, edge, color=palette.FAN_EDGE, linewidth=0.7)
    axes.plot(positions, middle, color=colour, linewidth=2.2, zorder=4, clip_on=False)  # seen on the axis too


def fan_key(canvas: Canvas, left: float, bottom: float, replicates: int, lang: str) -> None:
    """The two bands in words, in one row, on a phone in two; without bands, why there are none."""
    _ = translator(lang)
    if not ranged(replicates):
        words_of = wrap(_("Line: middle. Too few replicates for a range."), 44 if canvas.narrow else 100)
        for row, line in enumerate(reversed(words_of)):
            canvas.text(0.08 if canvas.narrow else left, bottom + 0.03 + 0.2 * row, line, fontsize=TICK)
        return
    if enough(replicates):
        words = (_("reality falls here in 8 of 10 cases"), _("… in 5 of 10 cases"))
    else:
        words = (_("8 of 10 replicates lie here"), _("… 5 of 10 replicates"))
    at = left = 0.08 if canvas.narrow else left
    for row, (colour, text) in enumerate(zip((palette.FAN_8, palette.FAN_5), words, strict=True)):
        if canvas.narrow:
            at, up = left, bottom + 0.22 * (1 - row)
        else:
            up = bottom
        swatch = canvas.axes(at, up, 0.26, 0.15)
        swatch.set_facecolor(colour)
        for side in swatch.spines.values():
            side.set(visible=True, color=palette.FAN_EDGE, linewidth=0.7)
        swatch.set_xticks([])
        swatch.set_yticks([])
        at += 0.34 + canvas.text(at + 0.34, up + 0.03, text, fontsize=TICK) + 0.3


def history(axes: Axes, positions: ArrayLike, values: FloatArray) -> None:
    """What was observed: a dark line with dots; months without a figure are left out."""
    axes.plot(positions, values, color=palette.INK, linewidth=1.8, marker="o", markersize=3.6)


def split(axes: Axes, at: float, until: str, lang: str) -> None:
    """The rule between data and forecast at ``at``: the forecast's side tinted, both sides named above. Where the data
    take less than the words need, these stand to the right of the rule, above those of the forecast; where the forecast
    does, its word stands above those of the data."""
    _ = translator(lang)
    low, high = axes.get_xlim()
    axes.axvspan(at, high, color=palette.TINT, linewidth=0, zorder=0)
    axes.axvline(at, color=palette.INK, linewidth=1.2, zorder=2)
    axes.set_xlim(low, high)
    points = axes.bbox.width / axes.figure.dpi * 72 / (high - low)
    inside = points * (at - low) < _SIDE
    tight = points * (high - at) < 0.5 * _SIDE
    style: dict[str, Any] = {"xycoords": axes.get_xaxis_transform(), "textcoords": "offset points", "fontsize": TICK,
                             "annotation_clip": False}  # fmt: skip
    data = _("data up to {month}").format(month=month_name(until, lang, short=True))
    axes.annotate(data, (at, 1), xytext=(5, 20) if inside else (-5, 5), ha="left" if inside else "right",
                  color=palette.SOFT, **style)  # fmt: skip
    side = {"xytext": (0, 20), "ha": "right"} if tight else {"xytext": (5, 5), "ha": "left"}
    axes.annotate(_("forecast"), (high if tight else at, 1), color=palette.ACCENT, fontweight="bold", **style, **side)


def told(sample: FloatArray, form: Formatter, lang: str) -> str:
    """The middle of ``sample`` (R,) in words, with the range of 8 in 10 where there are replicates enough."""
    middle, low, high = spread(sample).at()
    if not np.isfinite(middle):
        return "–"
    if not np.isfinite(low):
        return form(middle)
    return translator(lang)("{middle} (8 in 10: {low} to {high})").format(
        middle=form(middle), low=form(low), high=form(high)
    )


def rupiah_unit(top: float, lang: str) -> tuple[float, str]:
    """(rupiah to a unit of the axis, its name) for an axis that ends at ``top`` rupiah."""
    _ = translator(lang)
    return (1e9, _("IDR billion")) if top >= 3e9 else (1e6, _("IDR million"))


def month_tips(
    canvas: Canvas, axes: Axes, positions: Iterable[float], months: Sequence[str], words: Sequence[str], lang: str
) -> None:
    """One area per month, half a month to either side, with the month's name above its ``words``."""
    for at, month, text in zip(positions, months, words, strict=True):
        canvas.tip(axes, at - 0.5, at + 0.5, f"{month_name(month, lang)}\n{text}")


def value_axis(axes: Axes, bottom: float, top: float, form: Formatter, most: int = 6) -> None:
    """A value axis from ``bottom`` to ``top`` with round steps (1, 2 or 5 times a power of ten), told by ``form``."""
    step = round_step((top - bottom) / most)
    first = np.ceil(bottom / step - 1e-9) * step + 0.0  # + 0.0 turns a negative zero into a plain one
    ticks = np.arange(first, top + step * 1e-6, step)
    axes.set_ylim(bottom, top)
    axes.set_yticks(list(ticks), [form(float(tick)) for tick in ticks])


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``rough``."""
    power = 10.0 ** np.floor(np.log10(max(rough, 1e-12)))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-9)))


def reach(samples: Iterable[FloatArray], share: float) -> float:
    """How far up (``share`` 0.9) or down (0.1) the outer band of any of the samples goes; 0 when all are undefined."""
    edges = np.concatenate([quantiles(sample, share).ravel() for sample in samples])
    edges = edges[np.isfinite(edges)]
    if not edges.size:
        return 0.0
    return float(edges.max() if share > 0.5 else edges.min())


def ceiling(value: float, steps: int = 5) -> float:
    """A round value a little above ``value``, for the top of an axis that begins at zero."""
    step = round_step(max(value, 1e-9) / steps)
    return float(np.ceil(value / step + 0.15) * step)


def decimals_for(step: float) -> int:
    """Decimals that tell ticks ``step`` apart."""
    return max(0, int(-np.floor(np.log10(step) + 1e-9)))


def end_label(
    axes: Axes, position: float, value: float, text: str, colour: str = palette.ACCENT, up: float = 0
) -> None:
    """Words to the right of a line's end, ``up`` points above it."""
    axes.annotate(
        text,
        (position, value),
        xytext=(6, up),
        textcoords="offset points",
        va="center",
        fontsize=TEXT,
        fontweight="bold",
        color=colour,
        annotation_clip=False,
    )


def bar_label(axes: Axes, position: float, value: float, text: str) -> None:
    """The amount of a ceiling just above its line, readable over a fan."""
    axes.annotate(
        text,
        (position, value),
        xytext=(3, 5),
        textcoords="offset points",
        color=palette.WARNING,
        fontsize=9.5,
        fontweight="bold",
        bbox={"facecolor": palette.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )


def panel_title(canvas: Canvas, left: float, bottom: float, text: str, width: float) -> None:
    """A panel's name above it, wrapped to ``width`` inches, its last line at ``bottom``."""
    lines = title_lines(text, width)
    for above, line in enumerate(reversed(lines)):
        canvas.text(left, bottom + 0.18 * above, line, color=palette.INK, fontweight="bold", fontsize=TEXT)


def title_lines(text: str, width: float) -> list[str]:
    """The lines of a panel's name in ``width`` inches."""
    return wrap(text, max(int(width / 0.098), 12))


def panels(count: int, left: float, right: float, gap: float) -> list[tuple[float, float]]:
    """(left edge, width) in inches of ``count`` panels between two edges."""
    width = (right - left - gap * (count - 1)) / count
    return [(left + index * (width + gap), width) for index in range(count)]


def months_beneath(axes: Axes, months: Sequence[str], lang: str, width: float, first: int = 0) -> None:
    """Month names beneath a panel ``width`` inches wide, as many as fit; ``first`` is the place of the first one."""
    limits = axes.get_xlim()
    most = max(2, int(width / 0.52))
    step = next(s for s in (1, 2, 3, 4, 6, 12, 24, 48) if -(-len(months) // s) <= most)
    month_axis(axes, list(months), lang, step, first)
    axes.set_xlim(limits)  # ticks beyond the limits would have moved them
