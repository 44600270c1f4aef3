"""Charts of the active share against the UHC bar: the answer's scenario after what was observed, and all scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from districts.text import month_name, number, percent, translator
from reports import palette
from reports.answer import worst_bound
from reports.canvas import TICK, WIDTH, Canvas, Chart
from reports.fans import (
    end_label,
    fan,
    fan_key,
    history,
    month_tips,
    months_beneath,
    panel_title,
    panels,
    reach,
    split,
    told,
    value_axis,
)
from reports.law import reviewed_words, uhc_bars
from reports.numbers import FloatArray, active_share, middle, spread
from reports.past import Past
from reports.run import Run
from reports.wording import chance_told, scenario_title
from scenarios.months import later, span
from scenarios.need import held_status

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 4
_BETWEEN = 1.0  # inches between two rows of panels: month names and the next panel's name
_PAST, _PAST_NARROW = 24, 12  # months before the run that are drawn
_EVENT = 0.02  # a fall of the share within a month that deserves a note
_DASHES = (0, (4, 2.5))


def cover_chart(run: Run, lang: str = "id") -> Chart:
    """The active share of the answer's scenario as a fan after the observed months, with the bar of the rule, and as a
    dashed line what becomes of it under the ceiling that the answer tells of; where more stay active under the ceiling,
    since its bills go unpaid, there is no such line."""
    _ = translator(lang)
    name, bound = run.headline or run.reference, worst_bound(run)
    bound = None if bound == name else bound
    sample = active_share(run.store, name)
    less = None if bound is None else spread(active_share(run.store, bound)).middle
    if less is not None and less[-1] > spread(sample).middle[-1]:
        bound = less = None
    bars = np.array([bar.active for bar in uhc_bars(run.months, run.rules)])
    held = (sample[:, run.year.months] >= bars[run.year.months] - 1e-12).all(axis=1)
    bar = percent(bars[run.year.months[-1]], lang, 0)
    words = _("The active share stays above the UHC bar of {bar} all {year} ({chance})")
    under = round(middle((sample[:, run.year.months] < bars[run.year.months] - 1e-12).sum(axis=1)))
    if held.mean() < 0.5:
        words = _("The active share is below the UHC bar of {bar} in {year} ({chance})")
        if under < len(run.year.months):
            words = _("The active share is below the UHC bar of {bar} in {months} of {all} months ({year})")
    title = words.format(bar=bar, year=run.period(lang), chance=chance_told(held == (held.mean() >= 0.5), lang),
                         months=max(under, 1), all=len(run.year.months))  # fmt: skip
    seen = run.past.active_share()
    values = [bars, *([] if less is None else [less]), seen[np.isfinite(seen)]]
    lowest = min([reach([sample], 0.1), *(float(part.min()) for part in values if part.size)])
    highest = max([reach([sample], 0.9), *(float(part.max()) for part in values if part.size)])
    room = 0.005 if less is None else 0.03  # the name of the dashed line stands beneath its lowest point
    floor, top = float(np.floor((lowest - room) * 20) / 20), highest + 0.02
    lead = _("Active members over the Dukcapil population, percent. The axis begins at {floor}.").format(
        floor=percent(floor, lang, 0)
    )
    lead += " " + run.scenario_told(name, lang)
    if np.isnan(seen[run.past.last(_PAST, seen)]).any():
        lead += " " + _("Where the line before the run breaks there are no data.")
    status = held_status(run.store, name)[run.year.year]
    if status.sum() != held.sum():
        lead += " " + reviewed_words(run.months[int(run.year.months[0])], run.rules, lang)
    if less is not None and bound is not None:
        lead += " " + _("Dashed: middle of “{scenario}”.").format(scenario=scenario_title(run.manifest, bound, lang))
    end, last = float(spread(sample).middle[-1]), len(run.months) - 1

    def paint(canvas: Canvas) -> None:
        left, right = (0.58, 0.1) if canvas.narrow else (0.75, 1.9)
        width = canvas.width - left - right
        axes = canvas.axes(left, 1.15 if canvas.narrow else 0.95, width, 2.6)
        before = run.past.last(_PAST_NARROW if canvas.narrow else _PAST, seen)
        axes.set_xlim(_first(run.past, before) - 0.5, last + 0.5)
        value_axis(axes, floor, top, lambda value: percent(value, lang, 0))
        _fan_after(axes, run.past.positions[before], seen[before], sample)
        _months(axes, run, before, lang, width)
        axes.step(np.arange(last + 1), bars, where="post", color=palette.WARNING, linewidth=1.8)
        axes.plot([axes.get_xlim()[0], 0], [bars[0], bars[0]], color=palette.WARNING, linewidth=1.8)
        _name_bars(axes, bars, lang)
        _note(axes, run.past, before, seen, float(bars[0]), lang)
        if less is not None:
            axes.plot(np.arange(last + 1), less, color=palette.WARNING, linewidth=1.8, linestyle=_DASHES)
            axes.plot([last], [less[-1]], "o", markersize=7, markerfacecolor=palette.PAPER, zorder=5,
                      markeredgecolor=palette.WARNING, markeredgewidth=1.8, clip_on=False)  # fmt: skip
        if less is not None:
            _lowest(axes, less, canvas.narrow, run, lang)
        if not canvas.narrow:
            _ends(axes, last, end, None if less is None else float(less[-1]), top - floor, run, lang)
        month_tips(canvas, axes, run.past.positions[before], run.past.months[before],
                   [_("observed: {value}").format(value=percent(value, lang)) if np.isfinite(value) else "–"
                    for value in seen[before]], lang)  # fmt: skip
        month_tips(canvas, axes, range(last + 1), run.months, _tips(sample, less, lang), lang)
        fan_key(canvas, left, 0.12, len(sample), lang)

    ends = [(name, end), *([] if less is None or bound is None else [(bound, float(less[-1]))])]
    description = _("Fan chart of the active share by month. At the end of the run: {ends}.").format(
        ends="; ".join(f"{scenario_title(run.manifest, which, lang)}: {percent(value, lang)}" for which, value in ends)
    )
    return Chart("keaktifan", title, lead, description, 4.0, paint, 4.2)


def _first(past: Past, before: slice) -> float:
    positions = past.positions[before]
    return float(positions[0]) if positions.size else 0.0


def _fan_after(axes: Axes, positions: FloatArray, seen: FloatArray, sample: FloatArray) -> None:
    """The observed months, and the fan, which begins at the last of them where that is the month before."""
    at = np.arange(sample.shape[1], dtype=np.float64)
    if positions.size and positions[-1] == -1 and np.isfinite(seen[-1]):
        at = np.concatenate([[-1.0], at])
        sample = np.concatenate([np.full((len(sample), 1), seen[-1]), sample], axis=1)
    fan(axes, at, sample)
    history(axes, positions, seen)


def _months(axes: Axes, run: Run, before: slice, lang: str, width: float) -> None:
    """Month names under observed and forecast months, with the rule between them where there are any observed."""
    positions = run.past.positions[before]
    first = int(positions[0]) if positions.size else 0
    months_beneath(axes, span(later(run.months[0], first), len(run.months) - first), lang, width, first)
    if positions.size:
        split(axes, float(positions[-1]) + 0.5, run.past.months[before][-1], lang)


def _name_bars(axes: Axes, bars: FloatArray, lang: str) -> None:
    """The bar's name at the left, beneath it where there is room; where the rule changes, the new one above it."""
    floor, top = axes.get_ylim()
    beneath = bars[0] - floor > 0.12 * (top - floor)
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": TICK + 0.5, "fontweight": "bold",
                             "color": palette.WARNING}  # fmt: skip
    words = translator(lang)("UHC bar {bar}").format(bar=percent(bars[0], lang, 0))
    axes.annotate(words, (0, bars[0]), xytext=(6, -5 if beneath else 4), xycoords=axes.get_yaxis_transform(),
                  va="top" if beneath else "bottom", **style)  # fmt: skip
    for at in np.flatnonzero(np.diff(bars)) + 1:
        axes.annotate(percent(bars[at], lang, 0), (at, bars[at]), xytext=(-4, 0), ha="right", va="center", **style)


