"""A stand-in for the engine in tests of everything around it: quick, seeded, and it reads policy and replicate.

Bill of a month: a random level of the replicate, plus 37,800 per head of the quota, plus lever costs; a line is used up
in order, and what it cannot carry is unfunded. Active members fall with the PBI cut. Nothing here is a model.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from districts.model import District
from scenarios.months import later, span
from sim.behaviour import PARAMETERS, Behaviour, Parameter
from sim.indicators import CATALOGUE, INDEX, SEGMENTS
from sim.policy import Policy
from sim.random import Purpose, make_key, normals, numbered
from sim.results import Results

PREMIUM = 37_800
PRIORS: dict[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}


def simulate(
    district: District, rules: Any, behaviour: Any, policy: Policy, seed: int, *, replicate: int = 0,
    stock: str | None = None, luck_only: bool = False,
) -> Results:  # fmt: skip
    """Results with the shapes of the engine's."""
    months = span(later(stock or district.default_stock, 1), policy.months)
    luck = np.random.default_rng([seed, replicate])
    facilities = len(district.facilities)
    table = {"district": np.zeros((policy.months, len(CATALOGUE["district"])))}
    table["facility"] = luck.integers(0, 1000, (policy.months, facilities, len(CATALOGUE["facility"]))).astype(float)
    table["segment"] = luck.integers(0, 9000, (policy.months, len(SEGMENTS), len(CATALOGUE["segment"]))).astype(float)
    shape = (policy.months, len(district.hospitals), len(CATALOGUE["hospital"]))
    table["hospital"] = luck.integers(0, 10**6, shape).astype(float)
    level = int(1e9 * np.exp(0.1 * luck.standard_normal()))

    def put(key: str, values: Any) -> None:
        table["district"][:, INDEX["district"][key]] = values

    cut = np.cumsum(policy.pbi_cut)
    put("population_dukcapil", 10_000)
    put("registered", 9_000)
    put("active", np.round(8_000 * (1 - cut)) + luck.integers(0, 50, policy.months))
    bill = level + PREMIUM * np.cumsum(policy.intake_quota) + policy.lever_cost
    put("bill_jkn", bill)
    put("bill_levers", policy.lever_cost)
    put("births", luck.integers(0, 9, policy.months))
    if policy.line_rule != "unbounded":
        put("unfunded", _unfunded(policy, months, bill))
    return Results(months, tuple(f.name for f in district.facilities), tuple(h.name for h in district.hospitals),
                   **table, notes=(f"{months[0]}: begun",))  # fmt: skip


def _unfunded(policy: Policy, months: tuple[str, ...], bill: Any) -> Any:
    left: dict[int, float] = {}
    unfunded = np.zeros(policy.months)
    for index, month in enumerate(months):
        year = int(month[:4])
        amount = policy.line_amounts.get(year, 12 * float(bill[0]) * policy.line_factor)
        rest = left.setdefault(year, amount)
        unfunded[index] = max(0.0, float(bill[index]) - rest)
        left[year] = max(0.0, rest - float(bill[index]))
    return unfunded


def slow(*arguments: Any, **options: Any) -> Results:
    """The same, a tenth of a second later, so that a test can interrupt it."""
    time.sleep(0.1)
    return simulate(*arguments, **options)


def dies_once(*arguments: Any, **options: Any) -> Results:
    """Kills its own process the first time it is asked for replicate 2 (as running out of memory does)."""
    marker = Path(os.environ["PRAKIRA_TEST_MARKER"])
    if options["replicate"] == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(*arguments, **options)


