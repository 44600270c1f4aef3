"""What a page shows of a run's results: the answer, two charts, and the scenarios against a reference.

Every figure is computed by the functions that the report and the workbook use, from the same store, so that all agree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from districts.faults import UserError
from districts.text import number, percent, rupiah_short, translator
from web.progress import counts, step_of

if TYPE_CHECKING:
    from reports.canvas import Chart
    from reports.report.blocks import Head
    from reports.run import Run
    from scenarios.comparison.differences import Difference

_DRAWING = Lock()  # matplotlib's settings belong to the whole process
_MILLIARD = 1e9


@dataclass(frozen=True)
class Picture:
    """A chart: its finding, what is drawn, the drawing for a wide and for a narrow screen (SVG), and a ``note`` on what
    of it is data and what is forecast."""

    title: str
    lead: str
    wide: str
    narrow: str
    note: str = ""


#: Where an axis is marked (0-1), with what it says there.
Ticks = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Spread:
    """A paired difference: middle, and the range of 8 in 10 (None with few replicates); in words, and as places 0-1 of
    the middle, the range and of zero on the axis that all rows share."""

    words: str
    range: str
    dot: float
    band: tuple[float, float] | None
    zero: float


@dataclass(frozen=True)
class Row:
    """One scenario of the comparison; the reference itself has no differences, but ``levels``: its bill and its active
    share. ``remark`` says where a lower bill is no saving."""

    name: str
    title: str
    about: str
    own: bool
    money: Spread | None
    active: Spread | None
    status: str
    remark: str
    levels: tuple[str, str] | None


@dataclass(frozen=True)
class Results:
    """What is shown: the ``head`` is the report's; ``replicates`` are those of the scenario that has fewest,
    ``period`` is the year of the answer and ``end`` its last month, ``reference`` what the rows are compared with.
    ``of`` is the title of the scenario whose need is told, "" where every line binds; ``awaited`` that of the scenario
    whose need is to be told, while nothing of it is stored. ``reviewed`` says when the status changes."""

    head: Head
    period: str
    end: str
    stock: str
    replicates: int
    rows: tuple[Row, ...]
    reference: str
    references: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]
    facilities: tuple[str, ...]
    record: str
    of: str
    awaited: str
    money_ticks: Ticks
    active_ticks: Ticks
    reviewed: str

    @property
    def ranged(self) -> bool:
        """Whether the replicates are enough for a range, and for more than the middle."""
        from reports.wording import ranged

        return ranged(self.replicates)


def results(
    folder: Path, lang: str, reference: str = "", pictures: bool = True, growing: bool = False
) -> Results | None:
    """The results of what is stored; None while nothing is. ``reference`` is a scenario of the run, "" the run's own.
    Those of a run that is ``growing`` are made anew only at certain numbers of replicates (:data:`web.progress.STEPS`).

    Raises ``UserError`` for a reference that the run does not have, and for a damaged store.
    """
    stored = counts(folder)
    if not stored:
        return None
    state = (tuple(sorted(stored)), step_of(min(stored.values())) if growing else sum(stored.values()))
    with _DRAWING:
        return _results(folder, state, lang, reference, pictures)


def warm() -> None:
    """Load what the first results need: nobody waits for it then, and no two threads load it at once."""
    from importlib import import_module

    for name in ("reports.report", "reports.facility.page", "reports.charts_burndown", "reports.charts_cover",
                 "scenarios.comparison.differences", "matplotlib.figure"):  # fmt: skip
        import_module(name)


def facility_of(folder: Path, number: int, lang: str) -> str:
    """The page of the facility with this number (from 1) in the run's order. Raises ``UserError`` where there is none,
    or nothing is stored."""
    from reports.facility.page import facility_page

    with _DRAWING, _opened(folder) as run:
        if not 1 <= number <= len(run.facilities) or not run.scenarios:
            raise UserError("there is no such page")
        return facility_page(run, run.facilities[number - 1], lang)


@contextmanager
def _opened(folder: Path) -> Iterator[Run]:
    """The run in ``folder`` as it is at one moment, with the rules that its reports quote."""
    from reports.run import Run
    from scenarios.store import RULES, RunStore
    from sim.rules import load_rules

    with RunStore.open(folder) as store, store.at_one_moment():
        local = folder / RULES
        yield Run(store, load_rules(local if local.exists() else None))


@lru_cache(maxsize=24)
def _results(
    folder: Path, _state: tuple[tuple[str, ...], int], lang: str, reference: str, pictures: bool
) -> Results | None:
    """The results, made once for every state of the store."""
    with _opened(folder) as run:
        return _made(run, lang, reference or run.reference, pictures) if run.scenarios else None


def _made(run: Run, lang: str, reference: str, pictures: bool) -> Results:
    from districts.text import month_name
    from reports.answer import answer
    from reports.law import reviewed_words
    from reports.reliability import first_page
    from reports.report.blocks import Head
    from reports.report.content import head
    from reports.wording import scenario_title
    from scenarios.need import headline, unbounded_names

    if reference not in run.main:
        raise UserError("the run has no scenario {name}; it has {known}", name=reference, known=", ".join(run.main))
    end_month = run.months[int(run.year.months[-1])]
    told = answer(run, lang)
    wanted = headline(run.manifest, unbounded_names(run.manifest))
    awaited = "" if wanted is None or wanted == run.headline else scenario_title(run.manifest, wanted, lang)
    first = head(run, lang) if pictures else Head(told.first, told.second, told.third)
    rows, money_ticks, active_ticks = _rows(run, lang, reference)
    return Results(
        first, run.period(lang), month_name(end_month, lang), month_name(run.manifest["stock"], lang),
        min(map(run.replicates, run.scenarios)),
        rows, reference,
        tuple((name, scenario_title(run.manifest, name, lang)) for name in run.main),
        _pictures(run, lang) if pictures else (), run.facilities,
        first_page(run.record, lang),
        "" if run.headline is None else scenario_title(run.manifest, run.headline, lang), awaited,
        money_ticks, active_ticks, reviewed_words(end_month, run.rules, lang),
    )  # fmt: skip


def _pictures(run: Run, lang: str) -> tuple[Picture, ...]:
    """The two charts of the first page: the money of the year, and the active share."""
    from reports.charts_burndown import burn_chart
    from reports.charts_cover import cover_chart

    money = translator(lang)("All of it is forecast; the money of this year is not in the data.")
    return (replace(_picture(burn_chart(run, lang)), note=money),
            replace(_picture(cover_chart(run, lang)), note=_where_it_begins(run, lang)))  # fmt: skip


def _where_it_begins(run: Run, lang: str) -> str:
    """What of the active share is data and what is forecast, with the last and the first figure; "" where there are no
    data, or no scenario whose need is told."""
    from districts.text import month_name, percent
    from reports.numbers import active_share, middle
    from reports.wording import scenario_title

    seen = run.past.active_share()
    known = [at for at, share in enumerate(seen) if share == share]
    if not known or run.headline is None:
        return ""
    return translator(lang)(
        "Data to {last}: {seen} in that month. From {first} on forecast: {begun} in that month with “{scenario}”. What "
        "changes between the two is forecast, not data."
    ).format(
        last=month_name(run.past.months[known[-1]], lang), seen=percent(float(seen[known[-1]]), lang),
        first=month_name(run.months[0], lang), scenario=scenario_title(run.manifest, run.headline, lang),
        begun=percent(middle(active_share(run.store, run.headline)[:, 0]), lang),
    )  # fmt: skip


def drawn(chart: Chart) -> Picture:
    """A chart that is drawn while nothing else is."""
    with _DRAWING:
        return _picture(chart)


def _picture(chart: Chart) -> Picture:
    wide, narrow = (bare(chart.svg(titled=False, narrow=narrow)) for narrow in (False, True))
    return Picture(chart.title, chart.lead, wide, narrow)


def bare(svg: str) -> str:
    """A drawing without its style element, which a page may not carry; ``style.css`` says the same."""
    return re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)


def _rows(run: Run, lang: str, reference: str) -> tuple[tuple[Row, ...], Ticks, Ticks]:
    """The scenarios in their order, the reference first, and the marks of the axes of money and active share."""
    from reports.report.scenarios import remark
    from reports.wording import chance_words, scenario_explanation, scenario_title
    from scenarios.comparison.differences import paired
    from scenarios.need import held_status

    year, end = str(run.year.year), run.months[int(run.year.months[-1])]
    found: dict[str, Mapping[str, Difference]] = {}
    for name in run.main:
        if name != reference:
            every = paired(run.store, name, reference, "year", ("bill_jkn", "active_share"))
            found[name] = {one.indicator: one for one in every if one.period in (year, end)}
    (money, money_ticks), (active, active_ticks) = (
        _spreads({name: one[key] for name, one in found.items()}, times, decimals, lang)
        for key, times, decimals in (("bill_jkn", 1 / _MILLIARD, 2), ("active_share", 100, 1))
    )
    order = [reference, *(name for name in run.main if name != reference)]
    rows = tuple(
        Row(name, scenario_title(run.manifest, name, lang), scenario_explanation(run.manifest, name, lang),
            name == reference, money.get(name), active.get(name),
            chance_words(held_status(run.store, name)[run.year.year], lang), remark(run, name, lang),
            _levels(run, lang, name) if name == reference else None)
        for name in order
    )  # fmt: skip
    return rows, money_ticks, active_ticks


def _levels(run: Run, lang: str, name: str) -> tuple[str, str]:
    """The bill of the answer's year and the active share at its end, the middles of the replicates."""
    from reports.numbers import active_share, middle

    months = run.year.months
    bill = middle(run.store.series(name, "bill_jkn")[:, months].sum(axis=1))
    return rupiah_short(bill, lang), percent(middle(active_share(run.store, name)[:, int(months[-1])]), lang)


