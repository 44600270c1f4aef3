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
from sim.indicators import CATALOGUE, INDEX, SEGMENTS
from sim.policy import Policy
from sim.results import Results

PREMIUM = 37_800


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
