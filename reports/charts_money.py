"""Charts of money: capitation by month, the need of each year, and the use of a ceiling."""

from __future__ import annotations

import numpy as np

from districts.text import number, rupiah_short, translator
from reports import palette
from reports.canvas import WIDTH, Canvas, Chart
from reports.fans import (
    bar_label,
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
    title_lines,
    value_axis,
)
from reports.numbers import middle, spread, years
from reports.run import Run
from reports.wording import scenario_title
from scenarios.need import need

MOST_PANELS = 3
_ROOM = 4  # a year with fewer months leaves no room for a label


def capitation_chart(run: Run, lang: str = "id") -> Chart:
    """Fan chart of the capitation paid by month in the reference scenario, with the full amount as a line above."""
    _ = translator(lang)
    paid, full = (run.store.series(run.reference, key) for key in ("capitation_paid", "capitation_full"))
    year = run.year
    lost_per_month = middle((full - paid)[:, year.months].mean(axis=1))
    paid_year = middle(paid[:, year.months].sum(axis=1))
    title = _("Capitation {year} is about {paid}; {lost} a month is lost to the KBK score").format(
        year=run.period(lang), paid=rupiah_short(paid_year, lang), lost=rupiah_short(lost_per_month, lang)
    )
    full_middle = spread(full).middle / 1e6
    bottom, top, step = _around(min(reach([paid], 0.1) / 1e6, full_middle.min()),
                                max(reach([paid], 0.9) / 1e6, full_middle.max()))  # fmt: skip
    lead = _("Capitation paid to {count} facilities by month, and the full amount. IDR million.").format(
        count=len(run.facilities)
    )
    lead += " " + run.scenario_told(run.reference, lang)
    if bottom:
        lead += " " + _("The axis begins at {floor}.").format(floor=number(bottom, lang))

    def paint(canvas: Canvas) -> None:
        axes = canvas.axes(0.95, 1.0, WIDTH - 2.7, 2.6)
        positions = np.arange(len(run.months))
        fan(axes, positions, paid / 1e6)
        axes.plot(positions, full_middle, color=palette.WARNING, linewidth=1.2)
        axes.set_xlim(-0.3, len(positions) - 0.7)
        value_axis(axes, bottom, top, lambda value: number(value, lang, decimals_for(step)))
        months_beneath(axes, run.months, lang, WIDTH - 2.7)
        ends = middle(paid[:, -1]) / 1e6, float(full_middle[-1])
        apart = 13.0 if abs(ends[1] - ends[0]) < 0.08 * (top - bottom) else 0.0
        end_label(axes, len(positions) - 1, ends[0], _("paid"), up=-apart / 2)
        end_label(axes, len(positions) - 1, ends[1], _("full amount"), palette.WARNING, up=apart / 2)
        fan_key(canvas, 0.95, 0.2, run.replicates(run.reference), lang)

    description = _("Fan chart of the capitation paid by month, with the full amount; {title}.").format(title=title)
    return Chart("kapitasi", title, lead, description, 3.8, paint)


def _around(low: float, high: float) -> tuple[float, float, float]:
    """(bottom, top, step) of an axis around values, from zero unless they lie in its upper half."""
    if low < high / 2:
        top = ceiling(high)
        return 0.0, top, round_step(top / 6)
    step = round_step(max(high - low, high * 0.02) / 4)
    bottom, top = max(np.floor(low / step - 0.5), 0) * step, np.ceil(high / step + 0.5) * step
    return float(bottom), float(top), round_step((top - bottom) / 6)


