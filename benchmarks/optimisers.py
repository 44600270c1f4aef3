"""Which optimiser finds the cheapest mix with few looks: kept ones and ours on a made-up district with a known optimum.

    python -m benchmarks.optimisers [--save] [NAME …]

The district of this benchmark is a formula: seven levers with 21 values each and one yes or no; three levers and the
margin move the chance of the UHC status, three and the yes or no the KBK share, with diminishing returns, under the
luck of 20 replicates that are the same for all mixes. Its two halves do not touch each other, so that brute force over
each gives the optimum. Every optimiser gets the same number of looks, the same three mixes to begin with where it takes
any (nothing, half, everything), and the rule that a shortfall always weighs more than money. What is told is how much
more than at the optimum the levers cost, over 12 such districts. ``--save`` keeps the figures in ``optimisers.json``
and writes the table into ``docs/optimise.md``.
"""

from __future__ import annotations

import argparse
import json
import math
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.optimise.search import search
from scenarios.optimise.space import Candidate
from scenarios.optimise.targets import Summary, Targets, shortfall
from sim.random import numpy_generator

RESULTS = Path(__file__).with_name("optimisers.json")
PAGE = Path(__file__).parent.parent / "docs" / "optimise.md"
MARKS = ("<!-- measured -->\n", "<!-- end of what was measured -->\n")
SIZES = (21,) * 7 + (2,)
TOPS = tuple(size - 1 for size in SIZES)
TARGETS = Targets(2024, 0.8, 0.95, 0.8)
DISTRICTS, REPLICATES, LOOKS = 12, 20, (70, 200)
#: A shortfall of 1 in the unit of the cost, for optimisers that know one number only.
_WEIGHT = 1000.0


class Enough(Exception):
    """The looks are used up."""


class District:
    """One made-up district: costs, effects and luck drawn by ``seed``; ``optimum`` is the least that levers cost."""

    def __init__(self, seed: int) -> None:
        luck = numpy_generator(seed, 0)
        self.cost = np.array([3.0, 0.5, 0.8, 0.4, 2.0, 0.6, 0.7, 1.2]) * luck.uniform(0.5, 1.5, 8)
        self.effect = np.array([2.5, 0.5, 0.6, 0.3, 0.05, 0.03, 0.02, 0.02]) * luck.uniform(0.5, 1.5, 8)
        self.status_luck, self.kbk_luck = luck.standard_normal((2, REPLICATES))
        self.last = math.ceil(TARGETS.certainty * REPLICATES) - 1
        self.optimum = self._half(slice(0, 4), 0) + self._half(slice(4, 8), 1)

    def chances(self, half: int, mixes: Any) -> Any:
        """The chance of the status (``half`` 0) or the KBK share (1) of mixes of that half, (n, 4) within 0-1."""
        moved = (self.effect[4 * half : 4 * half + 4] * mixes ** (0.8, 0.7)[half]).sum(axis=1)[:, None]
        if half == 0:
            return (moved - 1 + 0.5 * self.status_luck >= 0).mean(axis=1)
        return -np.sort(-(0.88 + moved + 0.01 * self.kbk_luck), axis=1)[:, self.last]

    def _half(self, part: slice, half: int) -> float:
        sizes = SIZES[part]
        mixes = np.stack(np.meshgrid(*[np.linspace(0, 1, size) for size in sizes], indexing="ij"), -1).reshape(-1, 4)
        met = self.chances(half, mixes) >= (TARGETS.status_chance, TARGETS.kbk_share)[half]
        return float((mixes @ self.cost[part])[met].min())

    def look(self, mix: Candidate) -> Summary:
        """The mix in three numbers; the cost is that of the levers."""
        x = np.array(mix) / TOPS
        chance, kbk = (float(self.chances(half, x[None, 4 * half : 4 * half + 4])[0]) for half in (0, 1))
        return Summary(float(self.cost @ x), chance, kbk)


class Counted:
    """Looks at a district, each mix counted once; raises :class:`Enough` beyond ``most``."""

    def __init__(self, district: District, most: int) -> None:
        self.district, self.most = district, most
        self.seen: dict[Candidate, Summary] = {}

    def look(self, mix: Any) -> Summary:
        """The summary of a mix, whatever numbers name it."""
        named = tuple(min(max(round(float(at)), 0), top) for at, top in zip(mix, TOPS, strict=True))
        if named not in self.seen:
            if len(self.seen) == self.most:
                raise Enough
            self.seen[named] = self.district.look(named)
        return self.seen[named]

    def weighed(self, mix: Any) -> float:
        """Cost and shortfall in one number."""
        found = self.look(mix)
        return found.cost + _WEIGHT * shortfall(found, TARGETS)

    def excess(self) -> float:
        """How much more the levers of the best mix seen cost than at the optimum, a share; infinite without one."""
        met = [found.cost for found in self.seen.values() if shortfall(found, TARGETS) == 0]
        return min(met) / self.district.optimum - 1 if met else math.inf