def _note(axes: Axes, past: Past, before: slice, seen: FloatArray, bar: float, lang: str) -> None:
    """One note at most: the observed month in which the share fell most, if it fell by much."""
    falls = np.diff(seen[before])
    if not np.isfinite(falls).any() or np.nanmin(falls) > -_EVENT:
        return
    at = int(np.nanargmin(falls)) + 1
    points = number(100 * float(falls[at - 1]), lang, 1)
    words = translator(lang)("{month}: {points} points").format(
        month=month_name(past.months[before][at], lang), points=points
    )
    low, high = axes.get_xlim()
    scale = axes.bbox.height / axes.figure.dpi * 72 / float(np.ptp(axes.get_ylim()))  # points to one unit
    above = (float(seen[before][at]) - bar) * scale
    down = -26.0 if not -6 < above < 25 else -36 - above  # beneath the bar's name where the two would meet
    place = float(past.positions[before][at])
    left = (place - low) / (high - low) < 0.4
    axes.annotate(words, (place, seen[before][at]), xytext=(8 if left else -8, down), textcoords="offset points",
                  ha="left" if left else "right", fontsize=TICK, color=palette.SOFT,
                  arrowprops={"arrowstyle": "-", "color": palette.SOFT, "linewidth": 0.8})  # fmt: skip


