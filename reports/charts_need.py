"""The chart of the need: the bill added up within each calendar year."""

from __future__ import annotations

import numpy as np

from districts.text import number, rupiah_short, translator
from reports.canvas import Canvas, Chart
from reports.fans import (
    ceiling,
    decimals_for,
    end_label,
    fan,
    fan_key,
    month_tips,
    months_beneath,
    reach,
    round_step,
    rupiah_unit,
    told,
    value_axis,
)
from reports.numbers import middle, years
from reports.run import Run
from scenarios.need import need

_ROOM = 4  # a year with fewer months leaves no room for a label


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
    unit, unit_name = rupiah_unit(reach(sums, 0.9), lang)
    lead = _("District JKN bill added up within each year, no ceiling, {unit}.").format(unit=unit_name)
    lead += " " + run.scenario_told(headline, lang)
    if found.debt_carried_in or found.others_pay:
        lead += " " + _("Need is this bill plus debt carried in ({debt}) less what others pay ({others}).").format(
            debt=rupiah_short(found.debt_carried_in, lang), others=rupiah_short(found.others_pay, lang)
        )
    top = ceiling(reach(sums, 0.9) / unit or 1.0)

    def paint(canvas: Canvas) -> None:
        left, right = (0.62, 0.1) if canvas.narrow else (0.75, 1.55)
        width = canvas.width - left - right
        axes = canvas.axes(left, 1.15 if canvas.narrow else 0.95, width, 2.7)
        for group, total in zip(groups, sums, strict=True):
            fan(axes, group.months, total / unit)
            end = middle(total[:, -1])
            if canvas.narrow:
                continue  # the amounts are in the title and the tips: no room beside the axes
            if len(group.months) > _ROOM or group is groups[-1]:
                end_label(axes, float(group.months[-1]), end / unit, rupiah_short(end, lang))
        axes.set_xlim(-0.3, len(run.months) - 0.7)
        step = round_step(top / 6)
        value_axis(axes, 0, top, lambda value: number(value, lang, decimals_for(step)))
        months_beneath(axes, run.months, lang, width)
        for group, total in zip(groups, sums, strict=True):
            words = [_("billed so far in {year}: {amount}").format(
                year=group.year, amount=told(total[:, at], lambda value: rupiah_short(value, lang), lang)
            ) for at in range(len(group.months))]  # fmt: skip
            month_tips(canvas, axes, group.months, [run.months[at] for at in group.months], words, lang)
        fan_key(canvas, left, 0.12, run.replicates(headline), lang)

    description = _("Cumulative bill of the district within each year; {title}.").format(title=title)
    return Chart("kebutuhan", title, lead, description, 3.85, paint, 4.1)
