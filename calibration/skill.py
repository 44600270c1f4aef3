"""How well calibrated forecasts do on districts of another world: compartments with known futures.

For each made-up district: its history is what an office would have; the model is calibrated to it, starts from the
register at its end and is told what is announced (a cut of PBI-JK, an intake that stops). Baselines see the same
history; those that *know* are told the announced heads as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.baselines import BASELINES
from calibration.calibrate import CalibrationPlan, as_posterior
from calibration.calibrate import prepare_loaded as prepare_calibration
from calibration.compartments import Future as Truth
from calibration.compartments import Synthetic, starting_district
from calibration.discrepancy import NONE, Discrepancy, discrepancy
from calibration.errors import error_of
from calibration.fit import fit, series_needed
from calibration.forecast import Future, sample
from calibration.rows import load
from calibration.scores import crps_normal, crps_sample
from calibration.table import Table, grow, identity
from districts.history import stock_from_history
from districts.model import Stock
from scenarios.levers import LEVERS
from scenarios.levers.base import Context
from scenarios.months import later
from scenarios.reading import Placed
from scenarios.scenario import Scenario
from sim.posterior import Posterior
from sim.random import Purpose, make_key, normals, numbered
from sim.rules import Rules

FloatArray = NDArray[np.float64]
#: What is forecast: the active members, and what the Pemda is billed in a month.
SERIES = ("active", "bill_jkn")
MODEL = "prakira"


@dataclass(frozen=True)
class Group:
    """Made-up districts that share a start and a past, hence one table of simulations."""

    archetype: str
    intake: float
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Score:
    """CRPS of one forecast, mean over months 1-12, in units of the mean of the series in its last year."""

    archetype: str
    seed: int
    future: str
    kind: str
    size: float
    series: str
    forecast: str
    crps: float


def scenario_of(name: str, levers: Sequence[dict[str, Any]]) -> Scenario:
    """A scenario from levers as a file would name them."""
    title = {"id": name, "en": name}
    placed = tuple(Placed(LEVERS[lever["kind"]].model_validate(lever), name) for lever in levers)
    return Scenario(name, title, title, placed, (name,))


def calibrated(group: Group, made: Synthetic, rules: Rules, folder: Path, rows: int, jobs: int) -> Posterior:
    """The posterior of one district of ``group``, from the table in ``folder``, which is made when it is missing."""
    district = starting_district(made.archetype).model_copy(update={"history": made.history})
    past = scenario_of("past", made.past)
    ready = prepare_calibration(CalibrationPlan(district.name, most=rows), district, rules, past)
    where = folder / f"{group.archetype}-{round(100 * group.intake)}"
    with Table.open(where, identity(ready.setting, past)) as table:
        grow(table, ready.setting, rows, jobs)
        simulations = load(table, series_needed(ready.observed, ready.codes), ready.codes, rows)
    return as_posterior(ready, fit(simulations, ready.observed, ready.codes, 1), rows)


def forecast_of(
    made: Synthetic, truth: Truth, posterior: Posterior | None, rules: Rules, replicates: int, jobs: int
) -> dict[str, FloatArray]:
    """The model's sample of each of SERIES, (replicates, months), told what ``truth`` announces."""
    return _from_stock(made, made.stock_at_end, truth.policy, posterior, rules, range(replicates), jobs)


def hindcast_of(
    made: Synthetic, posterior: Posterior, rules: Rules, replicates: int, jobs: int
) -> dict[str, Discrepancy]:
    """What the model got wrong of each of SERIES in the last year of the history."""
    district = made.district.model_copy(update={"history": made.history})
    last = later(made.stock_at_end.month, -12)
    stock = stock_from_history(district, last)
    if stock is None:
        return dict.fromkeys(SERIES, NONE)
    fresh = range(10_000, 10_000 + replicates)
    found = _from_stock(made, stock, made.past, posterior, rules, fresh, jobs)
    now = _from_stock(made, made.stock_at_end, made.past, posterior, rules, fresh, jobs, months=1)
    return {
        name: discrepancy(
            sample, reported(made, name)[-12:], error_of(name).month, error_of(name).series, now[name][:, 0]
        )
        for name, sample in found.items()
    }


def corrected(samples: dict[str, FloatArray], errors: dict[str, Discrepancy], seed: int) -> dict[str, FloatArray]:
    """The samples moved by what the model got wrong of late."""
    found = {}
    for number, (name, values) in enumerate(samples.items()):
        z = normals(make_key(seed, number), numbered(2 * len(values)), 2, Purpose.OBSERVATION).reshape(-1, 2)
        found[name] = values * np.exp(errors[name].path(values.shape[1], z))
    return found


def _from_stock(
    made: Synthetic, stock: Stock, levers: Sequence[dict[str, Any]], posterior: Posterior | None, rules: Rules,
    replicates: Sequence[int], jobs: int, months: int = 12,
) -> dict[str, FloatArray]:  # fmt: skip
    district = made.district.model_copy(update={"stocks": (stock,), "default_stock": stock.month})
    context = Context(district, rules, later(stock.month, 1), months)
    policy = scenario_of("decided", levers).policy(context)
    keys = tuple((name, "district") for name in SERIES)
    found = sample(Future(district, rules, policy, stock.month, posterior, made.seed, keys), replicates, jobs)
    return {name: found[name, "district"] for name in SERIES}


def scores(made: Synthetic, truth: Truth, model: dict[str, dict[str, FloatArray]]) -> list[Score]:
    """The model's scores (``model``: samples by name of the forecast and series) and those of all baselines."""
    seen = {"active": truth.active, "bill_jkn": truth.bill}
    known = {"active": truth.known_heads, "bill_jkn": truth.known_rupiah}
    past = {"active": reported(made, "active"), "bill_jkn": reported(made, "bill_jkn")}
    found: list[Score] = []
    for name in SERIES:
        history, months = past[name], len(seen[name])
        unit = float(np.nanmean(history[-12:]))
        forecasts = {label: crps_sample(samples[name].T, seen[name]) for label, samples in model.items()}
        for label, baseline in BASELINES.items():
            plain = baseline(history, months)
            forecasts[label] = crps_normal(plain.mean, plain.sd, seen[name])
            told = baseline(history - known[name][:-months], months)
            forecasts[f"{label}, told"] = crps_normal(told.mean + known[name][-months:], told.sd, seen[name])
        found += [
            Score(made.archetype, made.seed, truth.name, truth.kind, truth.size, name, label, float(crps.mean() / unit))
            for label, crps in forecasts.items()
        ]
    return found


def reported(made: Synthetic, indicator: str) -> FloatArray:
    """The district's history of ``indicator``, (months,), NaN where a month is missing."""
    rows = {row.month: row.value for row in made.history if row.indicator == indicator and row.place == "district"}
    first = later(made.district.default_stock, 1)
    return np.array([rows.get(later(first, month), np.nan) for month in range(len(made.active))])
