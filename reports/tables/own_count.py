"""What the sheet that a planner edits computes, as plain arithmetic: the same numbers as its formulas, from the same
stored figures. Rupiah are whole; a half is rounded away from zero, as spreadsheets do.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from districts.text import month_name
from reports.answer import yearly_need
from reports.law import uhc_bars
from reports.numbers import IntArray, middle, spread, years
from reports.run import Run
from reports.wording import scenario_title
from scenarios.quantiles import quantile

#: Certainties that are offered, as far as the replicates bound them; between two the amount is interpolated.
_CERTAINTIES = tuple(step / 20 for step in range(10, 20))
_PLACES = 6  # decimals of a month's share of the year: a spreadsheet keeps them exactly


@dataclass(frozen=True)
class Choice:
    """A scenario and year whose need is told: what the list shows, the amount (rupiah) at each certainty of the table,
    and the part of the year's bill that has come by the end of each month (the last is 1)."""

    title: str
    scenario: str
    year: int
    amounts: tuple[int, ...]
    parts: tuple[float, ...]


@dataclass(frozen=True)
class Tables:
    """The stored figures: the certainties (only 0.5, the middle, where replicates are too few for one), the choices
    beside them, and the names of the year's months."""

    certainties: tuple[float, ...]
    choices: tuple[Choice, ...]
    months: tuple[str, ...]

    @property
    def certain(self) -> bool:
        """Whether an amount at a certainty is told at all."""
        return len(self.certainties) > 1


@dataclass(frozen=True)
class Inputs:
    """What a planner may set: the chosen need and its certainty, the district's ``share`` (0-1) of the money and its
    ``ceiling``; people and bars (shares of the population) of the UHC budget, ``heads`` to take in (None: as many as
    the bars ask for), rupiah a head and month, rupiah ``existing`` in the budget, and the first month (1-12)."""

    choice: int
    certainty: float
    share: float
    ceiling: int
    population: int
    registered: int
    active: int
    bar_registered: float
    bar_active: float
    heads: int | None
    premium: int
    existing: int
    start_month: int


@dataclass(frozen=True)
class NeedOutcome:
    """The amount that suffices, the district's part of it, what the ceiling leaves (below zero: missing), the need
    added up by month, and in which month (0-based) the ceiling runs out, None when it lasts."""

    amount: int
    own: int
    gap: int
    added: tuple[int, ...]
    runs_out: int | None


@dataclass(frozen=True)
class HeadsOutcome:
    """Heads missing to each bar, heads taken in, rupiah a head and month, and the money for each start month."""

    for_registered: int
    for_active: int
    heads: int
    a_month: int
    additional: tuple[int, ...]


def tables_of(run: Run, lang: str = "id") -> Tables:
    """The stored figures of a run: the scenarios whose line does not bind, in its full years (else its answer's year).

    The answer's scenario and year come first. Titles are numbered, so that none can be taken for a formula.
    """
    full = [year for year in years(run.months) if year.full] or [run.year]
    pairs = [(name, year) for name in run.needs for year in full]
    pairs.sort(key=lambda pair: (pair[0] != run.headline, pair[1].year != run.year.year))
    certainties = _certainties(run) if run.certain else (0.5,)
    choices = []
    for at, (name, year) in enumerate(pairs):
        need = yearly_need(run, name, year.year)
        amounts = tuple(round(quantile(need.sample, certainty).value) for certainty in certainties)
        title = f"{at + 1} · {scenario_title(run.manifest, name, lang)} · {run.period_of(year, lang)}"
        choices.append(Choice(title, name, year.year, amounts, _parts(run, name, year.months)))
    months = tuple(month_name(run.months[at], lang).rsplit(" ", 1)[0] for at in full[0].months)
    return Tables(certainties, tuple(choices), months)


