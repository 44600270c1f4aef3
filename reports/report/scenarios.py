"""The scenarios compared: levels side by side, paired differences, and which choices are efficient."""

from __future__ import annotations

from districts.text import number, percent, rupiah, translator
from reports.charts_cover import active_share_chart
from reports.charts_differences import differences_chart
from reports.charts_frontier import frontier_chart
from reports.charts_waterfall import waterfall_chart
from reports.law import BarsMet, bars_met, reviewed_words, uhc_bars
from reports.numbers import Year, active_share, middle
from reports.report.blocks import Block, Cell, Figure, Section, Table, Text
from reports.run import Run
from reports.wording import chance_words, ranged, scenario_explanation, scenario_title
from scenarios.comparison.differences import Difference, paired
from scenarios.need import held_status

_LARGE = 1e8  # rupiah from which differences are told in billions


def scenarios_section(run: Run, lang: str = "id") -> Section:
    """Levels and differences of the scenarios; of a run with one scenario its levels alone."""
    _ = translator(lang)
    name = _("Scenarios compared")
    others = [scenario for scenario in run.scenarios if scenario != run.reference]
    if not others:
        title = _("Nothing is compared: the run has one scenario.")
        return Section("skenario", _("Scenarios"), name, title, (_levels(run, {}, lang), _explained(run, lang)))
    found = {scenario: _capitation(run, scenario) for scenario in others}
    drawn = [chart(run, lang) for chart in (differences_chart, waterfall_chart, active_share_chart, frontier_chart)]
    figures = [Figure(chart) for chart in drawn if chart is not None]
    blocks: list[Block] = [*figures[:1], _levels(run, found, lang), _explained(run, lang), *figures[1:]]
    blocks.append(Text(_("The cost of a unit of effect by payer, and every indicator, stand in the workbook.")))
    title = drawn[0].title if drawn[0] is not None else _("Scenarios side by side")
    return Section("skenario", _("Scenarios"), name, title, tuple(blocks))


def _capitation(run: Run, scenario: str) -> Difference:
    """What is paid to the facilities in the year of the answer, less that of the reference."""
    found = paired(run.store, scenario, run.reference, "year", ("capitation_paid",))
    return next(entry for entry in found if entry.period[:4] == str(run.year.year))


def _unit(entries: list[Difference]) -> float:
    """What differences are told in: billions of rupiah, or millions where none is large."""
    largest = max((abs(edge) for entry in entries for edge in (entry.low, entry.median, entry.high)), default=0.0)
    return 1e9 if largest >= _LARGE else 1e6


def remark(run: Run, scenario: str, lang: str) -> str:
    """That a lower bill under a ceiling is no saving."""
    if scenario not in run.binding:
        return ""
    return translator(lang)("under a ceiling: less spending is money that is missing, no saving")


def _change(entry: Difference | None, unit: float, edges: bool, lang: str) -> str:
    """The middle of a difference, signed, and its range, or that no replicate differs; empty for the reference."""
    if entry is None:
        return ""
    told = []
    for value in (entry.median, entry.low, entry.high):
        text = number(value / unit, lang, 2)
        told.append(f"+{text}" if round(value / unit, 2) > 0 else text)
    if entry.equal:
        return translator(lang)("the same in every replicate")
    return f"{told[0]} ({told[1]} … {told[2]})" if edges else told[0]


def _levels(run: Run, found: dict[str, Difference], lang: str) -> Table:
    """One row per scenario: what it is, the active share and the money of the year, whether the status holds; beneath
    capitation what it is against the reference (bill and active share are compared by the chart)."""
    _ = translator(lang)
    unit = _unit(list(found.values()))
    months, last = run.year.months, int(run.year.months[-1])
    bar = uhc_bars(run.months, run.rules)[last].active
    heads = [_("scenario"), _("active share at year's end"), _("bill and programme costs of the district"),
             _("bill without budget"), _("capitation paid"),
             *(_("UHC status held all {year}").format(year=run.period_of(year, lang))
               for year in run.full_years)]  # fmt: skip
    rows = []
    for name in run.scenarios:
        store = run.store
        flows = ("bill_jkn", "unfunded", "capitation_paid")
        sums = [middle(store.series(name, key)[:, months].sum(axis=1)) for key in flows]
        held, met = held_status(store, name), bars_met(store, name, run.rules)
        share = middle(active_share(store, name)[:, last])
        rows.append((
            Cell(scenario_title(run.manifest, name, lang), remark(run, name, lang), "bold"),
            Cell(percent(share, lang), mark="warn" if share < bar else ""),
            *(Cell(rupiah(value, lang)) for value in sums[:-1]),
            Cell(rupiah(sums[-1], lang), _change(found.get(name), unit, ranged(run.replicates(name)), lang)),
            *(Cell(chance_words(held[year.year], lang), _bars_words(met, year, lang)) for year in run.full_years),
        ))  # fmt: skip
    note = _("Middle of the replicates, {year}. UHC bar for active members: {bar}. Where a ceiling binds, the bill is "
             "spending, not need.").format(year=run.period(lang), bar=percent(bar, lang, 0))  # fmt: skip
    note += " " + reviewed_words(run.months[last], run.rules, lang)
    if found:
        words = {1e9: _("IDR billion"), 1e6: _("IDR million")}[unit]
        note += " " + _("Beneath capitation: difference from “{reference}”, {unit} ({range}).").format(
            reference=scenario_title(run.manifest, run.reference, lang), unit=words,
            range=run.range_words(run.reference, lang))  # fmt: skip
    return Table(_("Scenarios side by side"), tuple(heads), tuple(rows), frozenset({1, 2, 3, 4}), note=note)


def _explained(run: Run, lang: str) -> Table:
    """What each scenario decides."""
    _ = translator(lang)
    rows = [
        (Cell(scenario_title(run.manifest, name, lang), mark="bold"),
         Cell(scenario_explanation(run.manifest, name, lang) or "–"))
        for name in run.scenarios
    ]  # fmt: skip
    title = _("What the scenarios decide")
    return Table(title, (_("scenario"), _("what it decides")), tuple(rows))


def _bars_words(met: BarsMet, year: Year, lang: str) -> str:
    """In what share of the year's months both bars were met, under the two denominators in use."""
    by_count, now = (percent(float(part[:, year.months].mean()), lang, 0) for part in (met.dukcapil, met.residents))
    text = translator(lang)("bars met in {by_count} of months (Dukcapil), {now} (residents now)")
    return text.format(by_count=by_count, now=now)
