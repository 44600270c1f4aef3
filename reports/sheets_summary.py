"""The first sheet: the answer in words, then one line per scenario, then the need of each year."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, percent, translator
from reports.answer import Answer, certainty_words, movement, too_few, yearly_need
from reports.book import Book, Cell, Sheet, label, money, share, whole
from reports.law import bars_met, uhc_bars
from reports.numbers import HEADS, FloatArray, active_share, middle, ratio, registered_share
from reports.numbers import label as indicator_label
from reports.numbers import years as calendar_years
from reports.run import Run
from reports.tables.shares import shares_by_month
from reports.wording import chance_words, ranged, scenario_title
from scenarios.need import Need, held_status, years
from scenarios.quantiles import Quantile, quantile


def summary_sheet(book: Book, run: Run, answer: Answer, lang: str = "id") -> None:
    """What a reader needs if this is the only sheet that is read."""
    _ = translator(lang)
    sheet = book.sheet(_("Summary"), [40, 16, 16, 18, 16, 16, 16, 16, 15, 16, 15, 18])
    sheet.title(str(run.manifest["district"]["title"]))
    sheet.note(answer.first, "answer")
    for sentence in answer.sentences[1:]:
        sheet.note(sentence, "lead")
    _heads(sheet, run, lang)
    _scenarios(sheet, run, lang)
    need_table(sheet, run, lang)
    _status(sheet, run, lang)
    shares_by_month(sheet, run, lang)
    sheet.next += 1
    sheet.note(_definition(lang))


def _heads(sheet: Sheet, run: Run, lang: str) -> None:
    """The four head counts at both ends of the run, so that they are never mixed."""
    _ = translator(lang)
    first, last = (month_name(run.months[at], lang) for at in (0, -1))
    sheet.heading(_("Head counts at the end of {first} and of {last} (persons, middle)").format(first=first, last=last))
    names = [indicator_label(key, lang) for key in HEADS]
    spots = [name + " " + month_name(run.months[at], lang, True) for name in names for at in (0, -1)]
    sheet.header([_("scenario"), *spots], freeze=False)
    for scenario in run.scenarios:
        series = [run.store.series(scenario, key) for key in HEADS]
        cells = [whole(middle(sample[:, at])) for sample in series for at in (0, -1)]
        sheet.row([label(scenario_title(run.manifest, scenario, lang), "wrap"), *cells])


def _scenarios(sheet: Sheet, run: Run, lang: str) -> None:
    _ = translator(lang)
    months = run.year.months
    bars = uhc_bars(run.months, run.rules)[int(months[-1])]
    sheet.heading(_("Scenarios side by side, {year}").format(year=run.period(lang)))
    sheet.note(
        _("Shares of the Dukcapil population; UHC bars at the end of {year}: {registered} registered, {active} active. "
          "Paid share: capitation paid over full capitation, the mean effect of the KBK scores.").format(
            year=run.period(lang), registered=percent(bars.registered, lang, 0), active=percent(bars.active, lang, 0)
        )
    )  # fmt: skip
    start, end = (month_name(run.months[at], lang, True) for at in (0, -1))
    sheet.header(
        [
            _("scenario"), f"{_('registered share')} {start}", f"{_('registered share')} {end}",
            f"{_('active share')} {start}", f"{_('active share')} {end}", _("district JKN bill"),
            _("capitation paid"), _("capitation lost to KBK"), _("mean share paid"), _("hospital claims incurred"),
            _("replicates"), _("UHC status held all year"),
        ]
    )  # fmt: skip
    for scenario in run.scenarios:
        store = run.store
        flows: dict[str, FloatArray] = {
            key: store.series(scenario, key)[:, months].sum(axis=1)
            for key in ("bill_jkn", "capitation_paid", "capitation_full", "claims_incurred")
        }
        parts = [function(store, scenario)[:, at] for function in (registered_share, active_share) for at in (0, -1)]
        held = held_status(store, scenario)[run.year.year]
        lost = flows["capitation_full"] - flows["capitation_paid"]
        sheet.row([
            label(scenario_title(run.manifest, scenario, lang), "wrap"), *(share(middle(part)) for part in parts),
            money(middle(flows["bill_jkn"])), money(middle(flows["capitation_paid"])), money(middle(lost)),
            share(middle(ratio(flows["capitation_paid"], flows["capitation_full"]))),
            money(middle(flows["claims_incurred"])), whole(run.replicates(scenario)),
            label(chance_words(held, lang), "right"),
        ])  # fmt: skip


def _status(sheet: Sheet, run: Run, lang: str) -> None:
    """How often UHC status held in all months, by scenario and calendar year, and in what share of the months the bars
    were met under each denominator."""
    _ = translator(lang)
    sheet.heading(_("UHC status held in every month of the period: how often"))
    sheet.note(
        _("Beside it: in what share of the months both bars were met, by the Dukcapil count of half a year before (the "
          "rule used), by the residents of the month, and if the active share were taken of the registered members. "
          "The status also needs an agreement and no old arrears, and changes at reviews only.")
    )  # fmt: skip
    sheet.header([_("scenario"), _("year"), _("months covered"), _("status held"), _("bars met: Dukcapil count"),
                  _("bars met: residents now"), _("bars met: active of registered")])  # fmt: skip
    for scenario in run.scenarios:
        held, met = held_status(run.store, scenario), bars_met(run.store, scenario, run.rules)
        for year in calendar_years(run.months):
            sheet.row([
                label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(year.year), "right"),
                whole(len(year.months)), label(chance_words(held[year.year], lang), "right"),
                *(share(float(part[:, year.months].mean())) for part in (met.dukcapil, met.residents, met.members)),
            ])  # fmt: skip


def need_table(sheet: Sheet, run: Run, lang: str = "id") -> None:
    """The need of every year and scenario whose line does not bind; with replicates enough, the amount that suffices
    at the run's certainty, else the sentence that says why it is missing."""
    _ = translator(lang)
    sheet.heading(_("Need by year (rupiah): the bill when no ceiling binds"))
    if not run.needs:
        sheet.note(_("A ceiling binds in every scenario of this run; spending under a ceiling is not a need."))
        return
    certainty = certainty_words(run.certainty, lang)
    labels = [_("scenario"), _("year"), _("months covered"), _("debt carried in"), _("others pay"),
              _("need: middle"), _("need: lower"), _("need: upper"), _("precision of the middle")]  # fmt: skip
    if run.certain:
        labels += [_("enough in {certainty} cases").format(certainty=certainty), _("precision of it")]
    sheet.header(labels)
    for scenario in run.needs:
        for year in years(run.store):
            found = yearly_need(run, scenario, year)
            cells: list[Cell | None] = [
                label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(year), "right"),
                whole(found.months_covered), money(found.debt_carried_in), money(found.others_pay),
                money(found.median), *(money(edge if ranged(found.replicates) else np.nan)
                                       for edge in (found.interval_low, found.interval_high)),
                _movement(found.median, quantile(np.asarray(found.sample), 0.5)),
            ]  # fmt: skip
            if found.amount is not None:
                cells += [money(found.amount), _movement(found.amount, found)]
            sheet.row(cells)
    if not run.certain:
        sheet.note(too_few(run, lang))


def _movement(value: float, interval: Quantile | Need) -> Cell:
    """How far a figure would move if computed anew, rupiah; a dash if unbounded."""
    found = movement(value, interval)
    return label("–", "right") if found is None else Cell(float(round(found)), "within")


def _definition(lang: str) -> str:
    return translator(lang)(
        "Registered: on the JKN register, active or not. Active: may use care today. Capitated: counted for capitation "
        "on day 1. Billed: counted on the bill to the district."
    )
