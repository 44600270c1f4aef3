"""Which of several options is worth its money: dominance, extended dominance and the efficiency frontier.

Terms and rules as in Drummond et al., Methods for the Economic Evaluation of Health Care Programmes, 4th ed., ch. 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenarios.comparison.intervals import fieller, sign
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

FloatArray = NDArray[np.float64]
Place = Literal["frontier", "equal", "dominated", "extended"]


@dataclass(frozen=True)
class Option:
    """Where one option stands; cost and effect are differences from a common reference.

    ``place``: on the frontier; equal in cost and effect to an option named before it (``by``); dominated, ``by`` one
    that has at least its effect for at most its cost; or by extension, ``by`` two whose mixture does. ``step``: on the
    frontier, what a further unit of effect costs after the option of the frontier before it; None at its first; ``low``
    and ``high`` are its 95 % interval (Fieller), None where the further effect cannot be told from zero.
    ``sure``: share of the replicates in which the option is on the frontier or equal to one that is.
    """

    name: str
    cost: float
    effect: float
    place: Place
    by: tuple[str, ...]
    step: float | None
    sure: float
    low: float | None = None
    high: float | None = None


def options(names: Sequence[str], cost: FloatArray, effect: FloatArray) -> list[Option]:
    """The options in the order of ``names``, from replicates of cost and effect (R, S); they stand by their means."""
    means = cost.mean(axis=0), effect.mean(axis=0)
    hits = np.array([[place != "dominated" and place != "extended" for place, _by, _step in places(*row)]
                     for row in zip(cost, effect, strict=True)])  # fmt: skip
    stand = places(*means)
    line = sorted(
        (at for at, (place, _by, _step) in enumerate(stand) if place == "frontier"), key=lambda at: means[0][at]
    )
    edges = {
        at: _edges(cost[:, at] - cost[:, before], effect[:, at] - effect[:, before]) for before, at in pairwise(line)
    }
    return [
        Option(name, float(c), float(e), place, tuple(names[other] for other in by), step, float(sure),
               *edges.get(at, (None, None)))
        for at, (name, c, e, (place, by, step), sure) in enumerate(
            zip(names, *means, stand, hits.mean(axis=0), strict=True)
        )
    ]  # fmt: skip


def _edges(cost: FloatArray, effect: FloatArray) -> tuple[float | None, float | None]:
    """The interval of what a further unit costs, where there are replicates enough and an effect to divide by."""
    if len(cost) < MIN_REPLICATES_FOR_RANGE or not sign(effect):
        return None, None
    return fieller(cost, effect)


def places(cost: FloatArray, effect: FloatArray) -> list[tuple[Place, tuple[int, ...], float | None]]:
    """Of each option (S,): its place, the positions of those that outdo it, on the frontier the cost of the step."""
    count = len(cost)
    found: list[tuple[Place, tuple[int, ...], float | None]] = [("frontier", (), None)] * count
    kept: list[int] = []
    for at in sorted(range(count), key=lambda at: (cost[at], -effect[at], at)):
        if not kept or effect[at] > effect[kept[-1]]:
            kept.append(at)
            continue
        best = kept[-1]
        same = cost[at] == cost[best] and effect[at] == effect[best]
        found[at] = ("equal" if same else "dominated", (best,), None)
    line: list[int] = []
    for at in kept:
        while len(line) > 1 and _dearer(line[-2], line[-1], at, cost, effect):
            line.pop()
        line.append(at)
    for at in set(kept) - set(line):
        after = next(position for position, other in enumerate(line) if effect[other] > effect[at])
        found[at] = ("extended", (line[after - 1], line[after]), None)
    for before, at in zip(line, line[1:], strict=False):
        found[at] = ("frontier", (), float((cost[at] - cost[before]) / (effect[at] - effect[before])))
    return found


def _dearer(first: int, middle: int, last: int, cost: FloatArray, effect: FloatArray) -> bool:
    """Whether a unit costs more from ``first`` to ``middle`` than from ``middle`` to ``last``."""
    to_middle = (cost[middle] - cost[first]) * (effect[last] - effect[middle])
    return bool(to_middle > (cost[last] - cost[middle]) * (effect[middle] - effect[first]))
