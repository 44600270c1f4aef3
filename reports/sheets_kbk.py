"""Sheets on facilities: KBK by facility and month, contacts by age, capitation by month with live totals."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, translator
from reports.book import Book, Cell, Sheet, decimal, label, money, quotient, span, total, whole
from reports.law import contact_rating
from reports.numbers import (
    CONTACTS,
    FloatArray,
    Spread,
    contact_rate,
    controlled_share,
    exempt,
    middle,
    most_frequent,
    nonspecialist_share,
    spread,
    years,
)
from reports.numbers import label as indicator_label
from reports.run import Run
from reports.wording import chance_words, scenario_title


def kbk_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Indicators, ratings, score and paid share of the scenario of the answer, by facility and month."""
    _ = translator(lang)
    store, scenario = run.store, run.told
    sheet = book.sheet("KBK", [30, 11, 11, 11, 9, 9, 8, 10, 8, 8, 8, 9, 18, 10, 9])
    sheet.title(
        _("KBK by facility and month"),
        _("Scenario: {scenario}. Indicators are the middle of the replicates, each computed within its replicate; "
          "ratings and shares are the most frequent value. AK in per mille of capitated members (the rule used) and of "
          "registered members (the other reading). The share paid in a month follows from the score of the month "
          "before.").format(scenario=scenario_title(run.manifest, scenario, lang)),
    )  # fmt: skip
    header = sheet.header(
        [
            _("facility"), _("month"), _("capitated"), _("registered"), _("AK ‰ (of capitated)"), _("AK rating"),
            _("AK ‰ (of registered)"), _("AK rating if of registered"), "RRNS %", _("RRNS rating"), "RPPT %",
            _("RPPT rating"), _("how often this share"), _("KBK score"), _("share paid, %"),
        ],
        numbers_from=2, freeze=True,
    )  # fmt: skip
    capitated, registered = (store.series(scenario, key, "facility") for key in ("capitated", "registered"))
    ak, other = contact_rate(store, scenario), contact_rate(store, scenario, "registered")
    contacts = store.series(scenario, "contacts", "facility")
    other_rating = contact_rating(contacts, registered, run.months, run.rules)
    medians = [spread(s).middle for s in (capitated, registered, ak, other, nonspecialist_share(store, scenario),
                                          controlled_share(store, scenario))]  # fmt: skip
    heads, registered_heads, ak_mid, other_mid, rrns_mid, rppt_mid = medians
    likely = {k: most_frequent(store.series(scenario, k, "facility"))[0]
              for k in ("ak_rating", "rrns_rating", "rppt_rating", "score_tenths")}  # fmt: skip
    likely_other = most_frequent(other_rating)[0]
    permille = store.series(scenario, "share_permille", "facility")
    shares = most_frequent(permille)[0]
    skip = exempt(store)
    for place, facility in enumerate(run.facilities):
        for at, month in enumerate(run.months):
            start: list[Cell | None] = [label(facility), label(month_name(month, lang, True)),
                                        whole(heads[at, place]), whole(registered_heads[at, place])]  # fmt: skip
            if skip[place]:
                rest: list[Cell | None] = [decimal(ak_mid[at, place]), None, decimal(other_mid[at, place]), None,
                                           decimal(rrns_mid[at, place], 2), None, decimal(rppt_mid[at, place], 2), None,
                                           label(_("exempt"), "right"), None, None]  # fmt: skip
            else:
                usual = permille[:, at, place] == shares[at, place]
                rest = [
                    decimal(ak_mid[at, place]), whole(likely["ak_rating"][at, place]),
                    decimal(other_mid[at, place]), whole(likely_other[at, place]),
                    decimal(rrns_mid[at, place], 2), whole(likely["rrns_rating"][at, place]),
                    decimal(rppt_mid[at, place], 2), whole(likely["rppt_rating"][at, place]),
                    label(chance_words(usual, lang), "right"), decimal(likely["score_tenths"][at, place] / 10),
                    Cell(float(shares[at, place] / 10), "kbk"),
                ]  # fmt: skip
            sheet.row([*start, *rest])
    sheet.filter(header)


