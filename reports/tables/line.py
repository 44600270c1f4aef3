"""The need against the district's own line: month by month with what is left, and by account code with live totals."""

from __future__ import annotations

import math

from districts.text import month_name, rupiah_short, translator
from reports import palette
from reports.answer import certainty_words, yearly_need
from reports.book import Cell, Sheet, label, money, span, total
from reports.cuts import central_replicate
from reports.numbers import BILL_LINES, years
from reports.numbers import label as indicator_label
from reports.run import Run
from reports.tables.charts import Drawing, Series, draw
from reports.wording import scenario_title


def line_by_month(sheet: Sheet, run: Run, scenario: str, lang: str = "id") -> None:
    """Bill of the month, the bill added up within the year, the line filled in, and what is left of it; the sums and
    what is left are formulas. Years without a line have none; with replicates enough the amount that lasts at the run's
    certainty stands beside it, in full years."""
    _ = translator(lang)
    lines = run.manifest.get("own_lines", {})
    sheet.heading(_("Need and line by month (rupiah). Scenario: {scenario}").format(
        scenario=scenario_title(run.manifest, scenario, lang)))  # fmt: skip
    sheet.note(_("The bill when no ceiling binds, of the replicate whose need of the year is the central estimate, "
                 "added up within the year, against the line the district filled in. Below zero: money is missing from "
                 "that month on."))  # fmt: skip
    heads = [
        _("month"),
        "",
        _("bill of the month"),
        _("added up in the year"),
        _("line filled in"),
        _("left of the line"),
    ]
    if run.certain:
        heads.append(_("enough in {certainty} cases").format(certainty=certainty_words(run.certainty, lang)))
    header = sheet.header(heads)
    bill = run.store.series(scenario, "bill_jkn")
    first, told = sheet.next, []
    for year in years(run.months):
        start, added, replicate = sheet.next, 0.0, central_replicate(run, scenario, year.year)
        line = float(lines[str(year.year)]) if str(year.year) in lines and year.full else math.nan
        amounts = []
        if run.certain:
            amount = yearly_need(run, scenario, year.year).amount if year.full else None
            amounts = [money(math.nan if amount is None else amount)]
        for at in year.months:
            row, value = sheet.next, float(bill[replicate, at])
            added += value
            left: Cell = label("–", "right")
            if math.isfinite(line):
                left = total(f"=E{row + 1}-D{row + 1}", line - added, "money")
            sheet.row([label(month_name(run.months[at], lang, True)), label(""), money(value),
                       total(f"=SUM({span(2, start, row)})", added, "money"), money(line), left, *amounts])  # fmt: skip
        if math.isfinite(line):
            told.append(_("{year}: {added} against a line of {line}").format(
                year=year.year, added=rupiah_short(added, lang), line=rupiah_short(line, lang)))  # fmt: skip
    last = sheet.next - 1
    sheet.next += 1
    draw(sheet, Drawing(
        _("Bill added up within each year against the line (rupiah million)"),
        _("Columns of the bill added up within each year, with the line filled in.") + " " + "; ".join(told),
        (first, 0, last, 0), "column",
        [Series((header, 3), (first, 3, last, 3), fill=palette.FAN_5)],
        [Series((header, column), (first, column, last, column), line=line) for column, line in (
            *(((4, (palette.WARNING, "solid", 2.25)),) if told else ()),
            *(((6, (palette.ACCENT, "dash", 2.25)),) if run.certain else ()),
        )],
        number="#,##0,,",
    ))  # fmt: skip


def by_account(sheet: Sheet, run: Run, sums: dict[int, int], values: dict[int, list[float]], lang: str = "id") -> None:
    """The bill of each year by account code, added up by formula from the table by month.

    ``sums``: the row (0-based) of each year's sum in that table, whose lines stand from column C on; ``values``: those
    sums in the order of the lines.
    """
    _ = translator(lang)
    codes = list(dict.fromkeys(account for _key, account in BILL_LINES))
    sheet.heading(_("Bill by account and year (rupiah), from the table by month"))
    sheet.header([_("what it pays"), "", _("account"), *(str(year) for year in sums)], numbers_from=3)
    first = sheet.next
    for code in codes:
        lines = [place for place, (_key, account) in enumerate(BILL_LINES) if account == code]
        names = "; ".join(indicator_label(BILL_LINES[place][0], lang) for place in lines)
        cells = [
            total("=" + "+".join(f"{chr(ord('C') + place)}{row + 1}" for place in lines),
                  sum(values[year][place] for place in lines), "money")
            for year, row in sums.items()
        ]  # fmt: skip
        sheet.row([label(names, "wrap"), label(""), label(code or _("no account named")), *cells])
    last = sheet.next - 1
    sheet.row([label(_("Sum"), "bold"), None, None,
               *(total(f"=SUM({span(3 + at, first, last)})", sum(values[year]), "rupiah")
                 for at, year in enumerate(sums))])  # fmt: skip
