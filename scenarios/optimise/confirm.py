"""The check of a mix: a run of its own, with fresh luck and fresh parameters, whose chance is the one that is told.

The search picks the mix that looks best under its own luck, so that what it saw of it is flattered; a check is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from scenarios.optimise.choice import lacking
from scenarios.optimise.looks import Problem
from scenarios.optimise.space import Candidate
from scenarios.optimise.targets import Sample, Targets, figures_of
from scenarios.run import Progress, execute
from scenarios.units import Simulate

#: Folder of the checks inside that of an optimisation.
CHECKS = "checks"
_STRIDE = 1_000_003


@dataclass(frozen=True)
class Check:
    """A mix, the ``seed`` and the ``folder`` of its run, the run's first month and months, and its ``sample``."""

    mix: Candidate
    seed: int
    folder: Path
    sample: Sample

    def meets(self, targets: Targets) -> bool:
        """Whether the mix meets the targets in this run."""
        return lacking(self.sample, targets) == 0


def fresh_seed(seed: int, number: int) -> int:
    """The seed of the check ``number`` (from 1 on): another than the search's and every other check's."""
    return (seed + _STRIDE * number) % 2**32


def checked(
    problem: Problem, mix: Candidate, seed: int, replicates: int, folder: Path, jobs: int, simulate: Simulate,
    progress: Callable[[Progress], None],
) -> Check:  # fmt: skip
    """Runs ``mix`` as ``prakira run`` would, into a folder of ``folder`` of its own; what is there already is kept."""
    scenario, ready = problem.scenario(mix), problem.ready
    decision = scenario.decided(ready.context)
    plan = replace(ready.plan, scenarios=(f"{scenario.name}.yaml",), seed=seed, replicates=replicates)
    fresh = replace(ready, plan=plan, scenarios=(scenario,), decisions={scenario.name: decision})
    name = hashlib.sha256(f"{seed} {replicates} {mix}".encode()).hexdigest()[:8]
    where = folder / CHECKS / name
    with execute(plan, where, jobs, resume=True, progress=progress, prepared=fresh, simulate=simulate) as store:
        rows = [
            figures_of(store.results(scenario.name, number), decision.policy, ready.district, ready.first_month,
                       problem.year, problem.others)
            for number in range(replicates)
        ]  # fmt: skip
    return Check(mix, seed, where, Sample.of(rows))