STARTS = (tuple(0 for _ in SIZES), tuple(top // 2 for top in TOPS), TOPS)


def ours(counted: Counted, seed: int) -> None:
    """The search of ``prakira optimise``."""
    search(SIZES, lambda mixes: [counted.look(mix) for mix in mixes], TARGETS, counted.most, numpy_generator(seed, 1))


def evolution(counted: Counted, seed: int) -> None:
    """Differential evolution of SciPy, a population of 16, on the simulator itself."""
    from scipy.optimize import differential_evolution

    first = numpy_generator(seed, 2).uniform(0, TOPS, (16, len(TOPS)))
    first[:3] = STARTS
    differential_evolution(counted.weighed, [(0, top) for top in TOPS], integrality=[True] * len(TOPS), init=first,
                           rng=numpy_generator(seed, 3), polish=False, maxiter=1000, tol=0)  # fmt: skip


def optuna_with(name: str) -> Callable[[Counted, int], None]:
    """A sampler of Optuna with its own handling of constraints, in batches of 8."""

    def run(counted: Counted, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        kept: dict[str, Any] = {"seed": seed}
        if name != "RandomSampler":
            kept["constraints_func"] = lambda trial: (trial.user_attrs["shortfall"] - 1e-12,)
        if name == "TPESampler":
            kept |= {"multivariate": True, "constant_liar": True, "n_startup_trials": 16}
        if name == "NSGAIISampler":
            kept |= {"population_size": 16}
        study = optuna.create_study(sampler=getattr(optuna.samplers, name)(**kept))
        for start in STARTS:
            study.enqueue_trial({str(at): value for at, value in enumerate(start)})
        for _batch in range(counted.most):
            trials = [study.ask() for _ in range(8)]
            mixes = [[trial.suggest_int(str(at), 0, top) for at, top in enumerate(TOPS)] for trial in trials]
            for trial, mix in zip(trials, mixes, strict=True):
                found = counted.look(mix)
                trial.set_user_attr("shortfall", shortfall(found, TARGETS))
                study.tell(trial, found.cost)

    return run


def genetic(counted: Counted, seed: int) -> None:
    """The mixed-variable genetic algorithm of pymoo, a population of 16."""
    from pymoo.core.mixed import MixedVariableGA
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.core.variable import Integer
    from pymoo.optimize import minimize

    class Mixes(ElementwiseProblem):  # type: ignore[misc]
        def __init__(self) -> None:
            names = {str(at): Integer(bounds=(0, top)) for at, top in enumerate(TOPS)}
            super().__init__(vars=names, n_obj=1, n_ieq_constr=1)

        def _evaluate(self, x: Any, out: Any, *_: Any, **__: Any) -> None:
            found = counted.look([x[str(at)] for at in range(len(TOPS))])
            out["F"], out["G"] = found.cost, shortfall(found, TARGETS) - 1e-12

    minimize(Mixes(), MixedVariableGA(pop_size=16), ("n_gen", 1000), seed=seed, verbose=False)


def adaptation(counted: Counted, seed: int) -> None:
    """CMA-ES with its handling of whole numbers."""
    import cma

    options = {"bounds": [0, 1], "seed": seed + 1, "verbose": -9, "integer_variables": [len(TOPS) - 1], "tolfun": 0}
    strategy = cma.CMAEvolutionStrategy([0.5] * len(TOPS), 0.3, options)
    for _round in range(counted.most):
        mixes = strategy.ask()
        strategy.tell(mixes, [counted.weighed(np.array(mix) * TOPS) for mix in mixes])


OPTIMISERS: dict[str, Callable[[Counted, int], None]] = {
    "Prakira: surface and evolution (SciPy)": ours,
    "SciPy, differential evolution": evolution,
    "Optuna, TPE": optuna_with("TPESampler"),
    "Optuna, NSGA-II": optuna_with("NSGAIISampler"),
    "pymoo, mixed-variable GA": genetic,
    "cma, CMA-ES": adaptation,
    "random mixes (Optuna)": optuna_with("RandomSampler"),
}


def measured(name: str, looks: int) -> list[float]:
    """The excess of each district, ascending."""
    found = []
    for seed in range(DISTRICTS):
        counted = Counted(District(seed), looks)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with suppress(Enough):
                OPTIMISERS[name](counted, seed)
        found.append(counted.excess())
    return sorted(found)


def table(results: dict[str, dict[str, list[float]]]) -> str:
    """The figures as a Markdown table: middle and worst excess."""
    heads = "".join(f" {looks} looks: middle | worst |" for looks in LOOKS)
    lines = [f"| optimiser |{heads}", "|---|" + "---:|---:|" * len(LOOKS)]
    for name, found in results.items():
        cells = "".join(f" {np.median(found[str(looks)]):.1%} | {found[str(looks)][-1]:.1%} |" for looks in LOOKS)
        lines.append(f"| {name} |{cells}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures the named optimisers (all), and keeps the figures with ``--save``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=list(OPTIMISERS))
    parser.add_argument("--save", action="store_true")
    asked = parser.parse_args()
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in asked.names:
        kept[name] = {str(looks): measured(name, looks) for looks in LOOKS}
        print(table({name: kept[name]}).splitlines()[-1], flush=True)
        if asked.save:
            RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    if asked.save:
        before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        ordered = {name: kept[name] for name in OPTIMISERS if name in kept}
        PAGE.write_text(before + MARKS[0] + table(ordered) + MARKS[1] + after, encoding="utf-8")


if __name__ == "__main__":
    main()
