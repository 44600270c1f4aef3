"""Sheets on the district budget: need, bill lines by month, what the dead and the moved cost, what a line does."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, rupiah, translator
from reports.answer import certainty_words, yearly_need
from reports.book import Book, Cell, Sheet, across, label, money, share, span, total, whole
from reports.cuts import central_replicate, parts_of
from reports.numbers import BILL_LINES, IntArray, active_share, middle, ratio, spread, years
from reports.numbers import label as indicator_label
from reports.part_words import part_name
from reports.run import SECOND_RUN, Run
from reports.sheets_summary import need_table
from reports.tables.line import by_account, line_by_month
from reports.wording import chance_words, ranged, scenario_title, unit_label
from scenarios.need import own_lines


def budget_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Need (no ceiling), the bill by line and month with its accounts, what of it is for the dead and the moved, then
    the scenarios in which a line binds."""
    _ = translator(lang)
    sheet = book.sheet("APBD", [40, 12, *[17] * 9, 12])
    sheet.title(
        _("District budget: need, bill and ceiling"),
        _("Need is the bill of a scenario whose line does not bind, plus debt carried in, less what others pay. "
          "Spending under a ceiling is never called need."),
    )  # fmt: skip
    need_table(sheet, run, lang)
    _own_lines(sheet, run, lang)
    if run.headline is not None:
        _made_of(sheet, run, run.headline, lang)
        sheet.fresh_page()
        line_by_month(sheet, run, run.headline, lang)
        sums, values = _bill(sheet, run, run.headline, lang)
        by_account(sheet, run, sums, values, lang)
        sheet.fresh_page()
        _cash(sheet, run, run.headline, lang)
    _ghosts(sheet, run, lang)
    if bound := [name for name in run.binding if SECOND_RUN not in name]:
        sheet.heading(_("What a ceiling does"))
        _ceilings(sheet, run, bound, lang)
    if second := [name for name in run.binding if SECOND_RUN in name]:
        sheet.heading(_("If the ceiling equals the proposal"))
        sheet.note(
            _("The same scenario with the proposed amount as its line: what happens in the years in which it is too "
              "little.")
        )  # fmt: skip
        _ceilings(sheet, run, second, lang)


def _own_lines(sheet: Sheet, run: Run, lang: str) -> None:
    """The district's own lines against the need of each scenario whose line does not bind; nothing without them."""
    _ = translator(lang)
    certainty = run.certainty if run.certain else None
    found = {name: own_lines(run.store, name, certainty) for name in run.needs}
    if not any(found.values()):
        return
    sheet.heading(_("The line filled in by the district against the need (rupiah)"))
    amount_told = _("enough in {certainty} cases").format(certainty=certainty_words(run.certainty, lang))
    labels = [_("scenario"), _("year"), _("line filled in"), _("need: middle")]
    labels += [amount_told, _("line less that amount")] if run.certain else [_("line less middle of the need")]
    if any(entry.need for entries in found.values() for entry in entries):
        sheet.header(labels)
    for scenario, entries in found.items():
        for entry in entries:
            if entry.need is None or entry.gap is None:
                continue
            amount = [] if entry.need.amount is None else [money(entry.need.amount)]
            gap = total(f"=C{sheet.next + 1}-{'E' if amount else 'D'}{sheet.next + 1}", entry.gap, "money")
            sheet.row([label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(entry.year), "right"),
                       money(entry.line), money(entry.need.median), *amount, gap])  # fmt: skip
    for entry in next(iter(found.values())):
        if entry.need is None:
            told = _("{year}: line filled in {line}; the run covers only {months} months of that year, so the need is "
                     "not compared with it.")  # fmt: skip
            sheet.note(told.format(year=entry.year, line=rupiah(entry.line, lang), months=entry.months_covered))


def _made_of(sheet: Sheet, run: Run, scenario: str, lang: str) -> None:
    """The parts of the amount of the answer's year by account, as the report tells them, with their sum by formula."""
    _ = translator(lang)
    found = yearly_need(run, scenario, run.year.year)
    amount = found.median if found.amount is None else found.amount
    sheet.heading(_("What the figure of {year} is made of (rupiah)").format(year=run.period(lang)))
    sheet.note(
        _("As the report tells it: the lines of the replicate whose need is the central estimate, so that they add up. "
          "The months beneath are of the same replicate.")
    )  # fmt: skip
    sheet.header([_("part"), "", _("account"), _("rupiah"), _("person-months")])
    first = sheet.next
    for part in parts_of(run, scenario, amount):
        sheet.row([label(part_name(run, part, lang), "wrap"), None, label(part.account or "–", "right"),
                   money(part.rupiah), None if part.person_months is None else whole(part.person_months)])  # fmt: skip
    sheet.row([label(_("Sum"), "bold"), None, None,
               total(f"=SUM({span(3, first, sheet.next - 1)})", amount, "rupiah")])  # fmt: skip


