"""How much the same luck is worth: variance of the difference between two policies, paired and with other seeds.

    python -m benchmarks.common_luck [RESIDENTS] [REPLICATES]

Each lever is raised by a tenth, all feedbacks on; once with luck only, once with parameters and shocks drawn as in a
plain run. The factor says how many independent replicates one pair is worth; a factor from 100 pairs has a standard
error of roughly a fifth.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

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
    quota = np.full(_MONTHS, round(district.stock().population * 0.01 * strength), np.int64)
    return _base(district).but(intake_quota=quota, intake_order="lapsed_first")


def _outreach(district: District, strength: float) -> Policy:
    staff = np.array([facility.nurses + facility.midwives for facility in district.facilities], float)
    return _base(district).but(outreach_hours=np.tile(5.0 * staff * strength, (_MONTHS, 1)))


def _short_line(district: District, strength: float) -> Policy:
    """A line that binds from its start in every year of the run; a tenth more lasts longer."""
    years = range(2014, 2101)
    amount = round(district.stock().population * 25_000 * strength)
    return _intake(district, 1.0).but(line_rule="amounts", line_amounts=dict.fromkeys(years, amount), regime="drop")


LEVERS = (
    Lever("Pemda intake", _intake, ("active", "bill", "contacts", "rating", "status")),
    Lever("outreach hours", _outreach, ("contacts", "rating")),
    Lever("APBD line", _short_line, ("active", "bill", "exhausted", "status")),
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
    """Measure and print."""
    residents = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    replicates = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    print(f"{residents} residents, {_MONTHS} months, {replicates} pairs, each lever +10 %, feedbacks on")
    print("how many times smaller the variance of the difference is with the same luck")
    print(f"  {'lever':<16}{'figure':<12}{'luck only':>12}{'all drawn':>12}")
    for lever in LEVERS:
        lucky, drawn = (factors(lever, residents, replicates, everything) for everything in (False, True))
        for name in lever.figures:
            print(f"  {lever.name:<16}{name:<12}{shown(lucky[name]):>12}{shown(drawn[name]):>12}")


if __name__ == "__main__":
    main()
