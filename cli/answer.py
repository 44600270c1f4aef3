"""The short answer of a run on a terminal, 80 columns: cover, need, when the money runs out, differences, honesty."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from districts.text import month_name, number, percent, rupiah_short, translator

if TYPE_CHECKING:
    from scenarios.compare import Difference
    from scenarios.store import RunStore

WIDTH = 80
_MILLIARD = 1e9


def answer(store: RunStore, folder: Path, written: list[Path], lang: str) -> str:
    """The whole answer. Medians over the replicates; ranges hold 8 of 10 of them."""
    about = (_heading, _cover, _bills, _rkpd, _exhausted, _differences, _honesty)
    parts = [*(part(store, lang) for part in about), _files(folder, written, lang)]
    return "\n\n".join(part for part in parts if part)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in columns: the first to the left, the others to the right, two blanks between."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def difference_table(scenario: str, reference: str, differences: list[Difference], lang: str) -> str:
    """All differences that are not zero, with their 8-in-10 range; one line where everything is equal."""
    _ = translator(lang)
    told = [difference for difference in differences if not difference.equal]
    title = _("{scenario} minus {reference}").format(scenario=scenario, reference=reference)
    if not told:
        return _("{title}: every figure is equal.").format(title=title)
    rows = [
        [
            difference.label_id if lang == "id" else difference.label_en,
            difference.period,
            _amount(difference.median, difference.unit, lang),
            f"{_amount(difference.low, difference.unit, lang)} … {_amount(difference.high, difference.unit, lang)}",
        ]
        for difference in told
    ]
    return table([title, _("period"), _("middle"), _("8 in 10")], rows)


def _amount(value: float, unit: str, lang: str) -> str:
    """A difference in its unit; a difference of shares in percentage points."""
    _ = translator(lang)
    if unit == "rupiah":
        return rupiah_short(value, lang)
    if unit == "share":
        return _("{value} % points").format(value=number(value * 100, lang, 2))
    return number(value, lang)


def _heading(store: RunStore, lang: str) -> str:
    _ = translator(lang)
    first, last = (month_name(month, lang) for month in (store.months[0], store.months[-1]))
    text = _("{district}, {first} to {last}, {replicates} replicates")
    title = store.manifest["district"]["title"]
    return text.format(district=title, first=first, last=last, replicates=store.manifest["replicates"])


def _cover(store: RunStore, lang: str) -> str:
    """Registered and active share of the Dukcapil population at start and end, per scenario."""
    import numpy as np

    from scenarios.compare import SHARES
    from scenarios.quantiles import quantile

    _ = translator(lang)
    rows = []
    for name in store.scenarios:
        cells = [name]
        for upper, lower in SHARES.values():
            share = store.series(name, upper) / store.series(name, lower)
            first, last = (quantile(np.asarray(share[:, at]), 0.5).value for at in (0, -1))
            cells.append(f"{percent(first, lang)} → {percent(last, lang)}")
        rows.append(cells)
    note = _("Share of the population, first month → last month (middle of the replicates)")
    return f"{note}\n{table([_('scenario'), _('registered'), _('active')], rows)}"


def _bills(store: RunStore, lang: str) -> str:
    """The need per year of the scenarios whose line does not bind; the bill of the others is not need."""
    from scenarios.need import need, unbounded, yearly

    _ = translator(lang)
    free = [name for name in store.scenarios if unbounded(store, name)]
    if not free:
        return ""
    covered = {year: part.months_covered for year, part in yearly(store, free[0], "bill_jkn").items()}
    head = [_("scenario"), *(str(year) if months == 12 else _("{year} ({months} mo)").format(year=year, months=months)
                             for year, months in covered.items())]  # fmt: skip
    rows = []
    for name in free:
        found = [need(store, name, year, None) for year in covered]
        cells = [_range(need.median, need.interval_low, need.interval_high, lang) for need in found]
        rows.append([name, *cells])
    note = _("Need of the year, billions of rupiah: middle (8 in 10)")
    return _stacked(note, head, rows)


def _stacked(note: str, head: list[str], rows: list[list[str]]) -> str:
    """The table, its year columns in several blocks where they do not fit on one line."""
    width = max(len(row[0]) for row in [head, *rows])
    cell = max(len(cell) for row in [head, *rows] for cell in row[1:]) + 2
    step = max(1, (WIDTH - width) // cell)
    blocks = [
        table([head[0], *head[at : at + step]], [[row[0], *row[at : at + step]] for row in rows])
        for at in range(1, len(head), step)
    ]
    return "\n".join([note, *blocks])


def _range(middle: float, low: float, high: float, lang: str) -> str:
    one, two, three = (number(value / _MILLIARD, lang, 2) for value in (middle, low, high))
    return f"{one} ({two} … {three})"


def _rkpd(store: RunStore, lang: str) -> str:
    """The headline: the amount at the stated certainty with its Monte Carlo interval, or why there is none."""
    from scenarios.need import need
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY

    _ = translator(lang)
    if store.manifest["replicates"] < MIN_REPLICATES_FOR_CERTAINTY:
        text = _("No certainty figure: it needs at least {least} replicates, this run has {found}.")
        return _filled(text.format(least=MIN_REPLICATES_FOR_CERTAINTY, found=store.manifest["replicates"]))
    if (second := store.manifest["binding"]) is None:
        return ""
    found = need(store, second["scenario"], second["year"], second["certainty"])
    amount, low, high = (rupiah_short(value or 0, lang) for value in (found.amount, found.low, found.high))
    text = _(
        "For {year} under {scenario}, {amount} is enough with {certainty} certainty "
        "(precision of the calculation: {low} to {high}). {second} shows the year with that line."
    )
    certainty = percent(second["certainty"], lang, 0)
    return _filled(text.format(year=found.year, scenario=found.scenario, certainty=certainty, second=second["name"],
                               amount=amount, low=low, high=high))  # fmt: skip


def _exhausted(store: RunStore, lang: str) -> str:
    """Per binding scenario and year, when a bill first found no budget."""
    from scenarios.need import exhaustion, unbounded
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY, chance

    _ = translator(lang)
    lines = []
    for name in store.scenarios:
        if unbounded(store, name):
            continue
        for year in exhaustion(store, name):
            if not year.months:
                lines.append(_("{scenario}, {year}: lasts in every replicate").format(scenario=name, year=year.year))
                continue
            run_out = _("{scenario}, {year}: runs out in {hits} of {replicates}").format(
                scenario=name, year=year.year, hits=year.replicates - year.never, replicates=year.replicates
            )
            if year.replicates >= MIN_REPLICATES_FOR_CERTAINTY:
                estimate = chance(year.first >= 0)
                run_out += f" ({percent(estimate.low, lang, 0)}–{percent(estimate.high, lang, 0)})"
            often = max(year.months, key=lambda month: year.months[month])
            when = _("most often {month}").format(month=month_name(often, lang))
            lines.append(f"{run_out}, {when}")
    return "\n".join([_("When the line runs out"), *map(_filled, lines)]) if lines else ""


def _differences(store: RunStore, lang: str) -> str:
    """Each scenario minus the baseline: bill of the last year, active share at the end."""
    from scenarios.compare import paired

    _ = translator(lang)
    if "baseline" not in store.scenarios or len(store.scenarios) < 2:
        return ""
    year = store.months[-1][:4]
    rows = []
    for name in store.scenarios:
        if name == "baseline":
            continue
        found = {(one.indicator, one.period): one for one in paired(store, name, "baseline")}
        bill, active = found["bill_jkn", year], found["active_share", store.months[-1]]
        points = [number(value * 100, lang, 1) for value in (active.median, active.low, active.high)]
        rows.append([name, _range(bill.median, bill.low, bill.high, lang), f"{points[0]} ({points[1]} … {points[2]})"])
    note = _("Minus the baseline, same luck: middle (8 in 10)")
    return f"{note}\n{table([_('scenario'), _('{year} bill, bn').format(year=year), _('active, % points')], rows)}"


def _honesty(store: RunStore, lang: str) -> str:
    _ = translator(lang)
    text = _("{assumed} of {total} inputs are assumed.")
    return text.format(assumed=store.manifest["assumed"], total=store.manifest["inputs_total"])


def _files(folder: Path, written: list[Path], lang: str) -> str:
    _ = translator(lang)
    inside = (path.relative_to(folder) if path.is_relative_to(folder) else path for path in written)
    names = sorted({path.parts[0] for path in inside})
    return _filled(_("Files in {folder}: {names}").format(folder=folder, names=", ".join(names)))


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False)
