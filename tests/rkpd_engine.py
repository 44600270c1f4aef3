"""A stand-in for the engine whose years are closed forms: replicate r bills :func:`heads_of` + r Pemda heads every
month, and aids :data:`SELVES` self-payers. Nothing here is a model.

A line that binds pays bills in order; under *drop* nobody is billed or active once it is empty, else the rest is owed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from districts.model import District
from scenarios.months import later, span
from sim.indicators import CATALOGUE, INDEX, SEGMENTS
from sim.policy import Policy
from sim.results import Results

SELVES = 50
POPULATION, REGISTERED, ACTIVE = 10_000, 9_900, 8_100
#: Heads more per unit of the chance to stop paying (``segment.crowd_out``).
CROWD = 10_000


def heads_of(district: District) -> int:
    """Pemda heads in the district's default stock: what replicate 0 bills."""
    rows = district.stock().segments
    return sum(row.active for row in rows if (row.segment, row.payer) == ("pbpu_pemda", "district"))


def simulate(
    district: District, rules: Any, behaviour: Any, policy: Policy, seed: int, *, replicate: int = 0,
    stock: str | None = None, luck_only: bool = False,
) -> Results:  # fmt: skip
    """Results with the shapes of the engine's; only what a proposal reads is filled."""
    months = span(later(stock or district.default_stock, 1), policy.months)
    dated = rules.from_month(change[:3] for change in policy.rule_changes)
    table = np.zeros((policy.months, len(CATALOGUE["district"])))

    def put(key: str, month: int, value: float) -> None:
        table[month, INDEX["district"][key]] = value

    wanted = heads_of(district) + replicate + round(CROWD * behaviour["segment.crowd_out"])
    left: dict[str, float] = {str(year): float(amount) for year, amount in policy.line_amounts.items()}
    debt, dropped, fresh = 0.0, False, False
    for at, month in enumerate(months):
        premium, aid = (int(dated.value(f"premium.pbpu_pemda.{part}", month)) for part in ("premium", "aid"))
        heads = 0 if dropped else wanted
        bill = heads * (premium + aid) + SELVES * aid + int(policy.lever_cost[at])
        unfunded = max(0.0, bill - left.get(month[:4], np.inf)) if policy.line_rule == "amounts" else 0.0
        if month[:4] in left:
            left[month[:4]] -= bill - unfunded
        debt += unfunded
        for key, value in (("billed", heads), ("bill_premium", heads * premium), ("bill_aid_pemda", heads * aid),
                           ("bill_aid_self", SELVES * aid), ("bill_levers", policy.lever_cost[at]), ("bill_jkn", bill),
                           ("unfunded", unfunded), ("debt_pemda", debt), ("population_dukcapil", POPULATION),
                           ("registered", REGISTERED), ("active", ACTIVE - wanted * dropped),
                           ("status_uhc", 1 - dropped), ("dropped", wanted * fresh)):  # fmt: skip
            put(key, at, value)
        fresh = policy.regime == "drop" and unfunded > 0 and not dropped
        dropped = dropped or fresh
    facilities, hospitals = len(district.facilities), len(district.hospitals)
    return Results(
        months, tuple(facility.name for facility in district.facilities),
        tuple(hospital.name for hospital in district.hospitals), table,
        np.zeros((policy.months, facilities, len(CATALOGUE["facility"]))),
        np.zeros((policy.months, len(SEGMENTS), len(CATALOGUE["segment"]))),
        np.zeros((policy.months, hospitals, len(CATALOGUE["hospital"]))),
    )  # fmt: skip
