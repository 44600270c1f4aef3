"""What it would be worth to know beforehand which option is best: the expected value of perfect information.

A unit of effect is given a worth in rupiah; an option's benefit is that worth times its effect, less its cost. In each
replicate (one possible world, with its luck) some option is best; without knowing the world one must choose the one
that is best on average. The mean of what is lost by that is the most that any study, survey or count could be worth for
this choice (Raiffa & Schlaifer, Applied Statistical Decision Theory, 1961, ch. 4). Luck, which no study tells, is in it
too, so it is an upper bound.

Which part of the model carries it is not told: the probes of a run hold blocks in one scenario only, and a choice needs
them in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.comparison.intervals import mean_interval
from scenarios.quantiles import MIN_REPLICATES_FOR_RANGE

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Information:
    """The choice at one worth of a unit of effect, rupiah over the months of the run.

    ``best``: the option with the greatest mean benefit. ``often``: for each option, the share of replicates in which it
    is best (ties shared). ``value``: expected value of perfect information, the mean of what is lost by ``best`` where
    another option is better; ``low`` and ``high`` its 95 % interval, None with too few replicates.
    """

    worth: float
    replicates: int
    best: str
    often: dict[str, float]
    value: float
    low: float | None
    high: float | None


def information(names: Sequence[str], cost: FloatArray, effect: FloatArray, worth: float) -> Information:
    """The value of knowing, from replicates of cost and effect (R, S) in the order of ``names``.

    ``worth`` is rupiah for a unit of effect, not negative.
    """
    benefit = worth * effect - cost
    tops = benefit == benefit.max(axis=1, keepdims=True)
    often = (tops / tops.sum(axis=1, keepdims=True)).mean(axis=0)
    chosen = int(benefit.mean(axis=0).argmax())
    regret = benefit.max(axis=1) - benefit[:, chosen]
    low, high = mean_interval(regret) if len(regret) >= MIN_REPLICATES_FOR_RANGE else (None, None)
    shares = {name: float(share) for name, share in zip(names, often, strict=True)}
    return Information(worth, len(regret), names[chosen], shares, float(regret.mean()),
                       None if low is None else max(low, 0.0), high)  # fmt: skip
