"""The cash call by month, as a fan."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, number, rupiah_short, translator
from reports.branch.words import Record, headline
from reports.canvas import Canvas, Chart
from reports.fans import ceiling, decimals_for, fan, fan_key, months_beneath, reach, round_step, value_axis
from reports.numbers import FloatArray


def cash_chart(record: Record, total: FloatArray, lang: str = "id") -> Chart:
    """Fan chart of ``total`` (R, T), rupiah that BPJS pays out in each month."""
    _ = translator(lang)
    size = 1e9 if reach([total], 0.9) >= 5e9 else 1e6
    top = ceiling(reach([total], 0.9) / size)

    def paint(canvas: Canvas) -> None:
        left, below = (0.6, 1.05) if canvas.narrow else (0.75, 1.0)
        width = canvas.width - left - 0.35
        axes = canvas.axes(left, below, width, 2.6)
        positions = np.arange(len(record["months"]))
        fan(axes, positions, total / size)
        axes.set_xlim(-0.3, len(positions) - 0.7)
        value_axis(axes, 0, top, lambda value: number(value, lang, decimals_for(round_step(top / 6))))
        months_beneath(axes, record["months"], lang, width)
        fan_key(canvas, 0.75, 0.2, record["replicates"], lang)

    middles = record["cash"]["total"]["middle"]
    most = max(range(len(middles)), key=middles.__getitem__)
    title = _("The cash call is highest in {month}, about {rupiah}").format(
        month=month_name(record["months"][most], lang), rupiah=rupiah_short(middles[most], lang)
    )
    lead = _("Cash call by month: capitation, non-capitation and hospital claims paid, all districts of the branch. "
             "IDR million.")  # fmt: skip
    if size == 1e9:
        lead = _("Cash call by month: capitation, non-capitation and hospital claims paid, all districts of the "
                 "branch. IDR billion.")  # fmt: skip
    description = _("Fan chart of the cash call by month; {title}.").format(title=headline(record, lang))
    return Chart("kas-cabang", title, lead, description, 3.8, paint, 3.9)
