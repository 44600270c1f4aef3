"""The active share by month with the scenarios side by side, and its chart."""

from __future__ import annotations

from districts.text import month_name, percent, translator
from reports import palette
from reports.book import Sheet, label, share
from reports.charts_cover import active_share_chart
from reports.law import uhc_bars
from reports.numbers import active_share, spread
from reports.run import Run
from reports.tables.charts import LINES, Drawing, Series, draw
from reports.wording import scenario_title

#: More lines than this cannot be told apart; the columns of the table hold every scenario.
MOST = len(LINES)


def shares_by_month(sheet: Sheet, run: Run, lang: str = "id") -> None:
    """One row a month, one column a scenario (middle of the replicates), the UHC bar last; the chart beneath."""
    _ = translator(lang)
    names = run.main[: len(sheet.widths) - 2]
    sheet.fresh_page()
    sheet.heading(_("Active share by month, scenarios side by side (middle)"))
    if (chart := active_share_chart(run, lang)) is not None:
        sheet.note(chart.title + ".")
    titles = [scenario_title(run.manifest, name, lang) for name in names]
    header = sheet.header([_("month"), *titles, _("UHC bar, active")])
    bars = uhc_bars(run.months, run.rules)
    middles = [spread(active_share(run.store, name)).middle for name in names]
    first = sheet.next
    for at, month in enumerate(run.months):
        sheet.row([label(month_name(month, lang, True)), *(share(float(column[at])) for column in middles),
                   share(bars[at].active)])  # fmt: skip
    last = sheet.next - 1
    sheet.next += 1
    drawn = names[:MOST]
    ends = "; ".join(f"{title}: {percent(float(column[-1]), lang)}"
                     for title, column in zip(titles, middles, strict=True))  # fmt: skip
    lowest = min(float(column.min()) for column in middles)
    draw(sheet, Drawing(
        _("Active share of the population by month and scenario, and the UHC bar"),
        _("Lines of the active share by month, one a scenario, with the UHC bar. In the last month: {ends}.").format(
            ends=ends),
        (first, 0, last, 0), "line",
        [Series((header, 1 + at), (first, 1 + at, last, 1 + at), line=LINES[at]) for at in range(len(drawn))]
        + [Series((header, 1 + len(names)), (first, 1 + len(names), last, 1 + len(names)),
                  line=(palette.WARNING, "solid", 2.25))],
        number="0%", least=max(0.0, int(lowest * 10 - 0.2) / 10), most=1.0 if lowest > 0.45 else None,
    ))  # fmt: skip
