"""Charts of KBK: the three indicators of the median facility against their targets, and the map of paid shares."""

from __future__ import annotations

import warnings

import numpy as np

from districts.text import month_name, number, rupiah_short, translator
from reports import palette
from reports.canvas import TICK, WIDTH, Canvas, Chart
from reports.fans import (
    Formatter,
    ceiling,
    decimals_for,
    end_label,
    fan,
    fan_key,
    months_beneath,
    panel_title,
    panels,
    reach,
    round_step,
    value_axis,
)
from reports.law import kbk_targets
from reports.numbers import (
    BoolArray,
    FloatArray,
    IntArray,
    contact_rate,
    controlled_share,
    exempt,
    middle,
    most_frequent,
    nonspecialist_share,
    spread,
)
from reports.run import Run

_ROW = 0.235  # inches per facility in the map
UNSURE = 0.6  # a best guess under 6 of 10 gets a folded corner


def indicator_chart(run: Run, lang: str = "id") -> Chart:
    """AK, RRNS and RPPT of the median facility (the median is taken in each replicate), with the targets."""
    _ = translator(lang)
    store, scored = run.store, ~exempt(run.store)
    targets = kbk_targets(run.months[-1], run.rules)
    table: tuple[tuple[str, str, FloatArray, float, bool], ...] = (
        ("AK", "‰", contact_rate(store, run.reference), targets.ak, True),
        ("RRNS", "%", nonspecialist_share(store, run.reference), targets.rrns, False),
        ("RPPT", "%", controlled_share(store, run.reference), targets.rppt, True),
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
    lead += " " + run.scenario_told(run.reference, lang)
    medians = [_median_facility(sample[:, :, scored]) for _name, _unit, sample, _target, _least in table]
    limits = [_limits(sample, row[3]) for sample, row in zip(medians, table, strict=True)]
    for (name, unit, *_rest), (bottom, _top) in zip(table, limits, strict=True):
        if bottom:
            lead += " " + _("The axis of {name} begins at {value} {unit}.").format(
                name=name, value=number(bottom, lang), unit=unit
            )

    def paint(canvas: Canvas) -> None:
        for at, (left, width) in enumerate(panels(3, 0.6, WIDTH - 0.55, 0.85)):
            name, unit, _sample, target, at_least = table[at]
            axes = canvas.axes(left, 1.0, width, 2.55)
            positions = np.arange(len(run.months))
            fan(axes, positions, medians[at])
            bottom, top = limits[at]
            axes.axhline(target, color=palette.WARNING, linewidth=1.6)
            axes.set_xlim(-0.3, len(positions) - 0.7)
            value_axis(axes, bottom, top, _ticks(bottom, top, lang))
            months_beneath(axes, run.months, lang, width)
            shown = number(target, lang)
            words = (_("target at least {value} {unit}") if at_least else _("target at most {value} {unit}")).format(
                value=shown, unit=unit
            )
            end = middle(medians[at][:, -1])
            if np.isfinite(end):
                end_label(axes, len(positions) - 1, end, number(end, lang, 1))
            panel_title(canvas, left, 3.86, f"{name} ({unit})", width)
            canvas.text(left, 3.67, words, color=palette.WARNING, fontsize=TICK - 0.5, fontweight="bold")
        fan_key(canvas, 0.6, 0.2, run.replicates(run.reference), lang)

    return Chart("kbk-indikator", title, lead, title, 4.15, paint)


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


def share_map(run: Run, lang: str = "id") -> Chart:
    """Paid share of capitation by facility and month: the most frequent value over the replicates, in digits."""
    _ = translator(lang)
    store = run.store
    shares, chances = most_frequent(store.series(run.reference, "share_permille", "facility") / 10)
    full = store.series(run.reference, "capitation_full", "facility")
    paid = store.series(run.reference, "capitation_paid", "facility")
    lost = spread((full - paid).sum(axis=1)).middle
    skip = exempt(store)
    order = np.lexsort((np.arange(len(lost)), -np.where(skip, -1.0, lost)))
    titles = _title(run, full - paid, skip, lang)
    first, last = (month_name(run.months[at], lang) for at in (0, -1))
    lead = _(
        "Share of capitation paid, percent, written in every cell; the darker, the larger the cut. Rows are sorted by "
        "rupiah lost from {first} to {last}."
    ).format(first=first, last=last)
    lead += " " + run.scenario_told(run.reference, lang)
    count = len(run.facilities)

    def paint(canvas: Canvas) -> None:
        _paint_map(canvas, run, lang, shares, chances, lost, skip, order)

    return Chart("kbk-peta", titles, lead, titles, count * _ROW + 1.2, paint)


def _title(run: Run, lost: FloatArray, skip: BoolArray, lang: str) -> str:
    _ = translator(lang)
    by_facility = lost.sum(axis=1)
    total = middle(by_facility.sum(axis=1))
    if total <= 0:
        return _("No facility loses capitation to its KBK score")
    most = [at for at in np.argsort(-np.median(by_facility, axis=0), kind="stable") if not skip[at]][:3]
    part = middle(by_facility[:, most].sum(axis=1))
    names = ", ".join(run.short_names[at] for at in most)
    return _("{names} lose {part} of the {total} that KBK scores cost").format(
        names=names, part=rupiah_short(part, lang), total=rupiah_short(total, lang)
    )


def _paint_map(
    canvas: Canvas,
    run: Run,
    lang: str,
    shares: FloatArray,
    chances: FloatArray,
    lost: FloatArray,
    skip: BoolArray,
    order: IntArray,
) -> None:
    from matplotlib.patches import Polygon, Rectangle

    _ = translator(lang)
    rows, months = len(order), len(run.months)
    left, right = 2.35, WIDTH - 1.15
    axes = canvas.axes(left, 0.6, right - left, rows * _ROW)
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, months)
    axes.set_ylim(rows, 0)
    axes.set_yticks([])
    axes.set_xticks([])
    digits = 8.5 if months <= 24 else 7.0
    for row, place in enumerate(order):
        name = run.short_names[place]
        axes.annotate(_short(name, 30), (0, row + 0.5), xytext=(-6, 0), textcoords="offset points", ha="right",
                      va="center", fontsize=9, color=palette.INK, annotation_clip=False)  # fmt: skip
        words = _("exempt") if skip[place] else number(float(lost[place]) / 1e6, lang, 1)
        axes.annotate(words, (months, row + 0.5), xytext=(6, 0), textcoords="offset points", ha="left", va="center",
                      fontsize=9, color=palette.INK, annotation_clip=False)  # fmt: skip
        for month in range(months):
            if skip[place]:
                axes.add_patch(Rectangle((month, row), 1, 1, facecolor=palette.PAPER, edgecolor=palette.RULE,
                                         hatch="////", linewidth=0))  # fmt: skip
                continue
            percent = round(float(shares[month, place]))
            ground, ink = palette.kbk_colours(percent)
            axes.add_patch(Rectangle((month, row), 1, 1, facecolor=ground, edgecolor=palette.PAPER, linewidth=0.8))
            axes.text(month + 0.46, row + 0.53, str(percent), ha="center", va="center", fontsize=digits, color=ink)
            if chances[month, place] < UNSURE:
                fold = [(month + 0.72, row), (month + 1, row), (month + 1, row + 0.34)]
                axes.add_patch(Polygon(fold, facecolor=ink, linewidth=0))
    step = 1 if months <= 24 else 2
    for month in range(0, months, step):
        short, year = month_name(run.months[month], lang, short=True).rsplit(" ", 1)
        axes.annotate(short, (month + 0.5, 0), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=8.5,
                      color=palette.SOFT, annotation_clip=False)  # fmt: skip
        if month == 0 or run.months[month].endswith("-01"):
            axes.annotate(year, (month, 0), xytext=(2, 17), textcoords="offset points", fontsize=10,
                          fontweight="bold", color=palette.INK, annotation_clip=False)  # fmt: skip
    axes.annotate(_("Lost,\nIDR million"), (months, 0), xytext=(6, 4), textcoords="offset points", fontsize=8.5,
                  color=palette.SOFT, annotation_clip=False)  # fmt: skip
    _map_key(canvas, lang)


