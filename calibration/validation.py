"""The default behaviour beside published figures: simulate, compare, and write ``docs/validation.md``.

``python -m calibration.validation docs/validation.md`` runs it; failures stay in the table.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from calibration.quantities import DEFAULT_RUN, QUANTITIES, RUNS
from districts.model import District
from districts.read import read_district
from scenarios.directions import DIRECTIONS, move
from scenarios.feedbacks import FEEDBACKS, measure
from scenarios.levers.base import Context
from scenarios.scenario import load_scenario
from sim.behaviour import default_behaviour
from sim.calendar import next_month
from sim.results import Results
from sim.rules import load_rules
from sim.simulate import simulate

_REPLICATES = 24
_SEED = 2024


@dataclass(frozen=True)
class Comparison:
    """One target with what the prior predictive runs gave: median and the 90 % interval (5 % and 95 % points)."""

    target: dict[str, Any]
    low: float
    median: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the source's interval and the simulated 90 % interval overlap."""
        return self.low <= float(self.target["high"]) and float(self.target["low"]) <= self.high


def load_targets() -> list[dict[str, Any]]:
    """The published figures of ``targets.yaml``."""
    from ruamel.yaml import YAML

    targets: list[dict[str, Any]] = YAML(typ="safe").load(
        files("calibration").joinpath("targets.yaml").read_text(encoding="utf-8")
    )
    return targets


def predictive(district: District, run: tuple[str, str, int], replicates: int, seed: int = _SEED) -> list[Results]:
    """Runs with behaviour drawn from its priors: what the defaults promise before any data of the district."""
    stock, scenario, months = run
    rules = load_rules()
    context = Context(district=district, rules=rules, first_month=next_month(stock), months=months)
    policy = load_scenario(scenario).policy(context)
    return [
        simulate(
            district, rules, default_behaviour().draw(seed, replicate), policy, seed, replicate=replicate, stock=stock
        )
        for replicate in range(replicates)
    ]


def compare_defaults(district: District, replicates: int = _REPLICATES) -> list[Comparison]:
    """Every target against the prior predictive runs of the shipped district."""
    runs: dict[tuple[str, str, int], list[Results]] = {}
    found = []
    for target in load_targets():
        name = target["quantity"]
        run = RUNS.get(name, DEFAULT_RUN)
        if run not in runs:
            runs[run] = predictive(district, run, replicates)
        sample = [QUANTITIES[name](results) for results in runs[run]]
        low, median, high = np.quantile(sample, [0.05, 0.5, 0.95])
        found.append(Comparison(target, float(low), float(median), float(high)))
    return found


def _show(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e9:,.2f} bn"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def report(district: District, replicates: int = _REPLICATES) -> str:
    """The text of ``docs/validation.md``."""
    lines = [
        "# Validation of the defaults",
        "",
        "Written by `make validation`; do not edit. The shipped district is simulated with behaviour drawn from its "
        f"priors ({replicates} replicates, seed {_SEED}), and compared with published figures. *Inside*: the source's "
        "interval and the simulated 90 % interval overlap. "
        "Where a default was tuned to the figure the comparison shows that tuning holds, not that the model is right.",
        "",
        "| figure | unit | source interval | simulated median (90 % interval) | tuned | verdict |",
        "|---|---|---|---|---|---|",
    ]
    comparisons = compare_defaults(district, replicates)
    for c in comparisons:
        target = c.target
        lines.append(
            f"| {target['name']} | {target['unit']} | {_show(target['low'])} – {_show(target['high'])} "
            f"| {_show(c.median)} ({_show(c.low)} – {_show(c.high)}) | {'yes' if target['fitted'] else 'no'} "
            f"| {'inside' if c.inside else '**outside**'} |"
        )
    outside = [c for c in comparisons if not c.inside]
    lines += ["", f"{len(comparisons) - len(outside)} of {len(comparisons)} inside."]
    lines += [f"Outside: {c.target['name']}: {c.target.get('note', 'not explained')}." for c in outside]
    lines += ["", "Sources:", ""]
    lines += [f"- {c.target['name']}: {c.target['source']}" for c in comparisons]
    lines += _feedback_lines(district)
    lines += _lever_lines(district)
    return "\n".join(lines) + "\n"


def _section(title: str, text: str, columns: str) -> list[str]:
    """The head of a section with one table; ``columns`` are separated by " | "."""
    return ["", f"## {title}", "", text, "", f"| {columns} |", "|---" * (columns.count("|") + 1) + "|"]


def _spread(sample: list[float], form: str) -> str:
    """Middle and range of a sample."""
    return f"{form} ({form} … {form})".format(np.median(sample), min(sample), max(sample))


def _feedback_lines(district: District, replicates: int = 6) -> list[str]:
    """The size of every feedback at default strength, with the range over replicates."""
    lines = _section(
        "Feedbacks at default strength",
        f"Change of the indicator over 24 months when the feedback is switched on, same luck, {replicates} replicates "
        "with drawn behaviour: middle and range. Zero is an allowed answer. The sign of each is tested at ten times "
        "its strength under strain.",
        "feedback | indicator | change",
    )
    for feedback in FEEDBACKS:
        sample = [measure(feedback, district, replicate=r, seed=_SEED, drawn=True) for r in range(replicates)]
        lines.append(f"| {feedback.text_en} | {feedback.indicator} | {_spread(sample, '{:+.2%}')} |")
    return lines


def _lever_lines(district: District, replicates: int = 6) -> list[str]:
    """What every scenario of the library moves at the strength it is given there, with the range over replicates."""
    lines = _section(
        "Levers at the strength of the library",
        f"Difference over 14 months against the reference, same luck, {replicates} replicates with drawn behaviour: "
        "middle and range; rupiah where the reference is zero. The sign of each is tested at ten times the strength.",
        "scenario | against | indicator | difference",
    )
    for direction in DIRECTIONS:
        sample = [move(direction, district, 14, replicate=r, seed=_SEED, drawn=True) for r in range(replicates)]
        form = "{:+,.0f}" if max(map(abs, sample)) > 100 else "{:+.2%}"
        lines.append(
            f"| {direction.scenario} | {direction.reference} | {direction.indicator} | {_spread(sample, form)} |"
        )
    return lines


def main() -> None:
    """Write the report to the path given as the only argument."""
    where = Path(sys.argv[1])
    temporary = where.with_suffix(".tmp")
    temporary.write_text(report(read_district("bengkulu-utara")), encoding="utf-8")
    os.replace(temporary, where)


if __name__ == "__main__":
    main()