def _bill(sheet: Sheet, run: Run, scenario: str, lang: str) -> tuple[dict[int, int], dict[int, list[float]]]:
    """Bill lines by month in the replicate of the central estimate, their sums by formula, and the range of the bill.

    Returns the row of each year's sum and the sums of its lines."""
    _ = translator(lang)
    found: tuple[dict[int, int], dict[int, list[float]]] = ({}, {})
    sheet.fresh_page()
    sheet.heading(
        _("Bill by month and account (rupiah). Scenario: {scenario}").format(
            scenario=scenario_title(run.manifest, scenario, lang)
        )
    )
    names = [indicator_label(key, lang) + (f" ({account})" if account else "") for key, account in BILL_LINES]
    bills = [_("bill over the replicates: {part}").format(part=part) for part in (_("middle"), _("lower"), _("upper"))]
    apart = _("outside this line: {name}").format(name=indicator_label("bill_village", lang))
    sheet.header([_("month"), _("billed heads"), *names, _("sum of the lines"), *bills, apart])
    samples = [run.store.series(scenario, key) for key, _account in BILL_LINES]
    billed, bill, village = (run.store.series(scenario, key) for key in ("billed", "bill_jkn", "bill_village"))
    for year in years(run.months):
        first, replicate = sheet.next, central_replicate(run, scenario, year.year)
        sums = np.zeros(len(samples))
        for at in year.months:
            values = [float(sample[replicate, at]) for sample in samples]
            sums += values
            cells = [label(month_name(run.months[at], lang)), whole(billed[replicate, at]), *map(money, values)]
            in_all = total(f"=SUM({across(sheet.next, 2, 1 + len(samples))})", sum(values), "money")
            sheet.row([*cells, in_all, *map(money, spread(bill[:, at]).at()), money(village[replicate, at])])
        last = sheet.next - 1
        columns = [total(f"=SUM({span(2 + place, first, last)})", value, "rupiah") for place, value in enumerate(sums)]
        everything = total(f"=SUM({span(2 + len(samples), first, last)})", float(sums.sum()), "rupiah")
        yearly = spread(bill[:, year.months].sum(axis=1))
        name = label(_("Sum of {year}").format(year=year.year), "bold")
        found[0][year.year], found[1][year.year] = sheet.next, [float(value) for value in sums]
        outside = total(f"=SUM({span(6 + len(samples), first, last)})", float(village[replicate, year.months].sum()),
                        "rupiah")  # fmt: skip
        sheet.row([name, None, *columns, everything, *map(money, yearly.at()), outside])
    sheet.note(
        _("Lines and heads are those of the replicate whose need of the year is the central estimate, so that months "
          "and accounts add up to the figures of the report. Middle, lower and upper are over all replicates, each "
          "month and each year by itself.")
    )  # fmt: skip
    return found


def _cash(sheet: Sheet, run: Run, scenario: str, lang: str) -> None:
    """Month of bill and month of cash: what is billed, and what BPJS receives from the line and from others."""
    _ = translator(lang)
    sheet.heading(_("Bill and cash by month (rupiah)"))
    sheet.note(
        _("Of the same replicates as the bill above. A bill is committed in its month and paid when cash may flow: the "
          "first of a year in February, later by chance, all by December. What others pay (tax withheld at source, "
          "province, third parties) settles bills without passing through the line.")
    )  # fmt: skip
    keys = ("bill_jkn", "paid_jkn", "paid_others", "due_unpaid", "debt_pemda")
    sheet.header([_("month"), "", *(indicator_label(key, lang) for key in keys)])
    samples = [run.store.series(scenario, key) for key in keys]
    for year in years(run.months):
        first, replicate = sheet.next, central_replicate(run, scenario, year.year)
        values = [[float(sample[replicate, at]) for sample in samples] for at in year.months]
        for at, row in zip(year.months, values, strict=True):
            sheet.row([label(month_name(run.months[at], lang)), None, *map(money, row)])
        flows = [total(f"=SUM({span(2 + place, first, sheet.next - 1)})", sum(row[place] for row in values),
                       "rupiah")
                 for place in range(3)]  # fmt: skip
        sheet.row([label(_("Sum of {year}").format(year=year.year), "bold"), None, *flows])