def _spreads(
    found: Mapping[str, Difference], times: float, decimals: int, lang: str
) -> tuple[dict[str, Spread], Ticks]:
    """Differences on one axis that holds all of them and zero, and its marks."""
    from reports.wording import ranged

    ends = [0.0, *(value for one in found.values() for value in
                   ((one.low, one.high) if ranged(one.replicates) else (one.median,)))]  # fmt: skip
    least, most = min(ends), max(ends)
    span = most - least or 1.0

    def place(value: float) -> float:
        return round((value - least) / span, 4) if most > least else 0.5

    def told(value: float) -> str:
        return _signed(value * times, lang, decimals)

    marks = tuple((place(value / times), text) for value, text in _marks(least * times, most * times, lang))
    return {
        name: Spread(
            told(one.median), f"({told(one.low)} … {told(one.high)})" if ranged(one.replicates) else "",
            place(one.median), (place(one.low), place(one.high)) if ranged(one.replicates) else None, place(0.0),
        )
        for name, one in found.items()
    }, marks  # fmt: skip


def _signed(value: float, lang: str, decimals: int) -> str:
    text = number(value, lang, decimals)
    return f"+{text}" if value > 0 and re.search("[1-9]", text) else text


def _marks(least: float, most: float, lang: str) -> list[tuple[float, str]]:
    """Round values from ``least`` to ``most``, zero among them and at most four, with what they say; none where the two
    are the same."""
    if most <= least:
        return []
    power = 10.0 ** math.floor(math.log10((most - least) / 3))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= (most - least) / 3)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [(at * step, _signed(at * step, lang, decimals))
            for at in range(math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9) + 1)]  # fmt: skip
