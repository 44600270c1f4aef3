"""What a page shows of a run's results: the answer, two charts, and the scenarios against a reference.

Every figure is computed by the functions that the report and the workbook use, from the same store, so that all agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from districts.faults import UserError
from districts.text import number
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
    """A chart: its finding, what is drawn, and the drawing for a wide and for a narrow screen (SVG)."""

    title: str
    lead: str
    wide: str
    narrow: str


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
    """One scenario of the comparison; the reference itself has no differences."""

    name: str
    title: str
    about: str
    own: bool
    money: Spread | None
    active: Spread | None
    status: str


@dataclass(frozen=True)
class Results:
    """What is shown: the ``head`` is the report's; ``replicates`` are those of the scenario that has fewest,
    ``period`` is the year of the answer and ``end`` its last month, ``reference`` what the rows are compared with.
    ``of`` is the title of the scenario whose need is told, "" where every line binds; ``awaited`` that of the scenario
    whose need is to be told, while nothing of it is stored."""

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
def _results(folder: Path, _state: tuple[tuple[str, ...], int], lang: str, reference: str, pictures: bool) -> Results | None:
    """The results, made once for every state of the store."""
    with _opened(folder) as run:
        return _made(run, lang, reference or run.reference, pictures) if run.scenarios else None


def _made(run: Run, lang: str, reference: str, pictures: bool) -> Results:
    from districts.text import month_name
    from reports.answer import answer
    from reports.reliability import first_page
    from reports.report.blocks import Head
    from reports.report.content import build
    from reports.wording import scenario_title
    from scenarios.need import headline, unbounded_names

    if reference not in run.main:
        raise UserError("the run has no scenario {name}; it has {known}", name=reference, known=", ".join(run.main))
    end = run.months[int(run.year.months[-1])]
    told = answer(run, lang)
    wanted = headline(run.manifest, unbounded_names(run.manifest))
    awaited = "" if wanted is None or wanted == run.headline else scenario_title(run.manifest, wanted, lang)
    head = build(run, lang).head if pictures else Head(told.first, told.second, told.third)
    return Results(
        head, run.period(lang), month_name(end, lang), month_name(run.manifest["stock"], lang),
        min(map(run.replicates, run.scenarios)),
        _rows(run, lang, reference), reference,
        tuple((name, scenario_title(run.manifest, name, lang)) for name in run.main),
        tuple(_picture(chart) for chart in _charts(run, lang)) if pictures else (), run.facilities,
        first_page(run.record, lang),
        "" if run.headline is None else scenario_title(run.manifest, run.headline, lang), awaited,
    )  # fmt: skip


def _charts(run: Run, lang: str) -> list[Chart]:
    """The two charts of the first page: the money of the year, and the active share."""
    from reports.charts_burndown import burn_chart
    from reports.charts_cover import cover_chart

    return [burn_chart(run, lang), cover_chart(run, lang)]


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


def _rows(run: Run, lang: str, reference: str) -> tuple[Row, ...]:
    """The scenarios in their order, the reference first."""
    from reports.wording import chance_words, scenario_explanation, scenario_title
    from scenarios.comparison.differences import paired
    from scenarios.need import held_status

    year, end = str(run.year.year), run.months[int(run.year.months[-1])]
    found: dict[str, Mapping[str, Difference]] = {}
    for name in run.main:
        if name != reference:
            every = paired(run.store, name, reference, "year", ("bill_jkn", "active_share"))
            found[name] = {one.indicator: one for one in every if one.period in (year, end)}
    money, active = (
        _spreads({name: one[key] for name, one in found.items()}, times, decimals, lang)
        for key, times, decimals in (("bill_jkn", 1 / _MILLIARD, 2), ("active_share", 100, 1))
    )
    order = [reference, *(name for name in run.main if name != reference)]
    return tuple(
        Row(name, scenario_title(run.manifest, name, lang), scenario_explanation(run.manifest, name, lang),
            name == reference, money.get(name), active.get(name),
            chance_words(held_status(run.store, name)[run.year.year], lang))
        for name in order
    )  # fmt: skip


def _spreads(found: Mapping[str, Difference], times: float, decimals: int, lang: str) -> dict[str, Spread]:
    """Differences on one axis that holds all of them and zero."""
    from reports.wording import ranged

    ends = [0.0, *(value for one in found.values() for value in
                   ((one.low, one.high) if ranged(one.replicates) else (one.median,)))]  # fmt: skip
    least, most = min(ends), max(ends)
    span = most - least or 1.0

    def place(value: float) -> float:
        return round((value - least) / span, 4) if most > least else 0.5

    def told(value: float) -> str:
        text = number(value * times, lang, decimals)
        return f"+{text}" if value > 0 and re.search("[1-9]", text) else text

    return {
        name: Spread(
            told(one.median), f"({told(one.low)} … {told(one.high)})" if ranged(one.replicates) else "",
            place(one.median), (place(one.low), place(one.high)) if ranged(one.replicates) else None, place(0.0),
        )
        for name, one in found.items()
    }  # fmt: skip
