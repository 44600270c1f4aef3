"""Sheet on cost and effect: what a unit of effect costs whom, and which choices are efficient."""

from __future__ import annotations

import math

from districts.text import translator
from reports.book import Book, Cell, Sheet, decimal, label, money, whole
from reports.comparison_words import (
    effect_words,
    option_words,
    payer_name,
    payer_words,
    period_words,
    unit_cost_words,
)
from reports.run import Run
from reports.wording import scenario_title
from scenarios.comparison.costs import UnitCost, unit_costs


def comparison_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """The cost of a unit of each effect by scenario and payer, then the choices between which a district decides."""
    _ = translator(lang)
    sheet = book.sheet(_("Cost and effect"), [40, 32, 9, 18, 14, 14, 14, 14, 14, 14, 66])
    sheet.title(
        _("What a unit of effect costs, and whose money it is"),
        _("Scenario minus “{reference}” under the same luck, sums of {period}, means of the replicates. Pemda: "
          "{pemda}. BPJS: {bpjs}. The Pemda's bill is income of BPJS: never add the two. A unit cost is told only "
          "where the effect can be told from zero.").format(
              reference=scenario_title(run.manifest, run.reference, lang), period=period_words(run.store, lang),
              pemda=payer_words("pemda", lang), bpjs=payer_words("bpjs", lang)),
    )  # fmt: skip
    found = unit_costs(run.changes)
    if not found:
        sheet.note(_("Nothing is compared: the run has one scenario."))
        return
    edges = [_("precision: lower"), _("precision: upper"), _("8 in 10: lower"), _("8 in 10: upper")]
    sheet.header([_("scenario"), _("result"), _("money of"), _("change of the money"), _("change of the result"),
                  _("rupiah per unit"), *edges, _("remark")], numbers_from=3)  # fmt: skip
    for one in found:
        sheet.row([label(scenario_title(run.manifest, one.scenario, lang)), label(effect_words(one.effect, lang)),
                   label(payer_name(one.payer)), money(one.cost_change), decimal(one.effect_change),
                   *_ratio(one), label(_remark(one, lang), "right")])  # fmt: skip
    _frontier(sheet, run, lang)


def _ratio(one: UnitCost) -> list[Cell]:
    """The ratio and its two intervals; what is not told is empty."""
    values = [one.value, one.low, one.high, *(one.spread or (None, None))]
    return [money(math.nan if value is None else value) for value in values]


def _remark(one: UnitCost, lang: str) -> str:
    """Why there is no ratio, or that it is money saved for what is lost."""
    if one.value is None:
        return unit_cost_words(one, lang)
    return translator(lang)("saved per unit lost") if one.status == "saves" else ""


def _frontier(sheet: Sheet, run: Run, lang: str) -> None:
    """Every choice with its place on or off the efficiency frontier."""
    _ = translator(lang)
    if len(run.frontier) < 2:
        return
    sheet.heading(_("Which choices are efficient: {payer} against {effect}").format(
        payer=payer_words("pemda", lang), effect=effect_words("active_months", lang)))  # fmt: skip
    sheet.note(_("Efficient: no other choice, and no mixture of two, has as much effect for less money. Scenarios that "
                 "no district decides on, such as a cut of PBI-JK, are left out."))  # fmt: skip
    sheet.header([_("scenario"), _("result"), "", _("change of the money"), _("change of the result"),
                  _("rupiah per further unit"), *[""] * 4, _("remark")], numbers_from=3)  # fmt: skip
    titles = {name: scenario_title(run.manifest, name, lang) for name in run.changes.names}
    for option in sorted(run.frontier, key=lambda option: option.cost):
        step = money(math.nan) if option.step is None else money(option.step)
        told = option_words(option, "active_months", len(run.changes.cost["pemda"]), lang, titles)
        sheet.row([label(titles[option.name]), label(effect_words("active_months", lang)), None, money(option.cost),
                   whole(option.effect), step, *[None] * 4, label(told, "right")])  # fmt: skip
