"""The efficiency chart: what each choice costs the Pemda against the active person-months it buys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from districts.text import number, rupiah, rupiah_short, translator
from reports import palette
from reports.canvas import TEXT, TICK, Canvas, Chart
from reports.comparison_words import effect_words, period_words, signed
from reports.fans import decimals_for, round_step, value_axis
from reports.numbers import FloatArray, quantiles
from reports.run import Run
from reports.wording import RANGE, ranged, scenario_title
from scenarios.comparison.frontier import Option

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 0.23  # inches per choice in the key
_LEFT, _TALL = 0.95, 3.0
_ROW_NARROW = 0.66  # on a phone a choice takes three lines
_COST = 6.2  # inches: where the column of costs ends
_TOUCH = 0.2  # inches: choices closer than that share one label


def frontier_chart(run: Run, lang: str = "id") -> Chart | None:
    """The choices as numbered points with the line of the efficient ones; None where there is nothing to choose."""
    line = run.frontier
    if len(line) < 2:
        return None
    _ = translator(lang)
    titles = [scenario_title(run.manifest, option.name, lang) for option in line]
    best = sorted((option for option in line if option.place == "frontier"), key=lambda option: option.effect)
    most = scenario_title(run.manifest, best[-1].name, lang)
    title = _("“{name}” is outdone by no other choice").format(name=most)
    if best[-1].step is not None:
        title = _("{name}: {value} of the Pemda's money per further active person-month").format(
            name=most, value=rupiah(best[-1].step, lang)
        )
    if unpaid := run.unfunded(best[-1].name):
        title += _(", but {money} of its bills has no money").format(money=rupiah_short(unpaid, lang))
    lead = _("Upwards: change of the district JKN bill, lever costs included, IDR billion; to the right: change of "
             "active person-months, thousands; {period}, from “{reference}”. The line joins the choices that no other "
             "choice or mixture outdoes (bold).").format(
                 period=period_words(run.store, lang),
                 reference=scenario_title(run.manifest, run.reference, lang))  # fmt: skip
    if ranged(min(run.replicates(option.name) for option in line)):
        lead += " " + _("Crosses: 8 in 10 replicates.")
    at = [run.changes.names.index(option.name) for option in line]
    effect, cost = run.changes.effect["active_months"][:, at] / 1e3, run.changes.cost["pemda"][:, at] / 1e9

    def below(narrow: bool) -> float:
        return 0.75 + (_ROW_NARROW if narrow else _ROW) * len(line)

    def paint(canvas: Canvas) -> None:
        left, right = (0.7, 0.55) if canvas.narrow else (_LEFT, 0.4)
        axes = canvas.axes(left, below(canvas.narrow), canvas.width - left - right, _TALL)
        axes.grid(axis="x", color=palette.HAIRLINE, linewidth=0.9)
        if ranged(len(cost)):
            _crosses(axes, effect, cost)
        axes.plot([option.effect / 1e3 for option in best], [option.cost / 1e9 for option in best],
                  color=palette.ACCENT, linewidth=1.8)  # fmt: skip
        for option in line:
            fill = palette.ACCENT if option.place in ("frontier", "equal") else palette.PAPER
            axes.plot(option.effect / 1e3, option.cost / 1e9, "o", markersize=8, markerfacecolor=fill,
                      markeredgecolor=palette.ACCENT, zorder=4)  # fmt: skip
        _scale(axes, effect, cost, lang)
        _numbers(axes, [(option.effect / 1e3, option.cost / 1e9) for option in line])
        for option, name in zip(line, titles, strict=True):
            _tip(canvas, axes, option, name, lang)
        for row, (option, name) in enumerate(zip(line, titles, strict=True)):
            if canvas.narrow:
                _row_narrow(canvas, below(True) - 0.6 - _ROW_NARROW * row, row, option, name, lang)
                continue
            bold = "bold" if option.place == "frontier" else "normal"
            from_below = below(False) - 0.6 - _ROW * (row + 0.5)
            canvas.text(_LEFT, from_below, f"{row + 1}", color=palette.INK, fontweight="bold", ha="right")
            canvas.text(_LEFT + 0.12, from_below, name, color=palette.INK, fontweight=bold)
            canvas.text(_COST, from_below, signed(option.cost, lang, money=True), fontsize=TICK, ha="right")
            canvas.text(_COST + 0.2, from_below, _words(option, lang), fontsize=TICK)

    told = "; ".join(f"{name}: {signed(option.cost, lang, money=True)}, {signed(option.effect, lang)}"
                     for option, name in zip(line, titles, strict=True))  # fmt: skip
    description = _("Points: change of the bill and of active person-months by choice. {told}.").format(told=told)
    return Chart("efisiensi", title, lead, description, below(False) + _TALL + 0.15, paint,
                 below(True) + _TALL + 0.15)  # fmt: skip


def _row_narrow(canvas: Canvas, top: float, row: int, option: Option, name: str, lang: str) -> None:
    """One choice of the key on a phone: its name, what it costs and gains, what a further unit costs."""
    bold = "bold" if option.place == "frontier" else "normal"
    canvas.text(0.08, top - 0.2, f"{row + 1}  {name[:44]}", color=palette.INK, fontweight=bold)
    gains = f"{signed(option.effect, lang)} {effect_words('active_months', lang)}"
    canvas.text(0.26, top - 0.39, f"{signed(option.cost, lang, money=True)}; {gains}")
    canvas.text(0.26, top - 0.57, _words(option, lang))


def _tip(canvas: Canvas, axes: Axes, option: Option, name: str, lang: str) -> None:
    """What a choice costs and gains, around its point."""
    across, up = (0.02 * float(np.ptp(limits)) for limits in (axes.get_xlim(), 2 * np.array(axes.get_ylim())))
    x, y = option.effect / 1e3, option.cost / 1e9
    gains = f"{signed(option.effect, lang)} {effect_words('active_months', lang)}"
    words = [name, signed(option.cost, lang, money=True), gains, _words(option, lang)]
    canvas.tip(axes, x - across, x + across, "\n".join(filter(None, words)), y - up, y + up)


def _words(option: Option, lang: str) -> str:
    """On the line, what a unit costs that goes beyond the choice before."""
    if option.step is None:
        return ""
    return translator(lang)("{value} per further {unit}").format(
        value=rupiah(option.step, lang), unit=effect_words("active_months", lang)
    )


def _crosses(axes: Axes, effect: FloatArray, cost: FloatArray) -> None:
    """The range of 8 in 10 replicates in both directions, around the means."""
    edges = [quantiles(sample, *RANGE) for sample in (effect, cost)]
    for column, (x, y) in enumerate(zip(effect.mean(axis=0), cost.mean(axis=0), strict=True)):
        axes.plot(edges[0][:, column], [y, y], color=palette.FAN_EDGE, linewidth=1.0)
        axes.plot([x, x], edges[1][:, column], color=palette.FAN_EDGE, linewidth=1.0)


def _scale(axes: Axes, effect: FloatArray, cost: FloatArray, lang: str) -> None:
    """Both axes: wide enough for the points and their ranges, with round steps."""
    for sample, upright in ((effect, False), (cost, True)):
        low, high = float(quantiles(sample, RANGE[0]).min()), float(quantiles(sample, RANGE[1]).max())
        low, high = min(low, 0.0), max(high, 0.0)
        margin = 0.08 * (high - low) or 1.0
        step = round_step((high - low + 2 * margin) / 6)
        places = decimals_for(step)
        if upright:
            value_axis(axes, low - margin, high + margin, lambda value, places=places: number(value, lang, places))  # type: ignore[misc]
            continue
        axes.set_xlim(low - margin, high + margin)
        ticks = np.arange(np.ceil((low - margin) / step), np.floor((high + margin) / step) + 1) * step
        axes.set_xticks(list(ticks), [number(float(tick), lang, places) for tick in ticks])


def _numbers(axes: Axes, points: list[tuple[float, float]]) -> None:
    """The numbers of the choices beside their points; those of points that lie together in one label."""
    inches = np.array([axes.bbox.width, axes.bbox.height]) / axes.figure.dpi
    scale = inches / np.array([np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())])
    groups: list[list[int]] = []
    for at, point in enumerate(points):
        near = (group for group in groups if np.hypot(*((np.array(points[group[0]]) - point) * scale)) < _TOUCH)
        if (group := next(near, None)) is None:
            groups.append([at])
        else:
            group.append(at)
    ground = {"facecolor": palette.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    for group in groups:
        axes.annotate(", ".join(str(at + 1) for at in group), points[group[0]], xytext=(7, 7), fontsize=TEXT,
                      textcoords="offset points", fontweight="bold", color=palette.INK, annotation_clip=False,
                      zorder=5, bbox=ground)  # fmt: skip
