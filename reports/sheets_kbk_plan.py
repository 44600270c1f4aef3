"""Sheet on the KBK plan: per facility the cheapest way to the next band, what it brings and costs a month."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np

from districts.text import month_name, translator
from reports.book import Book, Cell, Sheet, decimal, label, money, whole
from reports.kbk_plan_words import enough_words, terms_words, why_none
from reports.run import Run
from reports.wording import chance_words, scenario_title
from scenarios.kbk_sites import Site, sites_of_run
from sim.kbk import Evaluation, Scheme, ratios, scheme
from sim.kbk_plan import Plan, terms


def kbk_plan_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """One row per facility: the indicators of the run's first month, the people to the next band, and the money."""
    _ = translator(lang)
    sheet = book.sheet(_("KBK plan"), [30, 9, 9, 9, 8, 10, 11, 11, 12, 12, 12, 15, 15, 15, 26, 18])
    month = run.months[0]
    rule, costs = scheme(run.rules, month), None
    lead = _("Scenario: {scenario}, {month}.").format(
        scenario=scenario_title(run.manifest, run.told, lang), month=month_name(month, lang)
    )
    if not rule.zone_payment:
        costs = terms(run.rules, month)
        lead += " " + terms_words(costs, lang) + " " + _("These costs are assumed unless the district gave its own.")
    sheet.title(_("What pays for KBK, by facility"), lead)
    if costs is None or "facility_types" not in run.manifest:
        sheet.note(_("There is no plan: it needs the score of Peraturan BPJS 7/2019 and the types of the facilities."))
        return
    if run.efforts:
        _efforts(sheet, run, lang)
    sheet.heading(_("The cheapest way to the next band by the middle of the replicates"))
    sheet.note(
        _("The fewest rupiah that reach the next share of capitation, over all combinations of AK, RRNS and RPPT. It "
          "is no advice: a month may turn out otherwise than its middle, so look at how often it is enough and at what "
          "it leaves on average; what is advised stands above.")
    )  # fmt: skip
    header = sheet.header([
        _("facility"), "AK ‰", "RRNS %", "RPPT %", _("KBK score"), _("share paid, %"), _("next share, %"),
        _("contacts to add"), _("referrals to avoid"), _("DM controlled to add"), _("HT controlled to add"),
        _("brings a month if reached, rupiah"), _("costs a month, rupiah"), _("net a month if reached, rupiah"),
        _("net a month, mean, rupiah"), _("enough in"),
    ])  # fmt: skip
    for site in sites_of_run(run.store, run.told, month, run.rules):
        now, ways = site.plans(rule, costs)
        _row(sheet, site, now, ways[:1], rule, lang)
    sheet.filter(header)


def _efforts(sheet: Sheet, run: Run, lang: str) -> None:
    """Of each facility below full capitation the effort that leaves most on average over the replicates."""
    _ = translator(lang)
    sheet.heading(_("The effort that leaves most on average over the replicates"))
    sheet.note(
        _("Tried in every replicate, since a month may turn out otherwise than its middle. It pays where the mean of "
          "what it brings lies above the cost beyond the luck of the replicates (wrong in 1 of 20).")
    )  # fmt: skip
    sheet.header([
        _("facility"), "AK ‰", "RRNS %", "RPPT %", _("KBK score"), _("paid now, mean, %"), _("paid then, mean, %"),
        _("contacts to add"), _("referrals to avoid"), _("DM controlled to add"), _("HT controlled to add"),
        _("brings a month, rupiah"), _("costs a month, rupiah"), _("net a month, rupiah"), _("pays"),
        _("raises what is paid in"),
    ], freeze=True)  # fmt: skip
    for site, now, effort in run.efforts:
        if effort is None:
            sheet.row([*_state(site, now), *[None] * 9, label(_("no"), "right"), None])
            continue
        plan, raised = effort.plan, np.arange(effort.replicates) < effort.raised
        sheet.row([
            *_state(site, now), *(decimal(share / 10) for share in effort.shares), whole(plan.contacts),
            whole(plan.referrals), whole(plan.dm_controlled), whole(plan.ht_controlled), money(effort.brings),
            money(plan.cost), money(effort.net), label(_("yes") if effort.pays else _("no"), "right"),
            label(chance_words(raised, lang), "right"),
        ])  # fmt: skip


def _row(sheet: Sheet, site: Site, now: Evaluation, ways: list[Plan], rule: Scheme, lang: str) -> None:
    start = [*_state(site, now), Cell(now.share_permille / 10, "kbk")]
    if not ways:
        sheet.row([*start, *[None] * 9, label(why_none(site, now, lang), "right")])
        return
    way, mean = ways[0], site.mean_net(ways[0], rule)
    sheet.row([
        *start, Cell(way.share_permille / 10, "kbk"), whole(way.contacts), whole(way.referrals),
        whole(way.dm_controlled), whole(way.ht_controlled), money(way.gain), money(way.cost), money(way.net),
        label("–", "right") if mean is None else money(mean), label(enough_words(site, way, rule, lang), "right"),
    ])  # fmt: skip


def _state(site: Site, now: Evaluation) -> list[Cell]:
    """The facility, its indicators and its score."""
    found = ratios(site.counts)
    return [label(site.name), _percent(found.ak_permille, 1), _percent(found.rrns_percent, 2),
            _percent(found.rppt_percent, 2), decimal(now.score_tenths / 10)]  # fmt: skip


def _percent(value: Fraction | None, places: Literal[1, 2]) -> Cell:
    return Cell("–", "right") if value is None else decimal(float(value), places)