def _map_key(canvas: Canvas, lang: str) -> None:
    from matplotlib.patches import Polygon, Rectangle

    _ = translator(lang)
    words: dict[int | str, str] = {100: _("full"), 95: _("cut by 5%"), 90: _("cut by 10%"), 85: _("cut by 15%"),
                                   "unsure": _("uncertain (under 6 of 10)"), "exempt": _("exempt")}  # fmt: skip
    left = 0.3
    for kind, text in words.items():
        box = canvas.axes(left, 0.17, 0.33, 0.22)
        box.set_axis_off()
        box.set_xlim(0, 1)
        box.set_ylim(0, 1)
        percent = kind if isinstance(kind, int) else 95
        ground, ink = palette.kbk_colours(percent)
        if kind == "exempt":
            box.add_patch(Rectangle((0, 0), 1, 1, facecolor=palette.PAPER, edgecolor=palette.RULE, hatch="////"))
        else:
            box.add_patch(Rectangle((0, 0), 1, 1, facecolor=ground, edgecolor=palette.RULE))
            box.text(0.48, 0.45, str(percent), ha="center", va="center", fontsize=8.5, color=ink)
        if kind == "unsure":
            box.add_patch(Polygon([(0.72, 1), (1, 1), (1, 0.66)], facecolor=ink, linewidth=0))
        left += 0.4 + canvas.text(left + 0.4, 0.23, text, fontsize=TICK - 1) + 0.2


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
