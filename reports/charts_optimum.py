"""The picture of an optimisation: what every mix costs and what it reaches, the front, and the mix that was checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from districts.text import number, percent, translator
from reports import palette
from reports.canvas import TICK, WIDTH, Canvas, Chart
from reports.fans import panel_title, panels, round_step, value_axis
from reports.optimum_words import Record, finding, period

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT, _BOTTOM = 3.2, 1.15
_BILLION = 1e9
_DASHES = (0, (4, 3))


def optimum_chart(record: Record, lang: str = "id") -> Chart:
    """Two panels over the same money: the chance of UHC status all year, and the KBK share; one dot per mix."""
    _ = translator(lang)
    targets, check = record["targets"], record["confirmed"]
    lead = _("{period}, enough in {certainty} of cases, IDR billion. Each dot is a mix as the search saw it, "
             "{replicates} replicates; the diamond is the chosen one, computed again {again} times.").format(
        period=period(record, lang), certainty=percent(targets["certainty"], lang, 0),
        replicates=record["effort"]["replicates"], again=number(check["replicates"], lang))  # fmt: skip
    sides = (
        (_("chance of UHC status in every month"), "status_chance", targets["status_chance"], "kbk_share"),
        (_("share of capitation paid (KBK)"), "kbk_share", targets["kbk_share"], "status_chance"),
    )

    def paint(canvas: Canvas) -> None:
        for (left, width), (name, key, target, other) in zip(panels(2, 0.75, WIDTH - 0.35, 0.85), sides, strict=True):
            axes = canvas.axes(left, _BOTTOM, width, _HEIGHT)
            _panel(axes, record, key, target, other, targets[other], lang)
            panel_title(canvas, left, _BOTTOM + _HEIGHT + 0.14, name, width)
        _key(canvas, lang, targets["ceiling"] is not None)

    title = finding(record, lang)
    description = _("Dots of {count} mixes by money and by what they reach; {title}.").format(
        count=record["looked_at"], title=title
    )
    return Chart("paduan", title, lead, description, _BOTTOM + _HEIGHT + 0.38, paint)


def _panel(axes: Axes, record: Record, key: str, target: float, other: str, least: float, lang: str) -> None:
    """Dots of all mixes, full where they meet the other panel's target, with the front among those that do."""
    seen, check, ceiling = record["seen"], record["confirmed"], record["targets"]["ceiling"]
    for full in (False, True):
        dots = [mix for mix in seen if (mix[other] >= least) is full]
        axes.scatter([mix["cost"] / _BILLION for mix in dots], [mix[key] for mix in dots], s=26, linewidths=1.0,
                     facecolors=palette.FAN_EDGE if full else palette.PAPER, edgecolors=palette.FAN_EDGE,
                     zorder=3, clip_on=False)  # fmt: skip
    line = _front([mix for mix in seen if mix[other] >= least], key)
    axes.step([cost / _BILLION for cost, _value in line], [value for _cost, value in line], where="post",
              color=palette.ACCENT, linewidth=1.4)  # fmt: skip
    cost, value = check["cost"][0] / _BILLION, check[key][0]
    axes.plot([cost], [value], marker="D", markersize=9, color=palette.INK, zorder=5, clip_on=False)
    axes.axhline(target, color=palette.WARNING, linewidth=1.2, linestyle=_DASHES)
    if ceiling is not None:
        axes.axvline(ceiling / _BILLION, color=palette.WARNING, linewidth=1.4)
    costs = [cost, *(mix["cost"] / _BILLION for mix in seen), *([] if ceiling is None else [ceiling / _BILLION])]
    values = [value, target, *(mix[key] for mix in seen)]
    _limits(axes, costs, values, lang)


def _limits(axes: Axes, costs: Sequence[float], values: Sequence[float], lang: str) -> None:
    """Both axes around what they show, with round steps; shares end at 100 %."""
    step = round_step(max(max(values) - min(values), 0.02) / 5)
    bottom = max(0.0, (math.floor(min(values) / step + 1e-9) - 0.5) * step)
    top = min(1.0 + step / 4, (math.ceil(max(values) / step - 1e-9) + 0.5) * step)
    value_axis(axes, bottom, top, lambda value: percent(value, lang, 0 if step >= 0.01 else 1))
    step = round_step(max(max(costs) - min(costs), 0.01 * max(costs)) / 5)
    first = math.floor(min(costs) / step)
    ticks = [at * step for at in range(first, math.ceil(max(costs) / step) + 1)]
    places = max(0, -math.floor(math.log10(step)))
    axes.set_xticks(ticks, [number(tick, lang, places) for tick in ticks])
    axes.set_xlim(ticks[0] - step / 4, ticks[-1] + step / 4)


def _front(mixes: Sequence[dict[str, Any]], key: str) -> list[tuple[float, float]]:
    """(cost, value) of the mixes whose value no cheaper one has, by cost."""
    line: list[tuple[float, float]] = []
    for mix in sorted(mixes, key=lambda mix: (mix["cost"], -mix[key])):
        if not line or mix[key] > line[-1][1]:
            line.append((mix["cost"], mix[key]))
    return line


def _key(canvas: Canvas, lang: str, ceiling: bool) -> None:
    """What the marks mean, in two rows beneath."""
    _ = translator(lang)
    line = {"linewidth": 1.5}
    rows: list[list[tuple[str, dict[str, Any]]]] = [
        [(_("meets the other panel's target"), {"marker": "o", "color": palette.FAN_EDGE}),
         (_("does not"), {"marker": "o", "markerfacecolor": palette.PAPER, "markeredgecolor": palette.FAN_EDGE}),
         (_("chosen mix, with fresh luck"), {"marker": "D", "color": palette.INK})],
        [(_("the most that money buys among those that do"), {"color": palette.ACCENT, **line}),
         (_("target"), {"color": palette.WARNING, "linestyle": _DASHES, **line})],
    ]  # fmt: skip
    if ceiling:
        rows[1].append((_("ceiling"), {"color": palette.WARNING, **line}))
    for row, marks in enumerate(rows):
        left, bottom = 0.75, 0.42 - 0.26 * row
        for words, style in marks:
            swatch = canvas.axes(left, bottom - 0.03, 0.3, 0.16)
            swatch.set_axis_off()
            swatch.plot([0.5] if "marker" in style else [0, 1], [0.5] if "marker" in style else [0.5, 0.5], **style)
            swatch.set_xlim(0, 1)
            swatch.set_ylim(0, 1)
            left += 0.38 + canvas.text(left + 0.38, bottom, words, fontsize=TICK) + 0.3