def always_dies(*arguments: Any, **options: Any) -> Results:
    """Kills its own process every time."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")


#: The additive engine: rupiah a month per unit of a parameter's deviation on the scale on which its prior is normal,
#: luck and shocks in rupiah per standard deviation; (bill, capitation). All other parameters do nothing.
ADDITIVE: dict[str, tuple[float, float]] = {
    "premium.return_when_sick": (8e6, 0.0), "segment.join_when_sick": (9e6, 2e6), "segment.crowd_out": (3e6, 1e6),
    "care.sick": (0.0, 4e7), "demo.tfr": (6e7, 1e7),
}  # fmt: skip
LUCKY, SHOCKING = (1e6, 1e6), (3e6, 2e6)


def additive(
    district: District, rules: Any, behaviour: Behaviour, policy: Policy, seed: int, *, replicate: int = 0,
    stock: str | None = None, luck_only: bool = False,
) -> Results:  # fmt: skip
    """A bill and a capitation that are sums of independent parts, the same in every month; of the rest a population."""
    months = span(later(stock or district.default_stock, 1), policy.months)
    table = np.zeros((policy.months, len(CATALOGUE["district"])))
    table[:, INDEX["district"]["population_dukcapil"]] = 10_000
    for column, key in enumerate(("bill_jkn", "capitation_paid")):
        table[:, INDEX["district"][key]] = round(1e9 + additive_part(behaviour, seed, replicate, luck_only, column))
    places = tuple(facility.name for facility in district.facilities)
    hospitals = tuple(hospital.name for hospital in district.hospitals)
    empty = {
        level: np.zeros((policy.months, number, len(CATALOGUE[level])))
        for level, number in (("facility", len(places)), ("segment", len(SEGMENTS)), ("hospital", len(hospitals)))
    }
    return Results(months, places, hospitals, table, **empty)


def additive_part(behaviour: Behaviour, seed: int, replicate: int, luck_only: bool, column: int) -> float:
    """Rupiah a month above the level, of the bill (column 0) or the capitation (1)."""
    luck, shock = normals(make_key(seed, replicate), numbered(2), 1, Purpose.SHOCK)
    size = 0.0 if luck_only else behaviour["shock.size"]
    values = behaviour.as_dict()
    moved = sum(
        weights[column] * (normal_scale(PRIORS[name], values[name]) - normal_scale(PRIORS[name], PRIORS[name].default))
        for name, weights in ADDITIVE.items()
    )
    return float(moved + LUCKY[column] * luck + SHOCKING[column] * size * shock)


def normal_scale(parameter: Parameter, value: float) -> float:
    """``value`` on the scale on which the prior is normal on either side of its median."""
    if parameter.scale == "share":
        return float(np.log(value / (1 - value)))
    return float(np.log(value)) if parameter.scale == "rate" else value


def additive_variance(name: str, column: int) -> float:
    """The variance of one parameter's part, closed form: a normal with another spread on either side has the variance
    (s₁² + s₂²) / 2 − (s₂ − s₁)² / 2π (half-normals: mean s √(2/π), mean square s²)."""
    parameter = PRIORS[name]
    median, low, high = (normal_scale(parameter, value) for value in (parameter.default, parameter.low, parameter.high))
    below, above = (abs(edge - median) / 1.2815515655446004 for edge in (low, high))
    return ADDITIVE[name][column] ** 2 * ((below**2 + above**2) / 2 - (above - below) ** 2 / (2 * np.pi))


def margin_engine(
    district: District, rules: Any, behaviour: Any, policy: Policy, seed: int, *, replicate: int = 0,
    stock: str | None = None, luck_only: bool = False,
) -> Results:  # fmt: skip
    """UHC status all the time with the chance :func:`margin_chance` of the policy's margin, never else; a bill that
    rises with the margin (:func:`margin_bill`), lever costs besides; a KBK share that rises with outreach hours."""
    months = span(later(stock or district.default_stock, 1), policy.months)
    luck = np.random.default_rng([seed, replicate])
    shapes = {"district": (), "facility": (len(district.facilities),), "segment": (len(SEGMENTS),),
              "hospital": (len(district.hospitals),)}  # fmt: skip
    table = {level: np.zeros((policy.months, *shape, len(CATALOGUE[level]))) for level, shape in shapes.items()}
    values = {
        "status_uhc": float(luck.random() < margin_chance(policy.hold_margin)),
        "bill_jkn": np.round(margin_bill(policy.hold_margin) + 1e6 * luck.standard_normal()) + policy.lever_cost,
        "bill_levers": policy.lever_cost,
        "capitation_full": 1_000_000,
        "capitation_paid": np.round(1_000_000 * hours_share(policy.outreach_hours[:, 0])),
    }
    for key, series in values.items():
        table["district"][:, INDEX["district"][key]] = series
    return Results(months, tuple(f.name for f in district.facilities), tuple(h.name for h in district.hospitals),
                   **table)  # fmt: skip


def margin_chance(margin: float) -> float:
    """The chance of the status: one half without a margin, 1 from 0.01 on."""
    return min(1.0, 0.5 + 50 * margin)


def margin_bill(margin: float) -> float:
    """Rupiah a month: ten million, and one million more for each thousandth of margin."""
    return 1e7 + 1e9 * margin


def hours_share(hours: Any) -> Any:
    """The share of capitation paid: 0.9, and a twentieth of a percent more for each hour."""
    return 0.9 + 0.0005 * hours