def _ghosts(sheet: Sheet, run: Run, lang: str) -> None:
    """The billed who died or moved away, by scenario and year: heads, rupiah, and what part of the bill they are."""
    _ = translator(lang)
    sheet.heading(_("What the dead and the moved cost"))
    sheet.note(
        _("Heads who died or moved away and are still billed, mean of the months covered, and the part of the bill "
          "that is for them. How many there are at the start is the input “dead or moved on the register” (sheet "
          "Assumptions); without a count of the district it is assumed, since audits found 2 to 10 % of the heads that "
          "districts pay for to be wrong. Cleansing lowers it.")
    )  # fmt: skip
    parts = (_("middle"), _("lower"), _("upper"))
    sheet.header([
        _("scenario"), _("year"), _("months covered"), *(_("heads: {part}").format(part=part) for part in parts),
        _("share of billed heads"), *(_("rupiah: {part}").format(part=part) for part in parts), _("share of the bill"),
    ])  # fmt: skip
    for scenario in run.main:
        heads, billed, cost, bill = (
            run.store.series(scenario, key) for key in ("billed_ghosts", "billed", "bill_ghosts", "bill_jkn")
        )
        for year in years(run.months):
            heads_sum, billed_sum, cost_sum, bill_sum = (
                sample[:, year.months].sum(axis=1) for sample in (heads, billed, cost, bill)
            )
            sheet.row([
                label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(year.year), "right"),
                whole(len(year.months)), *map(whole, spread(heads_sum / len(year.months)).at()),
                share(middle(ratio(heads_sum, billed_sum))), *map(money, spread(cost_sum).at()),
                share(middle(ratio(cost_sum, bill_sum))),
            ])  # fmt: skip


def _ceilings(sheet: Sheet, run: Run, names: list[str], lang: str) -> None:
    _ = translator(lang)
    sheet.header(
        [
            _("scenario"), _("year"), _("ceiling"), _("paid from it"), _("how often money runs out"),
            _("most often in"), _("bill without budget: middle"), _("bill without budget: lower"),
            _("bill without budget: upper"),
            _("Pemda debt at year's end"), _("active members switched off (times)"), _("active share at year's end"),
        ]
    )  # fmt: skip
    store = run.store
    for scenario in names:
        for year in years(run.months):
            last = int(year.months[-1])
            found = run.exhaustion_of(scenario, year.year)
            short = spread(store.series(scenario, "unfunded")[:, year.months].sum(axis=1))
            often = max(found.months, key=lambda month: found.months[month]) if found.months else None
            sheet.row([
                label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(year.year), "right"),
                money(middle(store.series(scenario, "line")[:, last])),
                money(_sum(run, scenario, "paid_jkn", year.months)),
                label(chance_words(found.first >= 0, lang) if found.has_line else _("no line"), "right"),
                label(month_name(often, lang, True) if often else "–", "right"),
                *map(money, short.at()),
                money(middle(store.series(scenario, "debt_pemda")[:, last])),
                whole(_sum(run, scenario, "dropped", year.months)),
                share(middle(active_share(store, scenario)[:, last])),
            ])  # fmt: skip


def _sum(run: Run, scenario: str, key: str, months: IntArray) -> float:
    return middle(run.store.series(scenario, key)[:, months].sum(axis=1))


def differences_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Each scenario minus the reference under the same luck, with the range of the differences."""
    from scenarios.comparison.differences import paired

    _ = translator(lang)
    sheet = book.sheet(_("Scenarios"), [44, 34, 10, 11, 17, 17, 17, 34])
    sheet.title(
        _("What each scenario changes"),
        _("Scenario minus “{reference}”, replicate by replicate under the same luck, so that the difference is the "
          "policy's alone. Lower and upper: {range}. Under a ceiling, a lower spending is money that is missing, not "
          "money saved.").format(reference=scenario_title(run.manifest, run.reference, lang),
                           range=run.range_words(run.reference, lang)),
    )  # fmt: skip
    values = [_("difference: middle"), _("difference: lower"), _("difference: upper")]
    heads = [_("scenario"), _("indicator"), _("period"), _("unit"), *values, _("remark")]
    header = sheet.header(heads, numbers_from=4, freeze=True)
    for scenario in run.scenarios:
        if scenario == run.reference:
            continue
        edges = ranged(run.replicates(scenario))
        for entry in paired(run.store, scenario, run.reference):
            if entry.indicator not in COMPARED:
                continue
            points = entry.unit == "share"
            found = (entry.median, *((entry.low, entry.high) if edges else (np.nan, np.nan)))
            shown = [value * 100 if points else value for value in found]
            remark = _("the same in every replicate") if entry.equal else ""
            if entry.kind == "year" and entry.months < 12:
                remark = f"{remark}; " if remark else ""
                remark += _("{months} months of the year").format(months=entry.months)
            sheet.row([
                label(scenario_title(run.manifest, scenario, lang)),
                label(entry.label_id if lang == "id" else entry.label_en),
                label(month_name(entry.period, lang, True) if entry.kind == "end" else entry.period),
                label(_("percentage points") if points else unit_label(entry.unit, lang)),
                *(Cell(value, "two" if points else "whole") for value in shown), label(remark, "right"),
            ])  # fmt: skip
    sheet.filter(header)


#: What a planner compares; everything else is in the tidy table of ``prakira export``.
COMPARED: tuple[str, ...] = (
    "registered_share", "active_share", "registered", "active", "capitated", "billed", "suspended", "stopped_to_wait",
    "joined_rehab", "bill_jkn", "bill_ghosts", "paid_jkn", "unfunded", "debt_pemda", "dropped", "capitation_full",
    "capitation_paid", "claims_incurred", "hospital_outpatient", "hospital_admissions",
)  # fmt: skip
