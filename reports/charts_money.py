"""The chart of capitation: by month what is paid and what the KBK score costs, after what was paid before the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from districts.text import number, rupiah_short, signed_rupiah, translator
from reports import palette
from reports.canvas import TICK, Canvas, Chart
from reports.fans import ceiling, decimals_for, month_tips, months_beneath, reach, round_step, rupiah_unit, split, told
from reports.fans import value_axis as draw_values
from reports.numbers import FloatArray, middle, spread
from reports.run import Run
from reports.wording import ranged, scenario_title
from scenarios.comparison.differences import paired
from scenarios.months import later, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR = 0.78
_PAST = 12  # months before the run that are drawn


def capitation_chart(run: Run, lang: str = "id") -> Chart:
    """Capitation by month in the scenario of the answer: paid and lost stacked to the full amount, the range of what is
    paid as a whisker; the months before the run in grey, where they are known."""
    _ = translator(lang)
    paid, full = (run.store.series(run.told, key) for key in ("capitation_paid", "capitation_full"))
    year = run.year
    lost_per_month = middle((full - paid)[:, year.months].mean(axis=1))
    title = _("Capitation {year} is about {paid}; {lost} a month is lost to the KBK score").format(
        year=run.period(lang), paid=rupiah_short(middle(paid[:, year.months].sum(axis=1)), lang),
        lost=rupiah_short(lost_per_month, lang),
    )  # fmt: skip
    past_paid, past_full = (run.past.district(key) for key in ("capitation_paid", "capitation_full"))
    before = run.past.last(_PAST, past_paid)
    middles = spread(paid).middle, spread(full - paid).middle
    highest = max(reach([paid], 0.9), float((middles[0] + middles[1]).max()), *past_full[before][np.isfinite(
        past_full[before])])  # fmt: skip
    unit, unit_name = rupiah_unit(2.5 * highest, lang)
    lead = _("Capitation of {count} facilities by month: what is paid, and what is lost of the full amount. {unit}."
             ).format(count=len(run.facilities), unit=unit_name)  # fmt: skip
    lead += " " + run.scenario_told(run.told, lang) + _against(run, lang)
    top = ceiling(highest / unit or 1.0)
    step = round_step(top / 5)

    def paint(canvas: Canvas) -> None:
        left, right = (0.62, 0.1) if canvas.narrow else (0.95, 0.4)
        width = canvas.width - left - right
        axes = canvas.axes(left, 1.2 if canvas.narrow else 0.95, width, 2.3)
        places = run.past.positions[before]
        first = int(places[0]) if places.size else 0
        axes.set_xlim(first - 0.6, len(run.months) - 0.4)
        draw_values(axes, 0, top, lambda value: number(value, lang, decimals_for(step)))
        months_beneath(axes, span(later(run.months[0], first), len(run.months) - first), lang, width, first)
        if places.size:
            split(axes, float(places[-1]) + 0.5, run.past.months[before][-1], lang)
            seen, whole = past_paid[before] / unit, past_full[before] / unit
            _bars(axes, places, seen, whole - seen, palette.PAST)
            month_tips(canvas, axes, places, run.past.months[before],
                       [_past_tip(*pair, lang) for pair in zip(past_paid[before], past_full[before], strict=True)],
                       lang)  # fmt: skip
        _bars(axes, np.arange(len(run.months), dtype=np.float64), middles[0] / unit, middles[1] / unit, palette.FAN_5)
        if ranged(len(paid)):
            _whiskers(axes, spread(paid / unit).low, spread(paid / unit).high)
        month_tips(canvas, axes, range(len(run.months)), run.months,
                   [_tip(paid[:, at], (full - paid)[:, at], lang) for at in range(len(run.months))], lang)  # fmt: skip
        _key(canvas, left, len(paid), lang)

    by_month = "; ".join(_tip(paid[:, at], (full - paid)[:, at], lang).replace("\n", ", ") for at in year.months)
    description = _("Bars by month: capitation paid and lost; {title}. {months}.").format(title=title, months=by_month)
    return Chart("kapitasi", title, lead, description, 3.65, paint, 3.95)


def _against(run: Run, lang: str) -> str:
    """How much more or less is paid in the answer's year than in the reference, pair by pair; empty without another."""
    if run.told == run.reference:
        return ""
    _ = translator(lang)
    year = str(run.year.year)
    found = next(entry for entry in paired(run.store, run.told, run.reference, "year", ("capitation_paid",))
                 if entry.period[:4] == year)  # fmt: skip
    title = scenario_title(run.manifest, run.reference, lang)
    if found.equal:
        return " " + _("Paid in {year}: the same as in “{reference}”.").format(year=run.period(lang), reference=title)
    text = _("Paid in {year} against “{reference}”: {difference}.")
    return " " + text.format(
        year=run.period(lang), reference=title, difference=signed_rupiah(round(found.median), lang)
    )


