"""What one more unit of effect costs: ratios of paired differences, with whose money it is.

The Pemda's bill is money that BPJS receives, so the two payers' rupiah are told apart and never added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.comparison.intervals import fieller, sign
from scenarios.comparison.runs import Source, pairs
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE, quantile
from sim.indicators import Level

FloatArray = NDArray[np.float64]
Status = Literal["costs", "saves", "better", "worse", "lost", "unclear", "none", "few"]

#: Whose money, and the district indicators (rupiah) that add up to it.
PAYERS: dict[str, tuple[str, ...]] = {
    "pemda": ("bill_jkn",),
    "bpjs": ("capitation_paid", "claims_incurred", "prb_drugs", "levers_bpjs"),
}


@dataclass(frozen=True)
class Effect:
    """What is bought: ``sign`` times the sum of indicators over the months of the run, and over the facilities."""

    level: Level
    parts: tuple[str, ...]
    sign: int = 1


EFFECTS: dict[str, Effect] = {
    "active_months": Effect("district", ("active",)),
    "contacts": Effect("facility", ("contacts",)),
    "averted_referrals": Effect("facility", ("referrals_nonspecialist",), -1),
    "controlled_months": Effect("facility", ("dm_controlled", "ht_controlled")),
}


@dataclass(frozen=True)
class Changes:
    """What scenarios change against a reference, replicate by replicate, sums over the run: ``cost`` by payer
    (rupiah) and ``effect`` by name, each (R, S), scenarios in the order of ``names``. The reference is among them, with
    zeros, where it was asked for."""

    names: tuple[str, ...]
    reference: str
    cost: dict[str, FloatArray]
    effect: dict[str, FloatArray]


@dataclass(frozen=True)
class UnitCost:
    """Rupiah of ``payer`` per unit of ``effect``: scenario minus reference, over the months of the run.

    ``cost_change`` and ``effect_change`` are means over the replicates. ``status`` says what ``value`` is, or why there
    is none:

    - "costs": rupiah paid for each unit gained; "saves": rupiah saved for each unit lost;
    - "better", "worse": more effect for less money, or less for more, so that no ratio means anything;
    - "lost": there is less effect, and the interval of the cost contains zero;
    - "unclear": the interval of the effect contains zero; "none": there is no effect at all;
    - "few": too few replicates for an interval.

    ``low`` and ``high`` are the 95 % interval of the ratio of the means (Fieller). ``spread`` holds 8 of 10 of the
    replicates' own ratios, None where the effect has not the same sign in all of them.
    """

    scenario: str
    reference: str
    payer: str
    effect: str
    replicates: int
    cost_change: float
    effect_change: float
    status: Status
    value: float | None = None
    low: float | None = None
    high: float | None = None
    spread: tuple[float, float] | None = None


def changes(source: Source, scenarios: Sequence[str], reference: str = "baseline") -> Changes:
    """The changes that ``scenarios`` make, in the replicates that all of them and the reference have.

    Raises ``UserError`` for a scenario that the run does not have, or that shares no replicate with the others.
    """
    common: set[int] = set(source.replicates(reference))
    for name in scenarios:
        pairs(source, name, reference)
        common &= set(source.replicates(name))
    base = _totals(source, reference, common)
    found = [base if name == reference else _totals(source, name, common) for name in scenarios]
    return Changes(
        tuple(scenarios),
        reference,
        {payer: np.stack([one[payer] - base[payer] for one in found], axis=1) for payer in PAYERS},
        {effect: np.stack([one[effect] - base[effect] for one in found], axis=1) for effect in EFFECTS},
    )


def _totals(source: Source, scenario: str, replicates: set[int]) -> dict[str, FloatArray]:
    """Costs and effects of one scenario over the months of the run, (R,), by payer and effect."""
    at = [row for row, number in enumerate(source.replicates(scenario)) if number in replicates]

    def summed(level: Level, parts: tuple[str, ...]) -> FloatArray:
        return np.sum([source.series(scenario, key, level)[at].reshape(len(at), -1).sum(axis=1) for key in parts], 0)

    costs = {payer: summed("district", parts) for payer, parts in PAYERS.items()}
    return costs | {name: entry.sign * summed(entry.level, entry.parts) for name, entry in EFFECTS.items()}


def unit_costs(found: Changes) -> list[UnitCost]:
    """The cost of a unit of every effect, for every payer and every scenario but the reference."""
    return [
        unit_cost(found.cost[payer][:, at], found.effect[effect][:, at], name, found.reference, payer, effect)
        for at, name in enumerate(found.names)
        if name != found.reference
        for payer in PAYERS
        for effect in EFFECTS
    ]


def unit_cost(
    cost: FloatArray,
    effect: FloatArray,
    scenario: str,
    reference: str,
    payer: str,
    effect_name: str,
) -> UnitCost:
    """The ratio of two paired differences, (R,) each, or why none is told (see :class:`UnitCost`)."""
    n, means = len(cost), (float(cost.mean()), float(effect.mean()))
    head = (scenario, reference, payer, effect_name, n, *means)
    if not effect.any():
        return UnitCost(*head, "none")
    if n < MIN_REPLICATES_FOR_RANGE:
        return UnitCost(*head, "few")
    gains, pays = sign(effect), sign(cost)
    if gains == 0:
        return UnitCost(*head, "unclear")
    if pays == -gains:
        return UnitCost(*head, "better" if gains > 0 else "worse")
    if gains < 0 and not pays:
        return UnitCost(*head, "lost")
    low, high = fieller(cost, effect)
    one_sided = bool((effect > 0).all() or (effect < 0).all())
    spread = tuple(quantile(cost / effect, q).value for q in (0.1, 0.9)) if one_sided else None
    return UnitCost(*head, "costs" if gains > 0 else "saves", means[0] / means[1], low, high, spread)  # type: ignore[arg-type]
