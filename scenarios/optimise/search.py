"""The search: the cheapest mix on a lattice, when each look at a mix is dear.

Some mixes spread over the whole lattice are looked at first (Latin hypercube). Then, round by round, a smooth surface
through all that was seen (radial basis functions; Regis & Shoemaker, INFORMS Journal on Computing 19, 2007) stands in
for the simulator, and differential evolution finds on it the mixes that are cheapest under the targets, under somewhat
stricter and somewhat looser ones (as in COBRA; Regis, Engineering Optimization 46, 2014); these are looked at next.
Surface and evolution are SciPy's. A lattice with no more mixes than may be looked at is looked at whole.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.optimise.space import Candidate
from scenarios.optimise.targets import Summary, Targets, shortfall
from sim.random import Generator

FloatArray = NDArray[np.float64]
#: Looks at mixes: their summaries, in their order.
Look = Callable[[list[Candidate]], list[Summary]]
#: The three numbers of a mix, (n, 3), for mixes (n, axes).
Surface = Callable[[FloatArray], FloatArray]
#: What one round asks of the surface: added to the chance of the status and to the KBK share, and whether the ceiling
#: is kept. The looser ones draw the front of what money buys; without a ceiling the cheapest is found where none is
#: under it.
SPARE = ((0.0, 0.0, True), (0.06, 0.0, True), (0.0, 0.0, False), (0.06, 0.003, False), (0.12, 0.0, False),
         (-0.15, 0.0, True), (-0.3, 0.0, True), (0.0, -0.01, True))  # fmt: skip
#: Weight of a shortfall of 1 against one standard deviation of cost: a shortfall always weighs more than money.
_WEIGHT = 1000.0


def search(
    sizes: Sequence[int], look: Look, targets: Targets, most: int, generator: Generator
) -> dict[Candidate, Summary]:
    """Everything looked at, in that order: at most ``most`` mixes of a lattice with ``sizes`` values along its axes.

    The same ``generator`` and the same answers of ``look`` lead to the same mixes.
    """
    seen: dict[Candidate, Summary] = {}

    def see(mixes: list[Candidate]) -> None:
        fresh = [mix for mix in dict.fromkeys(mixes) if mix not in seen][: most - len(seen)]
        seen.update(zip(fresh, look(fresh) if fresh else [], strict=True))

    if math.prod(sizes) <= most:
        see(list(itertools.product(*map(range, sizes))))
        return seen
    see(_spread(sizes, min(3 * len(sizes) + 2, most), generator))
    while len(seen) < most:
        see(_proposals(sizes, seen, targets, generator))
    return seen


def best(seen: dict[Candidate, Summary], targets: Targets) -> Candidate:
    """The cheapest mix that meets the targets; where none does, the one nearest to them. Raises ``ValueError`` when
    nothing was seen."""
    return min(seen, key=lambda mix: (shortfall(seen[mix], targets), seen[mix].cost, mix))


def _spread(sizes: Sequence[int], count: int, generator: Generator) -> list[Candidate]:
    """Both ends of the lattice, and mixes spread over all of it."""
    inner, axes = max(count - 2, 1), len(sizes)
    layers = generator.permuted(np.tile(np.arange(inner), (axes, 1)), axis=1).T  # each layer of an axis once
    inside = ((layers + generator.random((inner, axes))) / inner * sizes).astype(int)
    return [(0,) * axes, tuple(size - 1 for size in sizes), *(tuple(map(int, row)) for row in inside)]


def _proposals(
    sizes: Sequence[int], seen: dict[Candidate, Summary], targets: Targets, generator: Generator
) -> list[Candidate]:
    """One new mix for each entry of :data:`SPARE`."""
    surface, start, taken = _surface(sizes, seen), best(seen, targets), dict.fromkeys(seen)
    unit = max(float(np.std([found.cost for found in seen.values()])), 1e-9)
    for chance, kbk, ceiling in SPARE:
        spare = replace(targets, status_chance=targets.status_chance + chance, kbk_share=targets.kbk_share + kbk,
                        ceiling=targets.ceiling if ceiling else None)  # fmt: skip
        mix = _cheapest(surface, sizes, spare, unit, start, generator)
        taken[_unseen(mix, sizes, taken, generator)] = None
    return [mix for mix in taken if mix not in seen]


def _cheapest(
    surface: Surface, sizes: Sequence[int], targets: Targets, unit: float, start: Candidate, generator: Generator
) -> Candidate:
    """The mix that is cheapest under ``targets`` on the surface; ``unit`` is the rupiah that count as one."""
    from scipy.optimize import Bounds, differential_evolution

    def weighed(mixes: FloatArray, /) -> Any:
        found = surface(np.rint(mixes.T))
        missing = np.maximum(0, targets.status_chance - found[:, 1]) + np.maximum(0, targets.kbk_share - found[:, 2])
        if targets.ceiling is not None:
            missing += np.maximum(0, found[:, 0] / max(targets.ceiling, 1) - 1)
        return found[:, 0] / unit + _WEIGHT * missing

    found = differential_evolution(
        weighed, Bounds(np.zeros(len(sizes)), np.array(sizes) - 1.0), integrality=np.ones(len(sizes), bool), popsize=4,
        maxiter=40, rng=generator, polish=False, vectorized=True, updating="deferred", x0=start,
    )  # fmt: skip
    return tuple(int(at) for at in np.rint(found.x))


def _surface(sizes: Sequence[int], seen: dict[Candidate, Summary]) -> Surface:
    """A cubic surface through what was seen; a plainer one while that does not span the lattice."""
    from scipy.interpolate import RBFInterpolator

    tops = np.array(sizes) - 1.0
    mixes, values = np.array(list(seen)) / tops, np.array(list(seen.values()), np.float64)
    middle, spread = values.mean(axis=0), np.where(np.ptp(values, axis=0) > 0, values.std(axis=0), 1.0)
    scaled = (values - middle) / spread
    if np.linalg.matrix_rank(np.column_stack([np.ones(len(mixes)), mixes])) > len(tops):
        through = RBFInterpolator(mixes, scaled, kernel="cubic", degree=1)
    else:
        through = RBFInterpolator(mixes, scaled, kernel="linear", degree=0)
    return lambda wanted: np.asarray(through(wanted / tops) * spread + middle, np.float64)


def _unseen(mix: Candidate, sizes: Sequence[int], taken: dict[Candidate, None], generator: Generator) -> Candidate:
    """``mix``, or one near it that was not taken yet, farther away the longer it takes."""
    near = mix
    for reach in itertools.count(8):
        if near not in taken:
            return near
        moved = list(near)
        axis = int(generator.integers(len(sizes)))
        span = reach // 8 + 1
        moved[axis] = min(max(moved[axis] + int(generator.integers(-span, span + 1)), 0), sizes[axis] - 1)
        near = tuple(moved)
    raise AssertionError("not reached: the lattice holds more mixes than may be looked at")
