"""The chart of the three KBK indicators of the median facility against their targets."""

from __future__ import annotations

import warnings

import numpy as np

from districts.text import month_name, number, translator
from reports import palette
from reports.canvas import TICK, WIDTH, Canvas, Chart
from reports.fans import (
    Formatter,
    ceiling,
    decimals_for,
    end_label,
    fan,
    fan_key,
    month_tips,
    months_beneath,
    panel_title,
    panels,
    reach,
    round_step,
    told,
    value_axis,
)
from reports.law import kbk_targets
from reports.numbers import FloatArray, contact_rate, controlled_share, exempt, middle, nonspecialist_share
from reports.run import Run


def indicator_chart(run: Run, lang: str = "id") -> Chart:
    """AK, RRNS and RPPT of the median facility (the median is taken in each replicate), with the targets."""
    _ = translator(lang)
    store, scored = run.store, ~exempt(run.store)
    targets = kbk_targets(run.months[-1], run.rules)
    table: tuple[tuple[str, str, FloatArray, float, bool], ...] = (
        ("AK", "‰", contact_rate(store, run.told), targets.ak, True),
        ("RRNS", "%", nonspecialist_share(store, run.told), targets.rrns, False),
        ("RPPT", "%", controlled_share(store, run.told), targets.rppt, True),
    )
    met = []
    for name, _unit, sample, target, at_least in table:
        last = sample[:, -1, scored]
        hits = (last >= target) if at_least else (last <= target)
        met.append(f"{name} {round(middle(hits.sum(axis=1)))}")
    title = _("Of {count} scored facilities, this many reach the target in {month}: {met}").format(
        count=int(scored.sum()), month=month_name(run.months[-1], lang), met=", ".join(met)
    )
    lead = _(
        "Median facility by month. AK: members with a recorded contact per thousand capitated; RRNS: percent of "
        "referrals; RPPT: percent of the diagnosed."
    )
    lead += " " + run.scenario_told(run.told, lang)
    medians = [_median_facility(sample[:, :, scored]) for _name, _unit, sample, _target, _least in table]
    limits = [_limits(sample, row[3]) for sample, row in zip(medians, table, strict=True)]
    for (name, unit, *_rest), (bottom, _top) in zip(table, limits, strict=True):
        if bottom:
            lead += " " + _("The axis of {name} begins at {value} {unit}.").format(
                name=name, value=number(bottom, lang), unit=unit
            )

    wide, tall, pitch = WIDTH, 2.55, 3.75  # a phone shows the three one above the other

    def paint(canvas: Canvas) -> None:
        places = panels(3, 0.6, wide - 0.55, 0.85)
        for at, (name, unit, _sample, target, at_least) in enumerate(table):
            left, width = (0.6, canvas.width - 1.2) if canvas.narrow else places[at]
            bottom = 1.15 + pitch * (2 - at) if canvas.narrow else 0.95
            axes = canvas.axes(left, bottom, width, tall)
            positions = np.arange(len(run.months))
            axes.set_xlim(-0.5, len(positions) - 0.5)
            fan(axes, positions, medians[at])
            lowest, top = limits[at]
            axes.axhline(target, color=palette.WARNING, linewidth=1.6)
            value_axis(axes, lowest, top, _ticks(lowest, top, lang))
            months_beneath(axes, run.months, lang, width)
            words = (_("target at least {value} {unit}") if at_least else _("target at most {value} {unit}")).format(
                value=number(target, lang), unit=unit
            )
            end = middle(medians[at][:, -1])
            if np.isfinite(end):
                end_label(axes, len(positions) - 1, end, number(end, lang, 1))
            panel_title(canvas, left, bottom + tall + 0.31, f"{name} ({unit})", width)
            canvas.text(left, bottom + tall + 0.12, words, color=palette.WARNING, fontsize=TICK - 0.5,
                        fontweight="bold")  # fmt: skip
            tips = [f"{name}: " + told(medians[at][:, month], lambda value: number(value, lang, 1), lang) + f" {unit}"
                    for month in range(len(positions))]  # fmt: skip
            month_tips(canvas, axes, range(len(positions)), run.months, tips, lang)
        fan_key(canvas, 0.6, 0.12, run.replicates(run.told), lang)

    ends = "; ".join(
        f"{row[0]} {told(sample[:, -1], lambda value: number(value, lang, 1), lang)} {row[1]}"
        for row, sample in zip(table, medians, strict=True)
    )
    description = _("Fan charts of the median facility; in {month}: {ends}.").format(
        month=month_name(run.months[-1], lang), ends=ends
    )
    return Chart("kbk-indikator", title, lead, f"{title}. {description}", 4.1, paint, 1.15 + 2 * pitch + tall + 0.65)


def _median_facility(sample: FloatArray) -> FloatArray:
    """The median over the facilities within each replicate and month, (R, T); NaN where none has a denominator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(sample, axis=2), np.float64)


def _limits(sample: FloatArray, target: float) -> tuple[float, float]:
    """Where an axis begins and ends: at zero, unless fan and target all lie in its upper half."""
    top = ceiling(max(reach([sample], 0.9), target))
    lowest = min(reach([sample], 0.1), target)
    if lowest < 0.6 * top:
        return 0.0, top
    step = round_step(top / 10)
    return float(np.floor(lowest * 0.92 / step) * step), top


def _ticks(bottom: float, top: float, lang: str) -> Formatter:
    places = decimals_for(round_step((top - bottom) / 6))
    return lambda value: number(value, lang, places)