def need_chart(run: Run, lang: str = "id") -> Chart | None:
    """The bill of the headline scenario added up within each year; None when every line binds."""
    if run.headline is None:
        return None
    _ = translator(lang)
    headline = run.headline
    bill = run.store.series(headline, "bill_jkn")
    groups = years(run.months)
    sums = [np.cumsum(bill[:, year.months], axis=1) for year in groups]
    found = need(run.store, headline, run.year.year, None)
    title = _("The need of {year} is about {need}").format(year=run.period(lang), need=rupiah_short(found.median, lang))
    lead = _("District JKN bill added up within each year, no ceiling, IDR billion.")
    lead += " " + run.scenario_told(headline, lang)
    if found.debt_carried_in or found.others_pay:
        lead += " " + _("Need is this bill plus debt carried in ({debt}) less what others pay ({others}).").format(
            debt=rupiah_short(found.debt_carried_in, lang), others=rupiah_short(found.others_pay, lang)
        )
    top = ceiling(reach(sums, 0.9) / 1e9)

    def paint(canvas: Canvas) -> None:
        axes = canvas.axes(0.75, 1.0, WIDTH - 2.3, 2.7)
        for group, total in zip(groups, sums, strict=True):
            fan(axes, group.months, total / 1e9)
            end = middle(total[:, -1])
            if len(group.months) > _ROOM or group is groups[-1]:
                end_label(axes, float(group.months[-1]), end / 1e9, rupiah_short(end, lang))
        axes.set_xlim(-0.3, len(run.months) - 0.7)
        step = round_step(top / 6)
        value_axis(axes, 0, top, lambda value: number(value, lang, decimals_for(step)))
        months_beneath(axes, run.months, lang, WIDTH - 2.3)
        fan_key(canvas, 0.75, 0.2, run.replicates(headline), lang)

    description = _("Cumulative bill of the district within each year; {title}.").format(title=title)
    return Chart("kebutuhan", title, lead, description, 3.95, paint)


def ceiling_chart(run: Run, lang: str = "id") -> Chart | None:
    """The use of the line within each year against its ceiling, for scenarios in which a line binds; None without."""
    names = run.binding[:MOST_PANELS]
    if not names:
        return None
    _ = translator(lang)
    store = run.store
    ceilings = [store.series(name, "line") for name in names]
    used = [store.series(name, "line_used") for name in names]
    first = run.exhaustion_words(names[0], lang)
    title = _("{scenario}: {what}").format(scenario=scenario_title(run.manifest, names[0], lang), what=first)
    lead = _("Used of the JKN line within each year, and the ceiling of that year. IDR billion.")
    top = ceiling(reach([*ceilings, *used], 0.9) / 1e9)

    titles = [scenario_title(run.manifest, name, lang) for name in names]
    places = panels(len(names), 0.75, WIDTH - 0.4, 0.55)
    lines = max(len(title_lines(text, places[0][1])) for text in titles)

    def paint(canvas: Canvas) -> None:
        for at, (left, width) in enumerate(places):
            axes = canvas.axes(left, 1.0, width, 2.75)
            for year in years(run.months):
                positions = year.months.astype(float)
                fan(axes, positions, used[at][:, year.months] / 1e9)
                level = spread(ceilings[at][:, year.months]).middle / 1e9
                axes.plot([positions[0] - 0.3, *positions, positions[-1] + 0.3], [level[0], *level, level[-1]],
                          color=palette.WARNING, linewidth=1.8)  # fmt: skip
                if len(positions) > 2 * _ROOM and np.isfinite(level[0]):
                    bar_label(axes, positions[0], level[0], rupiah_short(float(level[-1]) * 1e9, lang))
            axes.set_xlim(-0.6, len(run.months) - 0.4)
            value_axis(axes, 0, top, lambda value: number(value, lang, decimals_for(round_step(top / 6))))
            months_beneath(axes, run.months, lang, width)
            panel_title(canvas, left, 3.87, titles[at], width)
        fan_key(canvas, 0.75, 0.2, run.replicates(names[0]), lang)

    description = _("Used of the line against its ceiling by month; {title}.").format(title=title)
    return Chart("pagu", title, lead, description, 4.0 + 0.18 * lines, paint)
