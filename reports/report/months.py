"""What happens month by month: the money that is left, the people who are active, the capitation that is paid."""

from __future__ import annotations

from districts.text import month_name, number, percent, rupiah_short, translator
from reports.answer import yearly_need
from reports.charts_burndown import burn_chart
from reports.charts_cover import cover_chart
from reports.charts_flows import flows_chart
from reports.charts_money import capitation_chart
from reports.charts_need import need_chart
from reports.cuts import CUTS, bills_of
from reports.numbers import HEADS, active_share, quantiles, spread, years
from reports.numbers import label as indicator_label
from reports.report.blocks import Block, Cell, Figure, Section, Table
from reports.report.proposal import lines_table
from reports.run import Run
from reports.wording import scenario_title

#: Months between two rows of the table of head counts.
_STEP = 3


def months_section(run: Run, lang: str = "id") -> Section:
    """The year's money against the months, the active share, who is registered, active, capitated and billed, and the
    capitation."""
    _ = translator(lang)
    need, flows = need_chart(run, lang), flows_chart(run, lang)
    blocks: list[Block] = [Figure(burn_chart(run, lang)), *_left(run, lang)]
    blocks += lines_table(run, lang) if run.headline is not None else []
    blocks += [_heads(run, lang), Figure(cover_chart(run, lang)), Figure(capitation_chart(run, lang))]
    blocks += [Figure(flows)] if flows is not None else []
    blocks += [Figure(need)] if need is not None and sum(year.full for year in years(run.months)) > 1 else []
    return Section("bulanan", _("By month"), _("Month by month"), _title(run, lang), tuple(blocks))


def _title(run: Run, lang: str) -> str:
    """What the year does to the money, and where the active share ends."""
    _ = translator(lang)
    scenario = run.told
    last = int(run.year.months[-1])
    share = percent(float(spread(active_share(run.store, scenario)).middle[last]), lang)
    month = month_name(run.months[last], lang)
    if run.headline is None:
        return _("The active share ends {month} at {share}").format(month=month, share=share)
    bill = spread(run.store.series(scenario, "bill_jkn")[:, run.year.months].mean(axis=1))
    return _("About {bill} is billed a month; the active share ends {month} at {share}").format(
        bill=rupiah_short(float(bill.middle), lang), month=month, share=share
    )


#: From this amount on (rupiah) what is left is told in billions, below in millions.
_LARGE = 1e10


def _left(run: Run, lang: str) -> list[Block]:
    """What is left of an amount at the end of each month, at the central estimate; nothing without a need."""
    if run.headline is None:
        return []
    _ = translator(lang)
    found = yearly_need(run, run.headline, run.year.year)
    year = bills_of(run, run.headline)
    base = found.median if found.amount is None else found.amount
    cut = CUTS[-1]
    amounts = [(_("proposal") if found.amount is not None else _("central estimate"), base),
               (_("cut by {cut}").format(cut=percent(cut, lang, 0)), round(base * (1 - cut)))]  # fmt: skip
    if run.own_line is not None:
        amounts.append((_("line filled in"), run.own_line))
    unit, words, decimals = (1e9, _("IDR billion"), 2) if base >= _LARGE else (1e6, _("IDR million"), 0)
    spent = quantiles(year.used, 0.5)[0]
    rows = []
    for name, amount in amounts:
        cells = [Cell(name, rupiah_short(amount, lang))]
        for value in amount - spent:
            text = number(value / unit, lang, decimals)
            short = value < 0 and not text.startswith("−")  # less than half of the last digit
            cells.append(Cell(f"−{text}" if short else text, mark="warn" if value < 0 else ""))
        rows.append(tuple(cells))
    heads = (_("left at the month's end"), *(_short(run.months[at], lang) for at in year.months))
    title = _("What is left of the money, {year}, {unit}").format(year=run.period(lang), unit=words)
    note = _("Central estimate, by the month of the bill. The month of the cash differs: the first payment of a year "
             "is usually made at the end of February.")  # fmt: skip
    return [Table(title, heads, tuple(rows), frozenset(range(1, len(heads))), note=note)]


def _heads(run: Run, lang: str) -> Table:
    """The four head counts, the bill and the capitation with their ranges: every third month, every December (on which
    the year's end of a plan rests) and the last month."""
    _ = translator(lang)
    scenario = run.told
    store = run.store
    ends = (place for place, month in enumerate(run.months) if month.endswith("-12"))
    at = sorted({*range(0, len(run.months), _STEP), *ends, len(run.months) - 1})
    keys = (*HEADS, "bill_jkn", "capitation_paid")
    found = [(spread(store.series(scenario, key)), key in HEADS) for key in keys]
    rows = []
    for month in at:
        cells = [Cell(month_name(run.months[month], lang, True).replace(" ", "\u00a0"))]
        for entry, heads in found:
            middle, low, high = entry.at(month)
            cells.append(Cell(_told(middle, heads, lang), _range(low, high, heads, lang)))
        rows.append(tuple(cells))
    heads_told = [indicator_label(key, lang) for key in HEADS]
    money = [_("{name}, IDR million").format(name=indicator_label(key, lang)) for key in keys[len(HEADS) :]]
    title = _("Members, bill and capitation: {scenario}").format(scenario=scenario_title(run.manifest, scenario, lang))
    note = _("Head counts at the end of the month, persons; bill and capitation of the month. Beneath: {range}. Every "
             "month and scenario stands in the workbook.").format(range=run.range_words(scenario, lang))  # fmt: skip
    return Table(title, (_("month"), *heads_told, *money), tuple(rows), frozenset(range(1, len(keys) + 1)), note=note)


def _told(value: float, heads: bool, lang: str) -> str:
    return number(value, lang) if heads else number(value / 1e6, lang, 1)


def _range(low: float, high: float, heads: bool, lang: str) -> str:
    """The range beneath a figure; empty where the replicates are too few for one."""
    if low != low:  # NaN
        return ""
    return f"{_told(low, heads, lang)}–{_told(high, heads, lang)}"


def _short(month: str, lang: str) -> str:
    """The month's short name without its year."""
    return month_name(month, lang, short=True).rsplit(" ", 1)[0]
