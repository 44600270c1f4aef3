"""The sheet on hospital claims: what care was owed, submitted, paid and late by month, and the year by hospital."""

from __future__ import annotations

from districts.text import month_name, translator
from reports.book import Book, Sheet, label, money, whole
from reports.numbers import label as indicator_label
from reports.numbers import middle, spread, years
from reports.run import Run
from reports.wording import scenario_title
from sim.indicators import HOSPITAL, INDEX

#: Claims of the district in the order in which a file passes; the last one is what is owed at the month's end.
_FLOWS = (
    "claims_incurred", "claims_submitted", "claims_returned", "claims_paid", "claims_late", "claims_penalty",
)  # fmt: skip
_OWED = "claims_backlog"
#: What a hospital's line shows: counts, then rupiah of the year, then what is owed at its end and where the files are.
_CARE = ("outpatient", "admissions", "severe")
_RUPIAH = ("claims_incurred", "claims_paid", "claims_late", "claims_penalty")
_STOCKS = ("claims_backlog", "claims_unsubmitted", "claims_incomplete", "claims_waiting")


def claims_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Claims of the scenario of the answer: the district by month with sums by year, its year by hospital."""
    _ = translator(lang)
    sheet = book.sheet(_("Claims"), [34, *[15.5] * 11])
    sheet.title(
        _("Hospital claims by month and hospital"),
        _("Scenario: {scenario}. Rupiah, middle of the replicates. Care is owed from the end of its month, submitted "
          "in the next, and paid when its files are verified; files that are sent back come later. What is paid more "
          "than {days} days after its files were complete is late and costs the penalty.").format(
              scenario=scenario_title(run.manifest, run.told, lang),
              days=run.rules.value("claims.payment_days", run.months[0])),
    )  # fmt: skip
    _months(sheet, run, lang)
    _hospitals(sheet, run, lang)


def _months(sheet: Sheet, run: Run, lang: str) -> None:
    _ = translator(lang)
    store, scenario = run.store, run.told
    sheet.heading(_("District by month"))
    sheet.header([_("month"), *(indicator_label(key, lang) for key in (*_FLOWS, _OWED))])
    flows = [store.series(scenario, key) for key in _FLOWS]
    owed = store.series(scenario, _OWED)
    for year in years(run.months):
        for at in year.months:
            cells = [money(middle(sample[:, at])) for sample in (*flows, owed)]
            sheet.row([label(month_name(run.months[at], lang)), *cells])
        sums = [money(middle(sample[:, year.months].sum(axis=1))) for sample in flows]
        name = label(_("{year}, by replicate").format(year=year.year), "bold")
        sheet.row([name, *sums, money(middle(owed[:, year.months[-1]]))])


def _hospitals(sheet: Sheet, run: Run, lang: str) -> None:
    _ = translator(lang)
    months = run.year.months
    sheet.heading(_("By hospital, {year}").format(year=run.period(lang)))
    sheet.note(
        _("Where each member goes is drawn by the hospitals' shares of the district's care, and the class of a "
          "hospital sets its cost. What is not yet paid is that of the period's last month, in three parts.")
    )  # fmt: skip
    named = [HOSPITAL[INDEX["hospital"][key]] for key in (*_CARE, *_RUPIAH, *_STOCKS)]
    sheet.header([_("hospital"), *(entry.label_id if lang == "id" else entry.label_en for entry in named)])
    tables = {entry.key: run.store.series(run.told, entry.key, "hospital") for entry in named}
    figures = {
        key: table[:, months[-1]] if key in _STOCKS else table[:, months].sum(axis=1) for key, table in tables.items()
    }
    middles = {key: spread(sample).middle for key, sample in figures.items()}
    for place, hospital in enumerate(run.hospitals):
        sheet.row([label(hospital, "wrap"), *(whole(middles[key][place]) for key in _CARE),
                   *(money(middles[key][place]) for key in (*_RUPIAH, *_STOCKS))])  # fmt: skip
    district = {key: middle(sample.sum(axis=1)) for key, sample in figures.items()}
    sheet.row([label(_("District, by replicate"), "bold"), *(whole(district[key]) for key in _CARE),
               *(money(district[key]) for key in (*_RUPIAH, *_STOCKS))])  # fmt: skip
