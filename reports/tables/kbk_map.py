"""The share of capitation paid, facility by month: one digit a cell in the colour of its band, and what is lost."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, percent, translator
from reports import palette
from reports.book import Book, Cell, Sheet, label, money, span, total
from reports.charts_kbk_map import UNSURE, kbk_map, share_map
from reports.numbers import FloatArray, exempt, middle, spread, years
from reports.run import Run
from reports.tables.charts import Drawing, Series, draw
from reports.wording import scenario_title

#: The bands of a paid share, percent: from (included) to (not included).
BANDS: tuple[tuple[int, int], ...] = ((100, 101), (95, 100), (90, 95), (0, 90))


def kbk_map_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Rows by rupiah lost; a band that fewer than 6 of 10 replicates agree on is marked; beneath, how many facilities
    stand in each band, by formula, with the chart."""
    _ = translator(lang)
    store, scenario = run.store, run.told
    calendar = years(run.months)
    drawn = kbk_map(run)
    count = len(drawn.months)
    sheet = book.sheet(_("KBK map"), [30, *[5.3] * count, *[15] * len(calendar)])
    title = share_map(run, lang).title
    sheet.title(
        _("KBK: share of capitation paid, facility by month"),
        _("{finding}. Percent, the most frequent value of the replicates; the darker, the larger the cut. “?”: fewer "
          "than 6 of 10 replicates agree. Before the run the data of its last months; a point: no data. Hatched: "
          "exempt, paid in full. Rows stand in the order of rupiah lost. "
          "Scenario: {scenario}.").format(finding=title, scenario=scenario_title(run.manifest, scenario, lang)),
    )  # fmt: skip
    _key(sheet, lang)
    months = [month_name(month, lang, True).replace(" ", "\n") for month in drawn.months]
    months = [f"{name}\n({_('data')})" if at < drawn.past else name for at, name in enumerate(months)]
    lost_told = [_("lost in {year} (rupiah)").format(year=run.period_of(year, lang)) for year in calendar]
    header = sheet.header([_("facility"), *months, *lost_told], freeze=True)
    full, paid = (store.series(scenario, f"capitation_{key}", "facility") for key in ("full", "paid"))
    lost = [(full - paid)[:, year.months].sum(axis=1) for year in calendar]
    middles = np.stack([spread(sample).middle for sample in lost])
    skip = exempt(store)
    shares, sure = drawn.shares, drawn.chances
    first, after = sheet.next, 1 + count
    for place in sorted(range(len(skip)), key=lambda place: (skip[place], -middles[:, place].sum())):
        cells = [_cell(shares[at, place], sure[at, place]) for at in range(count)]
        if skip[place]:
            row = sheet.row([label(run.facilities[place]), *[None] * len(cells),
                             *[label(_("exempt"), "right")] * len(calendar)])  # fmt: skip
            _hatch(sheet, row, len(cells))
            continue
        sheet.row([label(run.facilities[place]), *cells, *(money(float(column[place])) for column in middles)])
    last = sheet.next - 1
    sums = [total(f"=SUM({span(after + at, first, last)})", float(column[~skip].sum()), "rupiah")
            for at, column in enumerate(middles)]  # fmt: skip
    sheet.row([label(_("Sum"), "bold"), *[None] * count, *sums])
    sheet.row([label(_("District, by replicate")), *[None] * count,
               *(money(middle(sample.sum(axis=1))) for sample in lost)])  # fmt: skip
    _bands(sheet, run, (header, first, last), shares[:, ~skip], lang)


def _cell(percentage: float, sure: float) -> Cell:
    if not np.isfinite(percentage):  # a month without data
        return label("·", "right")
    return Cell(float(percentage), "kbk" if sure >= UNSURE else "unsure")


def _hatch(sheet: Sheet, row: int, count: int) -> None:
    """Marks the months of an exempt facility."""
    style = sheet.book.style("text", pattern=14, fg_color=palette.RULE, bg_color=palette.PAPER, align="center")
    for column in range(1, count + 1):
        sheet.sheet.write_string(row, column, "·", style)


def _key(sheet: Sheet, lang: str) -> None:
    """What the colours say, above the table: the digit stands in its colour."""
    _ = translator(lang)
    words = {100.0: _("full"), 95.0: _("cut by 5%"), 90.0: _("cut by 10%"), 85.0: _("cut by 15%")}
    cells: list[Cell | None] = [label(_("What the colours say"))]
    for step, text in words.items():
        cells += [Cell(step, "kbk"), label(text), None, None]
    sheet.row(cells)


def _bands(sheet: Sheet, run: Run, rows: tuple[int, int, int], shares: FloatArray, lang: str) -> None:
    """How many scored facilities stand in each band, month by month, counted by formula, and the chart of it.

    ``rows``: of the header and of the first and last facility. ``shares``: (C, scored facilities), percent, months of
    data before the run among them.
    """
    _ = translator(lang)
    header, first, last = rows
    months = len(shares)
    sheet.heading(_("How many facilities are paid which share"))
    named = [_("paid in full"), _("paid 95 to 99%"), _("paid 90 to 94%"), _("paid below 90%")]
    start = sheet.next
    for name, (low, high) in zip(named, BANDS, strict=True):
        cells = [
            total(f'=COUNTIFS({span(column, first, last)},">={low}",{span(column, first, last)},"<{high}")',
                  float(((shares[column - 1] >= low) & (shares[column - 1] < high)).sum()), "whole")
            for column in range(1, months + 1)
        ]  # fmt: skip
        sheet.row([label(name), *cells])
    sheet.next += 1
    ends = shares[-1]
    grounds = [palette.kbk_colours(max(low, 85))[0] for low, _high in BANDS]
    full = percent(float((ends >= 100).mean()), lang, 0) if ends.size else "–"
    draw(sheet, Drawing(
        _("Facilities by share of capitation paid, by month"),
        _("Columns by month: how many facilities are paid 100, 95, 90 and 85% of capitation. In the last month {full} "
          "of the scored facilities are paid in full.").format(full=full),
        (header, 1, header, months), "stacked",
        [Series((start + at, 0), (start + at, 1, start + at, months), fill=ground)
         for at, ground in enumerate(grounds)],
        number="0",
    ))  # fmt: skip
