"""The short answer of a run on a terminal, 80 columns: cover, need, when the money runs out, differences, honesty."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from districts.text import month_name, number, percent, rupiah_short, translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenarios.comparison.runs import Source
    from scenarios.store import RunStore

WIDTH = 80
_MILLIARD = 1e9


def answer(store: RunStore, folder: Path, written: list[Path], lang: str) -> str:
    """The whole answer. Medians over the replicates; ranges hold 8 of 10 of them, and are left out where the
    replicates are too few for a range."""
    about = (
        _heading,
        _scenarios,
        _cover,
        _status,
        _bills,
        _own_lines,
        _rkpd,
        _origin,
        _exhausted,
        _differences,
        _honesty,
    )
    parts = [*(part(store, lang) for part in about), _files(folder, written, lang)]
    return "\n\n".join(part for part in parts if part)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in columns: the first to the left, the others to the right, two blanks between. What is too long in the
    first for a line of 80 columns is cut."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    widths[0] = min(widths[0], WIDTH - sum(widths[1:]) - 2 * len(widths[1:]))
    lines = []
    for row in [head, *rows]:
        name = row[0] if len(row[0]) <= widths[0] else f"{row[0][: widths[0] - 1]}…"
        cells = [name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _heading(store: RunStore, lang: str) -> str:
    _ = translator(lang)
    first, last = (month_name(month, lang) for month in (store.months[0], store.months[-1]))
    text = _("{district}, {first} to {last}, {replicates} replicates")
    title = store.manifest["district"]["title"]
    heading = text.format(district=title, first=first, last=last, replicates=store.manifest["replicates"])
    if _ranged(store):
        return heading
    from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

    few = _("Too few replicates for a range: it takes at least {least}. Only the middle is told.")
    return f"{heading}\n{_filled(few.format(least=MIN_REPLICATES_FOR_RANGE))}"


def _scenarios(store: RunStore, lang: str) -> str:
    return titles(store, store.scenarios, lang)


def titles(source: Source, names: Sequence[str], lang: str) -> str:
    """What the scenarios of the tables are called, by the names that commands take."""
    from cli.tables import wrapped
    from reports.wording import scenario_title

    head = translator(lang)("Scenarios")
    told = (wrapped(f"{name}: {scenario_title(source.manifest, name, lang)}", "  ", "      ") for name in names)
    return "\n".join([head, *told])


def _ranged(store: RunStore) -> bool:
    """Whether the run has replicates enough for 8-in-10 ranges."""
    from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

    return int(store.manifest["replicates"]) >= MIN_REPLICATES_FOR_RANGE


def _cover(store: RunStore, lang: str) -> str:
    """Registered and active share of the Dukcapil population at start and end, per scenario."""
    import numpy as np

    from scenarios.comparison.differences import SHARES
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


def _status(store: RunStore, lang: str) -> str:
    """Per scenario and calendar year, how often UHC status held in all its months."""
    from reports.wording import chance_words
    from scenarios.need import held_status

    _ = translator(lang)
    rows = [
        [name, *(chance_words(hits, lang) for hits in held_status(store, name).values())] for name in store.scenarios
    ]
    return _stacked(_("UHC status held in every month of the year"), [_("scenario"), *_year_heads(store, lang)], rows)


def _year_heads(store: RunStore, lang: str) -> list[str]:
    """The calendar years of the run; with the number of months where it covers only a part."""
    from scenarios.need import within, years

    _ = translator(lang)
    covered = {year: int(within(store, year).sum()) for year in years(store)}
    return [str(year) if months == 12 else _("{year} ({months} mo)").format(year=year, months=months)
            for year, months in covered.items()]  # fmt: skip


def _bills(store: RunStore, lang: str) -> str:
    """The need per year of the scenarios whose line does not bind; the bill of the others is not need."""
    from scenarios.need import need, unbounded, years

    _ = translator(lang)
    free = [name for name in store.scenarios if unbounded(store, name)]
    if not free:
        return ""
    ranged, rows = _ranged(store), []
    for name in free:
        found = [need(store, name, year, None) for year in years(store)]
        cells = [_range(need.median, need.interval_low, need.interval_high, lang, ranged) for need in found]
        rows.append([name, *cells])
    note = (_("Need of the year, billions of rupiah: middle (8 in 10)") if ranged
            else _("Need of the year, billions of rupiah: middle"))  # fmt: skip
    return _stacked(note, [_("scenario"), *_year_heads(store, lang)], rows)


def _own_lines(store: RunStore, lang: str) -> str:
    """The district's own line of each year against the need of the scenarios whose line does not bind."""
    from reports.answer import certainty_words
    from scenarios.need import own_lines, unbounded
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY

    _ = translator(lang)
    second = store.manifest["binding"] or {}
    certainty = second.get("certainty", 0.8) if store.manifest["replicates"] >= MIN_REPLICATES_FOR_CERTAINTY else None
    found = {name: own_lines(store, name, certainty) for name in store.scenarios if unbounded(store, name)}
    blocks = []
    for at, one in enumerate(next(iter(found.values()), [])):
        line = rupiah_short(one.line, lang)
        if one.need is None:
            text = _("{year}: the line filled in is {line}; the run covers only {months} months of that year, so the "
                     "need is not compared with it.")  # fmt: skip
            blocks.append(_filled(text.format(year=one.year, line=line, months=one.months_covered)))
            continue
        head = [_("scenario"), _("middle")]
        if certainty is None:
            head.append(_("line − middle"))
        else:
            head += [_("enough in {certainty}").format(certainty=certainty_words(certainty, lang)), _("line − that")]
        rows = []
        for name, lines in found.items():
            entry = lines[at]
            assert entry.need is not None  # the same months in every scenario
            amounts = (entry.need.median, entry.need.amount, entry.gap)
            rows.append([name, *(number(value / _MILLIARD, lang, 2) for value in amounts if value is not None)])
        note = _("{year}: the line filled in is {line}; the need (billions of rupiah) and what is left or missing")
        blocks.append(f"{_filled(note.format(year=one.year, line=line))}\n{table(head, rows)}")
    return "\n".join([_("The district's own line against the need"), *blocks]) if blocks else ""


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