def contacts_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Members with a recorded contact per month by group of the life cycle, mean of the year, by scenario and year."""
    _ = translator(lang)
    sheet = book.sheet(_("Contacts by age"), [34, 8, 10, *[11.7] * len(CONTACTS), *[10.5] * 3])
    sheet.title(
        _("Recorded contacts by age, all facilities"),
        _("Members with a contact in a month, mean of the months covered; middle of the replicates, for all ages with "
          "lower and upper ({range}). Each member counts once a month: sick when treated, else well. Those seen only "
          "at a Prolanis session count for AK and are not among these.").format(
              range=run.range_words(run.reference, lang)),
    )  # fmt: skip
    parts = [_("all ages: {part}").format(part=part) for part in (_("middle"), _("lower"), _("upper"))]
    names = [indicator_label(key, lang) for key in CONTACTS]
    header = sheet.header([_("scenario"), _("year"), _("months covered"), *names, *parts], freeze=True)
    for scenario in run.scenarios:
        series = [run.store.series(scenario, key) for key in CONTACTS]
        for year in years(run.months):
            means = [sample[:, year.months].mean(axis=1) for sample in series]
            everyone = spread(np.sum(means, axis=0))
            sheet.row([
                label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(year.year), "right"),
                whole(len(year.months)), *(whole(middle(mean)) for mean in means), *map(whole, everyone.at()),
            ])  # fmt: skip
    sheet.filter(header)


def capitation_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Capitated heads, tariff, full, share and paid of the scenario of the answer, with sums by formula."""
    _ = translator(lang)
    store, scenario = run.store, run.told
    sheet = book.sheet(_("Capitation"), [25, 10, 9, 15, 9, 15, 15, 15, 8], upright=True)
    sheet.title(
        _("Capitation by month and facility"),
        _("Scenario: {scenario}. Rupiah. Heads are capitated members on day 1. A sum of middles differs a little from "
          "the middle of the sums: the line beneath each sum is the district as computed replicate by replicate, and "
          "that is the figure the report quotes. Every column is a middle of its own: full times the most frequent "
          "share need not be what is paid; the last column is paid over full.").format(
              scenario=scenario_title(run.manifest, scenario, lang)),
    )  # fmt: skip
    parts = [_("paid: {part}").format(part=part) for part in (_("lower"), _("upper"))]
    names = [_("capitated heads"), _("tariff"), _("full capitation"), _("most frequent share, %"), _("paid")]
    sheet.header([_("facility"), *names, *parts, _("paid of full")], freeze=True)
    samples = {k: store.series(scenario, k, "facility") for k in ("capitated", "capitation_full", "capitation_paid")}
    tariff = spread(store.series(scenario, "tariff", "facility")).middle
    shares = most_frequent(store.series(scenario, "share_permille", "facility"))[0] / 10
    ranges = {key: spread(sample) for key, sample in samples.items()}
    district = {key: spread(sample.sum(axis=2)) for key, sample in samples.items()}
    sums: list[int] = []
    for at, month in enumerate(run.months):
        sheet.row([label(month_name(month, lang), "bold")])
        first = sheet.next
        for place, facility in enumerate(run.facilities):
            paid, full = ranges["capitation_paid"].at(at, place), ranges["capitation_full"].middle[at, place]
            sheet.row([label(facility), whole(ranges["capitated"].middle[at, place]), money(tariff[at, place]),
                       money(full), Cell(float(shares[at, place]), "kbk"),
                       *map(money, paid), quotient(sheet.next, ("F", round(paid[0])), ("D", round(full)))])  # fmt: skip
        values = [_sum_of_rounded(ranges[key].middle[at]) for key in samples]
        last = sheet.next - 1
        sums.append(sheet.row([label(_("Sum"), "bold"), *(
            None if column in (2, 4) else total(f"=SUM({span(column, first, last)})", values[at_value],
                                                "sum" if column == 1 else "rupiah")
            for column, at_value in ((1, 0), (2, 0), (3, 1), (4, 0), (5, 2)))]))  # fmt: skip
        sheet.row([label(_("District, by replicate")), whole(district["capitated"].middle[at]), None,
                   money(district["capitation_full"].middle[at]), None,
                   *map(money, district["capitation_paid"].at(at))])  # fmt: skip
    _whole_run(sheet, run, lang, sums, samples, ranges)


def _whole_run(
    sheet: Sheet, run: Run, lang: str, sums: list[int], samples: dict[str, FloatArray], ranges: dict[str, Spread]
) -> None:
    """The sum over all months: of the monthly sums, and of the district replicate by replicate."""
    _ = translator(lang)
    cells: list[Cell | None] = [label(_("Sum of all months"), "bold"), None, None, None, None, None]
    for column, key in ((3, "capitation_full"), (5, "capitation_paid")):
        value = sum(_sum_of_rounded(month) for month in ranges[key].middle)
        cells[column] = total("=" + "+".join(f"{'ABCDEF'[column]}{row + 1}" for row in sums), value, "rupiah")
    sheet.row(cells)
    full, paid = (spread(samples[key].sum(axis=(1, 2))) for key in ("capitation_full", "capitation_paid"))
    sheet.row([label(_("District, by replicate")), None, None, money(float(full.middle)), None, *map(money, paid.at())])


def _sum_of_rounded(values: FloatArray) -> float:
    """The sum of the values as the sheet shows them, rounded to whole rupiah or heads."""
    return float(sum(round(float(value)) for value in np.asarray(values) if np.isfinite(value)))
