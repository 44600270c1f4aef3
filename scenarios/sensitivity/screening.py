"""Screening: which parameters move a figure at all, by elementary effects.

Morris 1991 (Technometrics 33), with the mean of absolute effects of Campolongo et al. 2007 (Environmental Modelling &
Software 22). A way changes one parameter after the other between its 10 % and 90 % points, under one luck, so that an
effect is the parameter's and not luck's: a parameter that the model does not read has an effect of exactly zero. Under
a posterior each parameter still moves over its own range alone; that only decides which ones are looked at further.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.sensitivity.question import Question
from sim.random import Purpose, library_seed

FloatArray = NDArray[np.float64]
#: Ways through the parameters unless others are asked for, levels of each on a way, and where the levels lie in its
#: distribution.
WAYS, LEVELS, ENDS = 4, 4, (0.1, 0.9)
#: A parameter is kept with a mean effect of at least this part of the largest one, and at most so many for each figure:
#: a share of the variance goes with the square, but many small ones add up.
_PART, MOST = 0.02, 14


@dataclass(frozen=True)
class Screened:
    """The mean absolute effects of one figure, (D,), for the step of the design, in its unit, and the columns of the
    parameters that are ``kept``, the strongest first."""

    effects: FloatArray
    kept: tuple[int, ...]

    @property
    def idle(self) -> NDArray[np.bool_]:
        """Which parameters move nothing at all, (D,)."""
        return np.asarray(self.effects == 0.0)


def design(question: Question, ways: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """The ``ways``: shares (ways (D + 1), D) of each parameter's distribution, and their coordinates."""
    from SALib.sample import morris

    shares = morris.sample(_problem(question), ways, num_levels=LEVELS, seed=library_seed(seed, Purpose.DESIGN))
    return shares, question.quantiles(shares)


def screen(question: Question, shares: FloatArray, values: FloatArray) -> Screened:
    """The effects on one figure with ``values`` (ways (D + 1),) along the ways."""
    from SALib.analyze import morris

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one way there is no spread of effects
        found = morris.analyze(_problem(question), shares, values, num_levels=LEVELS, num_resamples=2, seed=0)
    step = LEVELS / (2 * (LEVELS - 1))  # the library divides by the step's part of the range
    effects = np.asarray(found["mu_star"], np.float64) * step
    order = np.argsort(-effects, kind="stable")
    kept = [int(at) for at in order[:MOST] if effects[at] > 0 and effects[at] >= _PART * effects[order[0]]]
    return Screened(effects, tuple(kept))


def _problem(question: Question) -> dict[str, object]:
    return {"num_vars": len(question.names), "names": list(question.names),
            "bounds": [list(ENDS)] * len(question.names)}  # fmt: skip