def _bars(axes: Axes, places: FloatArray, paid: FloatArray, lost: FloatArray, fill: str) -> None:
    """What is paid, and upon it what is lost: white within a warning line, so that it shows in grey print too."""
    edge = palette.FAN_EDGE if fill == palette.FAN_5 else palette.SOFT
    axes.bar(places, paid, width=_BAR, color=fill, edgecolor=edge, linewidth=0.7, zorder=2)
    axes.bar(places, np.maximum(lost, 0), width=_BAR, bottom=paid, color=palette.PAPER, edgecolor=palette.WARNING,
             linewidth=1.1, zorder=3)  # fmt: skip


def _whiskers(axes: Axes, low: FloatArray, high: FloatArray) -> None:
    at = np.arange(len(low))
    axes.vlines(at, low, high, color=palette.INK, linewidth=1.3, zorder=4)
    for edge in (low, high):
        axes.hlines(edge, at - 0.16, at + 0.16, color=palette.INK, linewidth=1.3, zorder=4)


def _tip(paid: FloatArray, lost: FloatArray, lang: str) -> str:
    _ = translator(lang)

    def amount(value: float) -> str:
        return rupiah_short(value, lang)

    return "\n".join([_("paid: {amount}").format(amount=told(paid, amount, lang)),
                      _("lost to KBK: {amount}").format(amount=told(lost, amount, lang))])  # fmt: skip


def _past_tip(paid: float, full: float, lang: str) -> str:
    _ = translator(lang)
    if not np.isfinite(paid):
        return "–"
    lines = [_("paid (data): {amount}").format(amount=rupiah_short(paid, lang))]
    if np.isfinite(full):
        lines.append(_("lost to KBK: {amount}").format(amount=rupiah_short(full - paid, lang)))
    return "\n".join(lines)


def _key(canvas: Canvas, left: float, replicates: int, lang: str) -> None:
    """What the bars and the whisker are, in one row, on a phone in three."""
    _ = translator(lang)
    marks = [(palette.FAN_5, palette.FAN_EDGE, _("paid")), (palette.PAPER, palette.WARNING, _("lost to KBK"))]
    if ranged(replicates):
        marks.append(("", palette.INK, _("8-in-10 range of what is paid")))
    at, row = (0.08 if canvas.narrow else left), 0
    for fill, edge, words in marks:
        up = 0.12 + (0.22 * (len(marks) - 1 - row) if canvas.narrow else 0.0)
        swatch = canvas.axes(at, up, 0.26, 0.15)
        swatch.set_axis_off()
        swatch.set_xlim(0, 1)
        swatch.set_ylim(0, 1)
        if fill:
            swatch.bar([0.5], [1.0], width=0.96, color=fill, edgecolor=edge, linewidth=1.1)
        else:
            swatch.vlines([0.5], 0, 1, color=edge, linewidth=1.3)
            swatch.hlines([0.02, 0.98], 0.3, 0.7, color=edge, linewidth=1.3)
        wide = canvas.text(at + 0.34, up + 0.03, words, fontsize=TICK)
        at, row = (at, row + 1) if canvas.narrow else (at + 0.34 + wide + 0.3, row)
