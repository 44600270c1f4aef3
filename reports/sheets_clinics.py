"""The sheet on what goes on in the clinics, month by month: staff, queue, drugs, fund.

With the sheet on KBK a reader follows the chain from a doctor, an order or a rupiah to a rating, and back to the money.
"""

from __future__ import annotations

from districts.text import month_name, translator
from reports.book import Book, Cell, decimal, label, money, whole
from reports.numbers import middle, spread, years
from reports.run import Run
from reports.wording import scenario_title
from sim.indicators import FACILITY, INDEX

#: What is shown of each facility, in the order of the chain: who is there, how long patients wait, what is missing on
#: the shelf, what was bought with whose money, what the fund holds and what its fees pay.
COLUMNS: tuple[str, ...] = (
    "doctors", "dentists", "vacancies", "sick_visits", "wait_minutes", "over_hour", "patients_left", "stockout_acute",
    "stockout_chronic", "stockout_consumables", "drug_spending_apbd", "drug_spending_own", "fund_services",
    "fund_balance", "fee_doctor", "fee_nurse",
)  # fmt: skip
#: Columns whose mean over the facilities says more than their sum.
_MEANS = ("wait_minutes", "stockout_acute", "stockout_chronic", "stockout_consumables", "fee_doctor", "fee_nurse")


def clinics_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """The scenario of the answer by facility and month, middle of the replicates; the district's year first."""
    _ = translator(lang)
    store, scenario = run.store, run.told
    sheet = book.sheet(_("Clinics"), [30, 12, *[9] * 7, *[10] * 3, *[14] * 6])
    sheet.title(
        _("What goes on in the clinics"),
        _("Scenario: {scenario}. Middle of the replicates. Waits count from arrival to the doctor. Days without drugs "
          "and waits act on referrals, control and contacts in the month after (sheet KBK); the score sets the "
          "capitation of the month after that (sheet Capitation), which pays fees and part of the drugs here.").format(
              scenario=scenario_title(run.manifest, scenario, lang)),
    )  # fmt: skip
    entries = [FACILITY[INDEX["facility"][key]] for key in COLUMNS]
    names = [entry.label_id if lang == "id" else entry.label_en for entry in entries]
    samples = [store.series(scenario, key, "facility") for key in COLUMNS]
    header = sheet.header([_("facility"), _("month"), *names], numbers_from=2, freeze=True)
    for year in years(run.months):
        cells: list[Cell] = []
        for key, sample in zip(COLUMNS, samples, strict=True):
            in_year = sample[:, year.months]
            of_district = in_year.mean(axis=2) if key in _MEANS else in_year.sum(axis=2)
            cells.append(_cell(key, middle(of_district.mean(axis=1))))
        title = _("all, mean month or clinic")
        sheet.row([label(title, "bold"), label(str(year.year)), *cells])
    middles = [spread(sample).middle for sample in samples]
    for place, facility in enumerate(run.facilities):
        for at, month in enumerate(run.months):
            figures = [_cell(key, table[at, place]) for key, table in zip(COLUMNS, middles, strict=True)]
            sheet.row([label(facility), label(month_name(month, lang, True)), *figures])
    sheet.filter(header)


def _cell(key: str, value: float) -> Cell:
    """A figure in the form of its unit."""
    unit = FACILITY[INDEX["facility"][key]].unit
    if unit == "rupiah":
        return money(value)
    return decimal(value) if unit in ("minutes", "days") else whole(value)