def _range(middle: float, low: float, high: float, lang: str, ranged: bool) -> str:
    """Billions of rupiah: the middle, and the range where there are replicates enough for one."""
    one, two, three = (number(value / _MILLIARD, lang, 2) for value in (middle, low, high))
    return f"{one} ({two} … {three})" if ranged else one


def _rkpd(store: RunStore, lang: str) -> str:
    """The headline: the amount at the stated certainty with its Monte Carlo interval, or why there is none."""
    from reports.answer import certainty_words
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
        "For {year} under {scenario}, {amount} is enough in {certainty} cases "
        "(precision of the calculation: {low} to {high}). {second} shows the year with that line."
    )
    certainty = certainty_words(second["certainty"], lang)
    return _filled(text.format(year=found.year, scenario=found.scenario, certainty=certainty, second=second["name"],
                               amount=amount, low=low, high=high))  # fmt: skip


def _origin(store: RunStore, lang: str) -> str:
    """The part of the model that carries most of the need's uncertainty, and what would narrow it."""
    from reports.origins import heaviest_told
    from scenarios.shares import block_shares

    shares = block_shares(store)
    return "" if shares is None else _filled(heaviest_told(shares, "need", lang))


def _exhausted(store: RunStore, lang: str) -> str:
    """Per binding scenario and year, when a bill first found no budget."""
    from scenarios.need import exhaustion, unbounded
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY, chance

    _ = translator(lang)
    lines = []
    for name in store.scenarios:
        if unbounded(store, name):
            continue
        for year, told in zip(exhaustion(store, name), _year_heads(store, lang), strict=True):
            if not year.has_line:
                lines.append(_("{scenario}, {year}: no line").format(scenario=name, year=told))
                continue
            if not year.months:
                lines.append(_("{scenario}, {year}: lasts in every replicate").format(scenario=name, year=told))
                continue
            run_out = _("{scenario}, {year}: runs out in {hits} of {replicates}").format(
                scenario=name, year=told, hits=year.replicates - year.never, replicates=year.replicates
            )
            if year.replicates >= MIN_REPLICATES_FOR_CERTAINTY:
                estimate = chance(year.first >= 0)
                run_out += f" ({percent(estimate.low, lang, 0)}–{percent(estimate.high, lang, 0)})"
            often = max(year.months, key=lambda month: year.months[month])
            when = _("most often {month}").format(month=month_name(often, lang))
            lines.append(f"{run_out}, {when}")
    return "\n".join([_("When the line runs out"), *map(_filled, lines)]) if lines else ""


def _differences(store: RunStore, lang: str) -> str:
    """Each scenario minus the baseline: bill and capitation of the last year, active share at the end."""
    from scenarios.comparison.differences import paired

    _ = translator(lang)
    if "baseline" not in store.scenarios or len(store.scenarios) < 2:
        return ""
    year, ranged = store.months[-1][:4], _ranged(store)
    rows = []
    for name in store.scenarios:
        if name == "baseline":
            continue
        found = {(one.indicator, one.period): one for one in paired(store, name, "baseline")}
        active = found["active_share", store.months[-1]]
        money = [found[indicator, year] for indicator in ("bill_jkn", "capitation_paid")]
        points = [number(value * 100, lang, 1) for value in (active.median, active.low, active.high)]
        share = f"{points[0]} ({points[1]} … {points[2]})" if ranged else points[0]
        rows.append([name, *(_range(one.median, one.low, one.high, lang, ranged) for one in money), share])
    note = (_("Minus the baseline, same luck: middle (8 in 10)") if ranged
            else _("Minus the baseline, same luck: middle"))  # fmt: skip
    heads = [text.format(year=year) for text in (_("{year} bill, bn"), _("{year} capitation, bn"))]
    return _stacked(note, [_("scenario"), *heads, _("active, % points")], rows)


def _honesty(store: RunStore, lang: str) -> str:
    """How much of the input is assumed, and whether the parameters were calibrated to the district's history."""
    from reports.origins import calibration_told

    _ = translator(lang)
    text = _("{assumed} of {total} inputs are assumed.")
    assumed = text.format(assumed=store.manifest["assumed"], total=store.manifest["inputs_total"])
    return f"{assumed}\n{_filled(calibration_told(store.manifest, lang, commands=True))}"


def _files(folder: Path, written: list[Path], lang: str) -> str:
    from scenarios.store import FILE, MANIFEST

    _ = translator(lang)
    inside = (path.relative_to(folder) if path.is_relative_to(folder) else path for path in written)
    names = sorted({path.parts[0] for path in inside} | {FILE, MANIFEST})
    return _filled(_("Files in {folder}: {names}").format(folder=folder, names=", ".join(names)))


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False)