def _certainties(run: Run) -> tuple[float, ...]:
    """The certainties whose amount is bounded on both sides by the replicates there are, with the run's own."""
    replicates = min(run.replicates(name) for name in run.scenarios)
    bounded = [c for c in _CERTAINTIES if math.isfinite(quantile(np.arange(replicates), c).high)]
    return tuple(sorted({*bounded, run.certainty}))


def _parts(run: Run, scenario: str, months: IntArray) -> tuple[float, ...]:
    """The middle bill of each month, added up, over that of the year; even parts where nothing is billed."""
    bill = np.maximum(spread(run.store.series(scenario, "bill_jkn")[:, months]).middle, 0.0)
    added = np.cumsum(bill if bill.sum() else np.ones(len(bill)))
    return tuple(round(float(part), _PLACES) for part in added / added[-1])


def start_inputs(run: Run) -> Inputs:
    """The values of the answer: the run's certainty, the district's own line of the year (without one the amount
    itself), and the people of the reference scenario at the end of the first month, with its need as what is budgeted
    already."""
    month = f"{run.year.year}-01"
    bars = uhc_bars([month], run.rules)[0]
    population, registered, active = (round(middle(run.store.series(run.reference, key)[:, 0]))
                                      for key in ("population_dukcapil", "registered", "active"))  # fmt: skip
    ceiling = 0
    if run.headline is not None:
        need = yearly_need(run, run.headline, run.year.year)
        amount = need.median if need.amount is None else need.amount
        ceiling = int(run.manifest.get("own_lines", {}).get(str(run.year.year), amount))
    certainty = run.certainty if run.certain else 0.5
    premium = int(run.rules.value("premium.pbpu_pemda.district_cost", month))
    existing = yearly_need(run, run.reference, run.year.year).median if run.reference in run.needs else 0
    return Inputs(0, certainty, 1.0, ceiling, population, registered, active, bars.registered, bars.active, None,
                  premium, existing, 1)  # fmt: skip


def rounded(value: float) -> int:
    """Whole rupiah or heads, halves away from zero."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def need_outcome(inputs: Inputs, tables: Tables) -> NeedOutcome:
    """The closed-form part on the need. The certainty must lie within the table."""
    choice, grid = tables.choices[inputs.choice], tables.certainties
    low = bisect_right(grid, inputs.certainty) - 1
    high = min(low + 1, len(grid) - 1)
    step = (inputs.certainty - grid[low]) / (grid[high] - grid[low]) if high > low else 0.0
    amount = rounded(choice.amounts[low] + (choice.amounts[high] - choice.amounts[low]) * step)
    own = rounded(amount * inputs.share)
    added = tuple(rounded(own * part) for part in choice.parts)
    first = bisect_right(added, inputs.ceiling)
    return NeedOutcome(amount, own, inputs.ceiling - own, added, first if first < len(added) else None)


def chance_of(inputs: Inputs, tables: Tables) -> float | None:
    """How likely the ceiling is to suffice for the district's part, interpolated; None below the table, infinity above
    it."""
    choice, grid = tables.choices[inputs.choice], tables.certainties
    reach = inputs.ceiling / inputs.share
    at = bisect_right(choice.amounts, reach) - 1
    if at < 0:
        return None
    if at == len(grid) - 1:
        return math.inf
    low, high = choice.amounts[at], choice.amounts[at + 1]
    return grid[at] + (grid[at + 1] - grid[at]) * (reach - low) / (high - low)


def heads_outcome(inputs: Inputs) -> HeadsOutcome:
    """The closed-form UHC budget (``prakira budget uhc``): heads x rupiah a month x months left, for each start."""
    missing = [
        max(0, math.ceil(round(bar * inputs.population, 6)) - there)
        for bar, there in ((inputs.bar_registered, inputs.registered), (inputs.bar_active, inputs.active))
    ]
    heads = max(missing) if inputs.heads is None else inputs.heads
    a_month = rounded(inputs.premium * inputs.share)
    return HeadsOutcome(missing[0], missing[1], heads, a_month,
                        tuple(heads * a_month * (13 - start) for start in range(1, 13)))  # fmt: skip