def _ends(axes: Axes, last: int, end: float, less: float | None, tall: float, run: Run, lang: str) -> None:
    """The share at the end of the fan and of the dashed line, to their right, a line apart."""
    _ = translator(lang)
    month = month_name(run.months[-1], lang, short=True)
    apart = 0.0 if less is None or abs(end - less) > 0.16 * tall else 16.0 if end >= less else -16.0
    end_label(axes, last + 0.4, end, f"{percent(end, lang)}\n({month})", up=apart)
    if less is not None:
        words = _("less money:\n{share} ({month})").format(share=percent(less, lang), month=month)
        end_label(axes, last + 0.4, less, words, palette.WARNING, up=-apart)


def _lowest(axes: Axes, less: FloatArray, narrow: bool, run: Run, lang: str) -> None:
    """What the dashed line falls to, beneath its lowest point; where that is its end, beside which it is told, only on
    a phone, which has no room there."""
    at = int(np.argmin(less))
    if not narrow and less[-1] < less[at] + _EVENT:
        return
    _ = translator(lang)
    words = _("less money: {share}").format(share=percent(float(less[at]), lang))
    low, high = axes.get_xlim()
    left = at < 0.25 * (high - low)  # else it would reach over the rule before the forecast
    side = "left" if left else "right" if (high - at) < 0.25 * (high - low) else "center"
    axes.annotate(f"{words} ({month_name(run.months[at], lang, short=True)})", (at, float(less[at])), ha=side, va="top",
                  xytext=(0, -5), textcoords="offset points", fontsize=12 if narrow else TICK + 0.5,
                  fontweight="bold", color=palette.WARNING)  # fmt: skip


def _tips(sample: FloatArray, less: FloatArray | None, lang: str) -> list[str]:
    _ = translator(lang)
    lines = [_("active: {value}").format(value=told(sample[:, at], lambda value: percent(value, lang), lang))
             for at in range(sample.shape[1])]  # fmt: skip
    if less is None:
        return lines
    return [f"{line}\n" + _("less money: {value}").format(value=percent(float(value), lang))
            for line, value in zip(lines, less, strict=True)]  # fmt: skip


