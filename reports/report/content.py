"""The content of a report: :func:`build` turns a run into the answer and its sections, in one language."""

from __future__ import annotations

from districts.text import month_name, number, percent, rupiah_short, translator
from reports.answer import answer, certainty_words
from reports.law import uhc_bars
from reports.numbers import HEADS, middle
from reports.numbers import label as indicator_label
from reports.origins import NEARLY_ALL, block_words, calibration_told, short_share
from reports.reliability import first_page
from reports.report.blocks import Facts, Head, Report
from reports.report.facilities import facilities_section
from reports.report.method import method_section
from reports.report.months import months_section
from reports.report.proposal import proposal_section
from reports.report.reliability import reliability_section
from reports.report.scenarios import scenarios_section
from reports.run import Run
from reports.wording import filled


def build(run: Run, lang: str = "id") -> Report:
    """The report of a run in ``lang``. Its numbers are those of :mod:`reports.answer` and :mod:`reports.numbers`, which
    the workbook shows too. The run needs at least one stored replicate; its charts read the store when they are drawn,
    so that it has to stay open until the report is laid out."""
    _ = translator(lang)
    period = f"{month_name(run.months[0], lang)} – {month_name(run.months[-1], lang)}"
    made = _("membership data of {month}").format(month=month_name(run.manifest["stock"], lang)) + " · " + _(
        "{scenarios} scenarios, {replicates} replicates"
    ).format(
        scenarios=len(run.scenarios), replicates=min(run.replicates(name) for name in run.scenarios)
    )  # fmt: skip
    sections = (
        proposal_section(run, lang), months_section(run, lang), facilities_section(run, lang),
        scenarios_section(run, lang), reliability_section(run, lang), method_section(run, lang),
    )  # fmt: skip
    return Report(
        lang, str(run.manifest["district"]["title"]), f"{_('JKN forecast')} · {period}", made,
        head(run, lang), _facts(run, lang), sections, _end(run, lang),
    )  # fmt: skip


def head(run: Run, lang: str = "id") -> Head:
    """The answer, with what is stressed in it and its chance as ten squares."""
    _ = translator(lang)
    told = answer(run, lang)
    harm = bool(run.binding)
    if run.own_line is not None and told.need is not None:
        harm |= run.own_line < told.need.median
    if told.need is None:
        return Head(told.first, told.second, told.third, harm=harm)
    if told.need.amount is None:
        return Head(told.first, told.second, told.third, (rupiah_short(told.need.median, lang),), harm=harm)
    certainty = certainty_words(run.certainty, lang)
    squares = _("{certainty} possible years: the money lasts to {month}").format(
        certainty=certainty, month=month_name(run.months[run.year.months[-1]], lang)
    )
    stressed = (rupiah_short(told.need.amount, lang), certainty)
    return Head(told.first, told.second, told.third, stressed, filled(run.certainty), squares, harm)


def _facts(run: Run, lang: str) -> tuple[Facts, ...]:
    """The head counts, what decides the figure, and what it rests on."""
    _ = translator(lang)
    inputs = run.manifest.get("inputs", [])
    assumed = sum(bool(entry["assumed"]) for entry in inputs)
    rests = (
        first_page(run.record, lang),
        _("{assumed} of {count} inputs are assumed.").format(assumed=assumed, count=len(inputs)),
        calibration_told(run.manifest, lang),
    )
    return (_state(run, lang), Facts(_("What decides this figure"), (_decides(run, lang),)),
            Facts(_("What it rests on"), rests))  # fmt: skip


def _state(run: Run, lang: str) -> Facts:
    """Registered and active of the membership data where the run keeps them, and the other head counts, which no data
    give, of the first month; all of the first month where it does not. A forecast is called one."""
    _ = translator(lang)
    start, stock = run.months[0], str(run.manifest["stock"])
    found = {key: middle(run.store.series(run.told, key)[:, 0]) for key in HEADS}
    people = middle(run.store.series(run.told, "population_dukcapil")[:, 0])
    title, data = _("Forecast for the end of {month} (persons)").format(month=month_name(start, lang)), False
    if stock in run.past.months:
        at = run.past.months.index(stock)
        known = {key: float(run.past.district(key)[at]) for key in ("registered", "active", "population")}
        if data := all(value == value for value in known.values()):  # none is NaN
            title = _("Data of {month} (persons)").format(month=month_name(stock, lang))
            people = known.pop("population")
            found |= known
    bars = uhc_bars([stock if data else start], run.rules)[0]
    lines: list[str] = []
    forecast: list[str] = []
    for key, value in found.items():
        line = f"{number(value, lang)} {indicator_label(key, lang)}"
        if key in ("registered", "active"):
            bar = bars.registered if key == "registered" else bars.active
            line += " " + _("({share}; bar {bar})").format(share=percent(value / people, lang),
                                                          bar=percent(bar, lang, 0))  # fmt: skip
        (forecast if data and key not in ("registered", "active") else lines).append(line)
    if forecast:
        lines.append(_("Forecast of {month}, scenario of the answer: {heads}").format(
            month=month_name(start, lang, True), heads="; ".join(forecast)))  # fmt: skip
    return Facts(title, tuple(lines))


def _decides(run: Run, lang: str) -> str:
    """The two parts of the model that carry most of the need's uncertainty, or where to read why that is not told."""
    _ = translator(lang)
    section = _("Method and assumptions")
    if run.shares is None or not (ranking := run.shares.ranking("need")):
        return _("What decides the figure cannot be told from this run; see “{section}”.").format(section=section)
    told = [(block_words(block, lang).name, short_share(run.shares.need[block].value, lang)) for block in ranking[:2]]
    if run.shares.need[ranking[0]].value >= NEARLY_ALL:
        text = _("The uncertainty of the need comes nearly all from {first}; see “{section}”.")
        return text.format(section=section, first=told[0][0])
    text = _("Of the uncertainty of the need {share} comes from {first} and {next} from {second}; see “{section}”.")
    return text.format(section=section, first=told[0][0], share=told[0][1], second=told[1][0], next=told[1][1])


def _end(run: Run, lang: str) -> tuple[str, ...]:
    """What the head counts are, and the program."""
    _ = translator(lang)
    return (
        _("Registered: on the JKN register, active or not. Active: may use care today. Capitated: counted for "
          "capitation on day 1. Billed: counted on the bill to the district."),
        _("All tables: tables.xlsx, beside this report."),
    )  # fmt: skip
