"""What a resident-month costs in a run as users start it: people, institutions, results stored; in the unit of
:mod:`benchmarks.unit_cost`, one float64 of NumPy's PCG64.

    python -m benchmarks.run_cost [--save]

The marginal cost of replicates 21 to 40 of a run of the shipped example (24 months, one policy, one process), from one
stored replicate to the next: starting up and writing reports are not in it. The unit is measured in between.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.machine import describe
from benchmarks.unit_cost import uniform_cost
from scenarios.plan import RunPlan, prepare
from scenarios.run import Progress, execute

#: The policy: the one in which most happens.
_SCENARIO = "uhc-non-cut-off"
#: Replicates up to the first are the start; those up to the last are measured.
FIRST, LAST, _MONTHS = 20, 40, 24
#: Wanted: a resident-month with everything on, in uniforms per core.
TARGET_UNIFORMS = 50.0
RESULTS = Path(__file__).with_name("run_cost.json")


def measure() -> dict[str, object]:
    """Nanoseconds and uniforms of a resident-month in replicates 21 to 40, and the machine."""
    plan = RunPlan("bengkulu-utara", (_SCENARIO,), months=_MONTHS, replicates=LAST, blocks=False)
    ready = prepare(plan)
    residents = ready.district.stock().population
    units: list[float] = []
    spent, since = 0.0, 0.0

    def tick(progress: Progress) -> None:
        nonlocal spent, since
        if progress.done > FIRST:
            spent += time.perf_counter() - since
            units.append(uniform_cost())
        since = time.perf_counter()

    with TemporaryDirectory() as folder:
        execute(plan, Path(folder) / "run", progress=tick, prepared=ready).close()
    seconds = spent / ((LAST - FIRST) * _MONTHS * residents)
    unit = median(units)
    return {"residents": residents, "months": _MONTHS, "scenario": _SCENARIO, "ns": seconds * 1e9,
            "uniform_ns": unit * 1e9, "uniforms": seconds / unit, "machine": describe()}  # fmt: skip


def main() -> None:
    """Measure, print, and with ``--save`` keep the figures for docs/benchmarks.md."""
    arguments = argparse.ArgumentParser(description="what a resident-month costs in a run")
    arguments.add_argument("--save", action="store_true")
    asked = arguments.parse_args()
    found = measure()
    print(f"replicates {FIRST + 1} to {LAST}, {found['residents']} residents, {found['months']} months, "
          f"everything on: {found['ns']:.0f} ns = {found['uniforms']:.1f} uniforms a resident-month "
          f"(wanted: at most {TARGET_UNIFORMS:g}; one uniform {found['uniform_ns']:.2f} ns)")  # fmt: skip
    if asked.save:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