def active_share_chart(run: Run, lang: str = "id") -> Chart | None:
    """Active members over population by month, one panel for each main scenario, with the bar of the rule in force;
    None for a run of one scenario."""
    if len(run.main) < 2:
        return None
    _ = translator(lang)
    store, names = run.store, run.main[:MOST_PANELS]
    bars = np.array([bar.active for bar in uhc_bars(run.months, run.rules)])
    samples = [active_share(store, name) for name in names]
    ends = [float(spread(sample).middle[-1]) for sample in samples]
    month, bar = month_name(store.months[-1], lang), percent(bars[-1], lang, 0)
    above = sum(middle(active_share(store, name)[:, -1]) >= bars[-1] for name in run.main)
    title = _("{above} of {count} scenarios reach the UHC bar of {bar} active in {month}")
    if not above:
        title = _("None of the {count} scenarios reaches the UHC bar of {bar} active in {month}")
    title = title.format(above=above, count=len(run.main), bar=bar, month=month)
    floor = float(np.floor((min(reach(samples, 0.1), bars.min()) - 0.005) * 20) / 20)
    top = max(reach(samples, 0.9), float(bars.max())) + 0.02
    lead = _("Active members over the Dukcapil population, percent. The axis begins at {floor}.").format(
        floor=percent(floor, lang, 0)
    )
    if len(run.main) > len(names):
        lead += " " + _("Drawn: the first {count} scenarios; the others are in the table.").format(count=len(names))
    ends_told = "; ".join(
        f"{scenario_title(run.manifest, name, lang)}: {percent(end, lang)}"
        for name, end in zip(names, ends, strict=True)
    )
    titles = [scenario_title(run.manifest, name, lang) for name in names]

    def size(narrow: bool) -> tuple[int, int, float]:
        """Columns, rows, and inches of a panel's height."""
        columns = 1 if narrow else min(len(names), 2)
        rows = -(-len(names) // columns)
        return columns, rows, 2.75 if rows == 1 else 1.75

    def whole(narrow: bool) -> float:
        _columns, rows, height = size(narrow)
        return (1.15 if narrow else 1.0) + rows * height + (rows - 1) * _BETWEEN + 0.6

    def paint(canvas: Canvas) -> None:
        columns, rows, height = size(canvas.narrow)
        places = panels(1, 0.58, canvas.width - 0.8, 0) if canvas.narrow else panels(columns, 0.75, WIDTH - 1.15, 1.5)
        for at in range(len(names)):
            left, width = places[at % columns]
            bottom = (1.15 if canvas.narrow else 1.0) + (rows - 1 - at // columns) * (height + _BETWEEN)
            axes = canvas.axes(left, bottom, width, height)
            positions = np.arange(len(run.months))
            fan(axes, positions, samples[at])
            axes.step(positions, bars, where="post", color=palette.WARNING, linewidth=1.8)
            axes.set_xlim(-0.5, len(positions) - 0.5)
            value_axis(axes, floor, top, lambda value: percent(value, lang, 0))
            months_beneath(axes, run.months, lang, width)
            end_label(axes, len(positions) - 1, ends[at], percent(ends[at], lang))
            if not canvas.narrow:
                _bar_beside(axes, len(positions) - 1, ends[at], bars[-1], bar, top - floor, lang)
            panel_title(canvas, left, bottom + height + 0.12, titles[at], width + (0.1 if canvas.narrow else 0.9))
            month_tips(canvas, axes, range(len(positions)), run.months, _tips(samples[at], None, lang), lang)
        fan_key(canvas, 0.75, 0.12, run.replicates(names[0]), lang)

    description = _("Fan chart of the active share by month. At the end of the run: {ends}.").format(ends=ends_told)
    return Chart("keaktifan-skenario", title, lead, description, whole(False), paint, whole(True))


def _bar_beside(axes: Axes, last: int, end: float, height: float, bar: str, tall: float, lang: str) -> None:
    close = abs(end - height) < 0.13 * tall
    up = 0 if not close else -13 if end >= height else 13
    end_label(axes, last, height, translator(lang)("bar {bar}").format(bar=bar), palette.WARNING, up)
