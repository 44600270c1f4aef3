"""How much the same luck is worth: variance of the difference between two policies, paired and with other seeds.

    python -m benchmarks.common_luck [RESIDENTS] [REPLICATES] [--save]

Each lever is raised by a tenth, all feedbacks on; once with luck only, once with parameters and shocks drawn as in a
plain run. The factor says how many independent replicates one pair is worth; a factor from 100 pairs has a standard
error of roughly a fifth.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from districts.model import District
from districts.tiny import tiny_district
from sim.behaviour import default_behaviour
from sim.policy import Policy, baseline_policy
from sim.results import Results
from sim.rules import load_rules
from sim.simulate import simulate

FloatArray = NDArray[np.float64]

RESULTS = Path(__file__).with_name("common_luck.json")
_MONTHS = 12


@dataclass(frozen=True)
class Lever:
    """``policy(district, strength)`` at strength 1.0 and 1.1, and what the difference is taken of."""

    name: str
    policy: Callable[[District, float], Policy]
    figures: tuple[str, ...]


def _base(district: District) -> Policy:
    flags = np.ones(_MONTHS, np.bool_)
    return baseline_policy(_MONTHS, len(district.facilities)).but(agreement=flags, point_of_care=flags)


def _intake(district: District, strength: float) -> Policy:
    """A hundredth of the population a month, those without active cover first."""
    quota = np.full(_MONTHS, round(district.stock().population * 0.01 * strength), np.int64)
    return _base(district).but(intake_quota=quota, intake_order="lapsed_first")


def _outreach(district: District, strength: float) -> Policy:
    staff = np.array([facility.nurses + facility.midwives for facility in district.facilities], float)
    return _base(district).but(outreach_hours=np.tile(5.0 * staff * strength, (_MONTHS, 1)))


def _line(district: District, rupiah_a_head: float) -> Policy:
    """A line that binds before the year is over."""
    amount = round(district.stock().population * rupiah_a_head)
    years = dict.fromkeys(range(2014, 2101), amount)
    return _intake(district, 1.0).but(line_rule="amounts", line_amounts=years, regime="drop")


def _short_line(district: District, strength: float) -> Policy:
    return _line(district, 25_000 * strength)


def _to_the_bars(district: District, strength: float) -> Policy:
    """The never registered first, so many that luck decides at which review the bars are met."""
    quota = np.full(_MONTHS, round(district.stock().population * 0.009 * strength), np.int64)
    return _base(district).but(intake_quota=quota, intake_order="never_first")


def _to_the_month(district: District, strength: float) -> Policy:
    """A line for which luck decides in which month it ends."""
    return _line(district, 16_500 * strength)


#: The last two stand at a threshold, where a small difference in luck is a large one in the outcome.
LEVERS = (
    Lever("Pemda intake", _intake, ("active", "bill", "contacts", "rating")),
    Lever("outreach hours", _outreach, ("contacts", "rating")),
    Lever("APBD line", _short_line, ("active", "bill")),
    Lever("intake to the bars", _to_the_bars, ("status", "bill")),
    Lever("line to its month", _to_the_month, ("exhausted", "bill")),
)


def figure(results: Results, name: str) -> float:
    """Mean active members, contacts, rupiah billed, mean KBK score, months with UHC status, first month unfunded."""
    if name == "active":
        return float(results.series("active").mean())
    if name == "contacts":
        return float(results.series("contacts", "facility").sum())
    if name == "bill":
        return float(results.series("bill_jkn").sum())
    if name == "rating":
        return float(results.series("score_tenths", "facility").mean() / 10)
    if name == "status":
        return float(results.series("status_uhc").sum())
    short = np.flatnonzero(results.series("unfunded") > 0)
    return float(short[0]) if len(short) else float(_MONTHS)


def factors(lever: Lever, residents: int, replicates: int, drawn: bool = False) -> dict[str, float]:
    """Variance with other seeds over variance with the same luck, by figure; infinite where paired differences are all
    equal, not a number where those with other seeds are so too. ``drawn``: with parameters and shocks drawn as well.
    Raises ``ValueError`` for fewer than two replicates."""
    if replicates < 2:
        raise ValueError("a variance needs at least two replicates")
    district, rules, behaviour = tiny_district(residents, 6), load_rules(), default_behaviour()

    def run(strength: float, seed: int, replicate: int) -> FloatArray:
        vector = behaviour.draw(seed, replicate) if drawn else behaviour
        policy = lever.policy(district, strength)
        results = simulate(district, rules, vector, policy, seed, replicate=replicate, luck_only=not drawn)
        return np.array([figure(results, name) for name in lever.figures])

    plain, same, other = (
        np.array([run(strength, seed, replicate) for replicate in range(replicates)])
        for strength, seed in ((1.0, 1), (1.1, 1), (1.1, 2))
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (other - plain).var(axis=0, ddof=1) / (same - plain).var(axis=0, ddof=1)
    return dict(zip(lever.figures, ratio.tolist(), strict=True))


def shown(factor: float) -> str:
    """A factor in words where there is no number."""
    if np.isnan(factor):
        return "never varies"
    return "exact" if np.isinf(factor) else f"{factor:.1f}"


def main() -> None:
    """Measure, print, and with ``--save`` keep the figures for docs/benchmarks.md."""
    arguments = argparse.ArgumentParser(description="how much the same luck is worth")
    arguments.add_argument("residents", type=int, nargs="?", default=20_000)
    arguments.add_argument("replicates", type=int, nargs="?", default=100)
    arguments.add_argument("--save", action="store_true")
    asked = arguments.parse_args()
    if asked.residents < 1000 or asked.replicates < 2:
        arguments.error("at least 1000 residents and two replicates")
    print(f"{asked.residents} residents, {_MONTHS} months, {asked.replicates} pairs, each lever +10 %, feedbacks on")
    print("how many times smaller the variance of the difference is with the same luck")
    print(f"  {'lever':<20}{'figure':<12}{'luck only':>14}{'all drawn':>14}")
    rows = []
    for lever in LEVERS:
        lucky, drawn = (factors(lever, asked.residents, asked.replicates, everything) for everything in (False, True))
        for name in lever.figures:
            rows.append((lever.name, name, shown(lucky[name]), shown(drawn[name])))
            print("  {:<20}{:<12}{:>14}{:>14}".format(*rows[-1]))
    if asked.save:
        record = {"residents": asked.residents, "months": _MONTHS, "pairs": asked.replicates, "rows": rows}
        RESULTS.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
