"""Capitation of the district by month, and of each facility by year: full, paid and lost, with the chart."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, translator
from reports import palette
from reports.book import Book, Cell, Sheet, label, money, quotient, span, total, whole
from reports.charts_money import capitation_chart
from reports.numbers import Year, middle, spread, years
from reports.run import Run
from reports.tables.charts import Drawing, Series, draw
from reports.wording import scenario_title

_PARTS = ("capitation_full", "capitation_paid")


def district_capitation_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """The chart, the months with their sums by formula, then the facilities by year."""
    _ = translator(lang)
    sheet = book.sheet(_("Capitation in all"), [32, 12, 17, 17, 17, 10, 17, 17])
    sheet.title(
        _("Capitation of all facilities: full, paid, and lost to the KBK score"),
        _("{finding}. Rupiah, middle of the replicates. Scenario: {scenario}. Lost and share paid are formulas of the "
          "cells beside them; the facilities stand month by month on the sheet Capitation.").format(
              finding=capitation_chart(run, lang).title, scenario=scenario_title(run.manifest, run.told, lang)),
    )  # fmt: skip
    at = sheet.next
    sheet.next = at + 21
    first, last, header = _months(sheet, run, lang)
    end, sheet.next = sheet.next, at
    paid, lost = (Series((header, column), (first, column, last, column), fill=fill)
                  for column, fill in ((3, palette.FAN_5), (4, palette.PAPER)))  # fmt: skip
    draw(sheet, Drawing(
        _("Capitation by month: paid, and lost to the KBK score (rupiah million)"),
        _("Columns by month: capitation paid, and on top of it what the KBK score costs. {finding}.").format(
            finding=capitation_chart(run, lang).title),
        (first, 0, last, 0), "stacked", [paid, lost], number="#,##0,,",
    ))  # fmt: skip
    sheet.next = end
    for year in run.full_years:
        _facilities(sheet, run, year, lang)


def _months(sheet: Sheet, run: Run, lang: str) -> tuple[int, int, int]:
    """The months in one run of rows, so that a chart can read them; then the sums of the years. Returns the rows of
    the first and last month and of the header."""
    _ = translator(lang)
    sheet.heading(_("District by month"))
    parts = [_("paid: {part}").format(part=part) for part in (_("lower"), _("upper"))]
    header = sheet.header([_("month"), _("capitated heads"), _("full capitation"), _("paid"), _("full less paid"),
                           _("share paid"), *parts])  # fmt: skip
    store, scenario = run.store, run.told
    heads = spread(store.series(scenario, "capitated")).middle
    full, paid = (store.series(scenario, key) for key in _PARTS)
    first = sheet.next
    for at, month in enumerate(run.months):
        edges = spread(paid[:, at])
        sheet.row([label(month_name(month, lang, True)), whole(float(heads[at])),
                   *_money(sheet.next, middle(full[:, at]), middle(paid[:, at])),
                   money(float(edges.low)), money(float(edges.high))])  # fmt: skip
    last = sheet.next - 1
    for year in years(run.months):
        rows = first + int(year.months[0]), first + int(year.months[-1])
        sums = [sum(middle(sample[:, at]) for at in year.months) for sample in (full, paid)]
        row = sheet.next
        sheet.row([
            label(_("Sum of {year}").format(year=year.year), "bold"), None,
            *(total(f"=SUM({span(column, *rows)})", value, "rupiah")
              for column, value in zip((2, 3), sums, strict=True)),
            total(f"=C{row + 1}-D{row + 1}", sums[0] - sums[1], "rupiah"),
            quotient(row, ("D", sums[1]), ("C", sums[0])),
        ])  # fmt: skip
        yearly = [spread(sample[:, year.months].sum(axis=1)) for sample in (full, paid)]
        sheet.row([label(_("{year}, by replicate").format(year=year.year)), None,
                   *_money(sheet.next, float(yearly[0].middle), float(yearly[1].middle)),
                   money(float(yearly[1].low)), money(float(yearly[1].high))])  # fmt: skip
    return first, last, header


def _facilities(sheet: Sheet, run: Run, year: Year, lang: str) -> None:
    """The facilities of one year, the one that loses most first."""
    _ = translator(lang)
    sheet.heading(_("By facility, {year}").format(year=run.period_of(year, lang)))
    sheet.header([_("facility"), _("mean capitated heads"), _("full capitation"), _("paid"), _("full less paid"),
                  _("share paid")])  # fmt: skip
    store, scenario = run.store, run.told
    full, paid = (spread(store.series(scenario, key, "facility")[:, year.months].sum(axis=1)).middle for key in _PARTS)
    heads = spread(store.series(scenario, "capitated", "facility")[:, year.months].mean(axis=1)).middle
    first = sheet.next
    for place in np.argsort(paid - full, kind="stable"):
        sheet.row([label(run.facilities[place]), whole(float(heads[place])),
                   *_money(sheet.next, float(full[place]), float(paid[place]))])  # fmt: skip
    last, sums = sheet.next - 1, (float(full.sum()), float(paid.sum()))
    values = (sums[0], sums[1], sums[0] - sums[1])
    row = sheet.next
    sheet.row([label(_("Sum"), "bold"), None,
               *(total(f"=SUM({span(2 + at, first, last)})", value, "rupiah") for at, value in enumerate(values)),
               quotient(row, ("D", sums[1]), ("C", sums[0]))])  # fmt: skip


def _money(row: int, full: float, paid: float) -> list[Cell]:
    """Full and paid, and by formula what is lost and the share paid."""
    full, paid = float(round(full)), float(round(paid))
    lost = total(f"=C{row + 1}-D{row + 1}", full - paid, "money")
    return [money(full), money(paid), lost, quotient(row, ("D", paid), ("C", full))]
