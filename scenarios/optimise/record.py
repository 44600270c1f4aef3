"""What an optimisation leaves: ``optimum.json``, everything that was found, and ``optimum.yaml``, the mix as a scenario
that ``prakira run`` takes."""

from __future__ import annotations

import io
import json
import math
import shlex
from pathlib import Path
from typing import Any

from scenarios.optimise.choice import cheapest_chances, front, nearest
from scenarios.optimise.confirm import Check
from scenarios.optimise.looks import NAME
from scenarios.optimise.optimise import Outcome
from scenarios.optimise.space import Candidate, entry_of
from scenarios.optimise.targets import Sample, Summary, summary
from scenarios.quantiles import chance, quantile

JSON, YAML = f"{NAME}.json", f"{NAME}.yaml"


def record(outcome: Outcome) -> dict[str, Any]:
    """All that was found, ready for JSON. Rupiah are whole; chances and shares 0-1, those of a check with their 95 %
    Monte Carlo intervals as [value, low, high]."""
    problem, targets, effort, seen = outcome.problem, outcome.targets, outcome.effort, outcome.seen
    axes, known = problem.space.axes, {mix: summary(sample, targets) for mix, sample in outcome.known.items()}
    return {
        "district": problem.manifest["district"],
        "base": problem.ready.scenarios[0].name,
        "start": problem.ready.start,
        "months": problem.ready.plan.months,
        "seed": problem.ready.plan.seed,
        "targets": vars(targets),
        "effort": {**vars(effort), "longer": effort.longer},
        "axes": [{"name": axis.name, "unit": axis.unit, "values": list(axis.values)} for axis in axes],
        "feasible": outcome.feasible,
        "mix": _named(outcome, outcome.chosen.mix),
        "confirmed": _check(outcome, outcome.chosen),
        "checks": [_check(outcome, check) for check in outcome.checks],
        "looked_at": len(seen),
        "front": [_look(outcome, mix, seen[mix]) for mix in front(seen)],
        "cheapest_chances": [_look(outcome, mix, seen[mix]) for mix in cheapest_chances(seen, targets)],
        "nearest": {} if outcome.feasible else {
            target: _look(outcome, mix, known[mix], len(outcome.known[mix].held))
            for target, mix in nearest(known, targets).items()
        },
        "seen": [_look(outcome, mix, found) for mix, found in seen.items()],
        "again": command(outcome),
    }  # fmt: skip


def as_json(found: dict[str, Any]) -> str:
    """The record as a file's text."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def scenario_file(outcome: Outcome) -> str:
    """The chosen mix as the text of a scenario file. It extends nothing, so that it means the same everywhere."""
    from ruamel.yaml import YAML as Writer

    scenario = outcome.problem.scenario(outcome.chosen.mix)
    content = {"name": scenario.name, "title": scenario.title, "explanation": scenario.explanation,
               "levers": [entry_of(placed.lever) for placed in scenario.levers]}  # fmt: skip
    writer: Any = Writer(typ="safe", pure=True)
    buffer = io.StringIO()
    writer.default_flow_style, writer.allow_unicode, writer.width = False, True, 118
    writer.sort_base_mapping_type_on_output = False
    writer.dump(content, buffer)
    return f"# The check of this mix, again: {command(outcome)}\n{buffer.getvalue()}"


def command(outcome: Outcome) -> str:
    """The command that runs the chosen mix's check again."""
    plan, check = outcome.problem.ready.plan, outcome.chosen
    words = ["prakira", "run", Path(plan.where).name, "--scenario", YAML, "--start", str(plan.start), "--months",
             str(plan.months), "--replicates", str(len(check.sample.held)), "--seed", str(check.seed)]  # fmt: skip
    words += ["--stock", plan.stock] if plan.stock else []
    words += ["--posterior", Path(plan.posterior).name] if plan.posterior else []
    words += ["--prior"] if plan.prior else []
    return shlex.join([*words, "--no-blocks"])


def _named(outcome: Outcome, mix: Candidate) -> dict[str, float | int | bool]:
    space = outcome.problem.space
    return {axis.name: value for axis, value in zip(space.axes, space.values(mix), strict=True)}


def _look(outcome: Outcome, mix: Candidate, found: Summary, replicates: int = 0) -> dict[str, Any]:
    """A mix as the search saw it, under its own luck (``replicates`` 0: in the first, few ones)."""
    return {"mix": _named(outcome, mix), "cost": round(found.cost), "status_chance": found.chance,
            "kbk_share": found.kbk, "replicates": replicates or outcome.effort.replicates}  # fmt: skip


def _check(outcome: Outcome, check: Check) -> dict[str, Any]:
    sample, targets = check.sample, outcome.targets
    cost, kbk = quantile(sample.cost, targets.certainty), quantile(-sample.kbk, targets.certainty)
    held, within, reached, met = (chance(hits) for hits in hits_of(sample, outcome).values())
    return {
        "mix": _named(outcome, check.mix),
        "replicates": len(sample.held),
        "seed": check.seed,
        "folder": check.folder.name,
        "meets": check.meets(targets),
        "status_chance": [held.value, held.low, held.high],
        "cost": [round(value) if math.isfinite(value) else None for value in (cost.value, cost.low, cost.high)],
        "cost_middle": round(quantile(sample.cost, 0.5).value),
        "programmes_middle": round(quantile(sample.programmes, 0.5).value),
        "kbk_share": [-value if math.isfinite(value) else None for value in (kbk.value, kbk.high, kbk.low)],
        "within_ceiling_chance": [within.value, within.low, within.high],
        "kbk_chance": [reached.value, reached.low, reached.high],
        "all_chance": [met.value, met.low, met.high],
    }


def hits_of(sample: Sample, outcome: Outcome) -> dict[str, Any]:
    """Replicates (n,) in which the status held, the money was enough, the KBK share was reached, and all three."""
    targets = outcome.targets
    within = sample.cost <= (float("inf") if targets.ceiling is None else targets.ceiling)
    reached = sample.kbk >= targets.kbk_share
    return {"status": sample.held, "ceiling": within, "kbk": reached, "all": sample.held & within & reached}
